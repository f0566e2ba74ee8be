/** The result of `check`: each case of a budget on each interpreter, and whether its limits hold. */
import { assertUnreachable } from './assert.js';
import type { Subject } from './budget.js';
import type { Interpreter } from './interpreter.js';
import { type Limit, type LimitField, type Limits, limitText } from './limits.js';
import type { Reading, Unknown } from './readings.js';

/**
 * within: every limit holds. better: and some number is lower than it may be. over: a limit does not hold (an exact one
 * may be missed from below as well). varying: a number is not the same each time, and its limit is no range. failed,
 * refused: there are no numbers.
 */
export type Verdict = 'within' | 'over' | 'better' | 'varying' | 'failed' | 'refused';

export interface LimitResult {
  readonly field: LimitField;
  /** "<= 3" */
  readonly limit: string;
  /** The most that it allows. */
  readonly allowed: number;
  /** The most that was seen; null: there is no number. Of a statement per execution. */
  readonly measured: number | null;
  /** Between which numbers it moved; null: it did not. */
  readonly moved: { readonly min: number; readonly max: number } | null;
  readonly ok: boolean;
  /** Whether the limit could be lower. */
  readonly better: boolean;
}

/** A type with the objects created of it: per execution of a statement, of a program in all. */
export interface TypeCreations {
  readonly type: string;
  readonly creations: number;
}

/** A line that creates objects. */
export interface CheckSite {
  /** As code objects name it. */
  readonly file: string;
  readonly line: number;
  /** In the whole program, or in the region; of a statement per execution. */
  readonly creations: number;
}

export interface CheckCase {
  /** Of a case without one, its statement or command. */
  readonly id: string;
  readonly subject: Subject;
  /** Where the case stands in the budget. */
  readonly line: number;
  readonly interpreter: Interpreter;
  readonly verdict: Verdict;
  readonly limits: readonly LimitResult[];
  /** Why there are no numbers, or none that can be judged; otherwise null. */
  readonly reason: { readonly code: string; readonly message: string } | null;
  /** What was created, most first. Empty where there are no numbers. */
  readonly types: readonly TypeCreations[];
  /**
   * Of a case over its budget: the lines that create most. What the text of a statement itself creates is at its case in
   * the budget; none: it creates all of it. null: not looked for, or not known.
   */
  readonly sites: readonly CheckSite[] | null;
  /** Set when the limits were measured on another build of this version: its name. */
  readonly recordedOn: string | null;
}

export interface CheckResult {
  readonly schema: 'pyallocs/check@1';
  /** The budget file. */
  readonly file: string;
  readonly cases: readonly CheckCase[];
}

type Judged = Pick<CheckCase, 'verdict' | 'limits' | 'reason'>;

export function judge(limits: Limits, reading: Reading, interpreter: Interpreter): Judged {
  const unknown: { field: LimitField; why: Unknown['why'] }[] = [];
  let [over, moving, better] = [false, null as LimitField | null, false];
  const results = [...limits].map(([field, limit]): LimitResult => {
    const seen = reading(field);
    const about = { field, limit: limitText(limit), allowed: limit.kind === 'exactly' ? limit.value : limit.max };
    if ('why' in seen) {
      unknown.push({ field, why: seen.why });
      return { ...about, measured: null, moved: null, ok: false, better: false };
    }
    const { min, max } = seen;
    const settled = min === max || limit.kind === 'between';
    if (!settled) moving ??= field;
    const ok = settled && holds(limit, max);
    // What moves, without a range that allows it, is over where no run would hold the limit.
    if (settled ? !ok : neverHolds(limit, min, max)) over = true;
    const lower = ok && couldBeLower(limit, max);
    better ||= lower;
    return { ...about, measured: max, moved: min === max ? null : { min, max }, ok, better: lower };
  });
  const unseen = unknown.find(({ why }) => why === 'unseen');
  const not = unknown[0];
  if (over) return { verdict: 'over', limits: results, reason: null };
  if (unseen !== undefined) {
    const message = `${interpreter.id} cannot see ${unseen.field}; take the limit out, or measure another interpreter with -p`;
    return { verdict: 'refused', limits: results, reason: { code: 'unseen', message } };
  }
  if (not !== undefined) return { verdict: 'varying', limits: results, reason: unknownReason(not) };
  if (moving !== null) {
    const message = `${moving} is not the same each time; a range such as "2..3" allows that`;
    return { verdict: 'varying', limits: results, reason: { code: 'moved', message } };
  }
  return { verdict: better ? 'better' : 'within', limits: results, reason: null };
}

function unknownReason({ field, why }: { field: LimitField; why: Unknown['why'] }): { code: string; message: string } {
  const message =
    why === 'growing'
      ? `${field} is not the same in each execution, because the statement makes something grow; let it make that anew each time`
      : `${field} is not the same each time`;
  return { code: why, message };
}

function holds(limit: Limit, value: number): boolean {
  return limit.kind === 'exactly' ? value === limit.value : value <= limit.max;
}

function neverHolds(limit: Limit, min: number, max: number): boolean {
  return limit.kind === 'exactly' ? limit.value < min || limit.value > max : min > limit.max;
}

function couldBeLower(limit: Limit, max: number): boolean {
  switch (limit.kind) {
    case 'at-most':
      return max < limit.max;
    case 'between':
      return max < limit.min;
    case 'exactly':
      return false;
    default:
      return assertUnreachable(limit);
  }
}

/** What a case is called: its id, or else its statement or command. */
export function caseName({ id, subject }: { readonly id: string | null; readonly subject: Subject }): string {
  if (id !== null) return id;
  if (subject.kind === 'statement') return subject.statement.trim();
  const region = subject.region === null ? '' : `, region ${subject.region}`;
  return `python ${subject.command.join(' ')}${region}`;
}
