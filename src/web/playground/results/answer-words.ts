/** An answer as sentences, the number first. */
import { type Counts, ORIGINS, type Origin } from '../../../core/counts.js';
import { hasNumbers, type MeasuredError } from '../../../core/outcome.js';
import { growthSentence } from '../../../report/text/cell.js';
import { exitText } from '../../../report/text/facts.js';
import { errorText } from '../../../report/text/failure.js';
import { funnelSentence } from '../../../report/text/funnel.js';
import { isCounted } from '../../../report/text/moved.js';
import { byteSize, list, perOperation, plural } from '../../../report/text/numbers.js';
import { printable } from '../../../report/text/style.js';
import { STYLE } from '../../components/kind.js';
import { thin } from '../../components/numbers.js';
import { type Answer, minorOf, type Problem, type ProgramAnswer, type StatementAnswer } from '../answer.js';
import type { Mode } from '../question.js';
import { countedOf } from './counted.js';

/** A sentence whose beginning is what was asked for. */
export interface Sentence {
  readonly lead: string;
  readonly rest: string;
}

/** What it came to; null: there are no numbers. */
export function answerSentence(answer: Answer): Sentence | null {
  return answer.mode === 'statement' ? statementSentence(answer) : programSentence(answer);
}

function statementSentence({ result }: StatementAnswer): Sentence | null {
  if (!hasNumbers(result)) return null;
  if (result.perOp !== null) return executionSentence(result.perOp, result.outcome === 'varying');
  const grows = result.growth === null ? '' : `: ${thin(growthSentence(result.growth, result.counts))}`;
  return { lead: 'The cost is not constant', rest: `${grows}.` };
}

const FROM: Readonly<Record<Origin, string>> = {
  freelist: 'from a freelist',
  pymalloc: 'from pymalloc',
  malloc: 'from malloc',
  foreign: 'in foreign memory',
};

/** "Each execution creates 2 objects" ", all from a freelist: no request to an allocator." */
export function executionSentence(counts: Counts, inexact: boolean): Sentence {
  const { creations, buffers, requests, resizes, bytes } = counts;
  const number = (count: number): string => `${inexact ? '≈\u00a0' : ''}${thin(perOperation(count))}`;
  const some = (count: number, word: string): string =>
    count === 0 ? `no ${word}` : `${number(count)} ${count === 1 ? word : `${word}s`}`;
  const whole = [creations.total, requests, resizes].every(Number.isInteger);
  const served = ORIGINS.filter((origin) => creations[origin] > 0);
  const [only] = served;
  const all = creations.total > 1 ? 'all ' : '';
  const from =
    only === undefined
      ? ''
      : served.length === 1
        ? `, ${all}${FROM[only]}`
        : `, ${list(served.map((origin) => `${number(creations[origin])} ${FROM[origin]}`))}`;
  const more = buffers.total === 0 ? '' : `, and takes ${some(buffers.total, 'buffer')}`;
  const size = requests === 0 ? '' : ` for ${number(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`;
  const resized = resizes === 0 ? '' : `, and ${some(resizes, 'resize')}`;
  return {
    lead: `${whole ? 'Each' : 'On average, each'} execution creates ${some(creations.total, 'object')}`,
    rest: `${from}${more}: ${some(requests, 'request')} to an allocator${size}${resized}.`,
  };
}

function programSentence(answer: ProgramAnswer): Sentence | null {
  const counted = countedOf(answer);
  if (counted === null) return null;
  const { counts, moved } = counted;
  const sentence = thin(funnelSentence(counts, null, moved, STYLE));
  const [lead = '', ...rest] = sentence.split(', ');
  const mark = (field: string): string => (moved.has(field) ? '≈\u00a0' : '');
  const asked =
    counts.requests === 0
      ? ''
      : ` ${mark('requests')}${plural(counts.requests, 'request')} to the allocator for ${mark('bytes')}${byteSize(counts.bytes)}.`;
  return { lead, rest: `${rest.length === 0 ? '' : `, ${rest.join(', ')}`}${thin(asked)}` };
}

/** Why there are no numbers, or none that are exact. */
export interface Reason {
  readonly title: 'Not exact' | 'Refused' | 'Failed';
  readonly message: string;
  /** The line of the source and the caret below it, as Python shows them. */
  readonly excerpt: string;
}

/** null: exact. */
export function reasonOf({ result, problem }: Answer): Reason | null {
  switch (result.outcome) {
    case 'exact':
      return null;
    case 'varying':
      return { title: 'Not exact', message: asSentence(result.why.message), excerpt: '' };
    case 'refused':
      return { title: 'Refused', message: asSentence(result.reason.message), excerpt: '' };
    case 'failed': {
      const error: MeasuredError | { readonly message: string } = result.error;
      // A problem is the error, with what this page knows about it.
      const told = problem?.message ?? error.message;
      const text = 'place' in error ? errorText({ ...error, message: told }) : printable(told);
      const [message = '', ...excerpt] = text.split('\n');
      return {
        title: 'Failed',
        message: asSentence(message),
        excerpt: excerpt.join('\n'),
      };
    }
  }
}

/** How a program ended, where it did not end well; otherwise null. */
export function exitSentence({ result }: ProgramAnswer): string | null {
  const exit = 'exit' in result ? result.exit : null;
  if (exit === null || exit.code === 0) return null;
  const counted = isCounted(result) ? ' What it did until then is counted.' : '';
  return `The program ended ${exit.signal === null ? 'with ' : ''}${exitText(exit)}.${counted}`;
}

/** "NameError: name 'z' is not defined (statement, line 1)" */
export function problemText({ at, message }: Problem, mode: Mode): string {
  if (at === null) return printable(message);
  const where = mode === 'program' ? '' : `${at.text === 'setup' ? 'setup' : 'statement'}, `;
  return `${printable(message)} (${where}line ${at.line})`;
}

/** How exact the numbers are, and why. null: there are none, or they are not. */
export function exactness({ mode, result }: Answer): string | null {
  if (result.outcome !== 'exact') return null;
  if (mode === 'program') {
    return 'Counted from its first instruction to its end, in one run. Starting Python and compiling the program are not part of it.';
  }
  if (!('steady' in result) || !result.steady)
    return 'Exact: a second run, from a fresh setup, came to the same counts.';
  const times = thin(plural(result.iterations, 'execution'));
  return `Exact: warmed up, then counted three times over ${times}, with the same result.`;
}

/** For a screen reader, of one version: "1 object per execution on 3.14". */
export function spokenAnswer(answer: Answer): string {
  const on = `on ${minorOf(answer)}`;
  const counted = countedOf(answer);
  if (counted === null) return `${answer.result.outcome} ${on}`;
  if (counted.of.startsWith('of the second')) return `the cost is not constant ${on}`;
  const { total } = counted.counts.creations;
  const objects = total === 0 ? 'no object' : plural(total, 'object');
  const about = counted.moved.has('creations') ? 'about ' : '';
  return `${about}${objects}${answer.mode === 'statement' ? ' per execution' : ''} ${on}`;
}

/** Messages begin in lower case and have no full stop where they follow others. */
export function asSentence(message: string): string {
  const text = printable(message);
  const begins = /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.?!)]$/.test(begins) ? begins : `${begins}.`;
}
