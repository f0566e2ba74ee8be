/** The counts of an answer as its tables show them: of one execution, of a part of a run that grows, or of a whole program. */
import { type Counts, divideCounts, type TypeCounts } from '../../../core/counts.js';
import { hasNumbers } from '../../../core/outcome.js';
import { ALL_FIELDS, isCounted, movedFields } from '../../../report/text/moved.js';
import { plural } from '../../../report/text/numbers.js';
import { thin } from '../../components/numbers.js';
import type { Answer } from '../answer.js';

export interface Counted {
  readonly counts: Counts;
  /** Largest first, buffers last. */
  readonly byType: readonly TypeCounts[];
  /** What the counts are of: "per execution", "of the second 1,000 executions", "of the whole program". */
  readonly of: string;
  /** Fields that are not exact, as the tables name them. */
  readonly moved: ReadonlySet<string>;
}

/** null: the answer has no numbers. */
export function countedOf(answer: Answer): Counted | null {
  if (answer.mode === 'program') {
    const { result } = answer;
    if (!isCounted(result)) return null;
    return { counts: result.counts, byType: result.byType, of: 'of the whole program', moved: movedFields(result) };
  }
  const { result } = answer;
  if (!hasNumbers(result)) return null;
  const { counts, perOp, byType, iterations } = result;
  const moved = result.outcome === 'varying' ? ALL_FIELDS : new Set(Object.keys(result.varies));
  if (perOp === null) return { counts, byType, of: `of the second ${thin(plural(iterations, 'execution'))}`, moved };
  const divided = byType.map((row) => ({ type: row.type, ...divideCounts(row, iterations) }));
  return { counts: perOp, byType: divided, of: 'per execution', moved };
}
