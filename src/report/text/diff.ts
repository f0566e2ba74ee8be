/** The text of a diff: what costs more or less, by how much, and which types are responsible. */
import { BUFFER_ROW } from '../../core/counts.js';
import {
  DECIDING_FIELDS,
  type DecidingField,
  type DiffResult,
  type DiffRow,
  deciding,
  difference,
} from '../../core/diff.js';
import type { DiffSide } from '../../core/diff-entries.js';
import { commandLine, commandWord } from './command.js';
import { interpreterLine, interpretersLine } from './interpreter.js';
import { byteSize, list, perOperation, plural, signed } from './numbers.js';
import { ellipsis, type Mark, oneLine, printable, printableName, type Style, textWidth } from './style.js';
import { type Column, pad, tableLines, wrap } from './table.js';

const ROWS_SHOWN = 40;
const KEY_WIDTH = 44;
/** What a row needs beside its key. */
const NUMBERS_WIDTH = 50;

/** Ends without a line break. */
export function formatDiff(result: DiffResult, style: Style): string {
  const parts = [
    headingLines(result, style),
    rowLines(result, style),
    result.uncompared.flatMap(({ key, why }) => {
      const sentence = `not compared: ${oneLine(key, KEY_WIDTH, style)}: ${printable(why)}`;
      return wrap(sentence, style.width, '  ').map((line) => style.paint('inexact', line));
    }),
    movedLines(result, style),
    wrap(summarySentence(result), style.width),
    nextCommand(result, style),
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}

/** Of recordings, which command shows more. */
function nextCommand({ by, before, after, rows }: DiffResult, style: Style): string[] {
  if (by === null || by === 'line' || by === 'instruction' || rows.length === 0) return [];
  const files = [before, after].map(({ name }) => commandWord(printableName(name))).join(' ');
  return wrap(`pyallocs diff ${files} --by line shows the lines`, style.width, '  ');
}

/** The interpreters, then which file is which, with what they do not have in common. */
function headingLines({ of, before, after }: DiffResult, style: Style): string[] {
  const versions = ({ interpreters }: DiffSide): string =>
    interpreters.map(({ id, version }) => `${id} ${version}`).join();
  const same = versions(before) === versions(after);
  const [one, two] = [before, after].map(({ interpreters }) =>
    interpreters.length === 1 && interpreters[0] !== undefined
      ? interpreterLine(interpreters[0])
      : interpretersLine(interpreters),
  );
  const title = same ? wrap(one ?? '', style.width) : [`${one}`, `and then ${two}`];
  const commands = [before, after].map(({ command }) => (command === null ? '' : commandLine(command)));
  const sides = [before, after].map(({ name, exact }, i) => {
    const inexact = exact ? '' : ` ${style.paint('inexact', `${style.sign('inexact')} not all of it exact`)}`;
    const command = commands[i] === '' ? '' : `   ${style.dim(oneLine(commands[i] ?? '', 60, style))}`;
    return ` ${i === 0 ? 'before' : 'after '}  ${of} ${oneLine(name, 60, style)}${command}${inexact}`;
  });
  return [...title.flatMap((line) => wrap(line, style.width)).map((line) => style.bold(line)), ...sides];
}

const CHANGE_MARKS: Record<DiffRow['change'], Mark> = {
  more: 'malloc',
  new: 'malloc',
  less: 'freelist',
  gone: 'freelist',
};

const WORDS: Record<DecidingField, string> = {
  creations: 'objects',
  requests: 'requests',
  resizes: 'resizes',
  bytes: 'bytes',
};

function rowLines({ rows, of }: DiffResult, style: Style): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, ROWS_SHOWN);
  const per = of === 'bench' || of === 'study' ? '/op' : '';
  const columns: Column[] = [
    { title: '', align: 'left' },
    { title: '', align: 'left' },
    { title: 'before', align: 'right' },
    { title: 'after', align: 'right' },
    { title: 'difference', align: 'right' },
    { title: '', align: 'left' },
  ];
  const table = tableLines(
    columns,
    shown.map((row) => [
      style.paint(CHANGE_MARKS[row.change], row.change),
      oneLine(
        row.kind === 'region' && !row.key.startsWith('region ') ? `region ${row.key}` : row.key,
        Math.max(16, Math.min(KEY_WIDTH, style.width - NUMBERS_WIDTH)),
        style,
      ),
      sideCell(row, 'before', style),
      sideCell(row, 'after', style),
      style.bold(signed(difference(row, row.decidedBy, row.iterations), numberText(row.decidedBy))),
      WORDS[row.decidedBy] + per,
    ]),
  );
  const [titles = '', ...lines] = table;
  const indent = Math.max(...lines.map(textWidth)) + 2;
  const more = rows.length - shown.length;
  return [
    titles,
    ...lines.flatMap((line, i) => withReasons(line, reasons(shown[i]), indent, style)),
    ...(more > 0 ? [`  ${ellipsis(style)} and ${plural(more, 'more row')}; --json has them all`] : []),
  ];
}

const numberText = (field: DecidingField): ((n: number) => string) => (field === 'bytes' ? byteSize : perOperation);

/** The number that decided, of one side; – where there is none. */
function sideCell(row: DiffRow, side: 'before' | 'after', style: Style): string {
  const counts = row[side];
  if (counts === null) return style.paint('unseen', style.sign('unseen'));
  const number = numberText(row.decidedBy)(deciding(counts, row.decidedBy, row.iterations?.[side] ?? null));
  return row.varying ? `${style.paint('inexact', style.sign('inexact'))}${number}` : number;
}

const TYPES_SHOWN = 4;

/** "int +1, dict -2 and 3 more types; also 1 request more": what is behind the number that decided. */
function reasons(row: DiffRow | undefined): string {
  if (row === undefined) return '';
  const types = row.types
    .slice(0, TYPES_SHOWN)
    .map(
      (type) =>
        `${typeName(type.type)} ${signed(difference(type, row.decidedBy, row.iterations), numberText(row.decidedBy))}`,
    );
  const more = row.types.length - types.length;
  const others = DECIDING_FIELDS.filter((field) => field !== row.decidedBy).flatMap((field) => {
    const changed = difference(row, field, row.iterations);
    return changed === 0 ? [] : [`${WORDS[field]} ${signed(changed, numberText(field))}`];
  });
  const told = types.join(', ') + (more > 0 ? ` and ${plural(more, 'more type')}` : '');
  return [told, others.length === 0 ? '' : `also ${list(others)}`].filter((words) => words !== '').join('; ');
}

const typeName = (type: string): string => (type === BUFFER_ROW ? 'buffers' : printable(type));

/** What is behind a row stands beside it where there is room, otherwise below. */
function withReasons(line: string, text: string, indent: number, style: Style): string[] {
  if (text === '') return [line];
  const room = style.width - indent;
  const beside = room >= 30;
  const words = wrap(text, beside ? room : style.width - 8).map((part) => style.dim(part));
  const hang = ' '.repeat(beside ? indent : 8);
  if (!beside) return [line, ...words.map((part) => hang + part)];
  return words.map((part, i) => (i === 0 ? pad(line, indent, 'left') : hang) + part);
}

const MOVED_SHOWN = 5;

/** Files that were matched although they lie elsewhere. */
function movedLines({ moved }: DiffResult, style: Style): string[] {
  const more = moved.length - MOVED_SHOWN;
  const told = moved.slice(0, MOVED_SHOWN).map(({ before, after }) => `${printable(after)} with ${printable(before)}`);
  if (told.length === 0) return [];
  const sentence = `Compared by their functions: ${list(told)}${more > 0 ? `, and ${plural(more, 'more file')}` : ''}.`;
  return wrap(sentence, style.width, '  ').map((line) => style.dim(line));
}

/** "3 differ: 1 more, 2 new; 4 are the same." */
function summarySentence({ rows, unchanged, uncompared }: DiffResult): string {
  const changes = (['more', 'new', 'less', 'gone'] as const).flatMap((change) => {
    const n = rows.filter((row) => row.change === change).length;
    return n === 0 ? [] : [`${n} ${change}`];
  });
  if (rows.length + unchanged === 0)
    return uncompared.length === 0 ? 'Nothing to compare.' : 'Nothing could be compared.';
  if (rows.length === 0) return `No difference: ${plural(unchanged, 'row is', 'rows are')} the same.`;
  const same = unchanged === 0 ? 'none is the same' : `${plural(unchanged, 'is', 'are')} the same`;
  return `${plural(rows.length, 'row differs', 'rows differ')} (${list(changes)}); ${same}.`;
}
