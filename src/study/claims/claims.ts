/** All that people say, judged by what was measured. */
import type { ClaimResult, ClaimVerdict, StudyResult, StudyTimings } from '../../core/study.js';
import type { Special } from './answers.js';
import { BLOG_CLAIMS } from './blog.js';
import { BYTECODE_CLAIMS } from './bytecode.js';
import { CALL_CLAIMS } from './calls.js';
import { BELIEFS, type Claim, Missing } from './claim.js';
import { CONTAINER_CLAIMS } from './containers.js';
import { Evidence } from './evidence.js';
import { IMPLICATION_CLAIMS } from './implications.js';
import { INTEGER_CLAIMS } from './integers.js';
import { OBJECT_CLAIMS } from './objects.js';
import { SINGLETON_CLAIMS } from './singletons.js';
import { STRATEGY_CLAIMS } from './strategies.js';
import { STRING_CLAIMS } from './strings.js';
import { TIME_CLAIMS } from './times.js';

const ORDER: readonly string[] = Object.values(BELIEFS);

/** Belief by belief, in the order of BELIEFS. */
export const CLAIMS: readonly Claim[] = [
  ...INTEGER_CLAIMS,
  ...STRING_CLAIMS,
  ...CONTAINER_CLAIMS,
  ...OBJECT_CLAIMS,
  ...CALL_CLAIMS,
  ...SINGLETON_CLAIMS,
  ...STRATEGY_CLAIMS,
  ...IMPLICATION_CLAIMS,
  ...TIME_CLAIMS,
  ...BYTECODE_CLAIMS,
  ...BLOG_CLAIMS,
].toSorted((a, b) => ORDER.indexOf(a.belief) - ORDER.indexOf(b.belief));

/** What must be measured so that all claims can be judged: ids of experiments, series, limits and programs. */
export const CLAIMED_EXPERIMENTS: ReadonlySet<string> = new Set(CLAIMS.flatMap(({ experiments }) => experiments));

/** A verdict of each claim on each interpreter. `special`: by the id of the interpreter. */
export function judgeClaims(
  claims: readonly Claim[],
  study: Omit<StudyResult, 'claims'>,
  timings: StudyTimings | null,
  special: ReadonlyMap<string, Special>,
): ClaimResult[] {
  const evidence = study.interpreters.map(
    (interpreter) => new Evidence(interpreter, study, timings, special.get(interpreter.id) ?? null),
  );
  const programs = study.programs.map(({ id }) => id);
  return claims.map(({ judge, programs: all, ...claim }) => ({
    ...claim,
    experiments: all ? programs : claim.experiments,
    verdicts: evidence.map((one) => ({ interpreter: one.interpreter.id, ...verdict(judge, one) })),
  }));
}

function verdict(judge: Claim['judge'], evidence: Evidence): Omit<ClaimVerdict, 'interpreter'> {
  try {
    return judge(evidence);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    const because = `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
    return { verdict: 'not-testable', because, evidence: {} };
  }
}
