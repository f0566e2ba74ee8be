/** What people say, by belief, and what came of it. */
import type { ClaimResult, ClaimVerdict, StudyResult, Verdict } from './study.js';

/** Claims that say the same thing in several ways, or parts of one thing. */
export interface Belief {
  readonly belief: string;
  readonly claims: readonly ClaimResult[];
}

/** In the order in which their first claims stand. */
export function beliefs({ claims }: Pick<StudyResult, 'claims'>): Belief[] {
  const found = new Map<string, ClaimResult[]>();
  for (const claim of claims) found.set(claim.belief, [...(found.get(claim.belief) ?? []), claim]);
  return [...found].map(([belief, claims]) => ({ belief, claims }));
}

export const isConfirmed = ({ verdicts }: ClaimResult): boolean =>
  verdicts.every(({ verdict }) => verdict === 'confirmed');

/** A verdict that says: do not believe this. */
export const isWrong = (verdict: Verdict): boolean => verdict === 'refuted' || verdict === 'misleading';

/** Verdicts that agree and say why in the same words. */
export interface VerdictGroup {
  readonly verdict: Verdict;
  readonly because: string;
  /** Ids, in the order of the verdicts. */
  readonly interpreters: readonly string[];
  readonly verdicts: readonly ClaimVerdict[];
}

/** Numbers in a sentence may differ between versions: those stand apart. */
export function verdictGroups({ verdicts }: ClaimResult): VerdictGroup[] {
  const groups = new Map<string, ClaimVerdict[]>();
  for (const one of verdicts) {
    const key = `${one.verdict} ${one.because}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const { verdict, because } = first;
    return [{ verdict, because, interpreters: members.map(({ interpreter }) => interpreter), verdicts: members }];
  });
}

/** What each verdict holds for: ids by verdict, in the order in which verdicts first stand. */
export function versionsByVerdict({ verdicts }: ClaimResult): ReadonlyMap<Verdict, ReadonlySet<string>> {
  const found = new Map<Verdict, Set<string>>();
  for (const { verdict, interpreter } of verdicts) {
    const ids = found.get(verdict) ?? new Set<string>();
    found.set(verdict, ids.add(interpreter));
  }
  return found;
}

/** A belief of which a claim is wrong on an interpreter, and why. */
export interface WrongBelief {
  readonly belief: string;
  readonly claim: ClaimResult;
  readonly verdict: ClaimVerdict;
  /** How many claims of this belief are wrong there. */
  readonly wrong: number;
}

/**
 * The beliefs that are wrong on an interpreter: each with its first refuted claim, or else its first misleading one.
 * `clocks`: whether claims that rest on time count; without them two runs say the same.
 */
export function wrongBeliefs(study: Pick<StudyResult, 'claims'>, interpreter: string, clocks: boolean): WrongBelief[] {
  return beliefs(study).flatMap(({ belief, claims }) => {
    const wrong = claims.flatMap((claim) => {
      if (claim.restsOn === 'time' && !clocks) return [];
      const verdict = claim.verdicts.find((one) => one.interpreter === interpreter);
      return verdict !== undefined && isWrong(verdict.verdict) ? [{ claim, verdict }] : [];
    });
    const first = wrong.find(({ verdict }) => verdict.verdict === 'refuted') ?? wrong[0];
    return first === undefined ? [] : [{ belief, ...first, wrong: wrong.length }];
  });
}

/** How many claims came to what on an interpreter. */
export function tallyVerdicts(claims: readonly ClaimResult[], interpreter: string): Readonly<Record<Verdict, number>> {
  const tally = { confirmed: 0, refuted: 0, misleading: 0, 'not-testable': 0 };
  for (const { verdicts } of claims) {
    const one = verdicts.find((verdict) => verdict.interpreter === interpreter);
    if (one !== undefined) tally[one.verdict]++;
  }
  return tally;
}
