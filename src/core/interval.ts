/** One measured interval: its totals and the same by type. Rows and totals are kept independently and checked. */
import {
  addCounts,
  BUFFER_ROW,
  type Counts,
  countFields,
  isZero,
  subtractCounts,
  type TypeCounts,
  ZERO,
} from './counts.js';

export interface Interval {
  readonly counts: Counts;
  /** One row per type with an event, in any order. */
  readonly byType: ReadonlyMap<string, Counts>;
}

export const EMPTY_INTERVAL: Interval = { counts: ZERO, byType: new Map() };

function combine(a: Interval, b: Interval, f: (x: Counts, y: Counts) => Counts): Interval {
  const types = new Set([...a.byType.keys(), ...b.byType.keys()]);
  const byType = new Map<string, Counts>();
  for (const type of types) {
    const row = f(a.byType.get(type) ?? ZERO, b.byType.get(type) ?? ZERO);
    if (!isZero(row)) byType.set(type, row);
  }
  return { counts: f(a.counts, b.counts), byType };
}

export const subtractIntervals = (a: Interval, b: Interval): Interval => combine(a, b, subtractCounts);

export const addIntervals = (a: Interval, b: Interval): Interval => combine(a, b, addCounts);

/** Whether two intervals agree in creations by type and origin, requests and resizes. */
export function sameIntervals(a: Interval, b: Interval, same: (x: Counts, y: Counts) => boolean): boolean {
  const types = new Set([...a.byType.keys(), ...b.byType.keys()]);
  return same(a.counts, b.counts) && [...types].every((t) => same(a.byType.get(t) ?? ZERO, b.byType.get(t) ?? ZERO));
}

/** The rows of a result: most creations first, then requests, then by name; "(buffer)" last. */
export function typeRows(interval: Interval): TypeCounts[] {
  const weight = (row: TypeCounts): number => (row.type === BUFFER_ROW ? 1 : 0);
  return [...interval.byType]
    .map(([type, counts]) => ({ type, ...counts }))
    .sort(
      (a, b) =>
        weight(a) - weight(b) ||
        b.creations.total - a.creations.total ||
        b.requests - a.requests ||
        b.resizes - a.resizes ||
        (a.type < b.type ? -1 : a.type > b.type ? 1 : 0),
    );
}

/** The sentence for the first broken identity of an interval, or null when all hold. */
export function brokenIdentity(interval: Interval): string | null {
  const { counts, byType } = interval;
  const { creations, buffers } = counts;
  if (counts.requests !== creations.pymalloc + creations.malloc + buffers.total) {
    return `requests (${counts.requests}) are not creations from the allocator (${creations.pymalloc + creations.malloc}) plus buffers (${buffers.total})`;
  }
  if (creations.total !== creations.freelist + creations.pymalloc + creations.malloc + creations.foreign) {
    return `creations (${creations.total}) are not the sum of their origins`;
  }
  let sum = ZERO;
  for (const row of byType.values()) sum = addCounts(sum, row);
  const expected = countFields(counts);
  const found = countFields(sum);
  if (expected.some((value, i) => found[i] !== null && value !== null && value !== found[i])) {
    return 'the sums over the types are not the totals kept beside them';
  }
  return null;
}
