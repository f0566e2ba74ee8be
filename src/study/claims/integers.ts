/** What people say of integers. */
import { BELIEFS, type Claim, confirmed, type Judged, misleading, refuted } from './claim.js';
import type { Evidence } from './evidence.js';
import { amount, many } from './words.js';

const cache = { source: 'study', belief: BELIEFS.cache } as const;
const integers = { source: 'study', belief: BELIEFS.integers } as const;

/** How many of ten values have the same id() when made twice, both alive. */
function sameIds(range: '0-9' | '250-259' | '1000-1009', claimed: number): (evidence: Evidence) => Judged {
  return ({ answers }) => {
    const { of, kept, dropped } = answers.ids[range];
    const first = `${kept} of the ${of} values have one id() when made twice with both alive`;
    const numbers = { kept, dropped, of };
    const dead = dropped > kept ? ` (${dropped} when the first is gone before the second is made)` : '';
    return kept === claimed ? confirmed(`${first}${dead}.`, numbers) : refuted(`${first}, not ${claimed}.`, numbers);
  };
}

export const INTEGER_CLAIMS: readonly Claim[] = [
  {
    ...cache,
    id: 'int.cache-range',
    text: 'integers from −5 to 256 are pre-made; every reference is the same object',
    experiments: ['int.add-small'],
    judge: ({ answers }) => {
      if (answers.smallInts === null) return refuted('Two zeros made at run time are two objects.', { low: null });
      const [low, high] = answers.smallInts;
      const found = `Of each int from ${amount(low)} to ${amount(high)} there is one object`;
      if (low > -5 || high < 256) return misleading(`${found}, and not of all from −5 to 256.`, { low, high });
      const beyond = low < -5 || high > 256 ? ': the range claimed, and more' : '';
      return confirmed(`${found}, however it is computed${beyond}.`, { low, high });
    },
  },
  {
    ...cache,
    id: 'int.no-alloc-in-range',
    text: 'arithmetic whose result lies in that range allocates nothing',
    experiments: ['int.add-small'],
    judge: (evidence) => {
      const { creations, requests } = evidence.op('int.add-small');
      const numbers = { creationsPerOp: creations, requestsPerOp: requests };
      const found = `x + 1 with x = 100 creates ${many(creations, 'object')} and makes ${many(requests, 'request')}.`;
      return creations === 0 && requests === 0 ? confirmed(found, numbers) : refuted(found, numbers);
    },
  },
  {
    ...integers,
    id: 'int.freelist',
    text: 'integers outside the range are re-used from a freelist',
    experiments: ['int.add-large', 'int.add-two-digit'],
    judge: (evidence) => {
      const { creations, freelist } = evidence.op('int.add-large').of('int');
      const two = evidence.op('int.add-two-digit').of('int');
      const numbers = { creationsPerOp: creations, freelistPerOp: freelist, freelistPerOpAbove30Bits: two.freelist };
      if (freelist === 0)
        return refuted(`x + 1 with x = 5000 creates ${many(creations, 'int')}, and no freelist serves it.`, numbers);
      const big = two.freelist === 0 ? ', though not that of a sum of more than 30 bits' : '';
      return confirmed(`A freelist serves the int that x + 1 creates with x = 5000${big}.`, numbers);
    },
  },
  {
    ...integers,
    id: 'int.rarely',
    text: 'integer arithmetic rarely triggers a new allocation',
    experiments: ['int.add-large', 'int.add-two-digit'],
    judge: (evidence) => {
      const { creations, requests } = evidence.op('int.add-large');
      const two = evidence.op('int.add-two-digit').requests;
      const numbers = { creationsPerOp: creations, requestsPerOp: requests, requestsPerOpAbove30Bits: two };
      const found = `Each x + 1 with x = 5000 creates ${many(creations, 'object')} and makes ${many(requests, 'request')}`;
      if (requests >= 0.1) return refuted(`${found}.`, numbers);
      return confirmed(`${found}${two > 0 ? '; only an int of more than 30 bits needs one each time' : ''}.`, numbers);
    },
  },
  {
    ...integers,
    id: 'int.large-fresh',
    text: 'every integer above 256 is created anew',
    experiments: ['int.add-mid', 'int.add-large'],
    judge: (evidence) => {
      const mid = evidence.op('int.add-mid').of('int');
      const large = evidence.op('int.add-large').of('int');
      const numbers = { creationsPerOpAt500: mid.creations, creationsPerOpAt5000: large.creations };
      if (mid.creations >= 1 && large.creations >= 1) {
        const memory = large.freelist >= 1 ? '; its memory comes from a freelist' : '';
        return confirmed(`x + 1 creates an int with x = 500 and with x = 5000${memory}.`, numbers);
      }
      const [at, none] = mid.creations < 1 ? [500, mid] : [5000, large];
      return refuted(`x + 1 with x = ${at} creates ${many(none.creations, 'int')}: the result is kept ready.`, numbers);
    },
  },
  {
    ...cache,
    id: 'int.id-small',
    text: 'values 0–9: 10 of 10 keep their `id()`',
    experiments: ['int.values-0-9'],
    judge: sameIds('0-9', 10),
  },
  {
    ...cache,
    id: 'int.id-medium',
    text: 'values 250–259: 7 of 10',
    experiments: ['int.values-250-259'],
    judge: sameIds('250-259', 7),
  },
  {
    ...cache,
    id: 'int.id-large',
    text: 'values from 1000: 0 of 10',
    experiments: ['int.values-1000-1009'],
    judge: sameIds('1000-1009', 0),
  },
];
