/** A statement inside one interpreter, ready to be run and counted. The measuring protocol is written against this. */
import type { Interval } from '../core/interval.js';
import { brokenIdentity } from '../core/interval.js';
import type { MeasuredError } from '../core/outcome.js';

/** Thrown by a runner when the statement or its setup does not work out; becomes a `failed` outcome. */
export class StatementFailure extends Error {
  readonly error: MeasuredError;

  constructor(error: MeasuredError) {
    super(error.message);
    this.error = error;
  }
}

export const LEAVES_THE_LOOP: MeasuredError = {
  code: 'leaves-the-loop',
  message: 'the statement leaves the loop (break, return, yield or await)',
  line: null,
  place: null,
};

/** What the interpreter knows after a pass. */
export interface PassEnd {
  /** Whether a run left its loop early. */
  readonly unfinished: boolean;
  /** Cyclic collections that ran since the pass began, those of the harness not counted. */
  readonly collections: number;
}

/** A constant expression that the compiler folds, rewritten so that it is computed. */
export interface Unfolded {
  readonly setup: string;
  readonly statement: string;
}

export interface StatementRunner {
  /** Executes setup in a fresh namespace and makes the function to run. Throws StatementFailure. */
  begin(): Promise<void>;
  /** Calls the function with no execution until it is no longer new to the interpreter: then calling it costs the same each time. */
  settle(): Promise<void>;
  /** Makes all that later runs of these numbers of executions need, so that no object is made between them. */
  plan(executions: readonly number[]): Promise<void>;
  /** Runs the next planned run; the milliseconds it took, measured beside the interpreter. Throws StatementFailure. */
  run(): Promise<number>;
  /** Runs the next planned run and counts it. Throws StatementFailure, also when the count is known to be wrong. */
  count(): Promise<Interval>;
  /** Runs 10n executions in one go and counts them: after n, 2n and 10n. Null when the run left its loop early. */
  countGrowth(n: number): Promise<readonly [Interval, Interval, Interval] | null>;
  end(): Promise<PassEnd>;
  /** If part of the statement is folded by the compiler: what would compute it. */
  unfolded(): Promise<Unfolded | null>;
}

/** A count that is known to be wrong. */
export function inexact(why: string): StatementFailure {
  return new StatementFailure({ code: 'inexact', message: `the count is not exact: ${why}`, line: null, place: null });
}

/** An answer of the harness that is not empty is an error. */
export function refuse(answer: string): void {
  if (answer !== '') throw new StatementFailure(JSON.parse(answer) as MeasuredError);
}

/**
 * The sentence for the first thing that makes an interval of 3.`minor` not exact, or null. `objectRequests`: requests of
 * the obj domain. From 3.13 on every block of it becomes an object: an identity that shares nothing with the table of blocks.
 */
export function wrongInterval(interval: Interval, flags: number, objectRequests: number, minor: number): string | null {
  const fresh = interval.counts.creations.pymalloc + interval.counts.creations.malloc;
  const lost =
    minor < 13 || objectRequests === fresh
      ? null
      : `${objectRequests} requests for objects, but ${fresh} objects not from a freelist`;
  return flagSentence(flags) ?? brokenIdentity(interval) ?? lost;
}

/** Bits of the flags of the core: agent/core/base.h. */
const FLAGS: readonly (readonly [bit: number, sentence: string])[] = [
  [1, 'a table of the counting core could not grow, so events were lost'],
  [2, 'the allocator handed out a block that was still in use'],
  [4, 'a creation was reported for which no object was found'],
  [8, 'more than half a million types were created'],
  [16, 'a type has a name longer than 4,096 bytes'],
  [32, 'the first instruction of the program was not seen'],
];

/** The first thing that the core knows to make counts not exact, or null. */
export function flagSentence(flags: number): string | null {
  return FLAGS.find(([bit]) => flags & bit)?.[1] ?? null;
}
