/** How much each freelist of CPython holds. */
import { z } from 'zod';
import { BUFFER_ROW } from '../core/counts.js';
import type { Interval } from '../core/interval.js';
import type { Statement } from '../engines/engine.js';
import { dataFolder, readData } from './data.js';
import { numbersOf, StudyGap } from './gap.js';
import { type SourceRow, sourceRow } from './limit-source.js';
import type { CountRuns, Limit } from './measured-limit.js';

const common = { id: z.string().regex(/^freelist\./), title: z.string().min(1), source: z.array(sourceRow).min(1) };

const made = z.strictObject({
  ...common,
  sizes: z.array(z.int().positive()).optional(),
  /** With or without its module. */
  type: z.string().min(1),
  /** How many are held at once: more than any version keeps. */
  objects: z.int().positive(),
  counts: z.enum(['creations', 'buffers']).default('creations'),
  /** Without a loop, whose iterator would be of the kind that is measured. */
  alone: z.boolean().default(false),
  setup: z.string().default(''),
  make: z.string().min(1),
});
const cannot = z.strictObject({ ...common, cannot: z.string().min(1) });
const file = z.strictObject({ freelist: z.array(z.union([made, cannot])) });

type Made = z.infer<typeof made>;

export function freelistLimits(folder: string = dataFolder('limits')): Limit[] {
  return readData(folder, file, 'freelists.toml')
    .flatMap(({ freelist }) => freelist)
    .flatMap((one) => ('cannot' in one ? [unmeasured(one)] : ofEachSize(one).map(measured)));
}

function ofEachSize(freelist: Made): Made[] {
  if (freelist.sizes === undefined) return [freelist];
  return freelist.sizes.map((size) => ({
    ...freelist,
    id: freelist.id.replace('{n}', String(size)),
    title: freelist.title.replace('{n}', String(size)),
    make: freelist.make.replace('{items}', 'a, '.repeat(size)),
  }));
}

function measured(freelist: Made): Limit {
  const what = freelist.counts === 'buffers' ? 'requests for buffers are spared' : 'come from the freelist';
  return {
    ...about(freelist),
    how: `${freelist.objects} times ${shortened(freelist.make)} is made and kept, then all are dropped; when that is repeated, so many ${what}.`,
    measure: (count) => capacity(freelist, count),
  };
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 30)}…` : text;
}

function unmeasured(freelist: z.infer<typeof cannot>): Limit {
  return {
    ...about(freelist),
    how: 'Not measured.',
    measure: async () => {
      throw new StudyGap(freelist.cannot);
    },
  };
}

function about({ id, title, source }: { id: string; title: string; source: readonly SourceRow[] }) {
  return { id, group: 'freelists', title, unit: 'objects', needs: null, source } as const;
}

async function capacity(freelist: Made, count: CountRuns): Promise<number> {
  const rounds = numbersOf(await count(statementOf(freelist), [1, 1, 1, 1]));
  const [before, last] = rounds.slice(-2).map((round) => served(freelist, round));
  if (last === undefined || before !== last) throw new StudyGap('repeated rounds did not agree');
  return last;
}

/** One round: makes all, then drops all. */
function statementOf({ objects, alone, setup, make }: Made): Statement {
  const places = Array.from({ length: objects }, (_, i) => i);
  const statement = alone
    ? [...places.map((n) => `held[${n}] = ${make}`), ...places.map((n) => `held[${n}] = None`)].join('\n')
    : `for n in places: held[n] = ${make}\nfor n in places: held[n] = None`;
  return {
    setup: `${setup}\nheld = [None] * ${objects}${alone ? '' : `; places = list(range(${objects}))`}`,
    statement,
  };
}

function served({ type, objects, counts }: Made, { byType }: Interval): number {
  const [, row] = [...byType].find(([name]) => name === type || name.endsWith(`.${type}`)) ?? [];
  const creations = row?.creations;
  if (creations === undefined || creations.total < objects) {
    throw new StudyGap(`${creations?.total ?? 0} of ${objects} objects were of type ${type}`);
  }
  return counts === 'creations' ? creations.freelist : objects - (byType.get(BUFFER_ROW)?.buffers.total ?? 0);
}
