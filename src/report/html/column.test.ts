import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packColumn, unpackColumn } from './column.js';

test('a column without rows is no text', () => {
  expect(packColumn([])).toBe('');
});

test('small numbers take one character, larger ones one for each five bits', () => {
  expect(packColumn([0, 1, 31])).toBe('ABf');
  expect(packColumn([32])).toBe('gB');
  expect(packColumn([1000])).toBe('of');
});

test('every count comes back as it was, up to the largest that is exact', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat()), (values) => {
      expect([...unpackColumn(packColumn(values), new Float64Array(values.length))]).toEqual(values);
    }),
  );
});

test('what is no count is refused', () => {
  for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => packColumn([value])).toThrow(/is no count/);
});
