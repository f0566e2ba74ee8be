/** The quoted table of relative times: as it is stated, and as it comes out here. */
import type { ClaimResult, ClaimVerdict, ExperimentResult, StudyResult } from '../../core/study.js';

/** What the claims of the table are called. */
const TABLE = 'perf.table.';

export interface PerformanceRow {
  readonly claim: ClaimResult;
  readonly verdict: ClaimVerdict;
  /** The statement that was timed; null: it is no part of this study. */
  readonly experiment: ExperimentResult | null;
  /** As multiples of a concatenation. null: not measured. */
  readonly stated: number | null;
  /** Of the statements as they were timed, with constants. */
  readonly asStated: number | null;
  /** With operands that the compiler cannot fold, the loop taken off. */
  readonly corrected: number | null;
  readonly nsAsStated: number | null;
  readonly nsCorrected: number | null;
}

/** In the order of the claims; the numbers are the evidence of their verdicts. */
export function performanceRows({ claims, experiments }: StudyResult, interpreter: string): PerformanceRow[] {
  return claims.flatMap((claim): PerformanceRow[] => {
    const verdict = claim.verdicts.find((one) => one.interpreter === interpreter);
    if (!claim.id.startsWith(TABLE) || verdict === undefined) return [];
    const number = (name: string): number | null => {
      const value = verdict.evidence[name];
      return typeof value === 'number' ? value : null;
    };
    return [
      {
        claim,
        verdict,
        experiment: experiments.find(({ id }) => id === claim.experiments[0]) ?? null,
        stated: number('claimed'),
        asStated: number('asStated'),
        corrected: number('corrected'),
        nsAsStated: number('nsAsStated'),
        nsCorrected: number('nsCorrected'),
      },
    ];
  });
}

/** "2.63 ×" */
export const ratioText = (value: number | null): string => (value === null ? '–' : `${value.toFixed(2)} ×`);
