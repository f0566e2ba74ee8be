/**
 * What an engine is: a way to count in some interpreters. The embedded one runs them in worker processes of its own, a
 * native one in child processes, a browser in web workers; whoever uses an engine sees only this.
 */
import type { Interpreter, Sees } from '../core/interpreter.js';
import type { MeasuredError, Measurement, Refusal } from '../core/outcome.js';
import type { ProgramResult } from '../core/program.js';
import type { Stacks } from '../core/recording.js';
import type { SelfCheck } from '../core/self-check.js';
import type { CountedRuns } from './counted-runs.js';
import type { Where } from './where.js';

/** A statement and what must be run once before it. */
export interface Statement {
  readonly statement: string;
  readonly setup: string;
}

export interface MeasureOptions {
  /** Executions per count; null: 1000, or fewer for a statement with many events. */
  readonly iterations: number | null;
  /** Measure the time as well, in runs of their own without hooks. */
  readonly time: boolean;
  /** How many runs the time is the median of. */
  readonly repeats: number;
  /** Leave the cyclic garbage collector on while counting. */
  readonly gc: boolean;
  /** Seconds after which the measurement is given up and the interpreter ended. */
  readonly timeout: number;
}

export const DEFAULT_MEASURE: MeasureOptions = { iterations: null, time: false, repeats: 5, gc: false, timeout: 30 };

export interface SessionOptions {
  /** Folders on sys.path, readable to the statement, in order; the first is its working folder. */
  readonly folders: readonly string[];
  /** Whether `time` or `evaluate` will be asked for. */
  readonly time: boolean;
  /** PYTHONHASHSEED; default 0. */
  readonly hashSeed?: number;
}

/** What came of Python code: the text that it returned, or why there is none. */
export type Evaluated =
  | { readonly outcome: 'answered'; readonly text: string }
  | { readonly outcome: 'failed'; readonly error: MeasuredError };

/** One interpreter, ready to measure. One measurement at a time; none disturbs the next. */
export interface Session {
  readonly interpreter: Interpreter;
  readonly sees: Sees;
  readonly selfCheck: SelfCheck;
  /** Why it cannot be counted: every measurement says so; null when it can. */
  readonly refusal: Refusal | null;
  /** Modules of the standard library that this interpreter lacks. */
  absentModules(): Promise<readonly string[]>;
  /** Never throws for what a statement does: that is an outcome. */
  measure(statement: Statement, options: MeasureOptions): Promise<Measurement>;
  /** Counts runs of the statement one by one, of so many executions each: counted-runs.ts. */
  countRuns(statement: Statement, runs: readonly number[], options: MeasureOptions): Promise<CountedRuns>;
  /**
   * Runs Python code in a copy of this interpreter that has no hook in it and that nothing else sees, and calls the
   * function `main` it defines with `argument`: the text that returns. `timeout`: seconds. Needs `time` of SessionOptions.
   */
  evaluate(code: string, argument: string, timeout: number): Promise<Evaluated>;
  /** Ends whatever was started for it. May be called at any time, more than once. */
  close(): Promise<void>;
}

/** An interpreter that can be chosen, before it is started. */
export interface Offer {
  /** "wasm:3.14" */
  readonly id: string;
  /** "3.14" */
  readonly minor: string;
  /** Of an embedded interpreter known before it starts; null where it must be asked. */
  readonly version: string;
  /** An alpha, beta or release candidate. */
  readonly prerelease: boolean;
  /** The file that is started; null for an embedded one. */
  readonly path: string | null;
  /** Why it cannot be counted; null: it can. */
  readonly refusal: Refusal | null;
}

/** A whole program to count. */
export interface Program {
  /** What one would type after `python`: interpreter options, then a script, -m MOD, -c CODE or -, then its arguments. */
  readonly command: readonly string[];
}

export interface ProgramOptions {
  /** Seconds after which the program is ended; null: never. */
  readonly timeout: number | null;
  /** Fixed hash seed, no address randomisation: the next run counts the same. */
  readonly steady: boolean;
  /** The hash seed of `steady`; default 0. */
  readonly hashSeed?: number;
  /**
   * Whose the standard streams are. own, the default: those of this process. none: there is nothing to read, what is written
   * is dropped, and the end of standard error comes with the result; then a terminal, or none, makes no difference.
   */
  readonly streams?: 'own' | 'none';
  /** Record where events come from, and what of the callers; null: only how many there are. */
  readonly record: Stacks | null;
  /** With `record`, follow live blocks as well. */
  readonly live?: boolean;
  /** With `record`, ask the interpreter for the text of the instructions; default true. */
  readonly texts?: boolean;
}

/** What came of a program. */
export interface ProgramRun {
  readonly result: ProgramResult;
  /** With `record`, where there are numbers: where they come from. */
  readonly where: Where | null;
  /** Files that code objects name and that are not of this machine: of an interpreter with a file system of its own. */
  readonly interpreterFiles: readonly string[];
  /** Without streams of its own: the end of what it wrote to standard error. */
  readonly errors?: string;
}

/** What a program took without pyallocs, or why that is not known. */
export type ProgramTime =
  /** Milliseconds on the wall, from its first instruction to its last. */
  { readonly ms: number } | { readonly why: string };

/**
 * Runs one program after the other. Each counts what it would in an interpreter of its own; those of an embedded engine
 * share one all the same, whose memory is put back, as long as nothing was seen that this would not undo.
 */
export interface ProgramSeries {
  /** As `Engine.run`. One at a time. */
  run(program: Program, options: ProgramOptions): Promise<ProgramRun>;
  /** Runs a script as plain python would, with nothing of pyallocs in its process or memory. `timeout`: in seconds. */
  time(program: Program, timeout: number): Promise<ProgramTime>;
  /** Ends whatever was started for it. May be called at any time, more than once. */
  close(): Promise<void>;
}

export interface Engine {
  readonly name: 'wasm' | 'native';
  /** All that there are, those that cannot be counted included. */
  offers(): readonly Offer[];
  /** What a selector without a prefix names: "3.14", "3.14.2", a path or a command. Null when it names none of this engine. */
  find(selector: string): Offer | null;
  open(offer: Offer, label: string | null, options: SessionOptions): Promise<Session>;
  /**
   * Runs a program as plain python would, with the streams, the working folder and the environment of this process, and
   * counts it. Never throws for what the program does: that is an outcome.
   */
  run(offer: Offer, label: string | null, program: Program, options: ProgramOptions): Promise<ProgramRun>;
  /** `time`: whether time will be asked for. Starts nothing yet. */
  series(offer: Offer, label: string | null, options: { readonly time: boolean }): ProgramSeries;
}
