/** The allocation funnel: from objects created to what the system was asked for. */
import type { Counts } from '../../core/counts.js';
import type { Interpreter } from '../../core/interpreter.js';
import { eventWords } from './cell.js';
import { integer, list, percent, plural, rough } from './numbers.js';
import { cut, type Mark, type Style, textWidth } from './style.js';
import { pad, wrap } from './table.js';

const LABEL = 18;
const NUMBER = 12;
const NOTE = 26;

/** A line of the funnel: what it counts, and its share of what stands above it. */
export interface FunnelRow {
  readonly field:
    | 'creations'
    | 'freelist'
    | 'pymalloc'
    | 'malloc'
    | 'foreign'
    | 'buffers'
    | 'requests'
    | 'pools'
    | 'arenas'
    | 'system';
  readonly mark: Mark | null;
  readonly label: string;
  /** null: not visible here. */
  readonly count: number | null;
  readonly note: string;
}

export interface FunnelText {
  /** What the counts are of, for the sentence: "1,000 executions"; null for a program. */
  readonly of: string | null;
  /** Fields of the rows that are not exact. */
  readonly moved?: ReadonlySet<string>;
}

export function funnelLines(
  counts: Counts,
  interpreter: Interpreter,
  { of, moved = new Set() }: FunnelText,
  style: Style,
): string[] {
  const sentence = funnelSentence(counts, of, moved, style);
  const rows = funnelRows(counts, interpreter, style);
  const whole = Math.max(...rows.map(({ count }) => count ?? 0));
  const cells = Math.max(8, Math.min(40, style.width - LABEL - NUMBER - NOTE));
  const lines = rows.map((row) => {
    const number = row.count === null ? style.sign('unseen') : markedNumber(row.count, moved.has(row.field), style);
    const bar = pad(style.bar(row.count ?? 0, whole, cells), cells, 'left');
    const painted = row.mark === null ? bar : style.paint(row.mark, bar);
    const line = `${pad(funnelLabel(row, style), LABEL, 'left')}${pad(number, NUMBER, 'right')}  ${painted}`;
    const noted = `${line}  ${style.dim(row.note)}`.trimEnd();
    return textWidth(noted) <= style.width ? noted : cut(line.trimEnd(), style.width, style);
  });
  const told = of === null ? wrap(sentence, style.width) : [sentence];
  return [...told, ...(whole === 0 ? [] : ['', ...lines])];
}

/** A count, with its sign where it is not exact. */
export function markedNumber(
  count: number,
  moved: boolean,
  style: Style,
  text: (n: number) => string = integer,
): string {
  return moved ? `${style.paint('inexact', style.sign('inexact'))}${text(count)}` : text(count);
}

/** The label of a row, indented by what it is a part of, with its sign. */
export function funnelLabel({ mark, label }: FunnelRow, style: Style): string {
  const indent = mark !== null && mark !== 'buffer' ? '    ' : '  ';
  return indent + (mark === null ? '' : `${style.paint(mark, style.sign(mark))} `) + label;
}

/** What the counts came to, in one sentence. */
export function funnelSentence(counts: Counts, of: string | null, moved: ReadonlySet<string>, style: Style): string {
  const { creations, arenas } = counts;
  const served = percent(creations.freelist, creations.total);
  const number = of === null ? rough : integer;
  const created =
    creations.total === 0
      ? list(['no object created', ...eventWords(counts)])
      : `${markedNumber(creations.total, moved.has('creations'), style, number)} ${creations.total === 1 ? 'object' : 'objects'} created, ${served} without asking the allocator`;
  const trips = arenas === null || of !== null ? '' : `; ${plural(arenas, 'trip')} to the system for memory`;
  const text = created + (counts.requests === 0 ? '' : trips);
  return `${of === null ? text.charAt(0).toUpperCase() + text.slice(1) : `${of}: ${text}`}.`;
}

/** What stands in the picture. Pools, arenas and the rest of the system are parts of the requests to pymalloc and past it. */
export function funnelRows(counts: Counts, interpreter: Interpreter, style: Style): FunnelRow[] {
  const { creations, buffers, requests, pools, arenas } = counts;
  const { pymalloc } = interpreter;
  const part = pymalloc ? '  ' : '';
  const share = (part: number): string => percent(part, creations.total);
  const rate = (part: number | null): string =>
    part === null || part === 0 || part > requests ? '' : `1 per ${integer(Math.round(requests / part))}`;
  const split = (['pymalloc', 'malloc'] as const)
    .filter((origin) => buffers[origin] > 0)
    .map((origin) => `${style.sign(origin)} ${integer(buffers[origin])}`);
  const rows: (FunnelRow | null)[] = [
    { field: 'creations', mark: null, label: 'objects created', count: creations.total, note: '' },
    {
      field: 'freelist',
      mark: 'freelist',
      label: 'freelist',
      count: creations.freelist,
      note: `${share(creations.freelist)}  no request`.trim(),
    },
    pymalloc
      ? {
          field: 'pymalloc',
          mark: 'pymalloc',
          label: 'pymalloc',
          count: creations.pymalloc,
          note: share(creations.pymalloc),
        }
      : null,
    { field: 'malloc', mark: 'malloc', label: 'malloc', count: creations.malloc, note: share(creations.malloc) },
    creations.foreign > 0
      ? {
          field: 'foreign',
          mark: 'foreign',
          label: 'foreign memory',
          count: creations.foreign,
          note: share(creations.foreign),
        }
      : null,
    {
      field: 'buffers',
      mark: 'buffer',
      label: 'buffers',
      count: buffers.total,
      note: pymalloc ? split.join('  ') : '',
    },
    { field: 'requests', mark: null, label: '= requests', count: requests, note: '' },
    {
      field: 'pools',
      mark: null,
      label: `${part}new pools`,
      count: pools,
      note: `${rate(pools)} requests`.replace(/^ .*/, ''),
    },
    { field: 'arenas', mark: null, label: `${part}new arenas`, count: arenas, note: rate(arenas) },
    pymalloc
      ? {
          field: 'system',
          mark: null,
          label: `${part}system malloc`,
          count: creations.malloc + buffers.malloc,
          note: 'over 512 bytes, or raw',
        }
      : null,
  ];
  return rows.filter((row) => row !== null);
}
