/** The result of `diff`: two results of the same kind, row by row. Counts are equal or they are not. */
import { unwrap } from './assert.js';
import { type Counts, ZERO } from './counts.js';
import {
  type DiffSide,
  type Entry,
  type Measured,
  measurements,
  type NamedResult,
  type RowKind,
  sideOf,
  takenNames,
} from './diff-entries.js';
import { PyallocsError } from './errors.js';
import type { Grouping } from './grouping.js';
import type { ResultFile } from './result-files.js';

/** What decides whether a row grew: the first of these in which its two sides differ. */
export type DecidingField = 'creations' | 'requests' | 'resizes' | 'bytes';

export const DECIDING_FIELDS: readonly DecidingField[] = ['creations', 'requests', 'resizes', 'bytes'];

export interface TypeDifference {
  readonly type: string;
  readonly before: Counts | null;
  readonly after: Counts | null;
}

export interface DiffRow {
  /** The case, type, region, experiment or row of a recording; " @ " and the interpreter follow where there are several. */
  readonly key: string;
  readonly kind: RowKind;
  /** null: there was none. */
  readonly before: Counts | null;
  readonly after: Counts | null;
  readonly change: 'new' | 'gone' | 'more' | 'less';
  readonly decidedBy: DecidingField;
  /** Of statements: how many executions the counts are of. null for programs. */
  readonly iterations: { readonly before: number | null; readonly after: number | null } | null;
  /** Whether a side is not exact: the difference may be that of two runs. */
  readonly varying: boolean;
  /** The types whose counts differ, largest difference first. */
  readonly types: readonly TypeDifference[];
}

/** A row that one side has no numbers of, or none that can be compared. */
export interface Uncompared {
  readonly key: string;
  readonly why: string;
}

export type DiffKind = ResultFile['of'] | 'recording';

export interface DiffResult {
  readonly schema: 'pyallocs/diff@1';
  readonly of: DiffKind;
  /** What rows of recordings are; null: the results have rows of their own. */
  readonly by: Grouping | null;
  readonly before: DiffSide;
  readonly after: DiffSide;
  /** Files of recordings that lie elsewhere after; rows call them what they are called there. */
  readonly moved: readonly { readonly before: string; readonly after: string }[];
  /** Rows that differ, in the order of the results; of a program, the total, then types, then regions. */
  readonly rows: readonly DiffRow[];
  /** How many rows have two equal sides. */
  readonly unchanged: number;
  readonly uncompared: readonly Uncompared[];
}

/** The sentence for two files that hold different kinds of results. */
export function twoKinds(before: KindOfFile, after: KindOfFile): PyallocsError {
  const kind = ({ of }: KindOfFile): string => (of === 'recording' ? of : `${of} result`);
  return new PyallocsError(
    'two-kinds',
    `${before.name} is a ${kind(before)}, ${after.name} a ${kind(after)}; diff compares two of the same kind`,
  );
}

interface KindOfFile {
  readonly name: string;
  readonly of: DiffKind;
}

export function diffResults(before: NamedResult, after: NamedResult): DiffResult {
  if (before.file.of !== after.file.of)
    throw twoKinds({ name: before.name, of: before.file.of }, { name: after.name, of: after.file.of });
  const sides = [sideOf(before), sideOf(after)] as const;
  const naming = {
    several: sides.some(({ interpreters }) => interpreters.length > 1),
    taken: new Set([...takenNames(before.file), ...takenNames(after.file)]),
  };
  const measured = [measurements(before.file, naming), measurements(after.file, naming)] as const;
  return diffMeasurements({ of: before.file.of, by: null, moved: [] }, sides, measured);
}

/** What was measured on both sides, by its key: all of its rows that differ. */
export function diffMeasurements(
  about: Pick<DiffResult, 'of' | 'by' | 'moved'>,
  sides: readonly [DiffSide, DiffSide],
  [old, now]: readonly [ReadonlyMap<string, Measured>, ReadonlyMap<string, Measured>],
): DiffResult {
  const rows: DiffRow[] = [];
  const uncompared: Uncompared[] = [];
  let unchanged = 0;
  for (const subject of new Set([...now.keys(), ...old.keys()])) {
    const [a, b] = [old.get(subject), now.get(subject)];
    const why = whyUncompared(a, b);
    if (why !== null) {
      uncompared.push({ key: subject, why });
      continue;
    }
    const [aRows, bRows] = [rowsOf(a), rowsOf(b)];
    const found: DiffRow[] = [];
    for (const key of new Set([...bRows.keys(), ...aRows.keys()])) {
      const row = compare(key, aRows.get(key), bRows.get(key));
      if (row === null) unchanged++;
      else found.push(row);
    }
    rows.push(...largestFirst(found));
  }
  return { schema: 'pyallocs/diff@1', ...about, before: sides[0], after: sides[1], rows, unchanged, uncompared };
}

/** Whether something costs more than before, or costs for the first time. */
export function hasGrowth({ rows }: Pick<DiffResult, 'rows'>): boolean {
  return rows.some(({ change }) => change === 'more' || change === 'new');
}

/** Counts of one execution, or of the program: what the two sides of a row have in common. */
export function deciding(counts: Counts | null, field: DecidingField, iterations: number | null): number {
  const { creations, requests, resizes, bytes } = counts ?? ZERO;
  return { creations: creations.total, requests, resizes, bytes }[field] / (iterations ?? 1);
}

/** By how much a row, or a type in it, differs in the field that decided. */
export function difference(
  { before, after }: Pick<DiffRow, 'before' | 'after'>,
  field: DecidingField,
  iterations: DiffRow['iterations'],
): number {
  return deciding(after, field, iterations?.after ?? null) - deciding(before, field, iterations?.before ?? null);
}

function compare(key: string, a: Entry | undefined, b: Entry | undefined): DiffRow | null {
  const iterations =
    (a ?? b)?.iterations === null ? null : { before: a?.iterations ?? null, after: b?.iterations ?? null };
  const bytesMoved = a?.bytesMoved === true || b?.bytesMoved === true;
  const fields = DECIDING_FIELDS.filter((field) => field !== 'bytes' || !bytesMoved);
  // Multiplied crosswise: a third of a count is no number to compare.
  const field = fields.find(
    (field) =>
      deciding(a?.counts ?? null, field, null) * (b?.iterations ?? 1) !==
      deciding(b?.counts ?? null, field, null) * (a?.iterations ?? 1),
  );
  const kind = (b ?? unwrap(a, 'a row has a side')).kind;
  // A type or place without an event that counts is the same as none; a case or a region is there or it is not.
  if (field === undefined && (kind === 'type' || kind === 'row' || (a !== undefined && b !== undefined))) return null;
  const decidedBy = field ?? 'creations';
  const pair = { before: a?.counts ?? null, after: b?.counts ?? null };
  const grew = difference(pair, decidedBy, iterations) > 0;
  return {
    key,
    kind,
    ...pair,
    change: a === undefined ? 'new' : b === undefined ? 'gone' : grew ? 'more' : 'less',
    decidedBy,
    iterations,
    varying: a?.varying === true || b?.varying === true,
    types: typeDifferences(a, b, decidedBy, iterations),
  };
}

function typeDifferences(
  a: Entry | undefined,
  b: Entry | undefined,
  field: DecidingField,
  iterations: DiffRow['iterations'],
): TypeDifference[] {
  const rows = new Map<string, TypeDifference>();
  for (const { type, ...counts } of a?.byType ?? []) rows.set(type, { type, before: counts, after: null });
  for (const { type, ...counts } of b?.byType ?? [])
    rows.set(type, { type, before: rows.get(type)?.before ?? null, after: counts });
  const size = (row: TypeDifference): number => Math.abs(difference(row, field, iterations));
  return [...rows.values()].filter((row) => size(row) > 0).sort((x, y) => size(y) - size(x));
}

const KINDS: readonly RowKind[] = ['total', 'case', 'type', 'region', 'row'];

/** Of one measurement: the total, types, regions, each with what differs most first. */
function largestFirst(rows: readonly DiffRow[]): DiffRow[] {
  const size = (row: DiffRow, field: DecidingField): number => Math.abs(difference(row, field, null));
  return [...rows].sort(
    (a, b) =>
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
      DECIDING_FIELDS.reduce((order, field) => order || size(b, field) - size(a, field), 0) ||
      (a.key < b.key ? -1 : 1),
  );
}

const rowsOf = (measured: Measured | undefined): ReadonlyMap<string, Entry> =>
  measured === undefined || 'reason' in measured ? new Map() : measured;

function whyUncompared(a: Measured | undefined, b: Measured | undefined): string | null {
  if (a !== undefined && 'reason' in a) return `before: ${a.reason}`;
  if (b !== undefined && 'reason' in b) return `after: ${b.reason}`;
  const [[old], [now]] = [[...rowsOf(a).values()], [...rowsOf(b).values()]];
  if (old === undefined || now === undefined || old.iterations === now.iterations) return null;
  if (old.steady && now.steady) return null;
  return `its cost grows, and ${old.iterations} executions were counted before, ${now.iterations} after; measure both with -n ${Math.min(old.iterations ?? 1, now.iterations ?? 1)}`;
}
