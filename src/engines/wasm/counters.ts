/** Reads the counters of the core. The layout is that of agent/core/counts.h, types.h and core.h, on wasm32. */
import { type Counts, isZero } from '../../core/counts.js';
import type { Interval } from '../../core/interval.js';
import { bytes, count } from '../../core/units.js';
import type { LinearMemory } from './memory.js';

/** 64-bit words of pa_counts. */
const FIELDS = 12;
/** sizeof(pa_row): a pointer, padding, pa_counts. */
const ROW_SIZE = 8 + 8 * FIELDS;
const STATE_LONGS = FIELDS + 4;

/** Bits of pa_state.flags: agent/core/base.h. */
const FLAGS: readonly [bit: number, sentence: string][] = [
  [1, 'a table of the counting core could not grow, so events were lost'],
  [2, 'the allocator handed out a block that was still in use'],
  [4, 'a creation was reported for which no object was found'],
  [8, 'more than half a million types were created'],
  [16, 'a type has a name longer than 4,096 bytes'],
];

/** What the core says of itself beside the counts. */
export interface CoreState {
  readonly objectRequests: number;
  readonly objectClaims: number;
  /** Creation events since the hooks were installed, counting or not. */
  readonly seen: number;
  readonly flags: number;
  readonly rows: number;
}

export function readState(memory: LinearMemory, state: number): CoreState {
  const [objectRequests = 0, objectClaims = 0, , seen = 0] = memory.longs(state + 8 * FIELDS, 4);
  const flags = memory.word(state + 8 * STATE_LONGS);
  const rows = memory.word(state + 8 * STATE_LONGS + 4);
  return { objectRequests, objectClaims, seen, flags, rows };
}

/** The first thing that makes the counts not exact, or null. */
export function flagSentence(flags: number): string | null {
  return FLAGS.find(([bit]) => flags & bit)?.[1] ?? null;
}

function readCounts(memory: LinearMemory, address: number): Counts {
  const at = memory.longs(address, FIELDS);
  const n = (index: number): ReturnType<typeof count> => count(at[index] ?? 0);
  const total = (from: number, to: number): ReturnType<typeof count> =>
    count(at.slice(from, to).reduce((sum, value) => sum + value, 0));
  return {
    creations: { total: total(0, 4), freelist: n(0), pymalloc: n(1), malloc: n(2), foreign: n(3) },
    buffers: { total: total(4, 6), pymalloc: n(4), malloc: n(5) },
    requests: n(6),
    resizes: n(7),
    relocations: n(8),
    releases: n(9),
    bytes: bytes(at[10] ?? 0),
    resizeBytes: bytes(at[11] ?? 0),
    pools: null,
    arenas: null,
  };
}

/** Where counters stand: now, or as copied at a mark. */
export interface CounterPlaces {
  /** Address of a pa_state. */
  readonly state: number;
  /** Address of the pa_counts of row 0. */
  readonly rows: number;
  /** Bytes from one row to the next. */
  readonly rowSize: number;
  readonly rowCount: number;
}

/** `current`: what rows() of the core returns. */
export function currentCounters(memory: LinearMemory, state: number, current: number): CounterPlaces {
  return { state, rows: current + 8, rowSize: ROW_SIZE, rowCount: readState(memory, state).rows };
}

export function markCounters(memory: LinearMemory, state: number, rows: number): CounterPlaces {
  return { state, rows, rowSize: 8 * FIELDS, rowCount: readState(memory, state).rows };
}

/** The name of a row: pa_row begins with a pointer to it. */
export function rowName(memory: LinearMemory, current: number, row: number): string {
  return memory.text(memory.word(current + row * ROW_SIZE));
}

export function readInterval(memory: LinearMemory, places: CounterPlaces, name: (row: number) => string): Interval {
  const byType = new Map<string, Counts>();
  for (let row = 0; row < places.rowCount; row++) {
    const counts = readCounts(memory, places.rows + row * places.rowSize);
    if (!isZero(counts)) byType.set(name(row), counts);
  }
  return { counts: readCounts(memory, places.state), byType };
}
