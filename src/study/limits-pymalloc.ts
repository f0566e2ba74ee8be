/** What pymalloc's blocks, pools and arenas are like, measured where there is one. */
import type { Interval } from '../core/interval.js';
import type { Statement } from '../engines/engine.js';
import { numbersOf, StudyGap } from './gap.js';
import type { SourceRow } from './limit-source.js';
import type { CountRuns, Limit } from './measured-limit.js';

/** Bytes of a bytes object beside its own: the header of a var-object, its hash and a zero, on 64 bits. */
const BYTES_HEADER = 33;
/** The class sizes that the source has: Objects/obmalloc.c, 3.8; Include/internal/pycore_obmalloc.h, 3.12. */
const CLASSES = Array.from({ length: 32 }, (_, i) => 16 * (i + 1));
const POOL_HEADER = 48;

const obmalloc = (older: number | string, since310: number | string = older): SourceRow[] => [
  { since: '3.8', value: older, file: 'Objects/obmalloc.c' },
  { since: '3.10', value: since310, file: 'Objects/obmalloc.c' },
  { since: '3.12', value: since310, file: 'Include/internal/pycore_obmalloc.h' },
];

const blocksIn = (pool: number, size: number): number => Math.floor((pool - POOL_HEADER) / size);

const common = { group: 'pymalloc', needs: 'pymalloc' } as const;

export function pymallocLimits(): Limit[] {
  return [
    {
      ...common,
      id: 'pymalloc.largest',
      title: 'the largest block',
      unit: 'bytes',
      how: 'Bytes objects are made byte by byte longer: the largest request that pymalloc serves, before the first that goes to malloc.',
      source: obmalloc(512),
      measure: largestBlock,
    },
    {
      ...common,
      id: 'pymalloc.classes',
      title: 'size classes',
      unit: 'bytes',
      how: 'For each size from 34 bytes to 512, 2,000 bytes objects are made and most are dropped again, so that no pool is empty: a class ends where objects one byte larger do not fit into those places, but take new pools.',
      source: obmalloc('every 16 from 48 to 512'),
      measure: classes,
    },
    ...CLASSES.map(
      (size): Limit => ({
        ...common,
        id: `pymalloc.blocks-${size}`,
        title: `blocks of ${size} bytes in a pool`,
        unit: 'blocks',
        how: `Objects of ${size} bytes are made one by one and kept: so many from one new pool to the next.`,
        source: obmalloc(blocksIn(4096, size), blocksIn(16_384, size)),
        measure: (count) => blocksPerPool(size, count),
      }),
    ),
    {
      ...common,
      id: 'pymalloc.pools',
      title: 'pools in an arena',
      unit: 'pools',
      how: 'Objects of 512 bytes are made and kept: so many pools are taken from one new arena to the next.',
      source: obmalloc(64).map((row) => ({
        ...row,
        because:
          'one fewer where an arena does not begin at a multiple of the size of a pool, which the system decides',
      })),
      measure: poolsPerArena,
    },
  ];
}

async function largestBlock(count: CountRuns): Promise<number> {
  const statement = {
    setup: 'sizes = iter(list(range(400, 600)))',
    statement: 'y = bytes(next(sizes))',
  };
  const made = numbersOf(await count(statement, Array<number>(200).fill(1))).map((run) => run.byType.get('bytes'));
  const border = made.findIndex((row) => row?.creations.pymalloc !== 1);
  const beyond = made.slice(border);
  const [last] = made.slice(0, border).slice(-1);
  if (border < 1 || last === undefined || beyond.some((row) => row?.creations.malloc !== 1)) {
    throw new StudyGap('there is no size up to which pymalloc serves all requests and beyond which none');
  }
  return last.bytes;
}

async function classes(count: CountRuns): Promise<string> {
  const sizes = Array.from({ length: 512 - BYTES_HEADER }, (_, i) => BYTES_HEADER + 1 + i);
  // Pools that other objects left half empty are filled first. A pool holds seven blocks or more: it keeps one of ours.
  const statement = {
    setup: `
full = [bytes(size) for size in range(1, ${512 - BYTES_HEADER + 1}, 16) for n in range(3000)]
held = [None] * 2000
places = list(range(2000))
dropped = [n for n in places if n % 7]
steps = []
for size in range(1, ${512 - BYTES_HEADER + 1}):
    steps += [(places, size), (dropped, 0), (dropped, size + 1), (places, 0)]
steps = iter(steps)`,
    statement: `
where, size = next(steps)
if size:
    for n in where: held[n] = bytes(size)
else:
    for n in where: held[n] = None`,
  };
  const runs = numbersOf(await count(statement, Array<number>(4 * sizes.length).fill(1)));
  // The last pool, if it is not full, may become empty: one may be taken again.
  return steps(sizes.filter((size, i) => size === 512 || poolsOf(runs[4 * i + 2] as Interval) > 1));
}

/** "every 16 from 48 to 512" */
export function steps(sizes: readonly number[]): string {
  const [first = 0, second = 0] = sizes;
  const regular = sizes.every((size, i) => size === first + i * (second - first));
  return regular && sizes.length > 2 ? `every ${second - first} from ${first} to ${sizes.at(-1)}` : sizes.join(', ');
}

async function blocksPerPool(size: number, count: CountRuns): Promise<number | string> {
  const executions = Math.ceil(80_000 / size) + 20;
  const runs = numbersOf(await count(keeping(size, executions), Array<number>(executions).fill(1)));
  // The first pool may be one that something else took at its first execution.
  return agreed(distances(runs.map(poolsOf)).slice(1), 'pools');
}

async function poolsPerArena(count: CountRuns): Promise<number | string> {
  const blocks = await blocksPerPool(512, count);
  if (typeof blocks !== 'number') throw new StudyGap('pools of the same class do not hold the same number of blocks');
  const pools = 64 * 5;
  const runs = numbersOf(await count(keeping(512, blocks * pools), Array<number>(pools).fill(blocks)));
  const between = distances(runs.map(({ counts }) => unseen(counts.arenas)));
  const most = 2 ** Math.ceil(Math.log2(Math.max(...between, 1)));
  // Where an arena begins, and so whether its first pool is lost to alignment, is not the same in each process.
  if (between.length > 1 && between.every((n) => n === most || n === most - 1)) return `${most - 1} or ${most}`;
  return agreed(between, 'arenas');
}

/** Makes objects of this size, one per execution, and keeps them. Pools that others left half empty are filled before. */
function keeping(size: number, executions: number): Statement {
  const make = size === 16 ? 'object()' : size === 32 ? '-x' : `bytes(${size - BYTES_HEADER})`; // an int of two digits has 32
  return {
    setup: `x = 10**12; full = [${make} for n in range(3000)]; held = [None] * ${executions}; places = iter(list(range(${executions})))`,
    statement: `held[next(places)] = ${make}`,
  };
}

function unseen(count: number | null): number {
  if (count === null) throw new StudyGap('pools and arenas cannot be seen on this interpreter');
  return count;
}

const poolsOf = ({ counts }: Interval): number => unseen(counts.pools);

/** From one event to the next. */
export function distances(events: readonly number[]): number[] {
  const places = events.flatMap((n, i) => (n > 0 ? [i] : []));
  return places.slice(1).map((place, i) => place - (places[i] ?? 0));
}

function agreed(values: readonly number[], what: string): number | string {
  const [first] = values;
  if (first === undefined || values.length < 2) throw new StudyGap(`too few ${what} were taken`);
  return values.every((value) => value === first) ? first : [...new Set(values)].sort((a, b) => a - b).join(' or ');
}
