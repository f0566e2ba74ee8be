/** What people say of instances. */
import { BELIEFS, type Claim, confirmed, misleading, refuted } from './claim.js';
import { netRate } from './containers.js';
import { amount, many } from './words.js';

const instances = { source: 'study', belief: BELIEFS.instances } as const;

export const OBJECT_CLAIMS: readonly Claim[] = [
  {
    ...instances,
    id: 'obj.class-rate',
    text: 'a plain instance costs 0.0008 allocations per iteration (10,000 iterations)',
    experiments: ['obj.plain-attribute'],
    judge: netRate(0.0008, 'plain', 'obj.plain-attribute'),
  },
  {
    ...instances,
    id: 'obj.slots-rate',
    text: 'an instance with `__slots__` costs 0.0008 allocations per iteration',
    experiments: ['obj.slots'],
    judge: netRate(0.0008, 'slots', 'obj.slots'),
  },
  {
    ...instances,
    id: 'obj.slots-leaner',
    text: '`__slots__` needs less memory, and still one allocation per instance',
    experiments: ['obj.slots', 'obj.plain-attribute'],
    judge: (evidence) => {
      const slots = evidence.op('obj.slots');
      const plain = evidence.op('obj.plain-attribute');
      const numbers = {
        bytesWithSlots: slots.bytes,
        bytesWithout: plain.bytes,
        requestsWithSlots: slots.requests,
        requestsWithout: plain.requests,
      };
      const found = `With __slots__ an instance asks for ${amount(slots.bytes)} bytes in ${many(slots.requests, 'request')}, without for ${amount(plain.bytes)} bytes in ${amount(plain.requests)}.`;
      return slots.bytes < plain.bytes && slots.requests === 1 ? confirmed(found, numbers) : refuted(found, numbers);
    },
  },
  {
    ...instances,
    id: 'obj.dict-and-header',
    text: 'a plain instance needs memory for its `__dict__` and its header',
    experiments: ['obj.plain-attribute', 'obj.dict'],
    judge: (evidence) => {
      const plain = evidence.op('obj.plain-attribute');
      const dicts = plain.of('dict').creations;
      const asked = evidence.op('obj.dict').of('dict').creations;
      const numbers = { dictsPerOp: dicts, requestsPerOp: plain.requests, dictsWhenAskedFor: asked };
      const made = `makes ${many(plain.requests, 'request')} and creates ${many(dicts, 'dict')}`;
      if (dicts >= 1) return confirmed(`An instance with one attribute comes with a dict of its own.`, numbers);
      const first = `An instance with one attribute ${made}: the __dict__ is only made when somebody asks for it`;
      // A second block holds the values of attributes: memory beside the header, and no dict.
      if (plain.requests >= 2) return misleading(`${first}, and the second block is for the bare values.`, numbers);
      return refuted(`${first}, and the values stand in the object itself.`, numbers);
    },
  },
];
