import { expect, test } from 'vitest';
import { ZERO } from '../../../core/counts.js';
import { count } from '../../../core/units.js';
import type { Growth } from '../growth.js';
import { decadesOf, firstPlotted, growthLines, place, versionsName } from './growth-series.js';

function grown(...resizes: number[]): Growth {
  const points = resizes.map((n, i) => ({ executions: 10 ** i, counts: { ...ZERO, resizes: count(n) } }));
  return { outcome: 'counted', points };
}

test('versions with the same counts are one line, and failures are none', () => {
  const growth = new Map<string, Growth>([
    ['3.14', grown(0, 5)],
    ['3.10', grown(1, 9)],
    ['3.13', grown(0, 5)],
    ['3.12', { outcome: 'failed', message: 'E', error: null }],
  ]);
  expect(growthLines(growth, 'resizes').map(({ name }) => name)).toEqual(['3.10', '3.13 and 3.14']);
  expect(growthLines(growth, 'requests').map(({ name }) => name)).toEqual(['3.10, 3.13 and 3.14']);
  expect(firstPlotted(growth)).toBe('resizes');
});

test('neighbours are a range from three on', () => {
  expect(versionsName(['3.10', '3.11', '3.12', '3.13'])).toBe('3.10–3.13');
  expect(versionsName(['3.10', '3.11'])).toBe('3.10 and 3.11');
});

test('an axis begins at 0 and has a place for each power of ten', () => {
  expect([0, 1, 10, 99, 1001].map(decadesOf)).toEqual([1, 1, 1, 2, 4]);
  expect([0, 1, 10, 100].map((n) => place(n, 2))).toEqual([0, 1 / 3, 2 / 3, 1]);
});
