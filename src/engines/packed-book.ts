/** A book as it crosses processes: its sites and contexts are many, and columns of numbers take little time and room. */
import { assertUnreachable } from '../core/assert.js';
import type { Book, Context, CopiedCode, LiveBook, LiveFigures, Owner, Site } from './book.js';

/** Plain data. */
export interface PackedBook {
  readonly codes: readonly (CopiedCode | null)[];
  readonly labels: readonly (string | null)[];
  /** Four numbers each: kind, parent, then code and offset, or 0 and the index of a label. */
  readonly contexts: Uint32Array;
  /** Seven numbers each, in the order of SITE_COLUMNS. Counts may pass 2^32. */
  readonly sites: Float64Array;
  readonly live: PackedLive | null;
}

interface PackedLive extends Pick<LiveBook, 'all' | 'raw'> {
  /** Nine numbers each, in the order of OWNER_COLUMNS and FIGURES. */
  readonly owners: Float64Array;
}

const CONTEXT_COLUMNS = 4;
const SITE_COLUMNS = ['code', 'offset', 'row', 'kind', 'context', 'count', 'bytes'] as const satisfies (keyof Site)[];
const OWNER_COLUMNS = ['code', 'offset', 'row', 'kind', 'context'] as const satisfies (keyof Owner)[];
const FIGURES = ['blocks', 'bytes', 'peakBlocks', 'peakBytes'] as const satisfies (keyof LiveFigures)[];

const KIND = { none: 0, instruction: 1, thread: 2, region: 3 } as const;

export function packBook({ codes, contexts, sites, live }: Book): PackedBook {
  const labels: (string | null)[] = [];
  const packed = new Uint32Array(contexts.length * CONTEXT_COLUMNS);
  contexts.forEach((context, i) => {
    packed.set(contextColumns(context, labels), i * CONTEXT_COLUMNS);
  });
  return {
    codes,
    labels,
    contexts: packed,
    sites: packRows(sites, (site) => SITE_COLUMNS.map((column) => site[column])),
    live: live === null ? null : { ...live, owners: packRows(live.owners, ownerColumns) },
  };
}

const ownerColumns = (owner: Owner): number[] => [
  ...OWNER_COLUMNS.map((column) => owner[column]),
  ...FIGURES.map((figure) => owner.figures[figure]),
];

function packRows<Row>(rows: readonly Row[], columns: (row: Row) => number[]): Float64Array {
  const packed = new Float64Array(rows.length * (rows[0] === undefined ? 0 : columns(rows[0]).length));
  rows.forEach((row, i) => {
    const all = columns(row);
    packed.set(all, i * all.length);
  });
  return packed;
}

/** The rows of packed columns. */
function unpackRows<Row>(packed: Float64Array, width: number, row: (columns: Float64Array) => Row): Row[] {
  return Array.from({ length: packed.length / width }, (_, i) => row(packed.subarray(i * width, (i + 1) * width)));
}

function contextColumns(context: Context | null, labels: (string | null)[]): readonly number[] {
  if (context === null) return [KIND.none, 0, 0, 0];
  switch (context.kind) {
    case 'instruction':
      return [KIND.instruction, context.parent, context.code, context.offset];
    case 'thread':
    case 'region':
      return [KIND[context.kind], context.parent, 0, labels.push(context.label) - 1];
    default:
      return assertUnreachable(context);
  }
}

export function unpackBook({ codes, labels, contexts, sites, live }: PackedBook): Book {
  return {
    codes,
    contexts: Array.from({ length: contexts.length / CONTEXT_COLUMNS }, (_, i) =>
      contextOf(contexts.subarray(i * CONTEXT_COLUMNS, (i + 1) * CONTEXT_COLUMNS), labels),
    ),
    sites: unpackRows(sites, SITE_COLUMNS.length, siteOf),
    live:
      live === null
        ? null
        : { ...live, owners: unpackRows(live.owners, OWNER_COLUMNS.length + FIGURES.length, ownerOf) },
  };
}

function siteOf(columns: Float64Array): Site {
  const [code = 0, offset = 0, row = 0, kind = 0, context = 0, count = 0, bytes = 0] = columns;
  return { code, offset, row, kind, context, count, bytes };
}

function ownerOf(columns: Float64Array): Owner {
  const [code = 0, offset = 0, row = 0, kind = 0, context = 0] = columns;
  const [blocks = 0, bytes = 0, peakBlocks = 0, peakBytes = 0] = columns.subarray(OWNER_COLUMNS.length);
  return { code, offset, row, kind, context, figures: { blocks, bytes, peakBlocks, peakBytes } };
}

function contextOf(
  [kind, parent = 0, code = 0, last = 0]: Uint32Array,
  labels: readonly (string | null)[],
): Context | null {
  switch (kind) {
    case KIND.instruction:
      return { kind: 'instruction', parent, code, offset: last };
    case KIND.thread:
      return { kind: 'thread', parent, label: labels[last] ?? null };
    case KIND.region:
      return { kind: 'region', parent, label: labels[last] ?? null };
    default:
      return null;
  }
}
