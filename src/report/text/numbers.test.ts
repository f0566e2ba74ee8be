import { expect, test } from 'vitest';
import { integer, list, percent, perOperation, plural, time } from './numbers.js';

test('integers have their thousands apart', () => {
  expect([0, 999, 1000, 2_906_112].map(integer)).toEqual(['0', '999', '1,000', '2,906,112']);
});

test.each([
  [0, '0'],
  [3, '3'],
  [1234, '1,234'],
  [0.5, '0.5'],
  [0.333, '0.333'],
  [0.001, '0.001'],
  [1 / 3, '0.333'],
  [0.00123, '0.0012'],
  [1.255, '1.255'],
  [2.5, '2.5'],
  [100.5, '100.5'],
  [1234.5, '1,234.5'],
  // Never an integer that it is not
  [0.999, '0.999'],
  [0.9999, '0.9999'],
  [1.99999, '1.99999'],
  [99.9999, '99.9999'],
  [1000.0001, '1,000.0001'],
])('%d per execution reads %s', (value, text) => {
  expect(perOperation(value)).toBe(text);
});

test('times have three significant digits and the unit that fits them', () => {
  expect([0.5, 28.34, 999.4, 999.6, 1234, 999_999, 4_500_000, 12_345_678_901].map((ns) => time(ns))).toEqual([
    '0.5 ns',
    '28.3 ns',
    '999 ns',
    '1 µs',
    '1.23 µs',
    '1 ms',
    '4.5 ms',
    '12.3 s',
  ]);
  expect(time(1234, true)).toBe('1.23 us');
});

test('one is singular, everything else is not', () => {
  expect([0, 1, 2, 0.5, 1000].map((count) => plural(count, 'object'))).toEqual([
    '0 objects',
    '1 object',
    '2 objects',
    '0.5 objects',
    '1,000 objects',
  ]);
  expect(plural(2, 'int', 'int')).toBe('2 int');
});

test('lists have an "and" before the last', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(list)).toEqual(['', 'a', 'a and b', 'a, b and c']);
});

test('percentages have a decimal where they need one; 0 % and 100 % mean none and all', () => {
  const of1000 = [0, 1000, 500, 724, 999].map((part) => percent(part, 1000));
  expect(of1000).toEqual(['0 %', '100 %', '50 %', '72.4 %', '99.9 %']);
  expect([percent(1, 3), percent(99_999, 100_000), percent(1, 100_000), percent(0, 0)]).toEqual([
    '33.3 %',
    '> 99.9 %',
    '< 0.1 %',
    '',
  ]);
});
