import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Model } from './model.js';
import {
  buildNative,
  buildThreads,
  compileFreestanding,
  coreSources,
  hasCompiler,
  runNative,
  runThreads,
} from './native-core.js';
import { programs } from './programs.js';

const reason = hasCompiler() ? '' : ' (skipped: there is no C compiler named cc on this machine)';

describe.skipIf(reason !== '')(`the core built by cc${reason}`, () => {
  test.each(coreSources())('%s compiles without a C library and without a warning', (source) => {
    expect(compileFreestanding(source)).toBe('');
  });

  test('threads that ask for raw memory at once are counted to the unit, without a data race', () => {
    const program = buildThreads();
    // 8 threads, the i-th asks for i bytes 200,000 times; then more threads than there are slots for
    expect(runThreads(program, 8, 200_000)).toEqual({
      said: 'raw 1600000 7200000 1600000 object 200000 200000 threads 9\nlive 8 36 others 1 48',
      sanitizer: '',
    });
    const bytes = (1200 * 1201) / 2;
    expect(runThreads(program, 1200, 100)).toEqual({
      said: `raw 120000 ${bytes * 100} 120000 object 100 100 threads 1201\nlive 1200 ${bytes} others 1 48`,
      sanitizer: '',
    });
  });

  test('with sanitizers, thousands of random events on each 64-bit layout come to what the model says', () => {
    const program = buildNative();
    const seed = Date.now() & 0x7fffffff;
    for (const minor of [10, 11, 12, 13, 14, 15]) {
      const samples = fc.sample(programs(minor, 8, 400), { numRuns: 60, seed });
      const events = samples.flat();
      const expected = samples.flatMap((sample) => {
        const model = new Model();
        return sample.map((event) => model.apply(event)).filter((answer) => answer !== null);
      });
      const found = runNative(program, events);
      expect(events.length).toBeGreaterThan(5000);
      const first = expected.findIndex((answer, i) => !isDeepStrictEqual(answer, found[i]));
      expect({ minor, seed, answer: found[first] }).toEqual({ minor, seed, answer: expected[first] });
      expect(found).toHaveLength(expected.length);
    }
  });
});
