import { expect, test } from 'vitest';
import { timeLeft } from './progress.js';

test('says how long the rest takes, if it takes as long as what is done', () => {
  expect(timeLeft(10_000, 10, 50)).toBe('  40 s left');
  expect(timeLeft(60_000, 10, 110)).toBe('  10 min left');
});

test('says nothing at first, and nothing at the end', () => {
  expect(timeLeft(2000, 10, 50)).toBe('');
  expect(timeLeft(10_000, 0, 50)).toBe('');
  expect(timeLeft(10_000, 50, 50)).toBe('');
});
