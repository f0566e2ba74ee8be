import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Model } from './model.js';
import { buildNative, compileFreestanding, coreSources, hasCompiler, runNative } from './native-core.js';
import { programs } from './programs.js';

const reason = hasCompiler() ? '' : ' (skipped: there is no C compiler named cc on this machine)';

describe.skipIf(reason !== '')(`the core built by cc${reason}`, () => {
  test.each(coreSources())('%s compiles without a C library and without a warning', (source) => {
    expect(compileFreestanding(source)).toBe('');
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
