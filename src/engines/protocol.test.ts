import { describe, expect, it } from 'vitest';
import { type Counts, ZERO } from '../core/counts.js';
import type { Interval } from '../core/interval.js';
import { hasNumbers } from '../core/outcome.js';
import { count } from '../core/units.js';
import { measureStatement, shellQuote } from './protocol.js';
import type { PassEnd, StatementRunner, Unfolded } from './runner.js';

/** Creations of one type, from malloc. */
function ints(n: number): Interval {
  const counts: Counts = {
    ...ZERO,
    creations: { ...ZERO.creations, total: count(n), malloc: count(n) },
    requests: count(n),
  };
  return { counts, byType: new Map(n === 0 ? [] : [['int', counts]]) };
}

/**
 * A statement that creates `cost(k)` ints in its k-th execution since setup, in a call that itself creates `call`.
 * It records what it was asked to do.
 */
class FakeRunner implements StatementRunner {
  readonly log: string[] = [];
  collections = 0;
  unfinished = false;
  folded: Unfolded | null = null;
  readonly #cost: (execution: number) => number;
  readonly #call: number;
  #executed = 0;
  #planned: number[] = [];

  constructor(cost: (execution: number) => number, call = 0) {
    this.#cost = cost;
    this.#call = call;
  }

  async begin(): Promise<void> {
    this.log.push('setup');
    this.#executed = 0;
  }

  async settle(): Promise<void> {
    this.log.push('settle');
  }

  async plan(executions: readonly number[]): Promise<void> {
    this.log.push(`plan ${executions.length}`);
    this.#planned = [...executions];
  }

  async run(): Promise<number> {
    const n = this.#next();
    this.log.push(`run ${n}`);
    this.#execute(n);
    return 0;
  }

  async count(): Promise<Interval> {
    const n = this.#next();
    this.log.push(`count ${n}`);
    return ints(this.#call + this.#execute(n));
  }

  async countGrowth(n: number): Promise<readonly [Interval, Interval, Interval]> {
    this.log.push(`grow ${n}`);
    const one = this.#call + this.#execute(n);
    const two = one + this.#execute(n);
    return [ints(one), ints(two), ints(two + this.#execute(8 * n))];
  }

  async end(): Promise<PassEnd> {
    return { unfinished: this.unfinished, collections: this.collections };
  }

  async unfolded(): Promise<Unfolded | null> {
    return this.folded;
  }

  #next(): number {
    const n = this.#planned.shift();
    if (n === undefined) throw new Error('no run is planned');
    return n;
  }

  #execute(n: number): number {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += this.#cost(this.#executed++);
    return sum;
  }
}

const AUTO = { iterations: null, gc: false };

describe('the measuring protocol', () => {
  it('counts nothing for a statement that does nothing', async () => {
    const result = await measureStatement(new FakeRunner(() => 0), AUTO);
    expect(result).toMatchObject({ outcome: 'exact', steady: true, iterations: 1000, counts: ZERO, byType: [] });
  });

  it('takes off what a call costs', async () => {
    const result = await measureStatement(new FakeRunner(() => 0, 1), AUTO);
    expect(result).toMatchObject({ outcome: 'exact', steady: true, counts: ZERO });
  });

  it('gives counts of n executions, and per execution', async () => {
    const result = await measureStatement(new FakeRunner(() => 3, 1), AUTO);
    expect(result).toMatchObject({
      iterations: 1000,
      counts: { creations: { total: 3000 } },
      perOp: { creations: { total: 3 } },
      growth: null,
    });
  });

  it('decides n from the events of the first execution, so that a count stays below a million', async () => {
    const iterations = async (cost: number) => {
      const result = await measureStatement(new FakeRunner(() => cost), AUTO);
      return hasNumbers(result) && result.iterations;
    };
    // an int from malloc is two events: a creation and a request
    expect(await iterations(500)).toBe(1000);
    expect(await iterations(501)).toBe(100);
    expect(await iterations(5001)).toBe(10);
    expect(await iterations(50_001)).toBe(1);
  });

  it('re-warms before every count and plans nothing between the two', async () => {
    const runner = new FakeRunner(() => 1);
    await measureStatement(runner, { ...AUTO, iterations: 10 });
    expect(runner.log).toEqual([
      'setup',
      'plan 1',
      'run 1',
      'plan 20',
      'count 10',
      'count 10',
      'plan 12',
      'run 10',
      'count 10',
      'run 10',
      'count 20',
      'run 10',
      'count 10',
      'run 10',
      'count 20',
      'run 10',
      'count 10',
      'run 10',
      'count 20',
      'setup',
      'plan 2',
      'run 0',
      'count 0',
      'grow 10',
    ]);
  });

  it('calls a cost that only the first executions have steady', async () => {
    const result = await measureStatement(new FakeRunner((k) => (k < 5 ? 100 : 2)), AUTO);
    expect(result).toMatchObject({ outcome: 'exact', steady: true, perOp: { creations: { total: 2 } } });
  });

  it('tells a cost that is not constant as growth', async () => {
    const result = await measureStatement(new FakeRunner((k) => (Number.isInteger(Math.log2(k)) ? 1 : 0)), AUTO);
    expect(result).toMatchObject({
      outcome: 'exact',
      steady: false,
      perOp: null,
      counts: { creations: { total: 1 } },
      growth: [
        { executions: 1000, counts: { creations: { total: 10 } } },
        { executions: 2000, counts: { creations: { total: 11 } } },
        { executions: 10_000, counts: { creations: { total: 14 } } },
      ],
    });
  });

  it('calls repetitions that do not agree varying, with the samples', async () => {
    let calls = 0;
    const runner = new FakeRunner(() => 1);
    runner.count = async () => ints(((calls++) ** 2 * 5) % 13);
    const result = await measureStatement(runner, { ...AUTO, iterations: 10 });
    expect(result).toMatchObject({ outcome: 'varying', why: { code: 'unknown' } });
    expect(hasNumbers(result) && result.outcome === 'varying' && result.samples.length).toBeGreaterThanOrEqual(2);
  });

  it('names the collector when it ran and repetitions do not agree', async () => {
    let calls = 0;
    const runner = new FakeRunner(() => 1);
    runner.count = async () => ints(((calls++) ** 2 * 5) % 13);
    runner.collections = 3;
    const result = await measureStatement(runner, { ...AUTO, iterations: 10, gc: true });
    expect(result).toMatchObject({ outcome: 'varying', why: { code: 'gc' }, warnings: [{ code: 'gc-enabled' }] });
  });

  it('fails when the statement leaves the loop', async () => {
    const runner = new FakeRunner(() => 0);
    runner.unfinished = true;
    expect(await measureStatement(runner, AUTO)).toMatchObject({
      outcome: 'failed',
      error: { code: 'leaves-the-loop' },
    });
  });

  it('warns about folded constants only where nothing was counted', async () => {
    const folded = { setup: "a = 'a'", statement: "a + 'b'" };
    const still = Object.assign(new FakeRunner(() => 0), { folded });
    const busy = Object.assign(new FakeRunner(() => 1), { folded });
    expect(await measureStatement(still, AUTO)).toMatchObject({
      warnings: [{ code: 'constant-folded', instead: folded }],
    });
    expect(await measureStatement(busy, AUTO)).toMatchObject({ warnings: [] });
  });
});

describe('shell quoting', () => {
  it('chooses the quotes that need no escape', () => {
    expect(shellQuote('y = x')).toBe("'y = x'");
    expect(shellQuote("y = 'a'")).toBe(`"y = 'a'"`);
    expect(shellQuote(`y = 'a' + "b"`)).toBe(`'y = '\\''a'\\'' + "b"'`);
    expect(shellQuote("y = '$x'")).toBe(`'y = '\\''$x'\\'''`);
  });
});
