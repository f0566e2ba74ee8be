/** A statement on one interpreter, to be looked at closer: with what was counted there. */
import { eventCount } from '../core/counts.js';
import { hasNumbers, type Measured, type Measurement } from '../core/outcome.js';
import type { Statement } from './engine.js';

export interface Subject<S extends Statement = Statement> {
  readonly experiment: S;
  /** What was counted. */
  readonly counted: Measured;
}

/** Null: nothing was counted, so there is nothing to set beside what a method says. */
export function subjectOf<S extends Statement>(experiment: S, measurement: Measurement): Subject<S> | null {
  return hasNumbers(measurement) ? { experiment, counted: measurement } : null;
}

/**
 * How many executions a method may take, at most `most`: fewer for a statement with many events, and for one that does
 * not cost the same each time no more than were counted, as what it grows may grow without bounds. It follows from counts
 * alone, so that it is the same in each run.
 */
export function executionsOf({ counted }: Subject, most: number, events: number): number {
  if (!counted.steady) return Math.min(most, counted.iterations);
  const perExecution = eventCount(counted.counts) / counted.iterations;
  let n = most;
  while (n > 1 && n * perExecution > events) n = Math.floor(n / 10);
  return Math.max(1, n);
}
