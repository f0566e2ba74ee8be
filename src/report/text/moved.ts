/** What of a counted program is not exact, and between which numbers it moved. */
import type { Counts } from '../../core/counts.js';
import type { ProgramField, ProgramResult } from '../../core/program.js';
import { byteSize, integer } from './numbers.js';
import { printable } from './style.js';

/** A program that has numbers. */
export type Counted = ProgramResult & { readonly outcome: 'exact' | 'varying' };

export const isCounted = (result: ProgramResult): result is Counted =>
  result.outcome === 'exact' || result.outcome === 'varying';

/** Everything that a text shows of counts: by the name that tables know it by, in words, and as a number. */
const SHOWN: readonly (readonly [field: string, word: string, value: (counts: Counts) => number | null])[] = [
  ['creations', 'objects', (c) => c.creations.total],
  ['freelist', 'freelist', (c) => c.creations.freelist],
  ['pymalloc', 'pymalloc', (c) => c.creations.pymalloc],
  ['malloc', 'malloc', (c) => c.creations.malloc],
  ['foreign', 'foreign', (c) => c.creations.foreign],
  ['buffers', 'buffers', (c) => c.buffers.total],
  ['requests', 'requests', (c) => c.requests],
  ['resizes', 'resizes', (c) => c.resizes],
  ['relocations', 'relocations', (c) => c.relocations],
  ['releases', 'releases', (c) => c.releases],
  ['bytes', 'bytes', (c) => c.bytes],
  ['resizeBytes', 'resized to', (c) => c.resizeBytes],
  ['pools', 'new pools', (c) => c.pools],
  ['arenas', 'new arenas', (c) => c.arenas],
  ['system', 'system malloc', (c) => c.creations.malloc + c.buffers.malloc],
];

/** Everything, for what is not exact altogether. */
export const ALL_FIELDS: ReadonlySet<string> = new Set(SHOWN.map(([field]) => field));

/** The fields that are not exact: what moved between the runs, or everything where the runs themselves were not exact. */
export function movedFields(result: Counted): ReadonlySet<string> {
  const moved = [...Object.keys(result.varies), ...differing(result).map(([field]) => field)];
  if (result.outcome === 'exact') return new Set(moved);
  switch (result.why.code) {
    case 'origins-moved':
    case 'requests-moved':
    case 'resizes-moved':
      return new Set(moved);
    case 'creations-moved':
    case 'first-run':
      // Types may have moved against each other, and left the total as it is.
      return new Set([...moved, 'creations', 'freelist', 'pymalloc', 'malloc']);
    default:
      return ALL_FIELDS;
  }
}

/** "releases": "1,234 to 1,240: what is freed depends on where blocks lie", for each field that moved. */
export function rangeTexts(result: Counted): [word: string, text: string][] {
  const differ = new Map(differing(result).map(([field, , values]) => [field, values]));
  return SHOWN.flatMap(([field, word]): [string, string][] => {
    const known = result.varies[field as ProgramField];
    const values = differ.get(field);
    if (known === undefined && values === undefined) return [];
    const [min, max] =
      known === undefined ? [Math.min(...(values ?? [])), Math.max(...(values ?? []))] : [known.min, known.max];
    const size = field === 'bytes' || field === 'resizeBytes';
    const text = size && byteSize(min) !== byteSize(max) ? byteSize : integer;
    const why = known === undefined ? '' : `: ${printable(known.why)}`;
    return [[word, `${text(min)} to ${text(max)}${why}`]];
  });
}

function differing({ runs }: Counted): [field: string, word: string, values: number[]][] {
  return SHOWN.flatMap(([field, word, value]): [string, string, number[]][] => {
    const values = (runs ?? []).map(value).filter((one) => one !== null);
    return new Set(values).size > 1 ? [[field, word, values]] : [];
  });
}
