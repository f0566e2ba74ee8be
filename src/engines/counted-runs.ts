/** Runs of one function, each counted on its own: what series and limits are made of. */
import { type Interval, subtractIntervals } from '../core/interval.js';
import type { Measurement } from '../core/outcome.js';
import { LEAVES_THE_LOOP, StatementFailure, type StatementRunner } from './runner.js';

/** What the runs came to, in their order; or why there is nothing, in the words of a measurement. */
export type CountedRuns =
  | { readonly outcome: 'counted'; readonly runs: readonly Interval[] }
  | Extract<Measurement, { readonly outcome: 'refused' | 'failed' }>;

/**
 * Executes setup once, then the statement so often in each run, with the collector off, and counts each. The statement is
 * not warmed up; what a call costs with no execution is taken off every count. Never throws for what the statement does.
 */
export async function countRuns(runner: StatementRunner, runs: readonly number[]): Promise<CountedRuns> {
  try {
    await runner.begin();
    await runner.settle();
    await runner.plan([0, 0, ...runs]);
    await runner.run();
    const call = await runner.count();
    const counted: Interval[] = [];
    for (const _ of runs) counted.push(subtractIntervals(await runner.count(), call));
    const { unfinished } = await runner.end();
    return unfinished ? { outcome: 'failed', error: LEAVES_THE_LOOP } : { outcome: 'counted', runs: counted };
  } catch (error) {
    if (error instanceof StatementFailure) return { outcome: 'failed', error: error.error };
    throw error;
  }
}
