/** Records where the events of a program come from, with agent/wasm/recorder.c. Nothing here needs Node. */
import { PyallocsError } from '../../core/errors.js';
import type { Stacks } from '../../core/recording.js';
import { type BookMemory, bookSize, readBook } from '../book.js';
import type { OpcodeTables } from '../opcodes.js';
import { type PackedBook, packBook } from '../packed-book.js';
import { readState, rowName } from './counters.js';
import type { CPython } from './cpython.js';
import type { LinearMemory } from './memory.js';
import type { CoreExports } from './side-module.js';

/** What to record. */
export interface RecordOptions {
  readonly stacks: Stacks;
  /** Whether live blocks are followed: here those of the raw domain are so by site as well. */
  readonly live: boolean;
}

/** With what the interpreter said of its opcodes, in a state that is no more. */
export interface Recorder extends RecordOptions {
  readonly opcodes: OpcodeTables;
}

/** What was recorded of one program. Plain data: it crosses a process. */
export interface Recorded {
  readonly book: PackedBook;
  /** By row; row 0 is that of buffers. */
  readonly types: readonly string[];
}

/** Opens the book. Makes no Python object. */
export function startRecording(python: CPython, core: CoreExports, { stacks, live, opcodes }: Recorder): void {
  const { bytes } = python.memory;
  bytes.set(bytesOfHex(opcodes.base), core.opcode_base() >>> 0);
  bytes.set(bytesOfHex(opcodes.caches), core.opcode_caches() >>> 0);
  // Renamed in 3.13.
  const state = python.has('PyThreadState_GetUnchecked') ? 'PyThreadState_GetUnchecked' : '_PyThreadState_UncheckedGet';
  python.call(state);
  const [callers, whole] = [stacks !== 'none', stacks === 'full'].map(Number) as [number, number];
  if (!core.record_sites(python.functionIndex(state), callers, whole, Number(live))) {
    throw new PyallocsError('no-record', 'the interpreter has no memory for a recording, or its layout is not known');
  }
}

/** Reads the book, of which nothing may be counted any more. `state`: address of the core's pa_state. */
export function readRecorded({ memory }: CPython, core: CoreExports, state: number): Recorded {
  const place = core.book() >>> 0;
  const names = core.names() >>> 0;
  const { rows } = readState(memory, state);
  const source = bookMemory(memory);
  return {
    book: packBook(readBook(source, source.read(place, bookSize(source.word)))),
    types: Array.from({ length: rows }, (_, row) => rowName(memory, names, row)),
  };
}

/** Copies: what is read lives on when the memory changes or grows. */
function bookMemory(memory: LinearMemory): BookMemory {
  const upTo = (address: number, most: number): DataView =>
    new DataView(memory.bytes.slice(address, address + most).buffer);
  return {
    word: 4,
    upTo,
    read: (address, size) => {
      const view = upTo(address, size);
      if (view.byteLength < size) {
        throw new PyallocsError('bad-recording', 'what was recorded cannot be read: an address in it leads nowhere');
      }
      return view;
    },
  };
}

function bytesOfHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}
