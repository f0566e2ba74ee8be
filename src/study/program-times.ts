/** What programs take without pyallocs, and what one creation takes in the same interpreter. */
import type { StudyTimings } from '../core/study.js';
import type { Program, ProgramSeries } from '../engines/engine.js';

export type ProgramTiming = StudyTimings['programs'][number];

type Times = Pick<ProgramTiming, 'medianMs' | 'minMs' | 'maxMs' | 'runs'>;

/** Runs that a time is the median of. */
const RUNS = 3;

/** Executions of the loops that are compared: some hundredths of a second. */
const EXECUTIONS = 500_000;

/** null: it could not be timed each time. */
export async function timingOf(series: ProgramSeries, program: Program, timeout: number): Promise<Times | null> {
  const times: number[] = [];
  while (times.length < RUNS) {
    const time = await series.time(program, timeout);
    if ('why' in time) return null;
    times.push(time.ms);
  }
  return spread(times);
}

/** Of an odd number of times. */
export function spread(times: readonly number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  const [min = 0, max = 0] = [sorted[0], sorted.at(-1)];
  return { medianMs: sorted[(sorted.length - 1) / 2] ?? 0, minMs: min, maxMs: max, runs: sorted.length };
}

/**
 * Nanoseconds of creating and releasing an object: what a loop that makes one each time takes more than the same loop with
 * one that CPython keeps. The shortest runs are compared: what else the machine did is in the others. Null where it could
 * not be timed, or was lost in that. `script`: creation_cost.py.
 */
export async function creationNs(
  series: ProgramSeries,
  script: string,
  timeout: number,
): Promise<ProgramTiming['perCreationNs']> {
  const negating = async (number: string): Promise<number | null> => {
    const times = await timingOf(series, { command: [script, number, String(EXECUTIONS)] }, timeout);
    return times === null ? null : (times.minMs * 1e6) / EXECUTIONS;
  };
  const [kept, recycled, allocated] = [await negating('3'), await negating('1000.5'), await negating('10000000000')];
  if (kept === null || recycled === null || allocated === null) return null;
  // Where negating a float takes no longer than negating a small int, what a freelist costs is too little to be seen.
  const cost = { freelist: Math.max(0, recycled - kept), allocator: allocated - kept };
  return cost.allocator > 0 ? cost : null;
}
