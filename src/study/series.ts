/** How containers grow: what each of 10,000 additions asks for. */
import { z } from 'zod';
import { addCounts, type Counts, sameCounts, ZERO } from '../core/counts.js';
import type { Interval } from '../core/interval.js';
import type { SeriesOnInterpreter, SeriesResult } from '../core/study.js';
import type { MeasureOptions, Session } from '../engines/engine.js';
import { dataFolder, readData } from './data.js';
import { numbersOf, StudyGap } from './gap.js';

const ITEMS = 10_000;
/** Additions that are counted together at first: those among which nothing happens need no count of their own. */
const CHUNK = 20;
/** A str grows at every addition; no other container so often. */
const POINTS = 100;
/** Numbers of items of which the costs are told. */
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, ITEMS];

export type Series = Omit<SeriesResult, 'results'>;

type Growth = Pick<SeriesOnInterpreter, 'growthPoints' | 'points'>;

const file = z.strictObject({
  series: z.array(
    z.strictObject({
      id: z.string().regex(/^series\.[a-z]+$/),
      what: z.string().min(1),
      title: z.string().min(1),
      setup: z.string(),
      statement: z.string().min(1),
      shows: z.string().min(1),
    }),
  ),
});

export function loadSeries(folder: string = dataFolder('series')): Series[] {
  return readData(folder, file).flatMap(({ series }) => series);
}

/** Series on the interpreter of a session; each result is handed over. */
export async function runSeries(
  session: Session,
  all: readonly Series[],
  options: MeasureOptions,
  take: (series: Series, result: SeriesOnInterpreter) => void,
): Promise<void> {
  for (const series of all) take(series, await runOne(session, series, options));
}

async function runOne(session: Session, series: Series, options: MeasureOptions): Promise<SeriesOnInterpreter> {
  const interpreter = session.interpreter.id;
  try {
    return { interpreter, ...(await growthIn(session, series, options)) };
  } catch (error) {
    if (!(error instanceof StudyGap)) throw error;
    return { interpreter, failed: error.message, growthPoints: [], points: [] };
  }
}

/** How one container grows. Throws StudyGap when it cannot be counted, or when counts of the same additions differ. */
async function growthIn(session: Session, series: Series, options: MeasureOptions): Promise<Growth> {
  const count = async (runs: readonly number[]): Promise<readonly Interval[]> =>
    numbersOf(await session.countRuns(series, runs, options));
  const chunks = Array<number>(ITEMS / CHUNK).fill(CHUNK);
  const together = await count(chunks);
  const runs = together.flatMap(({ counts }, i) => (i > 0 && isQuiet(counts) ? [CHUNK] : Array<number>(CHUNK).fill(1)));
  const additions = await count(runs);
  const [all] = await count([ITEMS]);
  const steps = additions.map(({ counts }, i): Step => ({ items: runs[i] ?? 0, counts }));
  if (all === undefined || !sameCosts(all.counts, sumOf(steps.map(({ counts }) => counts)))) {
    throw new StudyGap('10,000 additions counted one by one are not what they are when counted at once');
  }
  return growthOf(steps);
}

/** Additions that were counted together. */
export interface Step {
  readonly items: number;
  readonly counts: Counts;
}

/** Where something was asked for, and the costs up to each size. Steps with a cost are single additions. */
export function growthOf(steps: readonly Step[]): Growth {
  const growthPoints: number[] = [];
  const points: SeriesOnInterpreter['points'][number][] = [];
  let items = 0;
  let sum = ZERO;
  for (const step of steps) {
    if (!isQuiet(step.counts)) {
      if (step.items !== 1) throw new StudyGap('additions that were quiet asked for memory when repeated');
      if (growthPoints.length < POINTS) growthPoints.push(items);
    }
    items += step.items;
    sum = addCounts(sum, step.counts);
    if (SIZES.includes(items)) {
      const { requests, resizes, bytes, resizeBytes } = sum;
      points.push({ items, buffers: requests, resizes, bytes, resizeBytes });
    }
  }
  return { growthPoints, points };
}

const isQuiet = ({ requests, resizes }: Counts): boolean => requests === 0 && resizes === 0;

const sumOf = (all: readonly Counts[]): Counts => all.reduce(addCounts, ZERO);

const sameCosts = (a: Counts, b: Counts): boolean =>
  sameCounts(a, b) && a.bytes === b.bytes && a.resizeBytes === b.resizeBytes;
