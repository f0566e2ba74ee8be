/** A bound and how it is measured. */
import type { LimitResult } from '../core/study.js';
import type { CountedRuns } from '../engines/counted-runs.js';
import type { Statement } from '../engines/engine.js';
import type { SourceRow } from './limit-source.js';

/** Counts runs of a statement on one interpreter. */
export type CountRuns = (statement: Statement, runs: readonly number[]) => Promise<CountedRuns>;

export interface Limit extends Omit<LimitResult, 'results'> {
  /** Only interpreters with pymalloc have it. */
  readonly needs: 'pymalloc' | null;
  /** What CPython's source says, oldest version first. */
  readonly source: readonly SourceRow[];
  /** Throws StudyGap when it cannot be measured. */
  measure(count: CountRuns): Promise<number | string>;
}
