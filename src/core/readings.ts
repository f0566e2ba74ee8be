/** What of a measurement a limit is compared with: each field as a number, or as two when it moved between runs. */
import type { Counts, TypeCounts } from './counts.js';
import type { CountField, LimitField } from './limits.js';
import { typeOf } from './limits.js';
import type { Measured } from './outcome.js';

/** The least and the most that was seen. */
export interface Seen {
  readonly min: number;
  readonly max: number;
}

/** Why a field has no number. */
export interface Unknown {
  /** unseen: the engine cannot see it. growing: it is not the same in each execution. moved: nobody knows between which. */
  readonly why: 'unseen' | 'growing' | 'moved';
}

export type Reading = (field: LimitField) => Seen | Unknown;

function fieldOf(counts: Counts, field: CountField): number | null {
  switch (field) {
    case 'creations':
      return counts.creations.total;
    case 'buffers':
      return counts.buffers.total;
    default:
      return counts[field];
  }
}

const typeCount = (rows: readonly TypeCounts[], type: string): number =>
  rows.find((row) => row.type === type)?.creations.total ?? 0;

const between = (values: readonly number[]): Seen => ({ min: Math.min(...values), max: Math.max(...values) });

/** Of a statement: per execution. `samples`: of a varying result. */
export function statementReading(result: Measured & { readonly samples?: readonly Counts[] }): Reading {
  const { counts, iterations, varies, growth, byType, steady } = result;
  const each = ({ min, max }: Seen): Seen => ({ min: min / iterations, max: max / iterations });
  const samples = result.samples ?? [counts];
  return (field) => {
    const type = typeOf(field);
    if (type !== null) {
      const known = (result.samples === undefined && steady) || samples.every(({ creations }) => creations.total === 0);
      if (known) return each(between([typeCount(byType, type)]));
      return { why: steady ? 'moved' : 'growing' };
    }
    const name = field as CountField;
    const values = samples.map((sample) => fieldOf(sample, name));
    if (values.some((value) => value === null)) return { why: 'unseen' };
    if (!steady) {
      const [one, two, ten] = (growth ?? []).map((point) => fieldOf(point.counts, name) ?? Number.NaN);
      if (one === undefined || two === undefined || ten === undefined || ten - two !== 8 * (two - one))
        return { why: 'growing' };
    }
    const moved = name === 'bytes' ? varies.bytes : undefined;
    return each(moved ?? between(values as number[]));
  };
}

/** One run of a program, or of a region in it. */
export interface RunCounts {
  readonly counts: Counts;
  readonly byType: readonly TypeCounts[];
}

/** Of the runs of a program. */
export function programReading(runs: readonly RunCounts[]): Reading {
  return (field) => {
    const type = typeOf(field);
    if (type !== null) return between(runs.map(({ byType }) => typeCount(byType, type)));
    const values = runs.map(({ counts }) => fieldOf(counts, field as CountField));
    return values.some((value) => value === null) ? { why: 'unseen' } : between(values as number[]);
  };
}

/** Of several measurements of the same, as if they were one. */
export function combinedReading(readings: readonly Reading[]): Reading {
  return (field) => {
    const all = readings.map((reading) => reading(field));
    const without = all.find((one): one is Unknown => 'why' in one);
    if (without !== undefined) return without;
    const seen = all as Seen[];
    return { min: Math.min(...seen.map(({ min }) => min)), max: Math.max(...seen.map(({ max }) => max)) };
  };
}
