/** What counting a whole program came to, and the result of `stat`. Numbers exist only in the states that have them. */
import type { Counts, TypeCounts } from './counts.js';
import type { Interpreter } from './interpreter.js';
import type { Range, Refusal } from './outcome.js';

/** How a process ended: with an exit code, or by a signal ("SIGKILL"). Both null: it ended, nobody saw how. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Why the numbers of a program are not exact, or what a reader of them should know. */
export interface ProgramWarning {
  readonly code: string;
  readonly message: string;
}

/** One process of a program: a Python of its own. */
export interface ProcessRow {
  readonly pid: number;
  /** The pid of the counted process that started it, itself or through others; null for the first. */
  readonly parent: number | null;
  /** What was typed after `python`; of a forked process, that of its parent. */
  readonly command: readonly string[];
  readonly counts: Counts;
  /** null: it still ran when the program had ended. */
  readonly exit: Exit | null;
}

/** A named region: inclusive of what it calls. */
export interface RegionRow {
  readonly name: string;
  readonly entries: number;
  readonly counts: Counts;
  readonly byType: readonly TypeCounts[];
}

/** Fields that may move between two runs of a program that makes the same objects in both. */
export const PROGRAM_FIELDS = [
  'freelist',
  'pymalloc',
  'malloc',
  'relocations',
  'releases',
  'bytes',
  'resizeBytes',
  'pools',
  'arenas',
] as const;

export type ProgramField = (typeof PROGRAM_FIELDS)[number];

/** The numbers of a counted program. */
export interface ProgramCounts {
  /** All processes together, from the first instruction of the code run as `__main__` until it ended, and after it what
   *  other threads and atexit callbacks did. */
  readonly counts: Counts;
  readonly byType: readonly TypeCounts[];
  /** Before that: starting the interpreter, finding and compiling the code. Of the first process. Not part of counts. */
  readonly startup: Counts;
  /** After it. Of the first process. Not part of counts. */
  readonly shutdown: Counts;
  readonly regions: readonly RegionRow[];
  readonly processes: readonly ProcessRow[];
  /** Threads that made an event, all processes together. */
  readonly threads: number;
  /** Wall time of the program in seconds, counting included. */
  readonly seconds: number;
  /** The counts of every run, where there were several; otherwise null. */
  readonly runs: readonly Counts[] | null;
  readonly varies: Readonly<Partial<Record<ProgramField, Range>>>;
  readonly warnings: readonly ProgramWarning[];
}

/** How a program was counted on one interpreter. */
export type ProgramOutcome =
  | ({ readonly outcome: 'exact'; readonly exit: Exit } & ProgramCounts)
  | ({ readonly outcome: 'varying'; readonly exit: Exit; readonly why: ProgramWarning } & ProgramCounts)
  | { readonly outcome: 'refused'; readonly reason: Refusal }
  | { readonly outcome: 'failed'; readonly exit: Exit | null; readonly error: ProgramWarning };

export type ProgramResult = {
  /** What stood after `python`. */
  readonly command: readonly string[];
  readonly interpreter: Interpreter;
} & ProgramOutcome;

/** The result of `stat` on one interpreter. */
export type StatResult = { readonly schema: 'pyallocs/stat@1' } & ProgramResult;

/** The result of `stat` on several, side by side. */
export interface StatComparison {
  readonly schema: 'pyallocs/stat@1';
  readonly command: readonly string[];
  readonly results: readonly ProgramResult[];
}
