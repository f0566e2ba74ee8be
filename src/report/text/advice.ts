/** Every experiment by what it asks of the allocator on one version, with the versions on which that is otherwise. */
import type { ExperimentResult, StudyResult } from '../../core/study.js';
import { type Cost, costsOf } from '../../core/study-advice.js';

export interface AdviceRow {
  readonly experiment: ExperimentResult;
  readonly cost: Cost;
  /** Where it is otherwise. */
  readonly others: readonly { readonly cost: Cost; readonly on: readonly string[] }[];
}

/** Those without numbers on `interpreter` are left out. */
export function adviceRows({ experiments }: Pick<StudyResult, 'experiments'>, interpreter: string): AdviceRow[] {
  return experiments.flatMap((experiment) => {
    const costs = costsOf(experiment);
    const cost = costs.get(interpreter);
    if (cost === undefined) return [];
    const others = new Map<Cost, string[]>();
    for (const [id, other] of costs) if (other !== cost) others.set(other, [...(others.get(other) ?? []), id]);
    return [{ experiment, cost, others: [...others].map(([cost, on]) => ({ cost, on })) }];
  });
}
