/** A statement inside one interpreter, ready to be run and counted. The measuring protocol is written against this. */
import type { Interval } from '../core/interval.js';
import type { MeasuredError } from '../core/outcome.js';

/** Thrown by a runner when the statement or its setup does not work out; becomes a `failed` outcome. */
export class StatementFailure extends Error {
  readonly error: MeasuredError;

  constructor(error: MeasuredError) {
    super(error.message);
    this.error = error;
  }
}

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
  /** Makes all that later runs of these numbers of executions need, so that no object is made between them. */
  plan(executions: readonly number[]): Promise<void>;
  /** Runs the next planned run. Throws StatementFailure. */
  run(): Promise<void>;
  /** Runs the next planned run and counts it. Throws StatementFailure, also when the count is known to be wrong. */
  count(): Promise<Interval>;
  /** Runs 10n executions in one go and counts them: after n, 2n and 10n. Null when the run left its loop early. */
  countGrowth(n: number): Promise<readonly [Interval, Interval, Interval] | null>;
  end(): Promise<PassEnd>;
  /** If part of the statement is folded by the compiler: what would compute it. */
  unfolded(): Promise<Unfolded | null>;
}
