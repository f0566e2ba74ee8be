/**
 * Reads the recording of a process: agent/native/recording.h. It may be written to at this moment, or be what a killed
 * process left behind, or no recording at all: every address in it is checked.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { addCounts, BUFFER_ROW, type Counts, isZero, ZERO } from '../../core/counts.js';
import { PyallocsError } from '../../core/errors.js';
import type { Interpreter } from '../../core/interpreter.js';
import type { Interval } from '../../core/interval.js';
import { bytes, count } from '../../core/units.js';
import { type Book, type BookMemory, bookSize, readBook } from '../book.js';
import type { RawEvents } from '../where.js';
import { COUNT_FIELDS, countsOfWords } from '../wire.js';

const VERSION = 3;
const HEAD_SIZE = 5656;
const WORD = 8;

/** Offsets in pa_recording. */
const AT = {
  version: 8,
  base: 16,
  used: 32,
  pid: 40,
  parent: 48,
  state: 56,
  exitCode: 64,
  refused: 72,
  flags: 80,
  notes: 88,
  began: 96,
  ended: 104,
  minor: 112,
  pymalloc: 120,
  threads: 136,
  pythonVersion: 144,
  allocator: 152,
  command: 160,
  commandSize: 168,
  names: 176,
  namesUsed: 184,
  slots: 192,
  regions: 200,
  waitedUsed: 208,
  waited: 216,
  phases: 4312,
  interval: 4936,
  intervalRows: 5544,
  book: 5576,
  forks: 5640,
  forked: 5648,
} as const;

/** A bit of `notes`: pools are not known. */
const NOTE_POOL_SIZE = 8;
const ROW_SIZE = COUNT_FIELDS * WORD;
/** Offsets in pa_tally, in words. */
const TALLY = { requested: 12, claimed: 18, claimedBytes: 20, pools: 22, arenas: 23, rows: 24, size: 208 } as const;
const STATE = { objectRequests: 12, pools: 15, arenas: 16, flags: 144, rows: 148, size: 152 } as const;
const REGION = { raw: 208, name: 248, entries: 256, disorder: 264, next: 272, size: 288 } as const;
const SLOTS = 1024;
const SLOT_SIZE = 128;
const RAW_FIELDS = 5;
const WAITED = 256;
/** More of either is no recording of ours. */
const MANY_NAMES = 1 << 20;
const MANY_REGIONS = 1 << 16;
const LONG_TEXT = 1 << 20;
/** A command line may have more: the kernel allows some megabytes. */
const LONG_COMMAND = 1 << 24;

export type Phase = 'startup' | 'program' | 'shutdown';
const PHASES: readonly Phase[] = ['startup', 'program', 'shutdown'];

/** What a process was doing last. */
export type ProcessState = 'starting' | 'running' | 'stopping' | 'exited';
const STATES: readonly ProcessState[] = ['starting', 'running', 'stopping', 'exited'];

/** A tally as it stands in the file, brought up to date. */
export interface Tally extends Interval {
  /** Requests of the obj domain. */
  readonly objectRequests: number;
}

export interface RegionTally extends Tally {
  readonly name: string;
  readonly entries: number;
  /** It was left in the wrong order, or in another thread than it was entered in. */
  readonly disorder: boolean;
}

/** The head of a recording. */
export interface RecordingHead {
  /** Bytes of the file that are in use. */
  readonly size: number;
  readonly pid: number;
  /** null: started by pyallocs. */
  readonly parent: number | null;
  readonly state: ProcessState;
  readonly exitCode: number;
  /** Why the process was not counted: agent/native/recording.h; 0: it was. */
  readonly refused: number;
  readonly flags: number;
  readonly notes: number;
  /** Nanoseconds of a monotonic clock; 0: not yet. */
  readonly began: number;
  readonly ended: number;
  readonly minor: number;
  readonly pymalloc: boolean;
  readonly allocator: string | null;
  readonly pythonVersion: string;
  readonly command: readonly string[];
  readonly threads: number;
  /** Children that were forked and have no file yet. */
  readonly unborn: number;
}

/** An interpreter as it ran: PYTHONMALLOC decides which allocator it has. */
export function withAllocator(interpreter: Interpreter, { pymalloc, allocator }: RecordingHead): Interpreter {
  const usual = allocator === 'pymalloc' || allocator === null ? [] : [`PYTHONMALLOC=${allocator}`];
  return { ...interpreter, pymalloc, build: [...new Set([...interpreter.build, ...usual])] };
}

/** A file that is no recording, or not one of this version, or not whole. */
export function notARecording(path: string, why: string): PyallocsError {
  return new PyallocsError('bad-recording', `${path} is not a recording of this version of pyallocs: ${why}`);
}

/** Whether a process is about to make this recording: it writes the first word last. */
export function isBeingMade(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const magic = Buffer.alloc(WORD);
    return readSync(file, magic, 0, WORD, 0) < WORD || magic.readBigUInt64LE() === 0n;
  } finally {
    closeSync(file);
  }
}

export class Recording {
  readonly path: string;
  readonly #file: number;
  #head: Buffer;
  #names: string[] = [];

  /** Throws PyallocsError when the file is no recording. */
  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'r');
    this.#head = Buffer.alloc(HEAD_SIZE);
    try {
      this.refresh();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Reads the head again: the process may have gone on. */
  refresh(): void {
    const head = Buffer.alloc(HEAD_SIZE);
    if (readSync(this.#file, head, 0, HEAD_SIZE, 0) < HEAD_SIZE) throw notARecording(this.path, 'it is too short');
    if (head.toString('latin1', 0, 8) !== 'pyallocs') throw notARecording(this.path, 'it begins with something else');
    const version = Number(head.readBigUInt64LE(AT.version));
    if (version !== VERSION) throw notARecording(this.path, `its format is version ${version}, not ${VERSION}`);
    this.#head = head;
  }

  /** Whether the head in the file is still the one that was read. */
  isAsRead(): boolean {
    const head = Buffer.alloc(HEAD_SIZE);
    return readSync(this.#file, head, 0, HEAD_SIZE, 0) === HEAD_SIZE && head.equals(this.#head);
  }

  /** A word of the head. Counters stay far below 2^53. */
  #word(at: number): number {
    return Number(this.#head.readBigUInt64LE(at));
  }

  get head(): RecordingHead {
    const word = (at: number): number => this.#word(at);
    return {
      size: word(AT.used),
      pid: word(AT.pid),
      parent: word(AT.parent) || null,
      state: STATES[word(AT.state)] ?? this.#fail('its state is unknown'),
      exitCode: word(AT.exitCode),
      refused: word(AT.refused),
      flags: word(AT.flags),
      notes: word(AT.notes),
      began: word(AT.began),
      ended: word(AT.ended),
      minor: word(AT.minor),
      pymalloc: word(AT.pymalloc) !== 0,
      allocator: this.#text(this.#head.readBigUInt64LE(AT.allocator)),
      pythonVersion: this.#text(this.#head.readBigUInt64LE(AT.pythonVersion)) ?? '',
      command: this.#command(),
      threads: word(AT.threads),
      unborn: word(AT.forks) - word(AT.forked),
    };
  }

  #fail(why: string): never {
    throw notARecording(this.path, why);
  }

  /** The offset of an address of the process; null for NULL. */
  #offset(address: bigint, size: number): number | null {
    if (address === 0n) return null;
    const offset = Number(address - this.#head.readBigUInt64LE(AT.base));
    const used = this.#word(AT.used);
    if (offset < 0 || !Number.isSafeInteger(offset) || size < 0 || offset + size > used)
      this.#fail('an address in it leads nowhere');
    return offset;
  }

  #read(offset: number, size: number): Buffer {
    // A size in it may be any: no memory is taken for more than the file has. What is small, reading tells.
    if (size > HEAD_SIZE && offset + size > fstatSync(this.#file).size) this.#fail('it is cut off');
    const buffer = Buffer.alloc(size);
    if (readSync(this.#file, buffer, 0, size, offset) < size) this.#fail('it is cut off');
    return buffer;
  }

  /** Zero-terminated text. */
  #text(address: bigint): string | null {
    const start = this.#offset(address, 1);
    if (start === null) return null;
    const end = this.#word(AT.used);
    for (let size = 256; ; size *= 4) {
      const buffer = this.#read(start, Math.min(size, end - start));
      const zero = buffer.indexOf(0);
      if (zero >= 0) return buffer.toString('utf8', 0, zero);
      if (size > LONG_TEXT || start + size >= end) this.#fail('a text in it has no end');
    }
  }

  #command(): readonly string[] {
    const size = this.#word(AT.commandSize);
    if (size > LONG_COMMAND) this.#fail('its command is too long');
    const start = this.#offset(this.#head.readBigUInt64LE(AT.command), size);
    return start === null || size === 0 ? [] : this.#read(start, size).toString('utf8').split('\0').slice(0, -1);
  }

  /** Without pymalloc there are none to see. */
  #pools(pools: number, arenas: number): Pick<Counts, 'pools' | 'arenas'> {
    if (this.#word(AT.pymalloc) === 0) return { pools: null, arenas: null };
    return { pools: this.#word(AT.notes) & NOTE_POOL_SIZE ? null : count(pools), arenas: count(arenas) };
  }

  /** The names of rows. */
  #name(row: number): string {
    const used = this.#word(AT.namesUsed);
    if (this.#names.length <= row) {
      if (used > MANY_NAMES) this.#fail('it has too many names');
      const start = this.#offset(this.#head.readBigUInt64LE(AT.names), used * WORD);
      if (start === null) this.#fail('it has no names');
      const pointers = this.#read(start, used * WORD);
      for (let i = this.#names.length; i < used; i++)
        this.#names.push(this.#text(pointers.readBigUInt64LE(i * WORD)) ?? '');
    }
    return this.#names[row] ?? this.#fail('a row of it has no name');
  }

  /** The counts of rows, by name. */
  #rows(address: bigint, used: number): Map<string, Counts> {
    const byType = new Map<string, Counts>();
    if (used > MANY_NAMES) this.#fail('it has too many rows');
    const start = this.#offset(address, used * ROW_SIZE);
    if (start === null) return byType;
    const rows = this.#read(start, used * ROW_SIZE);
    for (let row = 0; row < used; row++) {
      const counts = readCounts(rows, row * ROW_SIZE);
      if (!isZero(counts)) byType.set(this.#name(row), counts);
    }
    return byType;
  }

  /** The names of all rows. */
  names(): readonly string[] {
    const used = this.#word(AT.namesUsed);
    if (used > 0) this.#name(used - 1);
    return this.#names.slice(0, used);
  }

  /** Where events of the program came from; null: that was not recorded. */
  book(): Book | null {
    if (this.#head.readBigUInt64LE(AT.book) === 0n) return null;
    const view = (buffer: Buffer): DataView => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const memory: BookMemory = {
      word: 8,
      read: (address, size) =>
        view(this.#read(this.#offset(BigInt(address), size) ?? this.#fail('an address in it is NULL'), size)),
      upTo: (address, most) => {
        const start = this.#offset(BigInt(address), 1) ?? this.#fail('an address in it is NULL');
        return view(this.#read(start, Math.min(most, this.#word(AT.used) - start)));
      },
    };
    return readBook(memory, view(this.#head.subarray(AT.book, AT.book + bookSize(8))));
  }

  /** Events of the raw domain in a phase, of all threads. */
  rawEvents(phase: Phase): RawEvents {
    const [requests = 0, asked = 0, resizes = 0, resizeBytes = 0, releases = 0] = this.#raw(PHASES.indexOf(phase));
    return { requests, bytes: asked, resizes, resizeBytes, releases };
  }

  /** What was counted in a phase, the raw domain of all threads included. */
  phase(phase: Phase): Tally {
    const index = PHASES.indexOf(phase);
    const tally = this.#head.subarray(AT.phases + index * TALLY.size, AT.phases + (index + 1) * TALLY.size);
    return this.#tally(tally, this.#raw(index));
  }

  /** In the order of RAW_FIELDS. */
  #raw(index: number): readonly number[] {
    const slots = this.#offset(this.#head.readBigUInt64LE(AT.slots), SLOTS * SLOT_SIZE);
    const raw = Array<number>(RAW_FIELDS).fill(0);
    if (slots !== null) {
      const all = this.#read(slots, SLOTS * SLOT_SIZE);
      for (let slot = 0; slot < SLOTS; slot++) {
        const at = slot * SLOT_SIZE + WORD + index * RAW_FIELDS * WORD;
        for (let field = 0; field < RAW_FIELDS; field++) {
          raw[field] = (raw[field] ?? 0) + Number(all.readBigUInt64LE(at + field * WORD));
        }
      }
    }
    return raw;
  }

  #tally(tally: Buffer, raw: readonly number[]): Tally {
    const word = (index: number): number => Number(tally.readBigUInt64LE(index * WORD));
    const totals = readCounts(tally, 0);
    const requested = (domain: number, origin: number): number => word(TALLY.requested + domain * 2 + origin);
    const buffers = [0, 1].map(
      (origin) => [0, 1, 2].reduce((sum, domain) => sum + requested(domain, origin), 0) - word(TALLY.claimed + origin),
    );
    const [pymalloc = 0, malloc = 0] = buffers;
    const counts: Counts = {
      ...totals,
      buffers: { pymalloc: count(pymalloc), malloc: count(malloc), total: count(pymalloc + malloc) },
      requests: count([0, 1, 2].reduce((sum, domain) => sum + requested(domain, 0) + requested(domain, 1), 0)),
      ...this.#pools(word(TALLY.pools), word(TALLY.arenas)),
    };
    const byType = this.#rows(tally.readBigUInt64LE(TALLY.rows * WORD), this.#word(AT.namesUsed));
    const rawCounts = countsOfRaw(raw);
    // Row 0 is brought up to date at the end of an interval only: here it is what no creation has moved to a type.
    const bufferRow: Counts = {
      ...(byType.get(BUFFER_ROW) ?? ZERO),
      buffers: counts.buffers,
      requests: counts.buffers.total,
      bytes: bytes(totals.bytes - word(TALLY.claimedBytes)),
    };
    const withRaw = addCounts(bufferRow, rawCounts);
    if (!isZero(withRaw)) byType.set(BUFFER_ROW, withRaw);
    return {
      counts: addCounts(counts, { ...rawCounts, pools: count(0), arenas: count(0) }),
      byType,
      objectRequests: requested(2, 0) + requested(2, 1),
    };
  }

  regions(): RegionTally[] {
    const found: RegionTally[] = [];
    const seen = new Set<bigint>();
    for (let next = this.#head.readBigUInt64LE(AT.regions); next !== 0n; ) {
      if (seen.has(next) || seen.size > MANY_REGIONS) this.#fail('its regions have no end');
      seen.add(next);
      const region = this.#read(this.#offset(next, REGION.size) ?? 0, REGION.size);
      const raw = Array.from({ length: RAW_FIELDS }, (_, i) => Number(region.readBigUInt64LE(REGION.raw + i * WORD)));
      const name = this.#text(region.readBigUInt64LE(REGION.name)) ?? '';
      found.push({
        name,
        entries: Number(region.readBigUInt64LE(REGION.entries)),
        disorder: region.readBigUInt64LE(REGION.disorder) !== 0n,
        ...this.#tally(region.subarray(0, TALLY.size), raw),
      });
      next = region.readBigUInt64LE(REGION.next);
    }
    return found.reverse();
  }

  /** Children that this process waited for: how they ended, by pid. */
  waited(): Map<number, number> {
    const all = new Map<number, number>();
    for (let i = 0; i < Math.min(WAITED, this.#word(AT.waitedUsed)); i++) {
      all.set(this.#word(AT.waited + i * 2 * WORD), this.#word(AT.waited + (i * 2 + 1) * WORD));
    }
    return all;
  }

  /** Of a worker: the interval it counted last, or the copy at one of its marks; null when that mark was not passed. */
  interval(mark: number | null): Tally | null {
    const at = AT.interval + (mark === null ? 0 : (mark + 1) * STATE.size);
    const rows = this.#head.readBigUInt64LE(AT.intervalRows + (mark === null ? 0 : (mark + 1) * WORD));
    if (rows === 0n) return null;
    return {
      counts: {
        ...readCounts(this.#head, at),
        ...this.#pools(this.#word(at + STATE.pools * WORD), this.#word(at + STATE.arenas * WORD)),
      },
      byType: this.#rows(rows, this.#head.readUInt32LE(at + STATE.rows)),
      objectRequests: this.#word(at + STATE.objectRequests * WORD),
    };
  }

  /** Of a worker: the flags of the core at the end of the interval. */
  intervalFlags(): number {
    return this.#head.readUInt32LE(AT.interval + STATE.flags);
  }
}

/** Row 0 of an interval that goes on may be below zero for a moment. */
function readCounts(from: Buffer, at: number): Counts {
  return countsOfWords((index) => Number(from.readBigInt64LE(at + index * WORD)));
}

/** Raw blocks come from malloc and never become objects: they are buffers. */
function countsOfRaw([requests = 0, asked = 0, resizes = 0, resized = 0, releases = 0]: readonly number[]): Counts {
  return {
    ...ZERO,
    buffers: { total: count(requests), pymalloc: count(0), malloc: count(requests) },
    requests: count(requests),
    resizes: count(resizes),
    releases: count(releases),
    bytes: bytes(asked),
    resizeBytes: bytes(resized),
  };
}
