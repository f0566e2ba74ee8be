/** What people conclude: what allocates next to nothing, and what allocates all the time. */
import { BELIEFS, type Claim, confirmed, type Judged, misleading, refuted } from './claim.js';
import type { Evidence } from './evidence.js';
import { amount, many, series } from './words.js';

/** What code does, and the experiments that do it. */
interface Operation {
  readonly key: string;
  readonly text: string;
  /** What is measured, at the beginning of a sentence. */
  readonly subject: string;
  readonly experiments: readonly string[];
}

const MINIMAL: readonly Operation[] = [
  { key: 'small-int', text: 'small-int arithmetic', subject: 'Adding 1 to 100', experiments: ['int.add-small'] },
  { key: 'bool', text: 'boolean operations', subject: 'Comparing ints, and not', experiments: ['single.truth-values'] },
  { key: 'none', text: 'naming None', subject: 'Naming None, True, False and ()', experiments: ['single.names'] },
  {
    key: 'lookup',
    text: 'list and dict look-ups',
    subject: 'A look-up in a list and one in a dict',
    experiments: ['list.lookup'],
  },
  {
    key: 'call',
    text: 'simple calls',
    subject: 'A call without arguments, and one with two',
    experiments: ['stated.call', 'call.function'],
  },
  {
    key: 'cached',
    text: 'operations on cached values',
    subject: 'Adding 1 to 100, a character of a string, and a literal',
    experiments: ['int.add-small', 'cached.character', 'str.literal'],
  },
];

const FREQUENT: readonly Operation[] = [
  {
    key: 'str',
    text: 'string concatenation and formatting',
    subject: 'A concatenation, an f-string, .format() and %',
    experiments: ['str.concat', 'str.fstring', 'str.format', 'str.percent'],
  },
  {
    key: 'instance',
    text: 'new instances',
    subject: 'An instance of an empty class, and one with an attribute',
    experiments: ['obj.plain', 'obj.plain-attribute'],
  },
  {
    key: 'star-args',
    text: '`*args` and `**kwargs` calls',
    subject: 'A call with *args, and one with **kwargs',
    experiments: ['call.star-args', 'call.star-star-kwargs'],
  },
  { key: 'big-int', text: 'large-int arithmetic', subject: 'Adding 1 to 5000', experiments: ['int.add-large'] },
  {
    key: 'slice',
    text: 'slicing',
    subject: 'A slice of a string, and one of a list',
    experiments: ['str.slice', 'list.slice'],
  },
];

function costs(
  evidence: Evidence,
  experiments: readonly string[],
): { creations: number[]; requests: number[]; numbers: Judged['evidence'] } {
  const ops = experiments.map((id) => evidence.op(id));
  const creations = ops.map((op) => op.creations);
  const requests = ops.map((op) => op.requests);
  const numbers = Object.fromEntries(
    experiments.flatMap((id, i) => [
      [`creations ${id}`, creations[i] ?? null],
      [`requests ${id}`, requests[i] ?? null],
    ]),
  );
  return { creations, requests, numbers };
}

/** "1 object", "1, 1 and 2 objects" */
function each(values: readonly number[], noun: string): string {
  const different = [...new Set(values)];
  if (different.length === 1) return many(different[0] ?? 0, noun);
  return `${series(values.map(amount))} ${noun}s`;
}

function told(creations: readonly number[], requests: readonly number[]): string {
  return `${each(creations, 'object')} created, ${each(requests, 'request')} made`;
}

function minimalClaim({ key, text, subject, experiments }: Operation): Claim {
  return {
    source: 'study',
    belief: BELIEFS.minimal,
    id: `implies.minimal.${key}`,
    text: `allocates minimally: ${text}`,
    experiments,
    judge: (evidence) => {
      const { creations, requests, numbers } = costs(evidence, experiments);
      const found = `${subject}: ${told(creations, requests)}`;
      if (requests.some((count) => count > 0)) return refuted(`${found}.`, numbers);
      if (creations.every((count) => count === 0)) return confirmed(`${found}.`, numbers);
      return confirmed(`${found}: a freelist serves what is created.`, numbers);
    },
  };
}

function frequentClaim({ key, text, subject, experiments }: Operation): Claim {
  return {
    source: 'study',
    belief: BELIEFS.frequent,
    id: `implies.frequent.${key}`,
    text: `allocates often: ${text}`,
    experiments,
    judge: (evidence) => {
      const { creations, requests, numbers } = costs(evidence, experiments);
      const found = `${subject}: ${told(creations, requests)}`;
      if (requests.every((count) => count >= 1)) return confirmed(`${found}.`, numbers);
      if (creations.some((count) => count < 1)) return refuted(`${found}.`, numbers);
      return misleading(`${found}: a freelist serves what is created.`, numbers);
    },
  };
}

const ITEMS = 10_000;
/** Of a hundred additions, fewer than ten. */
const SELDOM = 0.1;

const GROWTH: Claim = {
  source: 'study',
  belief: BELIEFS.frequent,
  id: 'implies.frequent.growth',
  text: 'allocates often: growing lists and dicts',
  experiments: ['series.list', 'series.dict'],
  judge: (evidence) => {
    const events = (id: string): number => {
      const { requests, resizes } = evidence.growthEvents(id, ITEMS);
      return requests + resizes;
    };
    const [list, dict] = [events('series.list'), events('series.dict')];
    const numbers = { additions: ITEMS, listEvents: list, dictEvents: dict };
    const found = `${amount(ITEMS)} additions ask for memory ${amount(list)} times in a list and ${amount(dict)} times in a dict.`;
    return Math.max(list, dict) / ITEMS < SELDOM ? refuted(found, numbers) : confirmed(found, numbers);
  },
};

export const IMPLICATION_CLAIMS: readonly Claim[] = [
  ...MINIMAL.map(minimalClaim),
  ...FREQUENT.map(frequentClaim),
  GROWTH,
];
