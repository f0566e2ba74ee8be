import { describe, expect, test } from 'vitest';
import { columnName, rowChanges } from './changes.js';
import { type Event, failed, growing, interpreter, result } from './results.testkit.js';

/** What is said of 3.14 after 3.13. */
function change(before: readonly Event[], after: readonly Event[], iterations?: number): string | undefined {
  return rowChanges([result('3.13', before), result('3.14', after, iterations)])[0]?.text;
}

describe('between two neighbours', () => {
  test('nothing is said of what stayed the same, however often it was counted', () => {
    expect(change(['1 int malloc', '2 buffer'], ['1 int malloc', '2 buffer'])).toBeUndefined();
    expect(change(['0.3 int malloc'], ['0.3 int malloc'], 10)).toBeUndefined();
  });

  test.each<[Event[], Event[], string]>([
    [['1 int malloc'], ['1 int freelist'], 'int from a freelist'],
    [['1 int freelist'], ['1 int malloc'], 'int from the allocator'],
    [['1 int malloc'], ['1 int pymalloc'], 'int from pymalloc'],
    [['1 int freelist', '1 int malloc'], ['2 int freelist'], 'int from a freelist'],
    [['2 int malloc'], ['1 int freelist', '1 int malloc'], 'int more from a freelist'],
    [['1 int malloc'], [], 'no int'],
    [[], ['1 int malloc'], '1 int more'],
    [['1 int malloc'], ['3 int malloc'], '3 int instead of 1'],
    [['2 int malloc'], ['0.5 int freelist'], '0.5 int instead of 2'],
    [['1 buffer'], [], 'no buffer'],
    [[], ['1 buffer'], '1 buffer more'],
    [[], ['2 buffer'], '2 buffers more'],
    [['1 buffer'], ['3 buffer'], '3 buffers instead of 1'],
    [['3 resize'], ['1 resize'], '1 resize instead of 3'],
    [['1 resize'], [], 'no resize'],
    [['1 C malloc', '1 dict freelist', '1 buffer'], ['1 C freelist'], 'C from a freelist, no dict, no buffer'],
  ])('%j, then %j: %s', (before, after, text) => {
    expect(change(before, after)).toBe(text);
  });

  test('a name that holds control characters is safe to print', () => {
    expect(change([], ['1 \u001b[31mC malloc'])).toBe('1 \\x1b[31mC more');
  });

  test('a cost that begins or ends to grow is told, two that grow are not compared', () => {
    const row = [result('3.12', []), growing('3.13'), growing('3.14'), result('3.15', [])];
    expect(rowChanges(row)).toEqual([
      { id: 'wasm:3.13', interpreter: '3.13', text: 'its cost grows' },
      { id: 'wasm:3.15', interpreter: '3.15', text: 'costs the same each time' },
    ]);
  });
});

test('along a row, what failed or does not exist is passed over', () => {
  const row = [
    undefined,
    result('3.11', ['1 int malloc']),
    failed('3.12', 'NameError'),
    undefined,
    result('3.14', ['1 int freelist']),
  ];
  expect(rowChanges(row)).toEqual([{ id: 'wasm:3.14', interpreter: '3.14', text: 'int from a freelist' }]);
});

test('a column is headed by its label, an embedded interpreter by its version, a native one by its id', () => {
  const native = { ...interpreter('3.12'), id: 'native:3.12.7', engine: 'native' as const };
  const heads = [interpreter('3.14'), interpreter('3.14', 'new'), interpreter('3.14', '\u001b[31m'), native];
  expect(heads.map((interpreter) => columnName({ interpreter }))).toEqual([
    '3.14',
    'new',
    '\\x1b[31m',
    'native:3.12.7',
  ]);
});
