/** Time per execution, as timeit measures it: without hooks, the loop included, the collector off. */

import type { TimePerOp } from '../core/outcome.js';
import { nanoseconds } from '../core/units.js';
import type { StatementRunner } from './runner.js';

/** A run takes at least this many milliseconds, so that the clock's resolution does not matter. */
const RUN_MS = 2;
const STEPS = [1, 2, 5] as const;

export interface TimeOptions {
  /** Executions per run; null: as many as take a few milliseconds. */
  readonly iterations: number | null;
  readonly repeats: number;
}

/** Throws StatementFailure as the runner does. */
export async function timeStatement(runner: StatementRunner, options: TimeOptions): Promise<TimePerOp> {
  await runner.begin();
  const n = options.iterations ?? (await enough(runner));
  await runner.plan(Array<number>(options.repeats + 1).fill(n));
  await runner.run();
  const times: number[] = [];
  for (let i = 0; i < options.repeats; i++) times.push(((await runner.run()) * 1e6) / n);
  await runner.end();
  const sorted = times.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? 0;
  const last = sorted.length - 1;
  return {
    medianNs: nanoseconds((at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2),
    minNs: nanoseconds(at(0)),
    maxNs: nanoseconds(at(last)),
    runs: sorted.length,
  };
}

/** 1, 2, 5, 10, 20, 50 … executions, until a run takes long enough. */
async function enough(runner: StatementRunner): Promise<number> {
  for (let scale = 1; ; scale *= 10) {
    for (const step of STEPS) {
      const n = scale * step;
      await runner.plan([n]);
      if ((await runner.run()) >= RUN_MS) return n;
    }
  }
}
