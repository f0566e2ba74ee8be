/** The code, its counts on every version and what changed between them, as Markdown to paste into an issue. */
import { BUFFER_ROW, type TypeCounts } from '../../../core/counts.js';
import { minorVersion } from '../../../core/interpreter.js';
import { type CaseResult, hasNumbers } from '../../../core/outcome.js';
import type { ProgramResult } from '../../../core/program.js';
import { escapeText } from '../../../report/markdown/escape.js';
import { growthSentence } from '../../../report/text/cell.js';
import { rowChanges } from '../../../report/text/changes.js';
import { failureLines } from '../../../report/text/failure.js';
import { pymallocFootnote } from '../../../report/text/interpreter.js';
import { integer, perOperation } from '../../../report/text/numbers.js';
import { oneLine, printable } from '../../../report/text/style.js';
import { STYLE } from '../../components/kind.js';
import { oneExecution } from '../results/one-execution.js';
import { type Answered, caseResults, commandLines, programResults } from './export.js';

const TYPES_SHOWN = 4;

/** A program may change in a hundred types. */
const CHANGE_WIDTH = 240;

const HEAD = [
  'Python',
  'objects',
  ...(['freelist', 'malloc'] as const).map(signed),
  '▪ buffers',
  '↔ resizes',
  'bytes',
  'types',
];

/** Ends without a line break. */
export function exportedMarkdown({ question, answers, shown }: Answered): string {
  const { mode, setup, code } = question;
  const statement = mode === 'statement';
  const results = statement ? caseResults(answers) : programResults(answers).map(asCase);
  const interpreters = results.map(({ interpreter }) => interpreter);
  const versions = interpreters.map(({ version }) => minorVersion(version));
  const footnote = results.some(hasNumbers) ? pymallocFootnote(interpreters) : null;
  const parts = [
    [statement ? 'What one execution of this statement allocates:' : 'What this program allocates:'],
    fenced(code, 'python'),
    ...(setup.trim() === '' ? [] : [['With this setup, which is not counted:'], fenced(setup, 'python')]),
    table(results),
    [...changes(results), ...growth(results), ...failures(statement ? results : [], answers)],
    ['Counted with pyallocs; again:'],
    fenced(commandLines(question, versions, shown).join('\n'), 'sh'),
    footnote === null ? [] : [escapeText(footnote)],
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}

/** A block that no line of the text can end. */
function fenced(text: string, language: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, printable(text.replace(/\s+$/, '')), fence];
}

function signed(mark: 'freelist' | 'malloc'): string {
  return `${STYLE.sign(mark)} ${mark}`;
}

function table(results: readonly CaseResult[]): string[] {
  return [
    `| ${HEAD.join(' | ')} |`,
    `|---|${'--:|'.repeat(HEAD.length - 2)}---|`,
    ...results.map((result) => `| ${[escapeText(result.interpreter.version), ...cells(result)].join(' | ')} |`),
  ];
}

function cells(result: CaseResult): string[] {
  if (!hasNumbers(result)) return [result.outcome, ...HEAD.slice(2).map(() => '')];
  const { perOp, outcome, byType, iterations } = result;
  const inexact = outcome === 'varying' ? `${STYLE.sign('inexact')} ` : '';
  if (perOp === null) return [`${inexact}grows`, ...HEAD.slice(2).map(() => '')];
  const number = (value: number): string => (value === 0 ? STYLE.sign('nothing') : `${inexact}${perOperation(value)}`);
  const { creations, buffers, resizes, bytes } = perOp;
  const numbers = [creations.total, creations.freelist, creations.malloc, buffers.total, resizes, bytes];
  return [...numbers.map(number), types(byType, iterations)];
}

/** "2 float, 1 tuple" */
function types(byType: readonly TypeCounts[], iterations: number): string {
  const created = byType.filter(({ creations, type }) => creations.total > 0 && type !== BUFFER_ROW);
  const words = created.slice(0, TYPES_SHOWN).map(({ type, creations }) => {
    return escapeText(`${perOperation(creations.total / iterations)} ${printable(type)}`);
  });
  const more = created.length - words.length;
  return words.join(', ') + (more > 0 ? ` and ${integer(more)} more` : '');
}

const changes = (results: readonly CaseResult[]): string[] =>
  rowChanges(results).map(
    ({ interpreter, text }) => `- ${escapeText(interpreter)}: ${escapeText(oneLine(text, CHANGE_WIDTH, STYLE))}`,
  );

const growth = (results: readonly CaseResult[]): string[] =>
  results.filter(hasNumbers).flatMap(({ interpreter, growth: points, counts }) => {
    if (points === null) return [];
    return [`- ${minorVersion(interpreter.version)}: the cost is not constant: ${growthSentence(points, counts)}`];
  });

function failures(results: readonly CaseResult[], answers: Answered['answers']): string[] {
  const programs = programResults(answers).flatMap((result) => {
    const { interpreter, outcome } = result;
    const said = programFailure(result);
    return said === null ? [] : [`${minorVersion(interpreter.version)} ${outcome}: ${printable(said)}`];
  });
  // An excerpt with its caret belongs to the line above it.
  const lines = failureLines(results).map((line) =>
    line.startsWith(' ') ? `  ${escapeText(line)}` : `- ${escapeText(line)}`,
  );
  return [...lines, ...programs.map((line) => `- ${escapeText(line)}`)];
}

function programFailure(result: ProgramResult): string | null {
  switch (result.outcome) {
    case 'exact':
      return null;
    case 'varying':
      return result.why.message;
    case 'refused':
      return result.reason.message;
    case 'failed':
      return result.error.message;
  }
}

/** A program as one execution of a statement: tables and changes read the same. */
function asCase(result: ProgramResult): CaseResult {
  const { interpreter, outcome } = result;
  switch (outcome) {
    case 'refused':
      return { interpreter, outcome, reason: result.reason };
    case 'failed':
      return {
        interpreter,
        outcome,
        error: { code: 'python-exception', message: result.error.message, line: null, place: null },
      };
    case 'exact':
    case 'varying':
      return { interpreter, outcome: 'exact', ...oneExecution(result.counts, result.byType) };
  }
}
