/** What people say of freelists, pymalloc and interning. */
import { KEPT } from './answers.js';
import { BELIEFS, type Claim, confirmed, Missing, misleading, refuted } from './claim.js';
import { whereTuplesEnd } from './containers.js';
import { amount, many } from './words.js';

interface Served {
  readonly type: string;
  readonly experiment: string;
  readonly what: string;
  /** The limit that tells how many it keeps. */
  readonly limit: string;
}

/** One operation for each type, which makes one object of it and drops the one before. */
const SERVED: readonly Served[] = [
  { type: 'int', experiment: 'int.add-large', what: 'adding 1 to 5000', limit: 'freelist.int' },
  { type: 'float', experiment: 'float.add', what: 'adding two floats', limit: 'freelist.float' },
  { type: 'tuple', experiment: 'tuple.pair', what: 'a tuple of two items', limit: 'freelist.tuple-2' },
  { type: 'frame', experiment: 'call.function', what: 'calling a function', limit: 'freelist.frame' },
  { type: 'list', experiment: 'list.empty', what: 'an empty list', limit: 'freelist.list' },
  { type: 'dict', experiment: 'dict.one-item', what: 'a dict of one item', limit: 'freelist.dict' },
];

function freelistClaim({ type, experiment, what, limit }: Served): Claim {
  const text = type === 'tuple' ? 'freelists serve tuples by size' : `freelists serve ${type}s`;
  return {
    source: 'study',
    belief: BELIEFS.freelists,
    id: `strategy.freelists.${type}`,
    text,
    experiments: type === 'tuple' ? [experiment, 'tuple.twenty', 'tuple.twenty-one', limit] : [experiment, limit],
    judge: (evidence) => {
      const { creations, freelist } = evidence.op(experiment).of(type);
      const kept = evidence.limit(limit);
      const numbers = { creationsPerOp: creations, freelistPerOp: freelist, ...(kept === null ? {} : { kept }) };
      const title = what.charAt(0).toUpperCase() + what.slice(1);
      if (creations === 0)
        return refuted(`${title} creates no ${type} object at all, so no freelist is needed.`, numbers);
      if (freelist === 0)
        return refuted(`${title} creates ${many(creations, type)}, and no freelist serves it.`, numbers);
      const size = type === 'tuple' ? `; ${whereTuplesEnd(evidence)}` : '';
      return confirmed(
        `${title} ${size === '' ? `takes its ${type} from a freelist every time` : 'comes from a freelist every time'}${size}.`,
        numbers,
      );
    },
  };
}

const allocator = { source: 'study', belief: BELIEFS.allocator } as const;

export const STRATEGY_CLAIMS: readonly Claim[] = [
  ...SERVED.map(freelistClaim),
  {
    ...allocator,
    id: 'strategy.pymalloc-512',
    text: 'pymalloc serves objects under 512 bytes',
    experiments: ['block.511', 'block.512', 'block.513'],
    judge: (evidence) => {
      if (!evidence.interpreter.pymalloc) throw new Missing('this interpreter was built without pymalloc');
      const [below, at, above] = ['block.511', 'block.512', 'block.513'].map((id) => evidence.op(id));
      if (below === undefined || at === undefined || above === undefined) throw new Missing('the blocks are not there');
      const numbers = {
        bytesBelow: below.bytes,
        pymallocBelow: below.pymalloc,
        bytesAt: at.bytes,
        pymallocAt: at.pymalloc,
        bytesAbove: above.bytes,
        pymallocAbove: above.pymalloc,
      };
      if (below.pymalloc < 1) return refuted(`A block of ${amount(below.bytes)} bytes comes from malloc.`, numbers);
      if (above.pymalloc >= 1)
        return misleading(`Blocks of ${amount(above.bytes)} bytes come from pymalloc as well.`, numbers);
      const border = at.pymalloc >= 1 ? `, and one of ${amount(at.bytes)} as well` : '';
      return confirmed(
        `pymalloc serves a block of ${amount(below.bytes)} bytes${border}; malloc one of ${amount(above.bytes)}.`,
        numbers,
      );
    },
  },
  {
    ...allocator,
    id: 'strategy.hierarchy',
    text: 'arenas → pools → blocks; it reduces calls to the system allocator',
    experiments: ['obj.object'],
    judge: (evidence) => {
      const { pymalloc, pools, arenas } = evidence.run('keep');
      if (pools === null || arenas === null) throw new Missing('this engine does not see pools and arenas');
      const numbers = { objectsKept: KEPT, blocks: pymalloc, pools, arenas };
      const found = `${amount(pymalloc)} blocks of pymalloc, for ${amount(KEPT)} objects that are kept, come from ${many(pools, 'pool')}, and those from ${many(arenas, 'new arena')}.`;
      return pymalloc > pools && pools > arenas ? confirmed(found, numbers) : refuted(found, numbers);
    },
  },
  {
    source: 'study',
    belief: BELIEFS.interning,
    id: 'strategy.interning',
    text: 'interning is automatic for literals, by hand for the rest',
    experiments: ['str.literal', 'str.intern'],
    judge: ({ answers }) => {
      const { nameInterned, textInterned, runtimeShared, internShared } = answers.strings;
      const numbers = {
        literalLikeAName: nameInterned,
        literalWithSpaces: textInterned,
        builtAtRunTime: runtimeShared,
        afterSysIntern: internShared,
      };
      if (!nameInterned || runtimeShared || !internShared) {
        return refuted(
          `A literal is ${nameInterned ? '' : 'not '}interned, a string built at run time ${runtimeShared ? 'is' : 'is not'}, and sys.intern() ${internShared ? 'works' : 'does not work'}.`,
          numbers,
        );
      }
      if (textInterned)
        return confirmed('Literals are interned; other strings once sys.intern() has seen them.', numbers);
      return misleading(
        'Only literals that look like names are interned; other literals need sys.intern() as well.',
        numbers,
      );
    },
  },
];
