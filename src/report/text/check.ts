/** The text of a check: a line for each case that is within its budget, and what to know of those that are not. */
import { assertUnreachable } from '../../core/assert.js';
import type { CheckCase, CheckResult, LimitResult, TypeCreations, Verdict } from '../../core/check.js';
import { type Interpreter, minorVersion } from '../../core/interpreter.js';
import { ProgramFiles } from '../../core/program-files.js';
import { commandWord } from './command.js';
import { interpretersLine, shownName } from './interpreter.js';
import { list, perOperation, plural, signed } from './numbers.js';
import { cut, oneLine, printable, printableName, type Style } from './style.js';
import { pad, tableLines, wrap } from './table.js';

export interface CheckText {
  /** The folder of the programs: files below it are shown from there on. */
  readonly folder: string;
}

/** Ends without a line break. */
export function formatCheck(result: CheckResult, { folder }: CheckText, style: Style): string {
  const rows = result.cases.map((one) => [
    verdictWord(one.verdict),
    oneLine(one.id, NAME_WIDTH, style),
    shownName(one.interpreter),
    summaryOf(one, result.file),
  ]);
  const columns = ['', '', '', ''].map((title) => ({ title, align: 'left' as const }));
  const [, ...lines] = tableLines(columns, rows);
  const parts = result.cases.flatMap((one, i) => [
    paintVerdict(cut(lines[i] ?? '', style.width, style), one.verdict, style),
    ...detailLines(one, folder, style),
  ]);
  return [style.bold(interpretersLine(interpretersOf(result))), '', ...parts, '', ...endLines(result)].join('\n');
}

const NAME_WIDTH = 36;

function interpretersOf({ cases }: CheckResult): Interpreter[] {
  return [...new Map(cases.map(({ interpreter }) => [interpreter.id, interpreter])).values()];
}

const verdictWord = (verdict: Verdict): string => (verdict === 'over' ? 'OVER' : verdict);

function paintVerdict(line: string, verdict: Verdict, style: Style): string {
  switch (verdict) {
    case 'within':
      return line;
    case 'better':
      return style.paint('freelist', line);
    case 'over':
    case 'varying':
    case 'failed':
    case 'refused':
      return style.paint('inexact', line);
    default:
      return assertUnreachable(verdict);
  }
}

/** Behind the name: the numbers with their limits; of a case over its budget, where that stands. */
function summaryOf(one: CheckCase, file: string): string {
  if (one.verdict === 'within' || one.verdict === 'better') return one.limits.map(limitWords).join(', ');
  return `${file}:${one.line}`;
}

/** "creations 3 (<= 4)" */
export function limitWords({ field, limit, measured, moved }: LimitResult): string {
  return `${fieldName(field)} ${numberOf(measured, moved)} (${limit})`;
}

/** "dict" of "types.dict": the type says enough. */
export const fieldName = (field: string): string => printableName(field.replace(/^types\./, ''));

export function numberOf(measured: number | null, moved: LimitResult['moved']): string {
  if (measured === null) return '–';
  return moved === null ? perOperation(measured) : `${perOperation(moved.min)}..${perOperation(moved.max)}`;
}

const INDENT = ' '.repeat(9);

/** Together with the line above them, at most twelve. */
function detailLines(one: CheckCase, folder: string, style: Style): string[] {
  const said =
    one.reason === null ? [] : wrap(oneLine(one.reason.message, 4 * style.width, style), style.width - INDENT.length);
  const build =
    one.recordedOn === null
      ? []
      : [`measured on ${buildWords(one.interpreter)}; the budget is of ${printable(one.recordedOn)}`];
  const lines = [...said, ...(one.verdict === 'over' ? overLines(one, folder, style) : []), ...build];
  const cutLines = lines.map((line) => cut(INDENT + line, style.width, style));
  return one.verdict === 'over' ? [...cutLines, `${INDENT}more: ${moreCommand(one)}`] : cutLines;
}

const buildWords = ({ engine, version }: Interpreter): string => `${engine}:${version}`;

const LIMITS_SHOWN = 4;
const TYPES_SHOWN = 5;

function overLines(one: CheckCase, folder: string, style: Style): string[] {
  const over = one.limits.filter(({ ok }) => !ok);
  const shown = over.length === LIMITS_SHOWN + 1 ? over : over.slice(0, LIMITS_SHOWN);
  const width = Math.max(...shown.map(({ field }) => fieldName(field).length));
  const numbers = Math.max(...shown.map(({ measured, moved }) => numberOf(measured, moved).length));
  return [
    ...shown.map((one) => {
      const number = pad(numberOf(one.measured, one.moved), numbers, 'right');
      return `${pad(fieldName(one.field), width, 'left')}  ${number}   limit ${one.limit}${excess(one)}`;
    }),
    ...(over.length > shown.length ? [`and ${plural(over.length - shown.length, 'more limit')}`] : []),
    ...(one.types.length > 0 ? [`created: ${typesWords(one.types, style)}`] : []),
    ...siteLines(one, folder),
  ];
}

/** "   +1": how far a number is from what its limit says. */
const excess = ({ measured, allowed }: LimitResult): string =>
  measured === null ? '' : `   ${signed(measured - allowed)}`;

/** "2 str, 1 list and 3 more types" */
export function typesWords(types: readonly TypeCreations[], style: Pick<Style, 'ascii'>): string {
  const words = types
    .slice(0, TYPES_SHOWN)
    .map(({ type, creations }) => `${perOperation(creations)} ${oneLine(type, 40, style)}`);
  const rest = types.length - words.length;
  return list([...words, ...(rest > 0 ? [plural(rest, 'more type')] : [])]);
}

function siteLines({ sites, subject, interpreter }: CheckCase, folder: string): string[] {
  if (sites === null) return [];
  const command = subject.kind === 'command' ? subject.command : ['-c', ''];
  const files = new ProgramFiles({ folder, command, interpreter });
  return sites.map(
    ({ file, line, creations }) => `${plural(creations, 'object')} at ${printableName(files.pathOf(file))}:${line}`,
  );
}

/** What shows where the numbers come from. */
export function moreCommand({ subject, interpreter }: CheckCase): string {
  const python = commandWord(interpreter.path ?? `${interpreter.engine}:${minorVersion(interpreter.version)}`);
  const words = (lines: string): string[] => printable(lines.trimEnd()).split('\n').map(commandWord);
  if (subject.kind === 'statement') {
    const [first = '', ...rest] = words(subject.statement);
    const statement = [...(first.startsWith('-') ? ['--', first] : [first]), ...rest].join(' ');
    const setup =
      subject.setup.trim() === ''
        ? ''
        : words(subject.setup)
            .map((line) => `-s ${line} `)
            .join('');
    return `pyallocs bench -p ${python} ${setup}${statement}`;
  }
  const [first = ''] = subject.command;
  const ours = first.startsWith('-') && !/^-[mc]/.test(first) ? '-- ' : '';
  return `pyallocs record --steady -p ${python} ${ours}${subject.command.map(commandWord).join(' ')}, then: pyallocs annotate`;
}

const ORDER: readonly Verdict[] = ['over', 'failed', 'refused', 'varying', 'better', 'within'];

/** "1 over, 2 within", and what to do. */
export function verdictCounts({ cases }: CheckResult): string {
  return ORDER.flatMap((verdict) => {
    const count = cases.filter((one) => one.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  }).join(', ');
}

/** `file`: the budget. */
export const updateCommand = (file: string): string =>
  `pyallocs check ${file === 'pyallocs.toml' || file === 'pyproject.toml' ? '' : `${commandWord(file)} `}--update`;

function endLines(result: CheckResult): string[] {
  const has = (verdict: Verdict): boolean => result.cases.some((one) => one.verdict === verdict);
  const update = updateCommand(result.file);
  return [
    `${printable(result.file)}: ${verdictCounts(result)}`,
    ...(has('over') ? [`If that is meant to be so, make it the budget: ${update}`] : []),
    ...(has('better') && !has('over') ? [`It is better than its budget; to lower that: ${update}`] : []),
  ];
}
