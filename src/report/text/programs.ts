/** The text of one program on several interpreters, side by side. */
import { BUFFER_ROW, type Counts, type TypeCounts } from '../../core/counts.js';
import type { ProgramResult, StatComparison } from '../../core/program.js';
import { columnName } from './changes.js';
import { eventsAndBytes, exitText, type FactsText, secondsText } from './facts.js';
import { type FunnelRow, funnelLabel, funnelRows, markedNumber } from './funnel.js';
import { interpretersLine, pymallocFootnote } from './interpreter.js';
import { type Counted, isCounted, movedFields } from './moved.js';
import { byteSize, integer, list, plural } from './numbers.js';
import { headingLines, inexactLines, reasonOf } from './program.js';
import { cut, oneLine, printable, type Style, textWidth } from './style.js';
import { tableLines, wrap } from './table.js';

/** A row of the table: its label, and a cell for a column. */
interface Row {
  readonly label: string;
  readonly cell: (column: Counted) => string;
}

/** Ends without a line break. */
export function formatPrograms({ command, results }: StatComparison, options: FactsText, style: Style): string {
  const interpreters = results.map(({ interpreter }) => interpreter);
  const counted = results.filter(isCounted);
  const rows = [...funnelPart(counted, style), ...typePart(counted, style), ...otherPart(counted, style)];
  const footnote = counted.some(({ counts }) => counts.requests > 0)
    ? pymallocFootnote(counted.map(({ interpreter }) => interpreter))
    : null;
  const parts = [
    headingLines(interpretersLine(interpreters), command, style),
    ...tables(counted, rows, style),
    reasonLines(results, style),
    counted.flatMap((result) => surroundings(result, options, style)),
    warningLines(counted, style),
    footnote === null ? [] : wrap(footnote, style.width).map((line) => style.dim(line)),
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}

const LABEL_WIDTH = 26;

/** As many columns beside each other as fit; the others below. What differs from the column to the left is bold. */
function tables(columns: readonly Counted[], rows: readonly Row[], style: Style): string[][] {
  const [first] = columns;
  if (first === undefined) return [];
  const cells = columns.map((column, i) =>
    rows.map(({ cell }) => {
      const left = columns[i - 1];
      const text = cell(column);
      return left !== undefined && cell(left) !== text ? style.bold(text) : text;
    }),
  );
  const titles = columns.map((column) => columnName(column));
  const widths = cells.map((column, i) => 2 + Math.max(textWidth(titles[i] ?? ''), ...column.map(textWidth)));
  const labels = rows.map(({ label }) => label);
  const room = style.width - 1 - Math.max(...labels.map(textWidth));
  const chunks: number[][] = [];
  let left = 0;
  columns.forEach((_, i) => {
    const width = widths[i] ?? 0;
    const chunk = chunks.at(-1);
    if (chunk === undefined || width > left) {
      chunks.push([i]);
      left = room - width;
    } else {
      chunk.push(i);
      left -= width;
    }
  });
  return chunks.map((chunk) =>
    tableLines(
      [{ title: '', align: 'left' }, ...chunk.map((i) => ({ title: titles[i] ?? '', align: 'right' as const }))],
      labels.map((label, row) => [label, ...chunk.map((i) => cells[i]?.[row] ?? '')]),
    ).map((line) => cut(line, style.width, style)),
  );
}

/** The rows of the funnel that some column has. */
function funnelPart(columns: readonly Counted[], style: Style): Row[] {
  const fields = new Map<FunnelRow['field'], string>();
  const ofAll = columns.map(({ counts, interpreter }) => funnelRows(counts, interpreter, style));
  // One with pymalloc has all rows, in their order; foreign memory is rare.
  for (const row of [...ofAll].sort((a, b) => b.length - a.length).flat())
    if (!fields.has(row.field)) fields.set(row.field, funnelLabel(row, style).slice(2));
  return [...fields].map(([field, label]) => ({
    label,
    cell: (column) => {
      const row = funnelRows(column.counts, column.interpreter, style).find((one) => one.field === field);
      return count(row?.count ?? null, field, column, style);
    },
  }));
}

const TYPES_SHOWN = 12;

/** Objects by type: the types that some column has most of, and how many more there are. */
function typePart(columns: readonly Counted[], style: Style): Row[] {
  const most = new Map<string, number>();
  for (const { byType } of columns)
    for (const { type, creations } of byType)
      if (type !== BUFFER_ROW && creations.total > 0) most.set(type, Math.max(most.get(type) ?? 0, creations.total));
  if (most.size === 0) return [];
  const types = [...most].sort(([, a], [, b]) => b - a).map(([type]) => type);
  const shown = types.slice(0, TYPES_SHOWN);
  const of = (byType: readonly TypeCounts[], wanted: (type: string) => boolean): number =>
    byType.reduce((sum, { type, creations }) => sum + (wanted(type) ? creations.total : 0), 0);
  const row = (label: string, wanted: (type: string) => boolean): Row => ({
    label,
    cell: (column) => count(of(column.byType, wanted), 'creations', column, style),
  });
  const rest = types.length - shown.length;
  return [
    { label: '', cell: () => '' },
    { label: style.dim('objects by type'), cell: () => '' },
    ...shown.map((type) => row(oneLine(type, LABEL_WIDTH, style), (one) => one === type)),
    ...(rest > 0 ? [row(`and ${plural(rest, 'more type')}`, (one) => one !== BUFFER_ROW && !shown.includes(one))] : []),
  ];
}

function otherPart(columns: readonly Counted[], style: Style): Row[] {
  const regions = new Set(columns.flatMap((column) => column.regions.map(({ name }) => name)));
  const region = (name: string): Row => ({
    label: oneLine(name, LABEL_WIDTH, style),
    cell: (column) => {
      const row = column.regions.find((one) => one.name === name);
      return count(row?.counts.creations.total ?? null, 'creations', column, style);
    },
  });
  const sized = (label: string, field: 'bytes' | 'resizeBytes'): Row => ({
    label,
    cell: (column) => count(column.counts[field], field, column, style, byteSize),
  });
  const some = (field: 'resizes' | 'releases', label: string): Row => ({
    label,
    cell: (column) => count(column.counts[field], field, column, style),
  });
  const shown = (value: (counts: Counts) => number): boolean => columns.some(({ counts }) => value(counts) !== 0);
  return [
    ...(regions.size === 0
      ? []
      : [
          { label: '', cell: () => '' },
          { label: style.dim('objects by region'), cell: () => '' },
        ]),
    ...[...regions].map(region),
    { label: '', cell: () => '' },
    ...(shown((c) => c.bytes) ? [sized('asked for', 'bytes')] : []),
    ...(shown((c) => c.resizes) ? [some('resizes', 'resizes')] : []),
    ...(shown((c) => c.releases) ? [some('releases', 'releases')] : []),
    { label: 'took', cell: ({ seconds }) => secondsText(seconds) },
    ...(columns.some(({ exit }) => exit.code !== 0)
      ? [{ label: 'ended', cell: ({ exit }: Counted) => (exit.code === 0 ? '' : exitText(exit)) }]
      : []),
  ];
}

/** A count of a column: · for zero, – for what cannot be seen there. */
function count(
  value: number | null,
  field: string,
  column: Counted,
  style: Style,
  text: (n: number) => string = integer,
): string {
  if (value === null) return style.paint('unseen', style.sign('unseen'));
  const moved = movedFields(column).has(field);
  if (value === 0 && !moved) return style.paint('nothing', style.sign('nothing'));
  return markedNumber(value, moved, style, text);
}

/** What is not exact or has no numbers: each reason once, with the interpreters it holds for. */
function reasonLines(results: readonly ProgramResult[], style: Style): string[] {
  const reasons = new Map<string, string[]>();
  for (const result of results) {
    const reason = reasonOf(result);
    if (reason !== '') reasons.set(reason, [...(reasons.get(reason) ?? []), columnName(result)]);
  }
  return [...reasons].flatMap(([reason, names]) => inexactLines(`${list(names)} ${reason}`, style));
}

function surroundings(result: Counted, { startup, shutdown }: FactsText, style: Style): string[] {
  const told = [
    ...(startup ? [`before it ${eventsAndBytes(result.startup)}`] : []),
    ...(shutdown ? [`after it ${eventsAndBytes(result.shutdown)}`] : []),
  ];
  return told.flatMap((text) => wrap(` ${style.bold(columnName(result))} ${text}`, style.width, '   '));
}

function warningLines(results: readonly Counted[], style: Style): string[] {
  const messages = new Map<string, string[]>();
  for (const result of results)
    for (const { message } of result.warnings)
      messages.set(message, [...(messages.get(message) ?? []), columnName(result)]);
  return [...messages].flatMap(([message, names]) =>
    inexactLines(`warning, ${list(names)}: ${printable(message)}`, style),
  );
}
