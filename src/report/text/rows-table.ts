/** The table of a report: numbers first, then the name, cut in its middle where there is no room for all of it. */
import { addCounts, ZERO } from '../../core/counts.js';
import { type FileOwner, ProgramFiles } from '../../core/program-files.js';
import { type RecordingFacts, type ReportResult, type ReportRow, type Sort, sortValue } from '../../core/report.js';
import type { LiveCounts } from '../../core/tally.js';
import { markedNumber } from './funnel.js';
import { byteSize, integer, percent } from './numbers.js';
import { cut, cutMiddle, ellipsis, type Mark, printableName, type Style, textWidth } from './style.js';
import { pad } from './table.js';

type Numbers = Pick<ReportRow, 'counts' | 'live'>;

/** A line of the table: a row, or what stands for the rows that are not shown. */
export interface TableRow extends Numbers {
  readonly depth: number;
  /** What is shown of the name; not escaped yet. */
  readonly name: string;
  /** Whether it stands for several rows; their numbers are not known where they overlap. */
  readonly rest: 'none' | 'added' | 'overlapping';
}

export interface NumberColumn {
  readonly field: Sort | 'freelist' | 'pymalloc' | 'malloc';
  readonly title: string;
  readonly mark: Mark | null;
  readonly value: (row: Numbers) => number;
  readonly size: boolean;
}

const column = (
  field: NumberColumn['field'],
  title: string,
  mark: Mark | null,
  value: (row: Numbers) => number,
  size = false,
): NumberColumn => ({ field, title, mark, value, size });

/** In the order in which they stand. */
export const COLUMNS: readonly NumberColumn[] = [
  column('creations', 'objects', null, ({ counts }) => counts.creations.total),
  column('freelist', 'freelist', 'freelist', ({ counts }) => counts.creations.freelist),
  column('pymalloc', 'pymalloc', 'pymalloc', ({ counts }) => counts.creations.pymalloc),
  column('malloc', 'malloc', 'malloc', ({ counts }) => counts.creations.malloc),
  column('buffers', 'buffers', 'buffer', ({ counts }) => counts.buffers.total),
  column('resizes', 'resizes', 'resize', ({ counts }) => counts.resizes),
  column('relocations', 'relocations', null, ({ counts }) => counts.relocations),
  column('releases', 'releases', null, ({ counts }) => counts.releases),
  column('requests', 'requests', null, ({ counts }) => counts.requests),
  column('bytes', 'bytes', null, ({ counts }) => counts.bytes, true),
  column('live', 'live', null, (row) => sortValue(row, 'live'), true),
  column('peak', 'at peak', null, (row) => sortValue(row, 'peak'), true),
];

/** What is shown where there is no room for all: from the first on, as many of these as fit. */
const PRIORITY: readonly (readonly NumberColumn['field'][])[] = [
  ['creations'],
  ['requests'],
  ['bytes'],
  ['freelist'],
  ['live'],
  ['peak'],
  ['pymalloc', 'malloc'],
  ['buffers'],
  ['resizes'],
];

export interface Limits {
  /** Rows of the first level. */
  readonly rows: number;
  /** Rows within each row. */
  readonly nested: number;
}

/** Whether a row has no number but that of its releases, which has no column of its own unless rows are sorted by it. */
function onlyReleases(row: ReportRow, { sort }: ReportResult): boolean {
  return sort !== 'releases' && COLUMNS.every(({ field, value }) => field === 'releases' || value(row) === 0);
}

/** How many rows are not in the table for that. */
export function rowsOfReleases(result: ReportResult): number {
  const among = (rows: readonly ReportRow[]): number =>
    rows.reduce((sum, row) => sum + (onlyReleases(row, result) ? 1 : among(row.rows ?? [])), 0);
  return among(result.rows);
}

/** The rows within the limits, each followed by its own; what is left out is one row with its sum. */
export function tableRows(result: ReportResult, limits: Limits, style: Pick<Style, 'ascii'>): TableRow[] {
  const files = new ProgramFiles(result);
  const overlapping = result.cumulative;
  const rowsAt = (all: readonly ReportRow[], depth: number): TableRow[] => {
    const rows = all.filter((row) => !onlyReleases(row, result));
    const limit = depth === 0 ? limits.rows : limits.nested;
    // One row that is left out takes as much room as the line that says so.
    const shown = rows.length === limit + 1 ? rows : rows.slice(0, limit);
    const rest = rows.slice(shown.length);
    return [
      ...shown.flatMap((row) => [
        { depth, name: shownKey(row, files, style), rest: 'none' as const, counts: row.counts, live: row.live },
        ...(row.rows === undefined ? [] : rowsAt(row.rows, depth + 1)),
      ]),
      ...(rest.length === 0
        ? []
        : [
            {
              depth,
              name: `and ${integer(rest.length)} more`,
              rest: overlapping ? ('overlapping' as const) : ('added' as const),
              counts: rest.map(({ counts }) => counts).reduce(addCounts, ZERO),
              live: rest.map(({ live }) => live).reduce(addLive, null),
            },
          ]),
    ];
  };
  return rowsAt(result.rows, 0);
}

const addLive = (a: LiveCounts | null, b: LiveCounts | null): LiveCounts | null =>
  a === null || b === null
    ? (a ?? b)
    : {
        liveBlocks: a.liveBlocks + b.liveBlocks,
        liveBytes: a.liveBytes + b.liveBytes,
        peakBlocks: a.peakBlocks + b.peakBlocks,
        peakBytes: a.peakBytes + b.peakBytes,
      };

/** The key, with the way to an installed file left out: ".../json/decoder.py:44". */
function shownKey({ key, place }: ReportRow, files: ProgramFiles, style: Pick<Style, 'ascii'>): string {
  if (place === null) return key;
  return shortened(key, place.file, files.ownerOf(place.file), style);
}

function shortened(key: string, file: string, owner: FileOwner, style: Pick<Style, 'ascii'>): string {
  const installed = owner.owner === 'library' || owner.owner === 'stdlib';
  return installed && owner.path !== file ? key.replace(file, () => `${ellipsis(style)}/${owner.path}`) : key;
}

/** A path as texts show it: from the package on where it is installed. */
export function shownPath(file: string, facts: RecordingFacts, style: Pick<Style, 'ascii'>): string {
  const files = new ProgramFiles(facts);
  return shortened(files.pathOf(file), file, files.ownerOf(file), style);
}

/** The share of a row in all that is shown, in what the rows are sorted by; empty for none of it. */
export function shareOf(row: Numbers, { total, live, sort }: ReportResult): string {
  const part = sortValue(row, sort);
  return part === 0 ? '' : percent(part, sortValue({ counts: total, live }, sort));
}

/** The columns that some row has a number in, and those that a reader looks for. */
export function usedColumns(rows: readonly TableRow[], sort: Sort): NumberColumn[] {
  const told = PRIORITY.flat();
  return COLUMNS.filter(
    ({ field, value }) =>
      field === sort || field === 'creations' || (told.includes(field) && rows.some((row) => value(row) !== 0)),
  );
}

export function rowsTableLines(result: ReportResult, limits: Limits, style: Style): string[] {
  const rows = tableRows(result, limits, style);
  const names = rows.map(({ depth, name }) => ({ indent: '  '.repeat(Math.min(depth, 4)), name: printableName(name) }));
  const title = typeof result.by === 'string' ? result.by : result.by.join(' / ');
  const longest = widthOf([title, ...names.map(({ indent, name }) => indent + name)]);
  const cells = (column: NumberColumn): string[] => [
    columnTitle(column, style),
    ...rows.map((row) => numberCell(column, row, result, style)),
  ];
  const shares = [
    result.sort === 'creations' ? 'share' : `of ${COLUMNS.find(({ field }) => field === result.sort)?.title}`,
    ...rows.map((row) => (row.rest === 'overlapping' ? '' : shareOf(row, result))),
  ];
  const chosen = chooseColumns(usedColumns(rows, result.sort), cells, shares, Math.min(longest, 0.45 * style.width), {
    sort: result.sort,
    width: style.width,
  });
  const widths = chosen.map(widthOf);
  const used = widths.reduce((sum, width) => sum + width + 2, 1);
  const room = Math.max(8, style.width - used);
  const last = [
    title,
    ...names.map(({ indent, name }, i) => {
      const text = cutMiddle(name, Math.max(4, room - indent.length), style);
      return indent + (rows[i]?.rest === 'none' ? text : style.dim(text));
    }),
  ];
  return last.map((name, i) => {
    const numbers = chosen.map((column, c) => `${pad(column[i] ?? '', widths[c] ?? 0, 'right')}  `).join('');
    return cut(` ${numbers}${name}`.trimEnd(), style.width, style);
  });
}

/** Of more cells than a function takes arguments, too. */
const widthOf = (column: readonly string[]): number =>
  column.reduce((most, cell) => Math.max(most, textWidth(cell)), 0);

/** Those that leave enough room for the names, the most telling first; the share stands behind what it is a share of. */
function chooseColumns(
  columns: readonly NumberColumn[],
  cells: (column: NumberColumn) => string[],
  shares: string[],
  names: number,
  { sort, width }: { readonly sort: Sort; readonly width: number },
): string[][] {
  const made = new Map(columns.map((column) => [column, cells(column)]));
  const chosen = new Set<NumberColumn>();
  let left = width - 1 - names - widthOf(shares) - 2;
  for (const fields of [[sort], ...PRIORITY]) {
    const group = columns.filter((column) => fields.includes(column.field) && !chosen.has(column));
    left -= group.reduce((sum, column) => sum + widthOf(made.get(column) ?? []) + 2, 0);
    if (left < 0 && chosen.size > 0) break;
    for (const column of group) chosen.add(column);
  }
  return columns
    .filter((column) => chosen.has(column))
    .flatMap((column) => (column.field === sort ? [made.get(column) ?? [], shares] : [made.get(column) ?? []]));
}

function columnTitle({ title, mark }: NumberColumn, style: Style): string {
  if (mark === null) return title;
  return style.paint(mark, style.width < 100 ? style.sign(mark) : `${style.sign(mark)} ${title}`);
}

function numberCell({ value, size }: NumberColumn, row: TableRow, { outcome }: ReportResult, style: Style): string {
  if (row.rest === 'overlapping') return '';
  const number = value(row);
  if (number === 0) return style.paint('nothing', style.sign('nothing'));
  return markedNumber(number, outcome === 'varying', style, size ? byteSize : integer);
}
