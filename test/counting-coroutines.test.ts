/** Coroutine functions in pyallocs.count(): what a call costs beyond one of an empty coroutine function. */
import { beforeAll, describe, expect, test } from 'vitest';
import { minorNumber } from '../src/core/interpreter.js';
import { FOUND, scenarios } from './counting/pythons.js';

const ALL = [
  'nothing',
  'taken_off',
  'known',
  'line',
  'large',
  'sleeping',
  'left_behind',
  'raised',
  'in_a_loop',
  'in_interval',
  'interval_in_coroutine',
  'repeated',
];

describe.skipIf(FOUND.length === 0)('Coroutine functions, counted (skipped where there is no Python)', () => {
  describe.each(FOUND)('$id', (offer) => {
    const minor = minorNumber(offer.version);
    /** Up to 3.10 a coroutine has a frame, which is the one that its code object keeps. */
    const frame = minor <= 10 ? { frame: [1, 1] } : {};
    const counts = (creations: object, buffers = 0): unknown => ({ creations, buffers, resizes: 0 });
    const NOTHING = counts({});
    let found: Record<string, unknown>;

    beforeAll(async () => {
      found = await scenarios(offer.path ?? '', 'coroutines.py', ALL);
    });

    test('an empty one counts 0, with arguments and without', () => {
      expect(found['nothing']).toEqual([NOTHING, NOTHING, NOTHING]);
    });

    test('what is taken off is the coroutine, and nothing of other functions', () => {
      expect(found['taken_off']).toEqual([counts({ coroutine: [1, 0], ...frame }), null]);
    });

    test('what is known from the source of CPython', () => {
      const list = counts({ list: [1, 1] }, 1);
      const pair = counts({ Thing: [1, 0], list: [1, 1] }, 1);
      expect(found['known']).toEqual({
        pair,
        outer: counts({ Thing: [1, 0], coroutine: [1, 0], ...frame, list: [1, 1] }, 1),
        arguments: list,
        partial: list,
        method: list,
        object: counts({ dict: [1, 1] }),
      });
    });

    test('sites are lines of the coroutine function', () => {
      expect(found['line']).toEqual([true, 1, 'pair', { Thing: 1, list: 1 }]);
    });

    test('a coroutine too large for pymalloc is taken off where it is from', () => {
      const [own, malloc, all] = found['large'] as [unknown, number, number];
      expect(own).toEqual(NOTHING);
      expect([malloc, all]).toEqual(minor <= 10 ? [0, 2] : [1, 1]);
    });

    test('what the loop does for asyncio.sleep(0) belongs to it, and twice costs twice', () => {
      expect(found['sleeping']).toEqual([
        { coroutine: 1, generator: 1, Handle: 1, TaskStepMethWrapper: 1 },
        true,
        [true, true],
      ]);
    });

    test('tasks that are left behind and exceptions end with the loop', () => {
      expect(found['left_behind']).toEqual([true, true]);
      expect(found['raised']).toEqual(["KeyError: 'k'", true, true]);
    });

    test('in a running loop a sentence says what to do, and in a thread of it it counts', () => {
      expect(found['in_a_loop']).toEqual([
        'an event loop is running in this thread, an',
        counts({ Thing: [1, 0], list: [1, 1] }, 1),
      ]);
    });

    test('it is counted nowhere else, and again it is the same', () => {
      expect(found['in_interval']).toEqual([2, 0]);
      expect(found['interval_in_coroutine']).toBe(1);
      expect(found['repeated']).toBe(0);
    });
  });
});
