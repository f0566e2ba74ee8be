/** Which values exist once: caches with bounds, and singletons. */
import { z } from 'zod';
import type { Interval } from '../core/interval.js';
import { dataFolder, readData } from './data.js';
import { numbersOf, StudyGap } from './gap.js';
import { sourceRow } from './limit-source.js';
import type { CountRuns, Limit } from './measured-limit.js';

const common = {
  title: z.string().min(1),
  /** Of the objects that are counted. */
  type: z.string().min(1),
  setup: z.string().default(''),
  statement: z.string().min(1),
  source: z.array(sourceRow).min(1),
};
const cache = z.strictObject({
  ...common,
  id: z.string().regex(/^cache\./),
  group: z.literal('caches'),
  unit: z.string().min(1),
  how: z.string().min(1),
  first: z.int(),
  last: z.int(),
});
const singleton = z.strictObject({ ...common, id: z.string().regex(/^singleton\./) });
const file = z.strictObject({ cache: z.array(cache), singleton: z.array(singleton) });

type Cache = z.infer<typeof cache>;
type Singleton = z.infer<typeof singleton>;

/** How often a singleton is made. */
const MAKINGS = 10;

export function cacheLimits(folder: string = dataFolder('limits')): Limit[] {
  const files = readData(folder, file, 'caches.toml');
  return [
    ...files.flatMap((one) =>
      one.cache.map(
        (data): Limit => ({
          id: data.id,
          group: data.group,
          title: data.title,
          unit: data.unit,
          how: bounded(data.how, data),
          needs: null,
          source: data.source,
          measure: (count) => cachedValues(data, count),
        }),
      ),
    ),
    ...files.flatMap((one) =>
      one.singleton.map(
        (data): Limit => ({
          id: data.id,
          group: 'singletons',
          title: data.title,
          unit: 'new objects each time',
          how: `${data.statement.trim().replaceAll('\n', '; ')} is executed ${MAKINGS} times, and the objects of type ${data.type} that it creates are counted.`,
          needs: null,
          source: data.source,
          measure: (count) => newObjects(data, count),
        }),
      ),
    ),
  ];
}

const bounded = (text: string, { first, last }: Cache): string =>
  text.replaceAll('{first}', String(first)).replaceAll('{last}', String(last));

const created = ({ byType }: Interval, type: string): number => byType.get(type)?.creations.total ?? 0;

async function cachedValues(data: Cache, count: CountRuns): Promise<string> {
  const statement = { statement: data.statement, setup: bounded(data.setup, data) };
  const values = Array.from({ length: data.last - data.first + 1 }, (_, i) => data.first + i);
  const runs = numbersOf(await count(statement, Array<number>(values.length).fill(1)));
  return ranges(values.filter((_, i) => created(runs[i] as Interval, data.type) === 0));
}

/** "-5 to 256"; several where there are gaps. Ascending. */
export function ranges(values: readonly number[]): string {
  const found: { from: number; to: number }[] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last?.to === value - 1) last.to = value;
    else found.push({ from: value, to: value });
  }
  if (found.length === 0) return 'none';
  return found.map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ');
}

async function newObjects(data: Singleton, count: CountRuns): Promise<number> {
  const [warm, run] = numbersOf(await count(data, [MAKINGS, MAKINGS]));
  if (warm === undefined || run === undefined) throw new StudyGap('nothing was counted');
  return created(run, data.type) / MAKINGS;
}
