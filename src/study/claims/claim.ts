/** What somebody says, and how the results of one interpreter judge it. */
import type { ClaimResult, ClaimVerdict, Verdict } from '../../core/study.js';
import type { Evidence } from './evidence.js';

export interface Claim extends Omit<ClaimResult, 'verdicts'> {
  /** Rests on all programs of the study. */
  readonly programs?: true;
  /** A pure function of the evidence. Throws Missing where the evidence is not there. */
  readonly judge: (evidence: Evidence) => Judged;
}

export type Judged = Omit<ClaimVerdict, 'interpreter'>;

/** A result that a claim rests on is not there: the claim cannot be tested. The message is a sentence. */
export class Missing extends Error {}

type Numbers = Judged['evidence'];

type Judge = (because: string, evidence: Numbers) => Judged;

function judged(verdict: Verdict): Judge {
  return (because, evidence) => ({ verdict, because, evidence });
}

export const confirmed: Judge = judged('confirmed');
export const refuted: Judge = judged('refuted');
export const misleading: Judge = judged('misleading');

/** The titles under which claims stand together, in the order of the page. */
export const BELIEFS = {
  cache: 'Small integers are made once',
  integers: 'Integer arithmetic hardly allocates',
  interning: 'Equal strings are one object',
  strings: 'Every string operation makes a new object',
  growth: 'Growing a container allocates at every step',
  instances: 'An object costs a fraction of an allocation',
  calls: 'Calls are cheap',
  singletons: 'Singletons cost nothing',
  freelists: 'Freelists serve the common types',
  allocator: 'pymalloc keeps Python away from the system',
  minimal: 'Some code allocates next to nothing',
  frequent: 'Some code allocates all the time',
  times: 'A stopwatch tells what is costly',
  bytecode: 'The bytecode tells what is allocated',
  loop: 'Most integers of a loop come from the freelist',
  bottleneck: 'Allocation is rarely the bottleneck',
} as const;
