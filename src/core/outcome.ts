/** What a measurement of one statement on one interpreter came to. Numbers exist only in the states that have them. */
import type { Counts, TypeCounts } from './counts.js';
import type { Interpreter } from './interpreter.js';
import type { Executions, Nanoseconds } from './units.js';

/** A piece of advice that goes with a result. */
export interface Warning {
  readonly code: 'constant-folded' | 'gc-enabled' | 'hash-seed-random';
  readonly message: string;
  /** Of 'constant-folded': what measures it. `setup` goes below that of the case. */
  readonly instead?: { readonly setup: string; readonly statement: string };
}

/** Why repetitions did not agree. */
export interface VaryingReason {
  readonly code: 'gc' | 'hash-seed' | 'cache' | 'threads' | 'unknown';
  readonly message: string;
}

/** Why nothing was measured, although the statement may be fine. */
export interface Refusal {
  readonly code: 'self-check' | 'hooks-replaced' | 'no-layout' | 'unsupported' | 'no-agent' | 'no-start';
  readonly message: string;
}

/** Where in the user's text something went wrong. */
export interface CodePlace {
  readonly in: 'statement' | 'setup';
  /** The offending line and the caret under it, as Python shows them, if there are any. */
  readonly excerpt: readonly string[];
}

/** Why a measurement came to nothing. */
export interface MeasuredError {
  readonly code:
    | 'syntax-error'
    | 'python-exception'
    | 'leaves-the-loop'
    | 'timeout'
    /** Whoever asked ended it. */
    | 'cancelled'
    | 'crashed'
    | 'inexact'
    | 'unsupported-text';
  readonly message: string;
  /** Line of the statement or setup, from 1; null where it is not known. */
  readonly line: number | null;
  readonly place: CodePlace | null;
}

/** Time per execution, measured without any hook, the loop included, as timeit does. */
export interface TimePerOp {
  readonly medianNs: Nanoseconds;
  readonly minNs: Nanoseconds;
  readonly maxNs: Nanoseconds;
  readonly runs: number;
}

/** The counts after a number of executions, from the start. */
export interface GrowthPoint {
  readonly executions: Executions;
  readonly counts: Counts;
}

/** Fields whose movement does not make a result varying: they follow from where blocks lie and how large they are. */
export type MovingField = 'relocations' | 'releases' | 'bytes' | 'resizeBytes';

export const MOVING_FIELDS: readonly MovingField[] = ['relocations', 'releases', 'bytes', 'resizeBytes'];

/** What a field came to in repetitions that did not agree. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly why: string;
}

/** The numbers of an exact or varying measurement. */
export interface Measured {
  /** How often the statement was executed for `counts`. */
  readonly iterations: Executions;
  /** Whether each execution costs the same. */
  readonly steady: boolean;
  /** Counts of `iterations` executions: those of 2n less those of n. */
  readonly counts: Counts;
  /** counts / iterations; null when not steady. */
  readonly perOp: Counts | null;
  /** When not steady: the counts after n, 2n and 10n executions, nothing warmed up. */
  readonly growth: readonly GrowthPoint[] | null;
  readonly byType: readonly TypeCounts[];
  /** Fields that moved between repetitions although the outcome is exact: over the measured interval. */
  readonly varies: Readonly<Partial<Record<MovingField, Range>>>;
  readonly timePerOp: TimePerOp | null;
  readonly warnings: readonly Warning[];
}

/** A measurement as an engine gives it. */
export type Measurement =
  | ({ readonly outcome: 'exact' } & Measured)
  | ({ readonly outcome: 'varying'; readonly samples: readonly Counts[]; readonly why: VaryingReason } & Measured)
  | { readonly outcome: 'refused'; readonly reason: Refusal }
  | { readonly outcome: 'failed'; readonly error: MeasuredError };

/** A measurement with its interpreter, as results hold it. */
export type CaseResult = { readonly interpreter: Interpreter } & Measurement;

/** Whether a result has numbers. */
export function hasNumbers<T extends Measurement>(result: T): result is T & { readonly outcome: 'exact' | 'varying' } {
  return result.outcome === 'exact' || result.outcome === 'varying';
}
