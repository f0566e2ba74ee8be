/** What people say of calls. */
import { BELIEFS, type Claim, confirmed, type Judged, refuted } from './claim.js';
import { type Evidence, ifMeasured, type Op } from './evidence.js';
import { amount, many } from './words.js';

const calls = { source: 'study', belief: BELIEFS.calls } as const;

/** What a call creates and asks for, for a sentence. */
function cost({ creations, freelist, requests }: Op): string {
  if (creations === 0 && requests === 0) return 'creates nothing';
  const recycled =
    freelist === 0 ? '' : freelist === creations ? ', from a freelist' : `, ${amount(freelist)} from freelists`;
  return `creates ${many(creations, 'object')}${recycled}, and makes ${many(requests, 'request')}`;
}

function collects(id: string, type: 'tuple' | 'dict', what: string): (evidence: Evidence) => Judged {
  return (evidence) => {
    const op = evidence.op(id);
    const { creations, freelist } = op.of(type);
    const numbers = { perCall: creations, freelistPerCall: freelist, requestsPerCall: op.requests };
    const recycled = freelist > 0 ? ', and a freelist serves it' : '';
    const found = `A call that collects two arguments in ${what} creates ${many(creations, type)}${recycled}.`;
    return creations === 1 ? confirmed(found, numbers) : refuted(found, numbers);
  };
}

export const CALL_CLAIMS: readonly Claim[] = [
  {
    ...calls,
    id: 'call.cheap',
    text: 'a plain call allocates next to nothing (0.0345 µs)',
    experiments: ['stated.call'],
    restsOn: 'time',
    judge: (evidence) => {
      const op = evidence.op('stated.call');
      const time = ifMeasured(() => evidence.time('stated.call'));
      const numbers = {
        creationsPerCall: op.creations,
        requestsPerCall: op.requests,
        ...(time === null ? {} : { microsecondsPerCall: Number((time.withLoop / 1000).toFixed(4)) }),
      };
      const took = time === null ? '' : `; the microseconds are of one machine: here ${amount(time.withLoop / 1000)}`;
      const found = `A call without arguments ${cost(op)}${took}.`;
      return op.requests === 0 ? confirmed(found, numbers) : refuted(found, numbers);
    },
  },
  {
    ...calls,
    id: 'call.positional',
    text: 'positional arguments are passed efficiently',
    experiments: ['call.function', 'stated.call'],
    judge: (evidence) => {
      const two = evidence.op('call.function');
      const none = evidence.op('stated.call');
      const numbers = {
        creationsWithTwo: two.creations,
        creationsWithNone: none.creations,
        requestsWithTwo: two.requests,
      };
      const found = `A call with two arguments ${cost(two)}; one without any ${cost(none)}.`;
      return two.creations === none.creations && two.requests === 0
        ? confirmed(found, numbers)
        : refuted(found, numbers);
    },
  },
  {
    ...calls,
    id: 'call.args',
    text: '`*args` makes a tuple per call',
    experiments: ['call.star-args'],
    judge: collects('call.star-args', 'tuple', '*args'),
  },
  {
    ...calls,
    id: 'call.kwargs',
    text: '`**kwargs` makes a dict per call',
    experiments: ['call.star-star-kwargs'],
    judge: collects('call.star-star-kwargs', 'dict', '**kwargs'),
  },
  {
    ...calls,
    id: 'call.lambda',
    text: 'a lambda costs what a function costs',
    experiments: ['call.lambda', 'call.function'],
    judge: (evidence) => {
      const lambda = evidence.op('call.lambda');
      const plain = evidence.op('call.function');
      const numbers = {
        creationsOfLambda: lambda.creations,
        creationsOfFunction: plain.creations,
        requestsOfLambda: lambda.requests,
        requestsOfFunction: plain.requests,
      };
      const found = `Calling a lambda ${cost(lambda)}; calling a function ${cost(plain)}.`;
      return lambda.creations === plain.creations && lambda.requests === plain.requests
        ? confirmed(found, numbers)
        : refuted(found, numbers);
    },
  },
  {
    ...calls,
    id: 'call.ranking',
    text: 'from cheap to dear: function, method, function with `**kwargs`',
    experiments: ['call.function', 'call.method', 'call.star-star-kwargs'],
    restsOn: 'time',
    judge: (evidence) => {
      const ids = ['call.function', 'call.method', 'call.star-star-kwargs'];
      const times = ids.map((id) => ifMeasured(() => evidence.time(id)));
      const creations = ids.map((id) => evidence.op(id).creations);
      const timed = times.every((time) => time !== null);
      const numbers = Object.fromEntries([
        ...ids.map((id, i) => [`creations ${id}`, creations[i] ?? null]),
        ...(timed ? ids.map((id, i) => [`ns ${id}`, Number((times[i]?.net ?? 0).toFixed(1))]) : []),
      ]);
      const made = `They create ${creations.map(amount).join(', ')} objects`;
      const took = timed ? ` and take ${times.map((time) => amount(Math.round(time?.net ?? 0))).join(', ')} ns` : '';
      const found = `${made}${took}.`;
      const inCounts = ascending(creations.map((count) => ({ least: count, most: count })));
      const inTimes = ascending(
        times.flatMap((time) => (time === null ? [] : { least: time.net, most: time.slowest })),
      );
      return inCounts && (!timed || inTimes) ? confirmed(found, numbers) : refuted(found, numbers);
    },
  },
];

/** Whether none is less than the one before: not even its slowest run is faster than the fastest of that. */
function ascending(values: readonly { readonly least: number; readonly most: number }[]): boolean {
  return values.every(({ most }, i) => most >= (values[i - 1]?.least ?? 0));
}
