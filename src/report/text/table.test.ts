import { expect, test } from 'vitest';
import { makeStyle } from './style.js';
import { type Column, pad, tableLines, wrap } from './table.js';

const COLUMNS: readonly Column[] = [
  { title: '', align: 'left' },
  { title: 'objects', align: 'right' },
  { title: 'types', align: 'left' },
];

test('cells stand under their titles, numbers to the right, without spaces at the end of a line', () => {
  const rows = [
    ['wasm:3.9', '1', 'int'],
    ['wasm:3.10', '1,000', ''],
  ];
  expect(tableLines(COLUMNS, rows).join('\n')).toBe(
    `
            objects  types
 wasm:3.9         1  int
 wasm:3.10    1,000`.slice(1),
  );
});

test('a table without rows is its titles', () => {
  expect(tableLines(COLUMNS, [], '')).toEqual(['  objects  types']);
});

test('colours take no room', () => {
  const { paint } = makeStyle({ colour: true, ascii: false, width: 80 });
  const painted = tableLines(COLUMNS, [[paint('malloc', 'ab'), paint('nothing', '·'), 'c']]);
  const plain = tableLines(COLUMNS, [['ab', '·', 'c']]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are taken off
  expect(painted.map((line) => line.replace(/\u001b\[[^m]*m/g, ''))).toEqual(plain);
});

test('characters outside the basic plane are one column each', () => {
  expect(pad('😀', 3, 'left')).toBe('😀  ');
  expect(pad('😀', 3, 'right')).toBe('  😀');
  expect(pad('long', 2, 'right')).toBe('long');
});

test('words are wrapped, and lines after the first hang', () => {
  expect(wrap('  one two three four', 10, '    ')).toEqual(['  one two', '    three', '    four']);
  expect(wrap('one two', 7)).toEqual(['one two']);
  expect(wrap('', 10)).toEqual(['']);
});

test('a word that is too long has a line of its own', () => {
  expect(wrap('a verylongword b', 6)).toEqual(['a', 'verylongword', 'b']);
});
