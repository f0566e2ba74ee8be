/** A program as if it were a statement that was executed once: what compares statements compares programs then. */
import type { Counts, TypeCounts } from '../../../core/counts.js';
import type { Measured } from '../../../core/outcome.js';
import { executions } from '../../../core/units.js';

export const oneExecution = (counts: Counts, byType: readonly TypeCounts[]): Measured => ({
  iterations: executions(1),
  steady: true,
  counts,
  perOp: counts,
  growth: null,
  byType,
  varies: {},
  timePerOp: null,
  warnings: [],
});
