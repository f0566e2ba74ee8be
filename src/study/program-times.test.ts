import { expect, test } from 'vitest';
import type { ProgramSeries, ProgramTime } from '../engines/engine.js';
import { creationNs, spread, timingOf } from './program-times.js';

/** A series whose programs take what `times` says, by their arguments. */
function series(times: (args: readonly string[]) => ProgramTime): ProgramSeries {
  return {
    run: () => Promise.reject(new Error('not in this test')),
    time: async ({ command }) => times(command.slice(1)),
    close: async () => {},
  };
}

test('a spread is the median with what lies furthest from it', () => {
  expect(spread([9, 1, 4])).toEqual({ medianMs: 4, minMs: 1, maxMs: 9, runs: 3 });
});

test('a program is timed three times, and not at all when one of them came to nothing', async () => {
  const times: ProgramTime[] = [{ ms: 3 }, { ms: 1 }, { ms: 2 }];
  expect(
    await timingOf(
      series(() => times.shift() ?? { why: 'once too often' }),
      { command: ['x.py'] },
      1,
    ),
  ).toEqual({
    medianMs: 2,
    minMs: 1,
    maxMs: 3,
    runs: 3,
  });
  const failing: ProgramTime[] = [{ ms: 3 }, { why: 'it ended by code 1' }];
  expect(
    await timingOf(
      series(() => failing.shift() ?? { ms: 1 }),
      { command: ['x.py'] },
      1,
    ),
  ).toBeNull();
});

test('a creation takes the difference of two loops, divided by how often they go round', async () => {
  const cost = (times: Record<string, ProgramTime>): ReturnType<typeof creationNs> =>
    creationNs(
      series(([number]) => times[number ?? ''] ?? { why: 'no' }),
      'cost.py',
      1,
    );
  // 10 and 20 ms over 500,000
  const all = { '3': { ms: 3 }, '1000.5': { ms: 13 }, '10000000000': { ms: 23 } };
  expect(await cost(all)).toEqual({ freelist: 20, allocator: 40 });
  expect(await cost({ ...all, '1000.5': { ms: 2 } })).toEqual({ freelist: 0, allocator: 40 });
  expect(await cost({ ...all, '10000000000': { ms: 3 } })).toBeNull();
  expect(await cost({ ...all, '3': { why: 'no' } })).toBeNull();
});
