import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameLines } from './same-lines.js';

const pairs = (before: string, after: string): [number, number][] =>
  [...sameLines(before, after)].toSorted(([a], [b]) => a - b);

test('an unchanged text keeps every line', () => {
  expect(pairs('', '')).toEqual([[1, 1]]);
  expect(pairs('a\nb', 'a\nb')).toEqual([
    [1, 1],
    [2, 2],
  ]);
});

test('a changed line is gone, those around it stay', () => {
  expect(pairs('a\nb\nc', 'a\nB\nc')).toEqual([
    [1, 1],
    [3, 3],
  ]);
});

test('lines move down and up with what is put in and taken out above', () => {
  expect(pairs('a\nb', 'new\na\nb')).toEqual([
    [1, 2],
    [2, 3],
  ]);
  expect(pairs('old\na\nb', 'a\nb')).toEqual([
    [2, 1],
    [3, 2],
  ]);
});

test('between two edits the lines are found again', () => {
  expect(pairs('a\nb\nc\nd\ne', 'A\nb\nc\nd\nE\nf')).toEqual([
    [2, 2],
    [3, 3],
    [4, 4],
  ]);
});

test('only equal lines are paired, in order, each once', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const found = pairs(before, after);
      const [a, b] = [before.split('\n'), after.split('\n')];
      for (const [i, j] of found) expect(a[i - 1]).toBe(b[j - 1]);
      for (let k = 1; k < found.length; k++) expect(found[k]?.[1]).toBeGreaterThan(found[k - 1]?.[1] ?? 0);
    }),
  );
});
