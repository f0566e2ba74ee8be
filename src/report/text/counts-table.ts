/** Tables of counts: one row per type, region or process, one column per origin. What no row needs is left out. */
import { addCounts, BUFFER_ROW, type Counts, type TypeCounts, ZERO } from '../../core/counts.js';
import { markedNumber } from './funnel.js';
import { byteSize, plural } from './numbers.js';
import { cut, type Mark, oneLine, printable, type Style, textWidth } from './style.js';
import { type Column, tableLines } from './table.js';

/** A row: its cells in front of the counts. */
export interface CountsRow {
  readonly cells: readonly string[];
  readonly counts: Counts;
  /** What stands behind the counts. */
  readonly after?: string;
}

interface Field {
  readonly title: string;
  readonly mark: Mark | null;
  /** The names by which `moved` knows it. */
  readonly field: string;
  readonly value: (counts: Counts) => number;
}

const FIELDS: readonly Field[] = [
  { title: 'objects', mark: null, field: 'creations', value: (c) => c.creations.total },
  { title: 'freelist', mark: 'freelist', field: 'freelist', value: (c) => c.creations.freelist },
  { title: 'pymalloc', mark: 'pymalloc', field: 'pymalloc', value: (c) => c.creations.pymalloc },
  { title: 'malloc', mark: 'malloc', field: 'malloc', value: (c) => c.creations.malloc },
  { title: 'foreign', mark: 'foreign', field: 'foreign', value: (c) => c.creations.foreign },
  { title: 'buffers', mark: 'buffer', field: 'buffers', value: (c) => c.buffers.total },
  { title: 'resizes', mark: 'resize', field: 'resizes', value: (c) => c.resizes },
  { title: 'requests', mark: null, field: 'requests', value: (c) => c.requests },
  { title: 'bytes', mark: null, field: 'bytes', value: (c) => c.bytes },
];

/** Shown even where every row has none of them. */
const ALWAYS: readonly string[] = ['creations', 'freelist', 'requests', 'bytes'];

export interface CountsTable {
  readonly titles: readonly Column[];
  readonly rows: readonly CountsRow[];
  /** Fields that are not exact. */
  readonly moved: ReadonlySet<string>;
  /** The fields to show; all that some row has where none are given. */
  readonly fields?: readonly string[];
  /** The title of the column behind the counts; none where there is no such column. */
  readonly afterTitle?: string;
}

export function countsTableLines(table: CountsTable, style: Style): string[] {
  const { titles, rows, moved, fields: wanted, afterTitle } = table;
  const shown = FIELDS.filter(({ field, value }) =>
    wanted === undefined
      ? ALWAYS.includes(field) || rows.some(({ counts }) => value(counts) !== 0)
      : wanted.includes(field),
  );
  const title = ({ mark, title: text }: Field, short: boolean): string =>
    mark === null ? text : style.paint(mark, short ? style.sign(mark) : `${style.sign(mark)} ${text}`);
  const cell = ({ field, value }: Field, counts: Counts): string => {
    const number = value(counts);
    if (number === 0 && (field === 'bytes' || !moved.has(field))) return style.paint('nothing', style.sign('nothing'));
    return field === 'bytes'
      ? markedNumber(number, moved.has(field), style, byteSize)
      : markedNumber(number, moved.has(field), style);
  };
  const lines = (fields: readonly Field[], short: boolean): string[] =>
    tableLines(
      [
        ...titles,
        ...fields.map((field) => ({ title: title(field, short), align: 'right' as const })),
        ...(afterTitle === undefined ? [] : [{ title: afterTitle, align: 'left' as const }]),
      ],
      rows.map(({ cells, counts, after }) => [...cells, ...fields.map((field) => cell(field, counts)), after ?? '']),
    );
  const fits = (made: readonly string[]): boolean => made.every((line) => textWidth(line) <= style.width);
  const wide = lines(shown, false);
  if (fits(wide)) return wide;
  const narrow = lines(shown, true);
  if (fits(narrow)) return narrow;
  // What is left out here stands in the JSON; the total of each is in the funnel.
  const few = lines(
    shown.filter(({ field }) => ALWAYS.includes(field)),
    true,
  );
  return few.map((line) => cut(line, style.width, style));
}

const TYPES_SHOWN = 12;
const NAME_WIDTH = 32;

/** The types of a result, largest first; the rest as one row before the buffers. */
export function typesTableLines(byType: readonly TypeCounts[], moved: ReadonlySet<string>, style: Style): string[] {
  if (byType.length === 0) return [];
  const buffers = byType.filter(({ type }) => type === BUFFER_ROW);
  const types = byType.filter(({ type }) => type !== BUFFER_ROW);
  const first = types.length === TYPES_SHOWN + 1 ? types : types.slice(0, TYPES_SHOWN);
  const rest = types.slice(first.length);
  const rows: CountsRow[] = [
    ...first.map((row) => ({ cells: [oneLine(row.type, NAME_WIDTH, style)], counts: row })),
    ...(rest.length === 0
      ? []
      : [{ cells: [`and ${plural(rest.length, 'more type', 'more types')}`], counts: rest.reduce(addCounts, ZERO) }]),
    ...buffers.map((row) => ({ cells: [printable(row.type)], counts: row })),
  ];
  return countsTableLines({ titles: [{ title: 'types', align: 'left' }], rows, moved }, style);
}
