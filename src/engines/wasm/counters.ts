/** Reads the counters of the core. The layout is that of agent/core/counts.h, types.h and core.h, on wasm32. */
import { type Counts, isZero } from '../../core/counts.js';
import type { Interval } from '../../core/interval.js';
import { wrongInterval } from '../runner.js';
import { COUNT_FIELDS, countsOfWords } from '../wire.js';
import type { LinearMemory } from './memory.js';

/** sizeof(pa_counts). */
const ROW_SIZE = 8 * COUNT_FIELDS;
const STATE_LONGS = COUNT_FIELDS + 6;

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
  const [objectRequests = 0, objectClaims = 0, , , , seen = 0] = memory.longs(state + 8 * COUNT_FIELDS, 6);
  const flags = memory.word(state + 8 * STATE_LONGS);
  const rows = memory.word(state + 8 * STATE_LONGS + 4);
  return { objectRequests, objectClaims, seen, flags, rows };
}

export function readCounts(memory: LinearMemory, address: number): Counts {
  const words = memory.longs(address, COUNT_FIELDS);
  return countsOfWords((index) => words[index] ?? 0);
}

/** Where counters stand: those of the interval, or their copy at a mark. */
export interface CounterPlaces {
  /** Address of a pa_state. */
  readonly state: number;
  /** Address of the pa_counts of row 0. */
  readonly rows: number;
}

/** Reads and checks counters: those of the interval, or their copy at a mark. `wrong` says why they are not exact. */
export function readChecked(
  memory: LinearMemory,
  places: CounterPlaces,
  name: (row: number) => string,
  minor: number,
): { readonly interval: Interval; readonly wrong: string | null } {
  const interval = readInterval(memory, places, name);
  const state = readState(memory, places.state);
  return { interval, wrong: wrongInterval(interval, state.flags, state.objectRequests, minor) };
}

/** The name of a row. `names`: what names() of the core returns. */
export function rowName(memory: LinearMemory, names: number, row: number): string {
  return memory.text(memory.word(names + 4 * row));
}

export function readInterval(memory: LinearMemory, places: CounterPlaces, name: (row: number) => string): Interval {
  const byType = new Map<string, Counts>();
  const { rows } = readState(memory, places.state);
  for (let row = 0; row < rows; row++) {
    const counts = readCounts(memory, places.rows + row * ROW_SIZE);
    if (!isZero(counts)) byType.set(name(row), counts);
  }
  return { counts: readCounts(memory, places.state), byType };
}
