/**
 * Makes what sites say add up to the rows kept beside them, where the two cannot agree by themselves:
 *
 * - A request is that of a buffer until an object is created on its block, and then moves from the buffers of its site to
 *   the objects of that of the creation. Where the two are not the same instruction (a C function takes memory in one call
 *   and makes an object of it in another), the second site is left with fewer buffers than none. The deficit is taken from
 *   sites that have some: first the same instruction in other contexts, then the same code object, then all others. Sums are
 *   exact; which of several requests it was nobody knows.
 * - A process that is killed in the middle of an event has counted it in its rows and not yet at a site, or the other way
 *   round while the sites of a code object that died are settled. What is missing is at no site.
 */
import { BUFFER_ROW, type Counts, ORIGINS, type Origin } from '../core/counts.js';
import { entryOf } from '../core/maps.js';
import { SAMPLE_FIELDS, type SampleField, valuesOf } from '../core/recording.js';

export type Values = Record<SampleField, number>;

/** Events of one type and origin at one place. */
export interface Entry {
  /** null: at no instruction. */
  readonly place: { readonly code: number; readonly wanted: number } | null;
  readonly type: string | null;
  readonly origin: Origin | null;
  readonly values: Values;
}

export const noValues = (): Values => valuesOf([]);

/** These two are asked of every sample. */
export const isBelowZero = (values: Values): boolean =>
  values.creations < 0 ||
  values.requests < 0 ||
  values.buffers < 0 ||
  values.resizes < 0 ||
  values.relocations < 0 ||
  values.releases < 0 ||
  values.bytes < 0 ||
  values.resizeBytes < 0;

export function addFields(values: Values, more: Values): void {
  values.creations += more.creations;
  values.requests += more.requests;
  values.buffers += more.buffers;
  values.resizes += more.resizes;
  values.relocations += more.relocations;
  values.releases += more.releases;
  values.bytes += more.bytes;
  values.resizeBytes += more.resizeBytes;
}

/** What belongs to each pair of a type and an origin. */
class ByKind<T> {
  readonly #all = new Map<string | null, Map<Origin | null, T>>();

  get(type: string | null, origin: Origin | null): T | undefined {
    return this.#all.get(type)?.get(origin);
  }

  entry(type: string | null, origin: Origin | null, make: () => T): T {
    return entryOf(
      entryOf(this.#all, type, () => new Map<Origin | null, T>()),
      origin,
      make,
    );
  }
}

/** Takes what is below zero from other entries of the same type and origin. What nobody has stays below zero. */
export function moveDeficits(entries: readonly Entry[]): void {
  const byKind = new ByKind<Entry[]>();
  const groups = new Set<Entry[]>();
  for (const { type, origin, values } of entries) {
    if (isBelowZero(values)) groups.add(byKind.entry(type, origin, () => []));
  }
  if (groups.size === 0) return;
  for (const entry of entries) byKind.get(entry.type, entry.origin)?.push(entry);
  for (const group of groups) {
    for (const entry of group) {
      if (!isBelowZero(entry.values)) continue;
      const donors = group.filter((donor) => donor !== entry).sort((a, b) => distance(entry, a) - distance(entry, b));
      for (const field of SAMPLE_FIELDS) take(entry, donors, field);
    }
  }
}

function distance({ place }: Entry, { place: other }: Entry): number {
  if (place === null || other === null) return place === other ? 0 : 3;
  if (place.code !== other.code) return 2;
  return place.wanted === other.wanted ? 0 : 1;
}

function take(entry: Entry, donors: readonly Entry[], field: SampleField): void {
  for (const donor of donors) {
    const missing = -entry.values[field];
    if (missing <= 0) return;
    const given = Math.min(missing, Math.max(0, donor.values[field]));
    donor.values[field] -= given;
    entry.values[field] += given;
  }
}

/** What the rows of a process have and no site has: entries without a place. */
export function restOf(entries: readonly Entry[], byType: ReadonlyMap<string, Counts>): readonly Entry[] {
  const sums = new ByKind<Values>();
  const types = new Set<string | null>();
  for (const { type, origin, values } of entries) {
    addFields(sums.entry(type, origin, noValues), values);
    types.add(type);
  }
  for (const type of byType.keys()) types.add(type === BUFFER_ROW ? null : type);
  return [...types].flatMap((type) => {
    const row = byType.get(type ?? BUFFER_ROW);
    const rest = (origin: Origin | null, values: Partial<Values>): Entry => ({
      place: null,
      type,
      origin,
      values: { ...noValues(), ...values },
    });
    const sum = (field: SampleField, origins: readonly (Origin | null)[]): number =>
      origins.reduce((all, origin) => all + (sums.get(type, origin)?.[field] ?? 0), 0);
    const made = ORIGINS.map((origin) =>
      rest(origin, {
        creations: (row?.creations[origin] ?? 0) - sum('creations', [origin]),
        buffers:
          origin === 'pymalloc' || origin === 'malloc' ? (row?.buffers[origin] ?? 0) - sum('buffers', [origin]) : 0,
      }),
    );
    // A row does not say whose its requests were: they go with what was served.
    const served = made.filter(({ origin }) => origin === 'pymalloc' || origin === 'malloc');
    let requests = (row?.requests ?? 0) - sum('requests', ORIGINS);
    served.forEach(({ values }, i) => {
      const events = values.creations + values.buffers;
      values.requests =
        i === served.length - 1 ? requests : Math.sign(events) * Math.min(Math.abs(events), Math.abs(requests));
      requests -= values.requests;
    });
    const ofBytes = served.find(({ values }) => values.requests !== 0) ?? served[0];
    if (ofBytes !== undefined) ofBytes.values.bytes = (row?.bytes ?? 0) - sum('bytes', ORIGINS);
    const others = rest(null, {
      resizes: (row?.resizes ?? 0) - sum('resizes', [null]),
      relocations: (row?.relocations ?? 0) - sum('relocations', [null]),
      releases: (row?.releases ?? 0) - sum('releases', [null]),
      resizeBytes: (row?.resizeBytes ?? 0) - sum('resizeBytes', [null]),
    });
    return [...made, others].filter(({ values }) => SAMPLE_FIELDS.some((field) => values[field] !== 0));
  });
}

/** How many events are in entries: creations, buffers, resizes, relocations and releases, those below zero as well. */
export function eventsIn(entries: readonly Entry[]): number {
  const fields = ['creations', 'buffers', 'resizes', 'relocations', 'releases'] as const;
  return entries.reduce((all, { values }) => fields.reduce((sum, field) => sum + Math.abs(values[field]), all), 0);
}
