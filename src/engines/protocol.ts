/**
 * How a statement is measured: exactly as the design says, for every engine.
 *
 *   pass 1   setup; one counted execution decides n; warm up until two runs agree; three times: re-warm, count n,
 *            re-warm, count 2n. The result is (2n) − (n): what a call and its first execution cost falls out.
 *   pass 2   setup afresh, nothing warmed up; counts after n, 2n and 10n executions. If the last 8n did not cost eight
 *            times the n before them, the cost is not constant, and the growth is the result.
 */
import { type Counts, divideCounts, eventCount, isZero, sameCounts, subtractCounts } from '../core/counts.js';
import { EMPTY_INTERVAL, type Interval, sameIntervals, subtractIntervals, typeRows } from '../core/interval.js';
import {
  type GrowthPoint,
  type Measured,
  type Measurement,
  MOVING_FIELDS,
  type VaryingReason,
  type Warning,
} from '../core/outcome.js';
import { executions } from '../core/units.js';
import { LEAVES_THE_LOOP, type PassEnd, StatementFailure, type StatementRunner, type Unfolded } from './runner.js';

/** Runs that may pass before two in a row agree. */
const WARM_UPS = 20;
const REPEATS = 3;
/** A count of n executions stays below this many events. */
const EVENT_LIMIT = 1_000_000;

interface Pass1 {
  readonly iterations: number;
  /** (2n) − (n), three times. */
  readonly samples: readonly Interval[];
  readonly collections: number;
}

interface Pass2 {
  /** Counts after n, 2n and 10n executions. */
  readonly points: readonly [Interval, Interval, Interval];
  readonly collections: number;
}

export interface ProtocolOptions {
  /** Executions per count, or null to decide from the first execution. */
  readonly iterations: number | null;
  /** The collector stays on. */
  readonly gc: boolean;
}

/** Measures a statement. Never throws for what the statement does. */
export async function measureStatement(runner: StatementRunner, options: ProtocolOptions): Promise<Measurement> {
  try {
    const first = await warmPass(runner, options.iterations);
    const cold = await coldPass(runner, first.iterations);
    const warnings: Warning[] = options.gc
      ? [{ code: 'gc-enabled', message: 'the cyclic garbage collector was on while counting' }]
      : [];
    return isConstant(cold)
      ? await steadyResult(runner, first, warnings)
      : growingResult(first.iterations, cold, await coldPass(runner, first.iterations), warnings);
  } catch (error) {
    if (error instanceof StatementFailure) return { outcome: 'failed', error: error.error };
    throw error;
  }
}

async function warmPass(runner: StatementRunner, wanted: number | null): Promise<Pass1> {
  await runner.begin();
  await runner.plan([1]);
  const iterations = wanted ?? chooseIterations((await runner.count()).counts);
  if (wanted !== null) await runner.run();
  await runner.plan(Array<number>(WARM_UPS).fill(iterations));
  let before: Interval | null = null;
  for (let i = 0; i < WARM_UPS; i++) {
    const now: Interval = await runner.count();
    if (before !== null && sameIntervals(before, now, sameCounts)) break;
    before = now;
  }
  await runner.plan(Array.from({ length: REPEATS }, () => [iterations, iterations, iterations, 2 * iterations]).flat());
  const samples: Interval[] = [];
  for (let i = 0; i < REPEATS; i++) {
    await runner.run();
    const single = await runner.count();
    await runner.run();
    const double = await runner.count();
    samples.push(subtractIntervals(double, single));
  }
  return { iterations, samples, collections: finished(await runner.end()).collections };
}

function chooseIterations(first: Counts): number {
  const events = eventCount(first);
  return [1000, 100, 10].find((n) => n * events <= EVENT_LIMIT) ?? 1;
}

/**
 * Counts after n, 2n and 10n executions of one run. What the call itself costs is taken off: it is measured with no
 * execution, which neither runs nor warms up the statement.
 */
async function coldPass(runner: StatementRunner, n: number): Promise<Pass2> {
  await runner.begin();
  await runner.plan([0, 0]);
  await runner.run();
  const call = await runner.count();
  const points = await runner.countGrowth(n);
  const { collections } = finished(await runner.end());
  if (points === null) throw new StatementFailure(LEAVES_THE_LOOP);
  const [one, two, ten] = points.map((point) => subtractIntervals(point, call)) as [Interval, Interval, Interval];
  return { points: [one, two, ten], collections };
}

function finished(end: PassEnd): PassEnd {
  if (end.unfinished) throw new StatementFailure(LEAVES_THE_LOOP);
  return end;
}

function isConstant({ points: [one, two, ten] }: Pass2): boolean {
  const last = subtractCounts(ten.counts, two.counts);
  const before = subtractCounts(two.counts, one.counts);
  return (
    last.creations.total === 8 * before.creations.total &&
    last.requests === 8 * before.requests &&
    last.resizes === 8 * before.resizes
  );
}

type WithNumbers = Measurement & { readonly outcome: 'exact' | 'varying' };

async function steadyResult(runner: StatementRunner, pass: Pass1, warnings: Warning[]): Promise<WithNumbers> {
  const [first = EMPTY_INTERVAL, ...rest] = pass.samples;
  const iterations = pass.iterations;
  const measured: Measured = {
    iterations: executions(iterations),
    steady: true,
    counts: first.counts,
    perOp: divideCounts(first.counts, iterations),
    growth: null,
    byType: typeRows(first),
    varies: moved(pass.samples),
    timePerOp: null,
    warnings: isZero(first.counts) ? [...warnings, ...foldedWarning(await runner.unfolded())] : warnings,
  };
  if (rest.every((sample) => sameIntervals(first, sample, sameCounts))) return { outcome: 'exact', ...measured };
  const samples = pass.samples.map((sample) => sample.counts);
  return { outcome: 'varying', ...measured, samples, why: reason(pass.collections) };
}

function growingResult(n: number, first: Pass2, again: Pass2, warnings: Warning[]): WithNumbers {
  const [one, two] = first.points;
  const growth: GrowthPoint[] = first.points.map((point, i) => ({
    executions: executions(n * ([1, 2, 10][i] ?? 0)),
    counts: point.counts,
  }));
  const difference = subtractIntervals(two, one);
  const measured: Measured = {
    iterations: executions(n),
    steady: false,
    counts: difference.counts,
    perOp: null,
    growth,
    byType: typeRows(difference),
    varies: moved([first, again].map(({ points }) => subtractIntervals(points[1], points[0]))),
    timePerOp: null,
    warnings,
  };
  if (first.points.every((point, i) => sameIntervals(point, again.points[i] ?? EMPTY_INTERVAL, sameCounts))) {
    return { outcome: 'exact', ...measured };
  }
  const samples = [first, again].map(({ points }) => subtractCounts(points[1].counts, points[0].counts));
  return { outcome: 'varying', ...measured, samples, why: reason(first.collections + again.collections) };
}

/** The fields that repetitions did not agree in, of those that need not agree. */
function moved(samples: readonly Interval[]): Measured['varies'] {
  const ranges = MOVING_FIELDS.map((field) => {
    const values = samples.map(({ counts }): number => counts[field]);
    return [field, { min: Math.min(...values), max: Math.max(...values), why: 'repetitions did not agree' }] as const;
  });
  return Object.fromEntries(ranges.filter(([, { min, max }]) => min !== max));
}

function reason(collections: number): VaryingReason {
  return collections > 0
    ? {
        code: 'gc',
        message: `the cyclic garbage collector ran ${collections} times while counting, and not at the same executions each time`,
      }
    : {
        code: 'unknown',
        message: 'repetitions did not agree; does the statement use random numbers, the time or a cache that fills up?',
      };
}

function foldedWarning(unfolded: Unfolded | null): Warning[] {
  if (unfolded === null) return [];
  return [
    {
      code: 'constant-folded',
      message: `the compiler computed the constants beforehand, so nothing is left to measure; try: pyallocs bench -s ${shellQuote(unfolded.setup)} ${shellQuote(unfolded.statement)}`,
      instead: unfolded,
    },
  ];
}

/** Quoted for a POSIX shell. */
export function shellQuote(text: string): string {
  return text.includes("'") && !/["$`\\!]/.test(text) ? `"${text}"` : `'${text.replaceAll("'", `'\\''`)}'`;
}
