/** The text of annotated source: each line beside what it allocates itself. */
import type { AnnotatedFile, AnnotatedInstruction, AnnotatedLine, AnnotateResult } from '../../core/annotate.js';
import { BUFFER_ROW, type Counts, ORIGINS, type TypeCounts } from '../../core/counts.js';
import { eventsAndBytes } from './facts.js';
import { markedNumber } from './funnel.js';
import { byteSize, integer, percent, plural } from './numbers.js';
import { inexactLines } from './program.js';
import { approximateSentence, recordingFootnotes, recordingHeading, recordingSentence } from './recording.js';
import { shownPath } from './rows-table.js';
import { cut, cutMiddle, printableName, type Style, textWidth } from './style.js';
import { pad, wrap } from './table.js';

export interface AnnotateText {
  /** The files to show; the others are told in a line. */
  readonly files: readonly AnnotatedFile[];
  /** Unfold each line into its instructions. */
  readonly bytecode: boolean;
  /** Only functions of this name are shown; null: all. */
  readonly function: string | null;
  /** Lines shown around each line with an event. */
  readonly context: number;
  /** The whole text of a file, by AnnotatedFile.file; null: there is none. */
  readonly source: (file: string) => readonly string[] | null;
}

/** Columns of the bar. */
const BAR = { narrow: 4, wide: 8 } as const;
const TAB = 8;

/** Ends without a line break. */
export function formatAnnotate(result: AnnotateResult, options: AnnotateText, style: Style): string {
  const { files } = options;
  const parts = [
    ...recordingHeading(result, style),
    recordingSentence(result, style),
    ...files.flatMap((file) => [fileHeading(file, result, style), fileLines(file, result, options, style)]),
    releasesNote(files, style),
    otherFiles(result, options, style),
    options.bytecode && result.approximate
      ? wrap(approximateSentence(result.interpreter), style.width, '  ').map((line) => style.dim(line))
      : [],
    recordingFootnotes(result, style),
    options.bytecode || files.length === 0
      ? []
      : wrap(
          '--bytecode unfolds each line into its instructions; pyallocs report --by type shows the types',
          style.width,
          '  ',
        ),
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}

function fileHeading(file: AnnotatedFile, result: AnnotateResult, style: Style): string[] {
  const name = cutMiddle(printableName(shownPath(file.file, result, style)), style.width, style);
  const share = percent(file.counts.creations.total, result.recorded.creations.total);
  const about = `${eventsAndBytes(file.counts)}${share === '' ? '' : `; ${share} of all objects`}`;
  const together = textWidth(name) + 3 + textWidth(about) <= style.width;
  const heading = together
    ? [`${style.bold(name)}   ${about}`]
    : [style.bold(name), ...wrap(`  ${about}`, style.width, '  ')];
  const sign = style.sign('inexact');
  if (file.changed)
    return [
      ...heading,
      ...inexactLines(
        `${sign} this file was changed since it was recorded: counts may stand beside the wrong text`,
        style,
      ),
    ];
  return file.gone
    ? [...heading, ...wrap('no source to show: the file is gone, or never was one', style.width).map(style.dim)]
    : heading;
}

/** A line of the output before it is put together: numbers, the number of the line, and what stands behind it. */
interface Row {
  readonly bar: string;
  readonly counts: Counts | null;
  readonly number: string;
  readonly text: string;
  /** Stands behind the text, or below it where there is no room. */
  readonly more?: string;
}

function fileLines(file: AnnotatedFile, result: AnnotateResult, options: AnnotateText, style: Style): string[] {
  const rows = rowsOf(file, options, style);
  const moved = result.outcome === 'varying';
  const cell = (counts: Counts | null, value: (c: Counts) => number, text: (n: number) => string): string => {
    if (counts === null) return '';
    const n = value(counts);
    return n === 0 ? style.paint('nothing', style.sign('nothing')) : markedNumber(n, moved, style, text);
  };
  const columns = [
    ['objects', ...rows.map(({ counts }) => cell(counts, (c) => c.creations.total, integer))],
    ['requests', ...rows.map(({ counts }) => cell(counts, (c) => c.requests, integer))],
    ['bytes', ...rows.map(({ counts }) => cell(counts, (c) => c.bytes, byteSize))],
    ['line', ...rows.map(({ number }) => number)],
  ];
  const widths = columns.map((column) => column.reduce((most, text) => Math.max(most, textWidth(text)), 0));
  const bars = style.width < 100 ? BAR.narrow : BAR.wide;
  const line = (i: number, bar: string, text: string): string => {
    const numbers = columns.map((column, c) => pad(column[i] ?? '', widths[c] ?? 0, 'right')).join('  ');
    return cut(`${pad(bar, bars, 'left')} ${numbers}  ${text}`.trimEnd(), style.width, style);
  };
  const before = bars + 1 + widths.reduce((sum, width) => sum + width + 2, 0);
  const below = Math.min(before + 6, Math.floor(style.width / 2));
  return [
    line(0, '', ''),
    ...rows.flatMap(({ bar, text, more = '' }, i) => {
      const fits = before + textWidth(text) + 2 + textWidth(more) <= style.width;
      if (more === '' || fits) return [line(i + 1, bar, more === '' ? text : `${text}  ${more}`)];
      return [line(i + 1, bar, text), cut(' '.repeat(below) + more, style.width, style)];
    }),
  ];
}

function rowsOf(file: AnnotatedFile, { bytecode, context, source }: AnnotateText, style: Style): Row[] {
  const text = source(file.file);
  const most = file.lines.reduce((sum, { counts }) => Math.max(sum, weight(counts)), 0);
  const rows: Row[] = [];
  const plain = (number: number): void => {
    rows.push({
      bar: '',
      counts: null,
      number: style.dim(String(number)),
      text: style.dim(sourceText(text?.[number - 1] ?? '')),
    });
  };
  const gap = style.dim(style.ascii ? ':' : '⋮');
  let shown = 0;
  const lines = file.lines.filter(({ counts }) => !onlyReleases(counts));
  for (const [i, line] of lines.entries()) {
    const before = line.line === null ? shown : Math.max(shown + 1, line.line - context);
    if (text !== null && line.line !== null) {
      if (before > shown + 1) rows.push({ bar: '', counts: null, number: gap, text: '' });
      for (let number = before; number < Math.min(line.line, text.length + 1); number++) plain(number);
    }
    rows.push(lineRow(line, most, style));
    const instructions = line.instructions.filter(({ counts }) => !onlyReleases(counts));
    if (bytecode) rows.push(...instructions.map((one) => instructionRow(one, line, style)));
    shown = Math.max(shown, line.line ?? shown);
    if (text === null || line.line === null) continue;
    const next = lines[i + 1]?.line ?? Number.POSITIVE_INFINITY;
    const end = Math.min(line.line + context, next - 1, text.length);
    for (let number = line.line + 1; number <= end; number++) plain(number);
    shown = Math.max(shown, end);
  }
  if (text !== null && shown < text.length) rows.push({ bar: '', counts: null, number: gap, text: '' });
  return rows;
}

/** What only gives back what others took has nothing in any column. */
function onlyReleases({ creations, requests, buffers, resizes, relocations, bytes }: Counts): boolean {
  return creations.total + requests + buffers.total + resizes + relocations + bytes === 0;
}

/** How long the bar of a line is: by objects, and by requests where a file creates none. */
const weight = ({ creations, requests }: Counts): number => creations.total + requests / 1e6;

function lineRow(line: AnnotatedLine, most: number, style: Style): Row {
  const missing = line.line === null ? 'instructions without a line' : opcodesOf(line);
  return {
    bar: style.paint('malloc', style.bar(weight(line.counts), most, style.width < 100 ? BAR.narrow : BAR.wide)),
    counts: line.counts,
    number: line.line === null ? '' : String(line.line),
    text: line.text === null ? style.dim(missing) : sourceText(line.text),
  };
}

/** What is known of a line without its text. */
function opcodesOf({ instructions }: AnnotatedLine): string {
  return instructions
    .map(({ opcode, argument }) => printableName(`${opcode} ${argument}`.trim()))
    .filter((words) => words !== '')
    .join(', ');
}

function instructionRow(one: AnnotatedInstruction, { instructions }: AnnotatedLine, style: Style): Row {
  const several = new Set(instructions.map((other) => other.function)).size > 1;
  const where = several ? `${printableName(one.function)}+${one.offset}` : String(one.offset);
  const opcode = printableName(`${one.opcode} ${one.argument}`.trim()) || 'not known';
  const types = one.byType.map((row) => typeWords(row, style)).filter((words) => words !== '');
  return { bar: '', counts: one.counts, number: '', text: style.dim(`  ${where} ${opcode}`), more: types.join(', ') };
}

/** "int ○ 1,000 ◐ 2", "buffer ▪ 3": a type and who served it. */
function typeWords({ type, ...counts }: TypeCounts, style: Style): string {
  const gap = style.ascii ? '' : ' ';
  const signs = [
    ...ORIGINS.map((origin) => [origin, counts.creations[origin]] as const),
    ['buffer', counts.buffers.total] as const,
    ['resize', counts.resizes] as const,
  ]
    .filter(([, n]) => n !== 0)
    .map(([mark, n]) => style.paint(mark, `${style.sign(mark)}${gap}${integer(n)}`));
  if (signs.length === 0) return '';
  return [...(type === BUFFER_ROW ? [] : [printableName(type)]), ...signs].join(' ');
}

/** A line of source, with its tabs as wide as they look. */
function sourceText(line: string): string {
  let width = 0;
  const expanded = [...line.trimEnd()].map((character) => {
    const text = character === '\t' ? ' '.repeat(TAB - (width % TAB)) : character;
    width += text.length;
    return text;
  });
  return printableName(expanded.join(''));
}

function releasesNote(files: readonly AnnotatedFile[], style: Style): string[] {
  const lines = files.flatMap((file) => file.lines.filter(({ counts }) => onlyReleases(counts)));
  if (lines.length === 0) return [];
  const sentence = `Without numbers: ${plural(lines.length, 'line')} with nothing but releases.`;
  return wrap(sentence, style.width, '  ').map(style.dim);
}

/** What is not shown, and how much it is. */
function otherFiles(result: AnnotateResult, { files, function: only }: AnnotateText, style: Style): string[] {
  if (only !== null) return allBut(result, files, style);
  const shown = new Set(files.map(({ file }) => file));
  const others = result.files.filter(({ file }) => !shown.has(file));
  const created = others.reduce((sum, { counts }) => sum + counts.creations.total, 0);
  const all = result.recorded.creations.total;
  const most = others.reduce<AnnotatedFile | null>(
    (a, b) => (a === null || b.counts.creations.total > a.counts.creations.total ? b : a),
    null,
  );
  const outside = result.outside.creations.total;
  const share = percent(created, all);
  const sentences = [
    most === null
      ? null
      : `Not shown: ${plural(others.length, 'file')} with ${plural(created, 'object')}${share === '' ? '' : ` (${share})`}${others.length === 1 ? ':' : ', most of them in'} ${printableName(most.file)}; pyallocs annotate with the name of one shows it.`,
    outside === 0 ? null : `${plural(outside, 'object')} outside of any Python code.`,
  ];
  return sentences.filter((one) => one !== null).flatMap((one) => wrap(one, style.width, '  ').map(style.dim));
}

/** What the functions are a part of. */
function allBut({ recorded }: AnnotateResult, files: readonly AnnotatedFile[], style: Style): string[] {
  const all = recorded.creations.total;
  const created = all - files.reduce((sum, { counts }) => sum + counts.creations.total, 0);
  const share = percent(created, all);
  if (created === 0) return [];
  return wrap(
    `Not shown: ${plural(created, 'object')}${share === '' ? '' : ` (${share})`} of other functions.`,
    style.width,
    '  ',
  ).map(style.dim);
}
