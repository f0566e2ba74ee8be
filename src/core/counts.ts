/**
 * The vocabulary. Everything pyallocs says is made of these numbers.
 *
 * A *creation* is a new object: CPython initialises its header. Its *origin* is who supplied the memory. A *request* is
 * a successful malloc, calloc or realloc(NULL) through CPython's allocators; a *buffer* is a request whose block never
 * became an object (list items, dict keys, string builders). A *resize* is a realloc of a live block, a *relocation* the
 * header of an existing object set up again after one, a *release* the free of a live block.
 *
 *     creations  →  not from a freelist  →  requests (objects + buffers)  →  new pools  →  new arenas, system malloc
 */
import { type Bytes, bytes, type Count, count } from './units.js';

/** Who supplied the memory of a created object. */
export type Origin = 'freelist' | 'pymalloc' | 'malloc' | 'foreign';

export const ORIGINS: readonly Origin[] = ['freelist', 'pymalloc', 'malloc', 'foreign'];

/** Events of one interval, of one type in it, or (as plain fractions) of one execution. */
export interface Counts {
  readonly creations: {
    readonly total: Count;
    /** Recycled by CPython: no allocator was asked. */
    readonly freelist: Count;
    /** A block of a pymalloc pool. 0 where the build has no pymalloc. */
    readonly pymalloc: Count;
    /** The C library. */
    readonly malloc: Count;
    /** Memory that never came through CPython's allocators. */
    readonly foreign: Count;
  };
  /** Requests whose block never became an object. */
  readonly buffers: { readonly total: Count; readonly pymalloc: Count; readonly malloc: Count };
  /** = creations.pymalloc + creations.malloc + buffers.total, checked at every count. */
  readonly requests: Count;
  readonly resizes: Count;
  readonly relocations: Count;
  readonly releases: Count;
  /** Sizes asked for by requests. */
  readonly bytes: Bytes;
  /** New sizes asked for by resizes. */
  readonly resizeBytes: Bytes;
  /** Pools taken by pymalloc; null where this engine, or this row, cannot say. */
  readonly pools: Count | null;
  /** Arenas newly taken from the system; null where this engine, or this row, cannot say. */
  readonly arenas: Count | null;
}

/** Counts of one type. Requests, resizes and releases belong to the type of the object on their block. */
export interface TypeCounts extends Counts {
  /** tp_name as the interpreter stores it: "int", "datetime.timedelta", "C"; "(buffer)" for blocks without an object. */
  readonly type: string;
}

export const BUFFER_ROW = '(buffer)';

/** What a counter with no event shows. */
export const ZERO: Counts = {
  creations: { total: count(0), freelist: count(0), pymalloc: count(0), malloc: count(0), foreign: count(0) },
  buffers: { total: count(0), pymalloc: count(0), malloc: count(0) },
  requests: count(0),
  resizes: count(0),
  relocations: count(0),
  releases: count(0),
  bytes: bytes(0),
  resizeBytes: bytes(0),
  pools: null,
  arenas: null,
};

/** Applies `f` to each pair of fields. A field that either side cannot see stays null. */
function zip(a: Counts, b: Counts, f: (x: number, y: number) => number): Counts {
  const each = (x: number, y: number): Count => count(f(x, y));
  const seen = (x: Count | null, y: Count | null): Count | null => (x === null || y === null ? null : each(x, y));
  return {
    creations: {
      total: each(a.creations.total, b.creations.total),
      freelist: each(a.creations.freelist, b.creations.freelist),
      pymalloc: each(a.creations.pymalloc, b.creations.pymalloc),
      malloc: each(a.creations.malloc, b.creations.malloc),
      foreign: each(a.creations.foreign, b.creations.foreign),
    },
    buffers: {
      total: each(a.buffers.total, b.buffers.total),
      pymalloc: each(a.buffers.pymalloc, b.buffers.pymalloc),
      malloc: each(a.buffers.malloc, b.buffers.malloc),
    },
    requests: each(a.requests, b.requests),
    resizes: each(a.resizes, b.resizes),
    relocations: each(a.relocations, b.relocations),
    releases: each(a.releases, b.releases),
    bytes: bytes(f(a.bytes, b.bytes)),
    resizeBytes: bytes(f(a.resizeBytes, b.resizeBytes)),
    pools: seen(a.pools, b.pools),
    arenas: seen(a.arenas, b.arenas),
  };
}

export const addCounts = (a: Counts, b: Counts): Counts => zip(a, b, (x, y) => x + y);
export const subtractCounts = (a: Counts, b: Counts): Counts => zip(a, b, (x, y) => x - y);
export const divideCounts = (a: Counts, by: number): Counts => zip(a, a, (x) => x / by);

/** Whether two intervals agree in all that makes a measurement exact: creations by origin, requests and resizes. */
export function sameCounts(a: Counts, b: Counts): boolean {
  return (
    ORIGINS.every((origin) => a.creations[origin] === b.creations[origin]) &&
    a.requests === b.requests &&
    a.resizes === b.resizes
  );
}

/** Every field as a list of numbers, in the order of the fields; null for what cannot be seen. */
export function countFields(c: Counts): readonly (number | null)[] {
  return [
    ...ORIGINS.map((origin) => c.creations[origin]),
    c.creations.total,
    c.buffers.pymalloc,
    c.buffers.malloc,
    c.buffers.total,
    c.requests,
    c.resizes,
    c.relocations,
    c.releases,
    c.bytes,
    c.resizeBytes,
    c.pools,
    c.arenas,
  ];
}

/** Whether nothing happened at all. */
export function isZero(c: Counts): boolean {
  return countFields(c).every((value) => value === 0 || value === null);
}

/** How many events an interval saw, of every kind. */
export function eventCount(c: Counts): number {
  return c.creations.total + c.requests + c.resizes + c.relocations + c.releases;
}
