/** The versions side by side: what each row of the table shows of each, and what changes from one to the next, in words. */
import type { Counts } from '../../../core/counts.js';
import type { CaseResult } from '../../../core/outcome.js';
import { rowChanges } from '../../../report/text/changes.js';
import { isCounted } from '../../../report/text/moved.js';
import { byteSize, perOperation } from '../../../report/text/numbers.js';
import type { Mark } from '../../../report/text/style.js';
import { thin } from '../../components/numbers.js';
import type { Answer } from '../answer.js';
import type { Status } from '../worker/interpreters.js';
import { type Counted, countedOf } from './counted.js';
import { oneExecution } from './one-execution.js';

/** A version: its counts, or in a word what there is instead. */
export type VersionColumn = { readonly version: string } & (
  | { readonly counted: Counted; readonly grows: boolean }
  | { readonly counted: null; readonly word: string; readonly bad: boolean }
);

export function versionColumns(
  versions: readonly string[],
  answers: ReadonlyMap<string, Answer>,
  status: ReadonlyMap<string, Status>,
  running: boolean,
): VersionColumn[] {
  return versions.map((version) => {
    const answer = answers.get(version);
    if (answer === undefined) return { version, counted: null, ...wordOf(status.get(version), running) };
    const counted = countedOf(answer);
    if (counted === null) return { version, counted, word: answer.result.outcome, bad: true };
    return { version, counted, grows: 'steady' in answer.result && !answer.result.steady };
  });
}

function wordOf(status: Status | undefined, running: boolean): { readonly word: string; readonly bad: boolean } {
  if (status?.status === 'unavailable') return { word: 'not loaded', bad: true };
  if (status?.status === 'loading') return { word: 'loading', bad: false };
  if (status?.status === 'running') return { word: 'counting', bad: false };
  return { word: running ? 'waiting' : 'not asked', bad: false };
}

export interface VersionCell {
  readonly text: string;
  /** The exact number, where the text is rounded. */
  readonly exact: string | null;
  readonly zero: boolean;
  /** From what stands to the left of it. */
  readonly differs: boolean;
}

export interface VersionRow {
  readonly field: string;
  readonly mark: Mark | null;
  readonly label: string;
  /** Whether it is a part of the row above. */
  readonly part: boolean;
  /** By version; those without numbers have none. */
  readonly cells: ReadonlyMap<string, VersionCell>;
}

interface Measure {
  readonly field: string;
  readonly mark: Mark | null;
  readonly label: string;
  readonly part?: boolean;
  readonly value: (counts: Counts) => number;
  readonly size?: boolean;
  /** Left out where it is 0 everywhere. */
  readonly rare?: boolean;
}

const MEASURES: readonly Measure[] = [
  { field: 'creations', mark: null, label: 'objects created', value: (c) => c.creations.total },
  { field: 'freelist', mark: 'freelist', label: 'from a freelist', part: true, value: (c) => c.creations.freelist },
  {
    field: 'pymalloc',
    mark: 'pymalloc',
    label: 'pymalloc',
    part: true,
    value: (c) => c.creations.pymalloc,
    rare: true,
  },
  { field: 'malloc', mark: 'malloc', label: 'from malloc', part: true, value: (c) => c.creations.malloc },
  { field: 'foreign', mark: 'foreign', label: 'foreign', part: true, value: (c) => c.creations.foreign, rare: true },
  { field: 'buffers', mark: 'buffer', label: 'buffers', value: (c) => c.buffers.total },
  { field: 'requests', mark: null, label: '= requests', value: (c) => c.requests },
  { field: 'bytes', mark: null, label: 'asked for', part: true, value: (c) => c.bytes, size: true },
  { field: 'resizes', mark: 'resize', label: 'resizes', value: (c) => c.resizes },
];

export function versionRows(columns: readonly VersionColumn[]): VersionRow[] {
  const measured = columns.flatMap(({ version, counted }) => (counted === null ? [] : [{ version, counted }]));
  return MEASURES.flatMap(({ field, mark, label, part = false, value, size = false, rare = false }) => {
    if (rare && measured.every(({ counted }) => value(counted.counts) === 0)) return [];
    let left: string | null = null;
    const cells = new Map<string, VersionCell>();
    for (const { version, counted } of measured) {
      const count = value(counted.counts);
      const inexact = counted.moved.has(field) ? '≈\u00a0' : '';
      const text = inexact + (size ? sizeText(count) : thin(perOperation(count)));
      const rounded = size && count >= 1024;
      cells.set(version, {
        text: count === 0 ? '·' : text,
        exact: rounded ? `${thin(perOperation(count))} bytes` : null,
        zero: count === 0,
        differs: left !== null && left !== `${count}`,
      });
      left = `${count}`;
    }
    return [{ field, mark, label, part, cells }];
  });
}

/** Fractions of bytes are left as they are: "5.333 B". */
export function sizeText(bytes: number): string {
  return bytes < 1024 ? `${perOperation(bytes)} B` : thin(byteSize(bytes));
}

export interface VersionChange {
  readonly version: string;
  /** "int from a freelist" */
  readonly parts: readonly string[];
}

/** What changes from each version to the next one that has numbers. */
export function versionChanges(answers: readonly Answer[]): VersionChange[] {
  return rowChanges(answers.map(comparable)).map(({ id, text }) => ({
    version: id.replace(/^wasm:/, ''),
    parts: text.split(', ').map(thin),
  }));
}

function comparable(answer: Answer): CaseResult | undefined {
  if (answer.mode === 'statement') return answer.result;
  const { result } = answer;
  if (!isCounted(result)) return undefined;
  const { interpreter, counts, byType } = result;
  return { interpreter, outcome: 'exact', ...oneExecution(counts, byType) };
}
