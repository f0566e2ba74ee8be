/**
 * A recording: where the allocations of a program come from. `record` writes it, `report`, `annotate`, `export` and `diff`
 * read it; the file is gzipped pprof.
 *
 *     Recording ── samples ── stack ──> locations ──> codes
 *                  (counts)             (instruction)   (function, file)
 */
import { type Counts, ORIGINS, type Origin, ZERO } from './counts.js';
import type { Interpreter } from './interpreter.js';
import type { Exit, ProcessRow, ProgramWarning } from './program.js';
import { bytes, count } from './units.js';

/** A code object, by what it is: two that are equal in file, name, line and bytes are one. */
export interface Code {
  /** co_qualname; before 3.11 co_name. */
  readonly name: string;
  /** co_filename as the interpreter has it: a path, "<string>", "<frozen importlib._bootstrap>". */
  readonly file: string;
  /** co_firstlineno. */
  readonly firstLine: number;
}

/** An instruction. A C function is charged to the instruction that called it. */
export interface Location {
  /** Index in codes. */
  readonly code: number;
  /** Where the instruction stands in the bytecode, in bytes, as `dis` numbers it. */
  readonly offset: number;
  /** null: the instruction has none, as some that the compiler adds. */
  readonly line: number | null;
  /** Counted from 1, in bytes of UTF-8; null: none, and always before 3.11. */
  readonly column: number | null;
  /** "BINARY_OP"; never a specialised form. "" where the interpreter was not asked. */
  readonly opcode: string;
  /** "+", "json.dumps", "" where it has none or where the source that names it is gone. */
  readonly argument: string;
}

export const SAMPLE_FIELDS = [
  'creations',
  'requests',
  'buffers',
  'resizes',
  'relocations',
  'releases',
  'bytes',
  'resizeBytes',
] as const;
export type SampleField = (typeof SAMPLE_FIELDS)[number];

/** With `--live` only. A block parked in a freelist is live. */
export const LIVE_FIELDS = ['liveBlocks', 'liveBytes', 'peakBlocks', 'peakBytes'] as const;
export type LiveField = (typeof LIVE_FIELDS)[number];

export type SampleValues = Readonly<Record<SampleField, number>> & Readonly<Partial<Record<LiveField, number>>>;

/** A measure of samples; those of a live recording only are absent from others. */
export type Measure = SampleField | LiveField;

type NewValues = { -readonly [F in keyof SampleValues]: SampleValues[F] };

/** Values from numbers in the order of SAMPLE_FIELDS. Written out: it is done for every sample. */
export function valuesOf(numbers: ArrayLike<number>): NewValues {
  return {
    creations: numbers[0] ?? 0,
    requests: numbers[1] ?? 0,
    buffers: numbers[2] ?? 0,
    resizes: numbers[3] ?? 0,
    relocations: numbers[4] ?? 0,
    releases: numbers[5] ?? 0,
    bytes: numbers[6] ?? 0,
    resizeBytes: numbers[7] ?? 0,
  };
}

/** The same with LIVE_FIELDS after them. */
export function liveValuesOf(numbers: ArrayLike<number>): NewValues {
  return {
    creations: numbers[0] ?? 0,
    requests: numbers[1] ?? 0,
    buffers: numbers[2] ?? 0,
    resizes: numbers[3] ?? 0,
    relocations: numbers[4] ?? 0,
    releases: numbers[5] ?? 0,
    bytes: numbers[6] ?? 0,
    resizeBytes: numbers[7] ?? 0,
    liveBlocks: numbers[8] ?? 0,
    liveBytes: numbers[9] ?? 0,
    peakBlocks: numbers[10] ?? 0,
    peakBytes: numbers[11] ?? 0,
  };
}

/** Events of one stack, type, origin, thread, region and process. */
export interface Sample {
  /** Indexes in locations, the innermost first. Empty: outside of any Python code. Of a recording without stacks only the
   *  innermost. */
  readonly stack: readonly number[];
  /** null: of no object, a buffer. */
  readonly type: string | null;
  /** Who served creations and requests; null for resizes, relocations and releases. */
  readonly origin: Origin | null;
  /** "MainThread". */
  readonly thread: string;
  /** The path "outer/inner" of open regions; null: in none. */
  readonly region: string | null;
  readonly pid: number;
  readonly values: SampleValues;
}

/** A source file as it was found after the program had ended. */
export interface SourceFile {
  /** As in Code.file. */
  readonly file: string;
  /** Hexadecimal; null: there is no such file. */
  readonly sha256: string | null;
}

/** Callers: not recorded; recorded, with a call site that is already on the path leading back to it; recorded whole. */
export type Stacks = 'none' | 'folded' | 'full';

export interface Recording {
  /** What stood after `python`. */
  readonly command: readonly string[];
  /** Where the program was started. */
  readonly folder: string;
  readonly interpreter: Interpreter;
  readonly exit: Exit;
  readonly outcome: 'exact' | 'varying';
  /** Of `varying`. */
  readonly why: ProgramWarning | null;
  readonly warnings: readonly ProgramWarning[];
  readonly seconds: number;
  /** Kept beside the sites while the program ran; all samples together come to the same. */
  readonly total: Counts;
  readonly processes: readonly ProcessRow[];
  readonly stacks: Stacks;
  readonly live: boolean;
  /** An event may stand at an instruction beside its own: approximateBecause of interpreter.ts. */
  readonly approximate: boolean;
  readonly sources: readonly SourceFile[];
  readonly codes: readonly Code[];
  readonly locations: readonly Location[];
  readonly samples: readonly Sample[];
}

/** What a sample adds to the counts of its row. Pools and arenas are not known by site. */
export function countsOf({ origin, values }: Pick<Sample, 'origin' | 'values'>): Counts {
  const by = (of: Origin): number => (of === origin ? values.creations : 0);
  const [freelist, pymalloc, malloc, foreign] = ORIGINS.map(by);
  return {
    ...ZERO,
    creations: {
      total: count(values.creations),
      freelist: count(freelist ?? 0),
      pymalloc: count(pymalloc ?? 0),
      malloc: count(malloc ?? 0),
      foreign: count(foreign ?? 0),
    },
    buffers: {
      total: count(values.buffers),
      pymalloc: count(origin === 'pymalloc' ? values.buffers : 0),
      malloc: count(origin === 'malloc' ? values.buffers : 0),
    },
    requests: count(values.requests),
    resizes: count(values.resizes),
    relocations: count(values.relocations),
    releases: count(values.releases),
    bytes: bytes(values.bytes),
    resizeBytes: bytes(values.resizeBytes),
  };
}
