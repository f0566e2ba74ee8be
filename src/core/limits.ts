/** What a budget allows of one number: at most, exactly, or anything between two. */
import { assertUnreachable } from './assert.js';

export type Limit =
  /** 3, "3" and "<= 3" */
  | { readonly kind: 'at-most'; readonly max: number }
  /** "= 3" */
  | { readonly kind: 'exactly'; readonly value: number }
  /** "2..3": of something that is not the same each time. */
  | { readonly kind: 'between'; readonly min: number; readonly max: number };

/** Fields of the counts that can be limited, beside those of types. */
export const LIMIT_FIELDS = ['creations', 'requests', 'buffers', 'resizes', 'bytes', 'pools', 'arenas'] as const;

export type CountField = (typeof LIMIT_FIELDS)[number];

/** "creations", or "types.dict": how many objects of this type are created. */
export type LimitField = CountField | `types.${string}`;

/** The limits of one case for one version, in the order of the budget. */
export type Limits = ReadonlyMap<LimitField, Limit>;

export const typeField = (type: string): LimitField => `types.${type}`;

/** The type of "types.dict"; null of another field. */
export const typeOf = (field: LimitField): string | null => (field.startsWith('types.') ? field.slice(6) : null);

const NUMBER = String.raw`\d+(?:\.\d+)?`;
const ONE = new RegExp(String.raw`^\s*(<=|=|)\s*(${NUMBER})\s*$`);
const TWO = new RegExp(String.raw`^\s*(${NUMBER})\s*\.\.\s*(${NUMBER})\s*$`);

/** What a value of a budget means; a string: what is wrong with it. */
export function parseLimit(value: unknown): Limit | string {
  if (typeof value === 'number') {
    if (value < 0) return 'is negative; counts are 0 or more';
    return Number.isFinite(value) ? { kind: 'at-most', max: value } : 'is no number that a count could be';
  }
  if (typeof value !== 'string') return `is ${typeName(value)}; ${FORMS}`;
  if (/^\s*(<=|=|)\s*-\s*\d/.test(value)) return `${JSON.stringify(value)} is negative; counts are 0 or more`;
  const [, sign, number] = ONE.exec(value) ?? [];
  if (number !== undefined)
    return sign === '=' ? { kind: 'exactly', value: Number(number) } : { kind: 'at-most', max: Number(number) };
  const [, min, max] = (TWO.exec(value) ?? []).map(Number);
  if (min === undefined || max === undefined) return `${JSON.stringify(value)} is no limit; ${FORMS}`;
  if (min > max) return `${JSON.stringify(value)} ends below its beginning; the smaller number comes first`;
  return { kind: 'between', min, max };
}

const FORMS = 'a limit is 3 or "<= 3" (at most), "= 3" (exactly) or "2..3" (between)';

/** "<= 3", "= 3", "2..3" */
export function limitText(limit: Limit): string {
  switch (limit.kind) {
    case 'at-most':
      return `<= ${limit.max}`;
    case 'exactly':
      return `= ${limit.value}`;
    case 'between':
      return `${limit.min}..${limit.max}`;
    default:
      return assertUnreachable(limit);
  }
}

export function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a date';
  if (typeof value === 'boolean') return 'true or false';
  if (typeof value === 'object') return 'a table';
  return typeof value === 'bigint' || typeof value === 'number' ? 'a number' : 'a string';
}

export const sameLimit = (a: Limit, b: Limit): boolean => limitText(a) === limitText(b);

/** A limit as TOML. `token`: how `old` is written there, whose kind of writing is kept. */
export function limitToken(limit: Limit, old: Limit | null = null, token: string = ''): string {
  const quote = token.startsWith("'") ? "'" : '"';
  if (limit.kind === 'between') return `${quote}${limit.min}..${limit.max}${quote}`;
  const value = limit.kind === 'exactly' ? limit.value : limit.max;
  if (old?.kind === limit.kind && /^['"]/.test(token)) return token.replace(/\d+(?:\.\d+)?/, () => String(value));
  return limit.kind === 'exactly' ? `${quote}= ${value}${quote}` : String(value);
}
