/** Allocations against the number of executions: runs of 1, 10, 100, … executions, each counted on its own. */
import type { Counts } from '../../core/counts.js';
import type { MeasuredError } from '../../core/outcome.js';

export const EXECUTIONS = [1, 10, 100, 1000, 10_000] as const;

export type Growth =
  | {
      readonly outcome: 'counted';
      /** One for each of EXECUTIONS that was run, in that order. */
      readonly points: readonly { readonly executions: number; readonly counts: Counts }[];
    }
  | { readonly outcome: 'failed' | 'refused'; readonly message: string; readonly error: MeasuredError | null };
