/**
 * What the post "How often does Python allocate?" says, on its own two loops. It counted in long_alloc of
 * Objects/longobject.c what its freelist did not serve, in a development version of 3.15, for a whole process: what starting
 * the interpreter makes is in its figures and not in ours.
 */
import { TURNS } from './answers.js';
import { BELIEFS, type Claim, confirmed, misleading, refuted } from './claim.js';
import type { Evidence } from './evidence.js';
import { amount, many, part, percent } from './words.js';

const blog = { source: 'blog', belief: BELIEFS.loop } as const;

const FIGURE_ADD = 905;
const FIGURE_PRINT = 100_904;
const FIGURE_REUSED = 99_193;
/** "About": within a hundredth. */
const ABOUT = 0.01;
/** More than that is no noise of starting an interpreter. */
const START = 1000;

const about = (value: number, figure: number): boolean => Math.abs(value - figure) <= ABOUT * figure;

/**
 * The ints that range() and the additions must make, by the measured bounds of the cache: 0 to TURNS − 1, and 1 to TURNS,
 * less those that are kept ready.
 */
function expected({ answers }: Evidence): { readonly range: number; readonly sums: number } {
  const high = answers.smallInts === null ? -1 : answers.smallInts[1];
  return { range: Math.max(0, TURNS - 1 - high), sums: Math.max(0, TURNS - Math.max(0, high)) };
}

/** Ints of a loop of the post, and the numbers beside a figure of it. */
function loopInts(evidence: Evidence, run: 'add' | 'print', figure: number) {
  const { ints } = evidence.run(run);
  const { range, sums } = expected(evidence);
  const numbers = {
    ints: ints.creations,
    intsFromAllocator: ints.allocated,
    intsFromFreelist: ints.freelist,
    intsOfRange: range,
    intsOfAdditions: sums,
    otherInts: ints.creations - range - sums,
    restOfFigure: figure - ints.allocated,
  };
  const found = `The allocator serves ${part(ints.allocated, ints.creations, 'int')} that the loop creates`;
  return { ints, numbers, found };
}

export const BLOG_CLAIMS: readonly Claim[] = [
  {
    ...blog,
    id: 'blog.905',
    text: '100,000 times `a = i + 1` makes about 905 integer allocations',
    experiments: ['int.loop-10000'],
    judge: (evidence) => {
      const { ints, numbers, found } = loopInts(evidence, 'add', FIGURE_ADD);
      if (about(ints.allocated, FIGURE_ADD)) return confirmed(`${found}.`, numbers);
      if (ints.allocated > FIGURE_ADD) return refuted(`${found}: one for each that is not kept ready.`, numbers);
      return misleading(
        `${found}: the post counted a whole process, and the other ${amount(FIGURE_ADD - ints.allocated)} are not of the loop.`,
        numbers,
      );
    },
  },
  {
    ...blog,
    id: 'blog.100904',
    text: 'with `print(i + 1)` about 100,904 integer allocations',
    experiments: ['int.print'],
    judge: (evidence) => {
      const { ints, numbers, found } = loopInts(evidence, 'print', FIGURE_PRINT);
      if (about(ints.allocated, FIGURE_PRINT)) {
        const each = Math.round(ints.allocated / TURNS);
        return confirmed(
          `${found}, ${amount(each)} for each print as scratch space for its text; the other ${amount(FIGURE_PRINT - ints.allocated)} of the figure are not of the loop, as with i + 1 alone.`,
          numbers,
        );
      }
      if (ints.allocated < FIGURE_PRINT) return refuted(`${found}, fewer than the post says.`, numbers);
      return refuted(`${found}: the loop variable, the sum and scratch space for the text, for each print.`, numbers);
    },
  },
  {
    ...blog,
    id: 'blog.99193',
    text: '99,193 integers were re-used from the freelist',
    experiments: ['int.loop-10000'],
    judge: (evidence) => {
      const { ints } = evidence.run('add');
      const { range, sums } = expected(evidence);
      const numbers = {
        intsFromFreelist: ints.freelist,
        intsOfRange: range,
        intsOfAdditions: sums,
        otherInts: ints.creations - range - sums,
        figureLessAdditions: FIGURE_REUSED - sums,
      };
      if (ints.freelist === 0) return refuted('No int of the loop comes from a freelist.', numbers);
      if (about(ints.freelist, FIGURE_REUSED))
        return confirmed(`${amount(ints.freelist)} ints come from the freelist.`, numbers);
      const rest = FIGURE_REUSED - sums;
      const found = `${amount(ints.freelist)} ints come from the freelist, ${amount(sums)} of them sums`;
      if (rest < 0) return refuted(`${found}: more than the figure has room for.`, numbers);
      if (rest > START) return refuted(`${found}, and not ${amount(FIGURE_REUSED)}.`, numbers);
      return misleading(
        `${found}: the figure is the sums and ${amount(rest)} ints from elsewhere, and leaves out the ${amount(range)} that range() makes.`,
        numbers,
      );
    },
  },
  {
    ...blog,
    id: 'blog.freelist-most',
    text: 'most creations are served by freelists, not by malloc',
    experiments: ['int.loop-10000'],
    judge: (evidence) => {
      const { creations, freelist, requests } = evidence.run('add');
      const numbers = { creations, freelist, requests, share: freelist / creations };
      const found = `Freelists serve ${part(freelist, creations, 'object')} that the loop creates.`;
      return freelist > creations / 2 ? confirmed(found, numbers) : refuted(found, numbers);
    },
  },
  {
    ...blog,
    id: 'blog.print-forces',
    text: '`print` forces an allocation for the conversion',
    experiments: ['int.print'],
    judge: (evidence) => {
      const [add, print] = [evidence.run('add'), evidence.run('print')];
      const requests = (print.requests - add.requests) / TURNS;
      const ints = (print.ints.allocated - add.ints.allocated) / TURNS;
      const numbers = { requestsPerPrint: requests, intsFromAllocatorPerPrint: ints };
      if (requests < 0.9) return refuted(`Each print adds ${many(Math.round(requests), 'request')}.`, numbers);
      const each = Math.round(requests);
      const forText = ints >= 0.9 ? ' the text and an int that is only scratch space for it' : ' the text';
      const among = each > 2 ? ', among them' : ':';
      return confirmed(`Each print adds ${many(each, 'request')}${among}${forText}.`, numbers);
    },
  },
  {
    ...blog,
    id: 'blog.small-ints',
    text: 'the small-int cache reduces malloc calls considerably',
    experiments: ['int.add-small', 'int.add-large'],
    judge: (evidence) => {
      const { range, sums } = expected(evidence);
      const cached = 2 * TURNS - range - sums;
      const share = cached / (2 * TURNS);
      const small = evidence.op('int.add-small').requests;
      const large = evidence.op('int.add-large').requests;
      const numbers = {
        valuesOfTheLoop: 2 * TURNS,
        cached,
        share,
        requestsPerSmallSum: small,
        requestsPerLargeSum: large,
      };
      const found = `The cache holds ${amount(cached)} of the ${amount(2 * TURNS)} ints of the loop (${percent(share)})`;
      if (large <= small)
        return refuted(`${found}, and a sum outside it makes no request either: a freelist serves it.`, numbers);
      if (share >= 0.1) return confirmed(`${found}, each of which would be a request.`, numbers);
      const who = evidence.interpreter.pymalloc ? ' to pymalloc, not to malloc' : '';
      return misleading(
        `${found}; only where the values are small it saves ${many(large - small, 'request')} each${who}.`,
        numbers,
      );
    },
  },
];
