/** New limits for a budget, from what was measured, and its text with them in place of the old. */
import { type Budget, type BudgetCase, limitsFor, parseBudget } from './budget.js';
import { minorOfBuild } from './builds.js';
import { caseName, type TypeCreations } from './check.js';
import { EXIT, PyallocsError } from './errors.js';
import {
  type Limit,
  type LimitField,
  type Limits,
  limitText,
  limitToken,
  sameLimit,
  typeField,
  typeOf,
} from './limits.js';
import type { Reading, Seen } from './readings.js';
import { keys, quoted, setTomlValue } from './toml-edit.js';
import { mapToml, samePath, startsWith, type TomlPath } from './toml-text.js';

/** A case, measured on one interpreter. */
export interface MeasuredBuild {
  /** "3.14" */
  readonly minor: string;
  /** "wasm:3.14.2" */
  readonly build: string;
  readonly reading: Reading;
  readonly types: readonly TypeCreations[];
}

export interface LimitChange {
  /** The name of the case, and its line in the budget before. */
  readonly id: string;
  readonly line: number;
  /** null: for all versions. */
  readonly minor: string | null;
  readonly field: LimitField;
  /** null: there was none. */
  readonly before: Limit | null;
  readonly after: Limit;
}

export interface BudgetUpdate {
  readonly text: string;
  readonly changes: readonly LimitChange[];
}

/** Of a program without limits: the types that it creates most get one. Of a statement: all. */
const PROGRAM_TYPES = 10;

/** Throws PyallocsError for what cannot be a limit: nothing is written then. */
export function updateBudget(
  budget: Budget,
  measured: readonly { readonly budgetCase: BudgetCase; readonly builds: readonly MeasuredBuild[] }[],
): BudgetUpdate {
  const changes: LimitChange[] = [];
  let { text } = budget;
  for (const { budgetCase, builds } of measured) {
    if (builds.length === 0) continue;
    const found = changesOf(budget.file, budgetCase, builds);
    changes.push(...found);
    text = written(text, budgetCase, found);
    text = withBuilds(text, budgetCase, builds);
  }
  checkUpdate(budget, text, changes);
  return { text, changes };
}

function changesOf(file: string, one: BudgetCase, builds: readonly MeasuredBuild[]): LimitChange[] {
  const about = { id: caseName(one), line: one.line };
  const minors = [...new Set(builds.map(({ minor }) => minor))];
  const fields = new Set(minors.flatMap((minor) => wantedFields(one, minor, builds)));
  return [...fields].flatMap((field) => {
    const values = new Map(minors.map((minor) => [minor, newLimit(file, one, minor, field, builds)]));
    return placed(one, field, values).map(({ minor, after }) => {
      const from = minor === null ? one.limits : ownLimits(one, minor);
      return { ...about, minor, field, before: from.get(field) ?? null, after };
    });
  });
}

const ownLimits = ({ python }: BudgetCase, minor: string): Limits =>
  python.find((version) => version.minor === minor)?.limits ?? new Map();

/** What gets a limit: what has one; where nothing has, creations and types. */
function wantedFields(one: BudgetCase, minor: string, builds: readonly MeasuredBuild[]): LimitField[] {
  const limits = limitsFor(one, minor);
  const created = builds.filter((build) => build.minor === minor).flatMap(({ types }) => types.map(({ type }) => type));
  if (limits.size === 0) {
    const most = one.subject.kind === 'command' ? created.slice(0, PROGRAM_TYPES) : created;
    return ['creations', ...most.map(typeField)];
  }
  return [...limits.keys(), ...(namesEveryType(limits) ? created.map(typeField) : [])];
}

/** Types whose limits add up to that of all creations: types that come later belong to them as well. */
function namesEveryType(limits: Limits): boolean {
  const values = [...limits].filter(([field]) => typeOf(field) !== null).map(([, limit]) => numberOf(limit));
  const all = limits.get('creations');
  return all !== undefined && values.length > 0 && values.reduce((sum, value) => sum + value, 0) === numberOf(all);
}

function numberOf(limit: Limit): number {
  return limit.kind === 'exactly' ? limit.value : limit.kind === 'at-most' ? limit.max : Number.NaN;
}

function newLimit(
  file: string,
  one: BudgetCase,
  minor: string,
  field: LimitField,
  builds: readonly MeasuredBuild[],
): Limit {
  const old = limitsFor(one, minor).get(field);
  const all = builds
    .filter((build) => build.minor === minor)
    .map((build) => ({ build: build.build, limit: limitOf(old, seenIn(file, one, field, build)) }));
  const [first, ...others] = all;
  if (first === undefined) throw new Error('internal error: a version that was not measured');
  const other = others.find(({ limit }) => !sameLimit(limit, first.limit));
  if (other === undefined) return first.limit;
  throw refused(
    file,
    one,
    `${first.build} and ${other.build} do not count the same (${field} ${limitText(first.limit)} and ${limitText(other.limit)}), and there is one budget for ${minor}; choose one of them with -p`,
  );
}

function seenIn(file: string, one: BudgetCase, field: LimitField, { reading, build }: MeasuredBuild): Seen {
  const seen = reading(field);
  if (!('why' in seen)) return seen;
  switch (seen.why) {
    case 'unseen':
      throw refused(
        file,
        one,
        `${build} cannot see ${field}; take that limit out, or choose another interpreter with -p`,
      );
    case 'growing':
      throw refused(
        file,
        one,
        `${field} is not the same in each execution on ${build}, because the statement makes something grow; let it make that anew each time`,
      );
    case 'moved':
      throw refused(file, one, `${field} is not the same each time on ${build}, so it cannot be a limit; take it out`);
  }
}

function refused(file: string, one: BudgetCase, sentence: string): PyallocsError {
  return new PyallocsError('no-update', `${file}:${one.line}: ${caseName(one)}: ${sentence}. Nothing was written`, {
    exitCode: EXIT.inexact,
  });
}

/** As strict as the old one; what moves is a range. */
function limitOf(old: Limit | undefined, { min, max }: Seen): Limit {
  if (min !== max) return { kind: 'between', min, max };
  return old?.kind === 'exactly' ? { kind: 'exactly', value: max } : { kind: 'at-most', max };
}

/**
 * Where new limits go. A version that has this limit for itself keeps it there. The others share theirs as far as they
 * agree; what versions that were not measured share is left as it is.
 */
function placed(
  one: BudgetCase,
  field: LimitField,
  values: ReadonlyMap<string, Limit>,
): { readonly minor: string | null; readonly after: Limit }[] {
  const own = [...values].filter(([minor]) => ownLimits(one, minor).has(field));
  const sharing = [...values].filter(([minor]) => !ownLimits(one, minor).has(field));
  const named = [...one.python.map(({ minor }) => minor), ...one.builds.flatMap((build) => minorOfBuild(build) ?? [])];
  const unmeasured = named.some((minor) => !values.has(minor) && !ownLimits(one, minor).has(field));
  const before = one.limits.get(field);
  const kept = before !== undefined && (unmeasured || sharing.some(([, limit]) => sameLimit(limit, before)));
  const newest = [...sharing].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })).at(-1)?.[1];
  const shared = kept ? before : unmeasured ? undefined : newest;
  const changed = (minor: string | null, after: Limit, old: Limit | undefined) =>
    old !== undefined && sameLimit(old, after) ? [] : [{ minor, after }];
  return [
    ...(shared === undefined ? [] : changed(null, shared, before)),
    ...own.flatMap(([minor, limit]) => changed(minor, limit, ownLimits(one, minor).get(field))),
    ...sharing.flatMap(([minor, limit]) =>
      shared === undefined || !sameLimit(shared, limit) ? [{ minor, after: limit }] : [],
    ),
  ];
}

const fieldPath = (field: LimitField): readonly string[] => {
  const type = typeOf(field);
  return type === null ? [field] : ['types', type];
};

function written(text: string, one: BudgetCase, changes: readonly LimitChange[]): string {
  let result = text;
  for (const minor of new Set(changes.map((change) => change.minor))) {
    const table = minor === null ? [...one.path, 'limits'] : [...one.path, 'python', minor, 'limits'];
    const of = changes.filter((change) => change.minor === minor);
    const map = mapToml(result);
    const there = [...map.pairs, ...map.headers].some(({ path }) => startsWith(path, table));
    const header = minor === null ? null : table.length - 1;
    if (there) {
      for (const change of of) result = withLimit(result, [...table, ...fieldPath(change.field)], change);
    } else result = setTomlValue(result, table, inlineLimits(of), header);
  }
  return result;
}

function withLimit(text: string, path: TomlPath, { before, after }: LimitChange): string {
  const pair = mapToml(text).pairs.find((one) => samePath(one.path, path));
  const token = pair === undefined ? undefined : text.slice(pair.from, pair.to);
  return setTomlValue(text, path, limitToken(after, before, token));
}

/** { creations = 3, types = { float = 2, int = 1 } } */
function inlineLimits(changes: readonly LimitChange[]): string {
  const pair = (name: string, { after }: LimitChange): string => `${keys([name])} = ${limitToken(after)}`;
  const types = changes.flatMap((change) => {
    const type = typeOf(change.field);
    return type === null ? [] : [pair(type, change)];
  });
  const fields = changes.filter(({ field }) => typeOf(field) === null).map((change) => pair(change.field, change));
  return `{ ${[...fields, ...(types.length > 0 ? [`types = { ${types.join(', ')} }`] : [])].join(', ')} }`;
}

/** What was measured now stands for its versions. */
function withBuilds(text: string, one: BudgetCase, builds: readonly MeasuredBuild[]): string {
  const minors = new Set(builds.map(({ minor }) => minor));
  const kept = one.builds.filter((build) => !minors.has(minorOfBuild(build) ?? ''));
  const order = (build: string): string => build.replace(/^\w+:/, '');
  const all = [...new Set([...kept, ...builds.map(({ build }) => build)])].sort(
    (a, b) => order(a).localeCompare(order(b), 'en', { numeric: true }) || (a < b ? -1 : 1),
  );
  if (all.length === one.builds.length && all.every((build) => one.builds.includes(build))) return text;
  return setTomlValue(text, [...one.path, 'builds'], `[${all.map(quoted).join(', ')}]`);
}

/** That the new text says what it should, and nothing else than before: or else it is not written. */
function checkUpdate(budget: Budget, text: string, changes: readonly LimitChange[]): void {
  const again = parseBudget(text, budget.file, budget.root.length > 0);
  const wrong = budget.cases.some((old, i) => {
    const now = again.cases[i];
    if (now === undefined || JSON.stringify([old.id, old.subject]) !== JSON.stringify([now.id, now.subject]))
      return true;
    const own = changes.filter(({ line }) => line === old.line);
    return own.some(({ minor, field, after }) => {
      const limit = (minor === null ? now.limits : ownLimits(now, minor)).get(field);
      return limit === undefined || !sameLimit(limit, after);
    });
  });
  if (wrong || again.cases.length !== budget.cases.length)
    throw new Error(`${budget.file} would not be what it should be after the update; nothing was written`);
}
