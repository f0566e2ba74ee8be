/** What people say of None, True, False and (). */
import { BELIEFS, type Claim, confirmed, type Judged, refuted } from './claim.js';
import type { Evidence } from './evidence.js';
import { many } from './words.js';

const singletons = { source: 'study', belief: BELIEFS.singletons } as const;

/** Nothing of `type` is created by these. */
function never(
  type: string,
  ids: readonly string[],
  what: (created: string) => string,
): (evidence: Evidence) => Judged {
  return (evidence) => {
    const ops = ids.map((id) => evidence.op(id));
    const created = ops.reduce((sum, op) => sum + op.of(type).creations, 0);
    // Naming a constant makes no object of any type.
    const named = ops[0]?.creations ?? 0;
    const numbers = { creationsOfType: created, creationsWhenNamed: named };
    const found = `${what(many(created, 'new one'))}; naming it creates ${many(named, 'object')}.`;
    return created === 0 && named === 0 ? confirmed(found, numbers) : refuted(found, numbers);
  };
}

export const SINGLETON_CLAIMS: readonly Claim[] = [
  {
    ...singletons,
    id: 'single.true-false',
    text: 'True and False never allocate',
    experiments: ['single.names', 'single.truth-values'],
    judge: never('bool', ['single.names', 'single.truth-values'], (ones) => `Computing a truth value makes ${ones}`),
  },
  {
    ...singletons,
    id: 'single.none',
    text: 'None never allocates',
    experiments: ['single.names', 'call.function'],
    judge: never(
      'NoneType',
      ['single.names', 'call.function'],
      (ones) => `Calling a function that returns None makes ${ones}`,
    ),
  },
  {
    ...singletons,
    id: 'single.empty-tuple',
    text: '`()` never allocates',
    experiments: ['single.names', 'single.empty-tuple'],
    judge: (evidence) => {
      const same = evidence.answers.emptyTuple;
      const named = evidence.op('single.names').creations;
      const made = evidence.op('single.empty-tuple').of('tuple').creations;
      const numbers = { creationsWhenNamed: named, tuplesWhenComputed: made, same };
      const found = `Naming () creates ${many(named, 'object')}`;
      if (!same || named > 0)
        return refuted(`${found}, and computing it gives ${same ? 'the same' : 'another'} one.`, numbers);
      // PySequence_Tuple of Objects/abstract.c up to 3.8 begins with ten places and then gives them up.
      const scratch = made > 0 ? `; tuple() of an empty set begins with ${many(made, 'tuple')} that it gives up` : '';
      return confirmed(`${found}, and computing it gives the same one${scratch}.`, numbers);
    },
  },
];
