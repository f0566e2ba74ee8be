/** The result of `bench`: one entry per statement, one result per interpreter in it. */
import type { CaseResult } from './outcome.js';

export interface BenchCase {
  /** From a cases file; null for a statement on the command line. */
  readonly id: string | null;
  readonly statement: string;
  readonly setup: string;
  readonly results: readonly CaseResult[];
}

export interface BenchResult {
  readonly schema: 'pyallocs/bench@1';
  readonly cases: readonly BenchCase[];
}

/** Whether every result is exact: exit code 0 rather than 1. */
export function allExact(results: Iterable<CaseResult>): boolean {
  for (const { outcome } of results) if (outcome !== 'exact') return false;
  return true;
}
