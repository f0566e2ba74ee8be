/** What follows from the counts for who writes Python: which statements cost nothing, little, or a request each time. */
import type { Counts } from './counts.js';
import { type CaseResult, hasNumbers } from './outcome.js';
import type { ExperimentResult } from './study.js';

/**
 * What one execution asks of the allocator. `nothing`: no object and no request; `freelist`: objects, none of which needs a
 * request; `sometimes`: less than one request or resize per execution; `allocator`: at least one each time; `grows`: what it
 * costs depends on how often it was executed.
 */
export const COSTS = ['nothing', 'freelist', 'sometimes', 'allocator', 'grows'] as const;

export type Cost = (typeof COSTS)[number];

/** null: there are no numbers. */
export function costOf(result: CaseResult): Cost | null {
  if (!hasNumbers(result)) return null;
  return result.steady && result.perOp !== null ? steadyCost(result.perOp) : 'grows';
}

function steadyCost({ creations, requests, resizes }: Counts): Cost {
  const asked = requests + resizes;
  if (asked === 0) return creations.total === 0 ? 'nothing' : 'freelist';
  return asked < 1 ? 'sometimes' : 'allocator';
}

/** What an experiment costs on each interpreter that has numbers of it. */
export function costsOf({ results }: ExperimentResult): ReadonlyMap<string, Cost> {
  return new Map(
    results.flatMap((result) => {
      const cost = costOf(result);
      return cost === null ? [] : [[result.interpreter.id, cost] as const];
    }),
  );
}
