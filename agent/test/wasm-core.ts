/** The core as WebAssembly in a memory of its own, driven by agent/test/scripted.c. */
import { readFileSync } from 'node:fs';
import type { CounterPlaces } from '../../src/engines/wasm/counters.js';
import { readInterval, readState, rowName } from '../../src/engines/wasm/counters.js';
import { LinearMemory } from '../../src/engines/wasm/memory.js';
import { instantiateSideModule } from '../../src/engines/wasm/side-module.js';
import { type Answer, type Event, encode, encodeLookUp, encodeStint, type Snapshot, type Subject } from './events.js';

interface ScriptedExports {
  event(operation: number, ...operands: number[]): number;
  state(): number;
  names(): number;
  rows(): number;
  mark_state(mark: number): number;
  mark_rows(mark: number): number;
  tables_in_use(): number;
  tables_refused(): number;
  use_reserve(address: number, size: number): void;
}

const PAGE = 65536;
/** Room for the data and the stack of the module. */
const DATA_PAGES = 16;

export class WasmCore implements Subject {
  readonly #exports: ScriptedExports;
  readonly #memory: LinearMemory;

  private constructor(exports: ScriptedExports, memory: LinearMemory) {
    this.#exports = exports;
    this.#memory = memory;
  }

  /** `space`: the script may use the addresses from 0 to here. `reserve`: so many bytes are set aside for tables. */
  static async load(space = 16 << 20, reserve = 0): Promise<WasmCore> {
    const memory = new WebAssembly.Memory({
      initial: Math.ceil(space / PAGE) + DATA_PAGES + Math.ceil(reserve / PAGE),
    });
    const table = new WebAssembly.Table({ initial: 1, element: 'anyfunc' });
    const code = readFileSync(new URL('../../build/scripted.wasm', import.meta.url));
    let free = Math.ceil(space / PAGE) * PAGE;
    const exports = await instantiateSideModule<ScriptedExports>(code, memory, table, (size) => {
      const address = free;
      free += size;
      if (free > memory.buffer.byteLength - reserve) throw new Error(`the module needs ${size} bytes of data`);
      return address;
    });
    if (reserve > 0) {
      const address = memory.buffer.byteLength - reserve;
      new Uint8Array(memory.buffer).fill(0xaa, address); // whoever had it before left it as it was
      exports.use_reserve(address, reserve);
    }
    return new WasmCore(exports, new LinearMemory(memory));
  }

  apply(event: Event): Answer {
    if (event.kind === 'define') {
      const name = new TextEncoder().encode(`${event.type.name}\0`);
      this.#memory.bytes.set(name, event.type.nameAt);
    }
    const [operation, ...operands] = encode(event);
    const result = this.#exports.event(operation, ...operands);
    if (event.kind === 'start' || event.kind === 'mark') return result !== 0;
    if (event.kind === 'end') return { counters: this.snapshot() };
    if (event.kind === 'marked') return { counters: this.#marked(event.mark) };
    return null;
  }

  /** The counters of the interval that ended last. */
  snapshot(): Snapshot {
    return this.#read({ state: this.#exports.state() >>> 0, rows: this.#exports.rows() >>> 0 });
  }

  #marked(mark: number): Snapshot | null {
    const state = this.#exports.mark_state(mark) >>> 0;
    return state === 0 ? null : this.#read({ state, rows: this.#exports.mark_rows(mark) >>> 0 });
  }

  #read(places: CounterPlaces): Snapshot {
    const names = this.#exports.names() >>> 0;
    const { counts, byType } = readInterval(this.#memory, places, (row) => rowName(this.#memory, names, row));
    const { objectRequests, objectClaims, seen, flags } = readState(this.#memory, places.state);
    const [resurrections = -1] = this.#memory.longs(places.state + 8 * 14, 1);
    return { counts, byType, objectRequests, objectClaims, resurrections, seen, flags };
  }

  get flags(): number {
    return readState(this.#memory, this.#exports.state() >>> 0).flags;
  }

  lookUp(key: number): void {
    this.#exports.event(...(encodeLookUp(key) as [number]));
  }

  /**
   * From now on the tables of the core get memory so many times more (2^32 - 1: always), and then so many times not
   * (0: never again).
   */
  stint(times: number, refusals = 0): void {
    this.#exports.event(...(encodeStint(times, refusals) as [number]));
  }

  /** How many times the tables did not get memory since. */
  get refused(): number {
    return this.#exports.tables_refused();
  }

  /** How many pieces of memory the tables of the core have, those of the reserve left out. */
  get tables(): number {
    return this.#exports.tables_in_use();
  }

  /** Ends the work of the core: starting it for a version that does not exist clears everything and fails. */
  close(): void {
    this.#exports.event(0, 0, 0, 0, 0, 0);
  }

  setWord(address: number, value: number): void {
    this.#memory.setWord(address, value);
  }
}
