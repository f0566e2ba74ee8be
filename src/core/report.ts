/** The result of `report`: the rows of a recording, always all of them. */
import { assertUnreachable } from './assert.js';
import type { Counts, Origin } from './counts.js';
import { PyallocsError } from './errors.js';
import { globMatches } from './glob.js';
import {
  type Grouping,
  isPlaceGrouping,
  labelKeys,
  OUTSIDE,
  type Place,
  type PlaceGrouping,
  Places,
  type Position,
  ROW_KEYS,
} from './grouping.js';
import type { Interpreter } from './interpreter.js';
import type { ProgramWarning } from './program.js';
import type { Recording, Sample, Stacks } from './recording.js';
import { checkStacks, type StackOptions, type StackView, stackViewer } from './stack-view.js';
import { type LiveCounts, Tally } from './tally.js';

/** What rows can be sorted by. `live`: bytes live at the end; `peak`: bytes live at the maximum. */
export const SORTS = [
  'creations',
  'requests',
  'buffers',
  'resizes',
  'relocations',
  'releases',
  'bytes',
  'live',
  'peak',
] as const;
export type Sort = (typeof SORTS)[number];

export interface ReportOptions extends StackOptions {
  /** At least one; each nests in the one before it. */
  readonly by: readonly Grouping[];
  /** Patterns of type names; none: all. "(buffer)" are the blocks without an object. */
  readonly types: readonly string[];
  /** None: all. Otherwise resizes, relocations and releases are left out: nobody served them. */
  readonly origins: readonly Origin[];
  readonly sort: Sort;
}

export interface ReportRow {
  /** "int", "app.py:12", "main (app.py:10)"; unique among the rows that it stands with. */
  readonly key: string;
  /** Of groupings by place, except packages; null in rows that stand for no single place. */
  readonly place: Place | null;
  readonly counts: Counts;
  /** null: not recorded. */
  readonly live: LiveCounts | null;
  /** With a further grouping: this row by it. */
  readonly rows?: readonly ReportRow[];
}

/** Whether imports are one row, are shown like everything else, or cannot be told apart for want of callers. */
export type ImportsShown = 'folded' | 'shown' | 'unknown';

export interface ReportFilters {
  readonly types: readonly string[];
  readonly origins: readonly Origin[];
  readonly files: readonly string[];
  readonly under: string | null;
}

/** What readers of any result of a recording need to know of it. */
export interface RecordingFacts {
  readonly command: readonly string[];
  readonly folder: string;
  readonly interpreter: Interpreter;
  readonly outcome: Recording['outcome'];
  /** Of `varying`. */
  readonly why: ProgramWarning | null;
  readonly warnings: readonly ProgramWarning[];
  readonly stacks: Stacks;
  /** Instructions are not exact. */
  readonly approximate: boolean;
  /** Everything that was recorded, whatever is shown. */
  readonly recorded: Counts;
}

export interface ReportResult extends RecordingFacts {
  readonly schema: 'pyallocs/report@1';
  /** An array where there are several. */
  readonly by: Grouping | readonly Grouping[];
  readonly sort: Sort;
  readonly cumulative: boolean;
  readonly mine: boolean;
  readonly imports: ImportsShown;
  readonly filters: ReportFilters;
  /** What passed the filters. Without --cumulative, the rows add up to it. */
  readonly total: Counts;
  readonly live: LiveCounts | null;
  readonly rows: readonly ReportRow[];
}

export function recordingFacts(recording: Recording): RecordingFacts {
  const { command, folder, interpreter, outcome, why, warnings, stacks, approximate, total } = recording;
  return { command, folder, interpreter, outcome, why, warnings, stacks, approximate, recorded: total };
}

export function makeReport(recording: Recording, options: ReportOptions): ReportResult {
  const { by, sort, cumulative, mine, types, origins, files, under } = options;
  checkStacks(recording, options);
  if ((sort === 'live' || sort === 'peak') && !recording.live) {
    throw new PyallocsError('no-live', `this recording has no live blocks to sort by; record --live counts them`);
  }
  const places = new Places(recording);
  const view = stackViewer(recording, places, options);
  const passes = filterOf(options);
  const rows = new RowTree(places, by, cumulative);
  const total = new Tally();
  for (const sample of recording.samples) {
    if (!passes(sample)) continue;
    const seen = view(sample.stack);
    if (seen === null) continue;
    total.add(sample);
    rows.add(sample, seen);
  }
  const filtered = types.length + origins.length + files.length > 0 || under !== null;
  return {
    schema: 'pyallocs/report@1',
    by: by.length === 1 && by[0] !== undefined ? by[0] : by,
    ...recordingFacts(recording),
    sort,
    cumulative,
    mine,
    imports: recording.stacks === 'none' ? 'unknown' : options.imports ? 'shown' : 'folded',
    filters: { types, origins, files, under },
    total: filtered ? total.counts() : recording.total,
    live: total.live(recording),
    rows: rows.rows(recording, sort),
  };
}

/** Whether type and origin of a sample were asked for. */
function filterOf({ types, origins }: ReportOptions): (sample: Sample) => boolean {
  const known = new Map<string, boolean>();
  const wanted = (type: string): boolean => {
    const found = known.get(type) ?? types.some((pattern) => globMatches(pattern, type));
    known.set(type, found);
    return found;
  };
  return (sample) => {
    if (origins.length > 0 && (sample.origin === null || !origins.includes(sample.origin))) return false;
    return types.length === 0 || labelKeys('type', sample, false).some(wanted);
  };
}

interface Node {
  readonly place: Place | null;
  readonly tally: Tally;
  /** null: at the last grouping. */
  readonly rows: Map<string, Node> | null;
}

/** Rows in rows, one level per grouping. */
class RowTree {
  private readonly top = new Map<string, Node>();
  private readonly places: Places;
  private readonly by: readonly Grouping[];
  private readonly cumulative: boolean;

  constructor(places: Places, by: readonly Grouping[], cumulative: boolean) {
    this.places = places;
    this.by = by;
    this.cumulative = cumulative;
  }

  add(sample: Sample, { positions, imported }: StackView): void {
    this.addTo(this.top, 0, sample, positions, imported);
  }

  rows(recording: Recording, sort: Sort): ReportRow[] {
    const rowsOf = (nodes: ReadonlyMap<string, Node>): ReportRow[] =>
      [...nodes]
        .map(([key, { place, tally, rows }]): ReportRow => {
          const row = { key, place, counts: tally.counts(), live: tally.live(recording) };
          return rows === null ? row : { ...row, rows: rowsOf(rows) };
        })
        .sort((a, b) => compareRows(a, b, sort));
    return rowsOf(this.top);
  }

  /** `positions`: those that belong to the row of `nodes`. A key that several of them have counts the sample once. */
  private addTo(
    nodes: Map<string, Node>,
    depth: number,
    sample: Sample,
    positions: readonly Position[],
    imported: boolean,
  ): void {
    const by = this.by[depth];
    if (by === undefined) return;
    if (isPlaceGrouping(by)) {
      for (const [key, within] of this.byKey(by, positions)) {
        const node = nodes.get(key) ?? this.node(nodes, key, depth, this.places.place(by, within[0] ?? OUTSIDE));
        node.tally.add(sample);
        if (node.rows !== null) this.addTo(node.rows, depth + 1, sample, within, imported);
      }
      return;
    }
    const folded = by === 'type' && imported && depth === 0;
    for (const key of folded ? [ROW_KEYS.imports] : labelKeys(by, sample, this.cumulative)) {
      const node = nodes.get(key) ?? this.node(nodes, key, depth, null);
      node.tally.add(sample);
      if (node.rows !== null) this.addTo(node.rows, depth + 1, sample, positions, imported);
    }
  }

  private node(nodes: Map<string, Node>, key: string, depth: number, place: Place | null): Node {
    const node = { place, tally: new Tally(), rows: depth + 1 < this.by.length ? new Map<string, Node>() : null };
    nodes.set(key, node);
    return node;
  }

  private byKey(by: PlaceGrouping, positions: readonly Position[]): Iterable<readonly [string, readonly Position[]]> {
    const [first] = positions;
    if (first !== undefined && positions.length === 1) return [[this.places.key(by, first), positions]];
    const groups = new Map<string, Position[]>();
    for (const position of positions) {
      const key = this.places.key(by, position);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [position]);
      else group.push(position);
    }
    return groups;
  }
}

/** What a row is sorted by. */
export function sortValue({ counts, live }: Pick<ReportRow, 'counts' | 'live'>, sort: Sort): number {
  switch (sort) {
    case 'creations':
      return counts.creations.total;
    case 'buffers':
      return counts.buffers.total;
    case 'requests':
    case 'resizes':
    case 'relocations':
    case 'releases':
    case 'bytes':
      return counts[sort];
    case 'live':
      return live?.liveBytes ?? 0;
    case 'peak':
      return live?.peakBytes ?? 0;
    default:
      return assertUnreachable(sort);
  }
}

/** Largest first; what is equal by objects, requests, bytes, name. */
function compareRows(a: ReportRow, b: ReportRow, sort: Sort): number {
  return (
    sortValue(b, sort) - sortValue(a, sort) ||
    b.counts.creations.total - a.counts.creations.total ||
    b.counts.requests - a.counts.requests ||
    b.counts.bytes - a.counts.bytes ||
    (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  );
}
