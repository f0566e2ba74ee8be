/** What people say of lists, dicts and tuples. */
import type { Answers } from './answers.js';
import { BELIEFS, type Claim, confirmed, type Judged, Missing, misleading, refuted } from './claim.js';
import type { Evidence } from './evidence.js';
import { amount, many, series } from './words.js';

const growth = { source: 'study', belief: BELIEFS.growth } as const;

/** What a write-up gives as the growth points of a list: those of list_resize in Objects/listobject.c up to 3.8. */
const CLAIMED_POINTS = [0, 4, 8, 16, 25, 35, 46, 58, 72, 88];
const ITEMS = 10_000;

/** "About one allocation per iteration": against what growing asks for, and against what tracemalloc finds alive. */
function onePerStep(id: 'series.list' | 'series.dict', loop: 'append' | 'insert'): (evidence: Evidence) => Judged {
  return (evidence) => {
    const { requests, resizes } = evidence.growthEvents(id, ITEMS);
    const { blocks, times } = evidence.answers.blocks[loop];
    const events = requests + resizes;
    const numbers = { additions: ITEMS, requests, resizes, tracemallocBlocks: blocks, tracemallocIterations: times };
    const found = `${amount(ITEMS)} additions make ${many(requests, 'request')} and ${many(resizes, 'resize')}`;
    if (about(events / ITEMS, 1)) return confirmed(`${found}.`, numbers);
    if (!about(blocks / times, 1))
      return refuted(`${found}, and tracemalloc finds no more than ${amount(blocks)} blocks.`, numbers);
    return misleading(
      `${found}; the ${amount(blocks)} blocks that tracemalloc finds after ${amount(times)} iterations are the stored ints.`,
      numbers,
    );
  };
}

const about = (value: number, figure: number): boolean => Math.abs(value - figure) <= 0.25 * figure;

/** A rate of net blocks, which says nothing of objects that die before the second snapshot. */
export function netRate(
  figure: number,
  loop: keyof Answers['blocks'],
  experiment: string,
): (evidence: Evidence) => Judged {
  return (evidence) => {
    const { creations, freelist, requests } = evidence.op(experiment);
    const { blocks, times } = evidence.answers.blocks[loop];
    const rate = blocks / times;
    const numbers = {
      tracemallocBlocks: blocks,
      iterations: times,
      tracemallocRate: rate,
      creationsPerOp: creations,
      freelistPerOp: freelist,
      requestsPerOp: requests,
    };
    const recycled =
      freelist === 0
        ? ''
        : freelist === creations
          ? ' from a freelist'
          : `, ${amount(freelist)} of them from a freelist,`;
    const truth = `each execution creates ${many(creations, 'object')}${recycled} and makes ${many(requests, 'request')}`;
    const net = `After ${amount(times)} iterations tracemalloc finds ${many(blocks, 'block')} more`;
    if (about(creations, figure) || about(requests, figure)) return confirmed(`In truth too, ${truth}.`, numbers);
    // The digits of the figure are the noise of the snapshots: a few blocks, however many the iterations.
    if (rate > figure * 10) return refuted(`${net}, and ${truth}.`, numbers);
    return misleading(`${net}, because each object dies at the next turn; ${truth}.`, numbers);
  };
}

/** How much larger the last growth points are than those before them. */
function factor(points: readonly number[]): number {
  const last = points.at(-1);
  const before = points.at(-2);
  if (last === undefined || before === undefined || before === 0)
    throw new Missing('there are not enough growth points');
  return last / before;
}

/** Of one execution each. */
function tuplesFromFreelist(evidence: Evidence): { pair: number; twenty: number; twentyOne: number } {
  const served = (id: string): number => evidence.op(id).of('tuple').freelist;
  return { pair: served('tuple.pair'), twenty: served('tuple.twenty'), twentyOne: served('tuple.twenty-one') };
}

/** "one of twenty items does not" */
export function whereTuplesEnd(evidence: Evidence): string {
  const { twenty, twentyOne } = tuplesFromFreelist(evidence);
  if (twenty === 0) return 'one of twenty items does not';
  return twentyOne === 0
    ? 'so does one of twenty items, and one of twenty-one does not'
    : 'so do those of twenty and of twenty-one items';
}

export const CONTAINER_CLAIMS: readonly Claim[] = [
  {
    ...growth,
    id: 'list.append-not-every',
    text: '`append` does not allocate on every call',
    experiments: ['series.list'],
    judge: (evidence) => {
      const first = 100;
      const allocating = evidence.growthPoints('series.list').filter((items) => items < first).length;
      const found = `Of the first ${first} appends ${amount(allocating)} ask for memory or resize the buffer.`;
      const numbers = { appends: first, allocating };
      return allocating < first ? confirmed(found, numbers) : refuted(found, numbers);
    },
  },
  {
    ...growth,
    id: 'list.growth-points',
    text: 'a list grows at 0, 4, 8, 16, 25, 35, 46, 58, 72, 88 items',
    experiments: ['series.list'],
    judge: (evidence) => {
      const points = evidence.growthPoints('series.list').slice(0, CLAIMED_POINTS.length);
      const found = `It grows at ${series(points)} items.`;
      const numbers = { growthPoints: points.join(', ') };
      return points.join() === CLAIMED_POINTS.join() ? confirmed(found, numbers) : refuted(found, numbers);
    },
  },
  {
    ...growth,
    id: 'list.one-per-append',
    text: 'continuous growth costs about one allocation per iteration (lists)',
    experiments: ['series.list'],
    judge: onePerStep('series.list', 'append'),
  },
  {
    ...growth,
    id: 'list.prealloc',
    text: '`[None] * n` avoids the repeated growth',
    experiments: ['list.presized-ten', 'list.append-ten'],
    judge: (evidence) => {
      const presized = evidence.op('list.presized-ten');
      const appended = evidence.op('list.append-ten');
      const numbers = {
        resizes: presized.resizes,
        resizesWhenAppending: appended.resizes,
        requests: presized.requests,
        requestsWhenAppending: appended.requests,
      };
      const found = `Ten items take ${many(presized.resizes, 'resize')} in slots made beforehand, and ${amount(appended.resizes)} when appended`;
      if (presized.resizes >= appended.resizes) return refuted(`${found}.`, numbers);
      const price =
        presized.requests > appended.requests
          ? `; the price is ${many(presized.requests - appended.requests, 'more request')
              .replace('more requests', 'requests more')
              .replace('more request', 'request more')}`
          : '';
      return confirmed(`${found}${price}.`, numbers);
    },
  },
  {
    ...growth,
    id: 'dict.grows-like-list',
    text: 'dictionaries grow in a pattern similar to lists',
    experiments: ['series.dict', 'series.list'],
    judge: (evidence) => {
      const list = evidence.growthPoints('series.list');
      const dict = evidence.growthPoints('series.dict');
      const [listFactor, dictFactor] = [factor(list), factor(dict)];
      const numbers = {
        listFactor: Number(listFactor.toFixed(3)),
        dictFactor: Number(dictFactor.toFixed(3)),
        listPoints: list.slice(0, 8).join(', '),
        dictPoints: dict.slice(0, 8).join(', '),
      };
      const found = `A dict grows at ${series(dict.slice(0, 6))} items, each point in the end ${amount(dictFactor)} times the one before; a list at ${series(list.slice(0, 6))}, in the end ${amount(listFactor)} times`;
      return about(dictFactor, listFactor) ? confirmed(`${found}.`, numbers) : refuted(`${found}.`, numbers);
    },
  },
  {
    ...growth,
    id: 'dict.one-per-insert',
    text: 'continuous growth costs about one allocation per iteration (dicts)',
    experiments: ['series.dict'],
    judge: onePerStep('series.dict', 'insert'),
  },
  {
    source: 'study',
    belief: BELIEFS.instances,
    id: 'tuple.rate',
    text: 'a tuple costs 0.0001 allocations per iteration (100,000 iterations)',
    experiments: ['tuple.pair'],
    judge: netRate(0.0001, 'tuple', 'tuple.pair'),
  },
  {
    source: 'study',
    belief: BELIEFS.freelists,
    id: 'tuple.freelist',
    text: 'tuples are served from freelists by size',
    experiments: ['tuple.pair', 'tuple.twenty', 'tuple.twenty-one'],
    judge: (evidence) => {
      const { pair, twenty, twentyOne } = tuplesFromFreelist(evidence);
      const numbers = { pair, twenty, twentyOne };
      if (pair === 0) return refuted('A pair never comes from a freelist.', numbers);
      return confirmed(`A pair comes from a freelist each time; ${whereTuplesEnd(evidence)}.`, numbers);
    },
  },
  {
    source: 'study',
    belief: BELIEFS.singletons,
    id: 'tuple.empty',
    text: '`()` is a singleton',
    experiments: ['single.empty-tuple'],
    judge: (evidence) => {
      const same = evidence.answers.emptyTuple;
      if (same) return confirmed('Three ways to make an empty tuple give the same object.', { same });
      return refuted('Empty tuples that are made in different ways are different objects.', { same });
    },
  },
];
