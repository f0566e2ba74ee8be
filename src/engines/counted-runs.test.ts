import { describe, expect, it } from 'vitest';
import { ZERO } from '../core/counts.js';
import type { Interval } from '../core/interval.js';
import { count } from '../core/units.js';
import { countRuns } from './counted-runs.js';
import { type PassEnd, StatementFailure, type StatementRunner } from './runner.js';

/** The call asks for 3 blocks, the k-th execution for k. */
class FakeRunner implements StatementRunner {
  readonly log: string[] = [];
  unfinished = false;
  raises = false;
  #planned: number[] = [];
  #executed = 0;

  async begin(): Promise<void> {
    this.log.push('begin');
    if (this.raises) throw new StatementFailure({ code: 'python-exception', message: 'no', line: 1, place: null });
  }
  async settle(): Promise<void> {
    this.log.push('settle');
  }
  async plan(executions: readonly number[]): Promise<void> {
    this.log.push(`plan ${executions.join(' ')}`);
    this.#planned = [...executions];
  }
  async run(): Promise<number> {
    this.#planned.shift();
    return 0;
  }
  async count(): Promise<Interval> {
    let requests = 3;
    for (let left = this.#planned.shift() ?? 0; left > 0; left--) requests += this.#executed++;
    return { counts: { ...ZERO, requests: count(requests) }, byType: new Map() };
  }
  async countGrowth(): Promise<null> {
    return null;
  }
  async end(): Promise<PassEnd> {
    return { unfinished: this.unfinished, collections: 0 };
  }
  async unfolded(): Promise<null> {
    return null;
  }
}

describe('counted runs', () => {
  it('are counted in order after one setup, less what a call costs', async () => {
    const runner = new FakeRunner();
    const counted = await countRuns(runner, [1, 1, 3, 0]);
    expect(counted.outcome === 'counted' && counted.runs.map(({ counts }) => counts.requests)).toEqual([0, 1, 9, 0]);
    expect(runner.log).toEqual(['begin', 'settle', 'plan 0 0 1 1 3 0']);
  });

  it('say why there are none', async () => {
    const early = Object.assign(new FakeRunner(), { unfinished: true });
    expect(await countRuns(early, [1])).toMatchObject({ outcome: 'failed', error: { code: 'leaves-the-loop' } });
    const raising = Object.assign(new FakeRunner(), { raises: true });
    expect(await countRuns(raising, [1])).toMatchObject({ outcome: 'failed', error: { message: 'no' } });
  });
});
