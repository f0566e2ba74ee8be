/** What every text on a recording begins with, and what a reader of its numbers has to know. */
import { isZero } from '../../core/counts.js';
import { approximateBecause, type Interpreter } from '../../core/interpreter.js';
import type { RecordingFacts } from '../../core/report.js';
import { funnelLines, funnelSentence } from './funnel.js';
import { interpreterLine, pymallocFootnote } from './interpreter.js';
import { ALL_FIELDS } from './moved.js';
import { headingLines, inexactLines } from './program.js';
import { printable, printableName, type Style } from './style.js';
import { wrap } from './table.js';

/** A message from the file, as one line. */
const sentence = (message: string): string => printable(message).replace(/\s+/g, ' ');

const NONE: ReadonlySet<string> = new Set();

/** The interpreter and the command; then why it is not exact, if it is not. */
export function recordingHeading(facts: RecordingFacts, style: Style): string[][] {
  const { outcome, why, interpreter, command } = facts;
  const varying =
    outcome === 'exact'
      ? []
      : inexactLines(`${style.sign('inexact')} varying${why === null ? '' : `: ${sentence(why.message)}`}`, style);
  return [headingLines(printableName(interpreterLine(interpreter)), command, style), varying];
}

const NOTHING = 'Nothing was recorded: the program created no object and asked for no memory.';

const movedOf = ({ outcome }: RecordingFacts): ReadonlySet<string> => (outcome === 'varying' ? ALL_FIELDS : NONE);

/** All that was recorded, in a sentence. */
export function recordingSentence(facts: RecordingFacts, style: Style): string[] {
  const { recorded } = facts;
  return wrap(isZero(recorded) ? NOTHING : funnelSentence(recorded, null, movedOf(facts), style), style.width);
}

/** The sentence and the funnel of all that was recorded; a sentence where that is nothing. */
export function recordingFunnel(facts: RecordingFacts, style: Style): string[] {
  const { recorded, interpreter } = facts;
  if (isZero(recorded)) return recordingSentence(facts, style);
  return funnelLines(recorded, interpreter, { of: null, moved: movedOf(facts) }, style);
}

/** Warnings of the recording, and the footnote of builds without pymalloc. */
export function recordingFootnotes({ warnings, interpreter, recorded }: RecordingFacts, style: Style): string[] {
  const footnote = recorded.requests === 0 ? null : pymallocFootnote([interpreter]);
  return [
    ...warnings.flatMap(({ message }) => inexactLines(`warning: ${sentence(message)}`, style)),
    ...(footnote === null ? [] : wrap(footnote, style.width).map((line) => style.dim(line))),
  ];
}

export function approximateSentence(interpreter: Interpreter): string {
  const because = approximateBecause(interpreter);
  return `Instructions are approximate: ${because === null ? '' : `${because}, and `}an event may stand at an instruction beside its own.`;
}

/** What folding did to counts that include callers. */
export const FOLDED =
  'Recursion was folded when this was recorded: a call that was already on the path stands once, so functions between two such calls may miss a part of what they caused. record --full-recursion keeps whole stacks.';
