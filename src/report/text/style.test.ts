import { describe, expect, test } from 'vitest';
import { cut, type Mark, makeStyle, oneLine, printable, textWidth } from './style.js';

const MARKS: readonly Mark[] = [
  'nothing',
  'freelist',
  'pymalloc',
  'malloc',
  'foreign',
  'buffer',
  'resize',
  'unseen',
  'inexact',
];
const PLAIN = makeStyle({ colour: false, ascii: false, width: 80 });
const ASCII = makeStyle({ colour: false, ascii: true, width: 80 });
const COLOUR = makeStyle({ colour: true, ascii: false, width: 80 });

describe('signs', () => {
  test('are one column wide and all different, as signs and as letters', () => {
    for (const style of [PLAIN, ASCII]) {
      const signs = MARKS.map((mark) => style.sign(mark));
      expect(new Set(signs).size).toBe(MARKS.length);
      for (const sign of signs) expect(textWidth(sign)).toBe(1);
    }
    expect(MARKS.map((mark) => ASCII.sign(mark)).join('')).toMatch(/^[ -~]+$/);
  });

  test('bars draw a sliver for what is too small, and nothing for nothing', () => {
    expect([0, 1, 500, 1000].map((part) => PLAIN.bar(part, 1000, 10))).toEqual(['', '▏', '█████', '██████████']);
    expect([0, 1, 500, 1000].map((part) => ASCII.bar(part, 1000, 10))).toEqual(['', '|', '#####', '##########']);
    expect(PLAIN.bar(0, 0, 10)).toBe('');
  });
});

describe('colours', () => {
  test('end where the text ends, take no room, and are left out where they are not wanted', () => {
    expect(COLOUR.paint('malloc', 'x')).toBe('\u001b[38;5;166mx\u001b[0m');
    expect(COLOUR.bold('x')).toBe('\u001b[1mx\u001b[0m');
    expect(textWidth(COLOUR.dim('abc'))).toBe(3);
    expect([PLAIN.paint('malloc', 'x'), PLAIN.bold('x'), PLAIN.dim('x')]).toEqual(['x', 'x', 'x']);
  });

  test('are not put around spaces', () => {
    expect(COLOUR.bold('  ')).toBe('  ');
  });
});

describe('text from outside', () => {
  test('shows control characters instead of obeying them; line breaks and tabs stay', () => {
    expect(printable('\u001b[31mred\u0007\u0000\r\u007f\u009b1m')).toBe('\\x1b[31mred\\x07\\x00\\x0d\\x7f\\x9b1m');
    expect(printable('a\tb\nc')).toBe('a\tb\nc');
  });

  test('shows characters that turn the direction of writing', () => {
    expect(printable('a\u202eb\u2066c\u2069')).toBe('a\\u202eb\\u2066c\\u2069');
  });

  test('keeps letters of all languages', () => {
    expect(printable('größe 变量 😀 é')).toBe('größe 变量 😀 é');
  });

  test('on one line shows where lines ended, and is cut to the width', () => {
    expect(oneLine('  a\n    b  ', 20, PLAIN)).toBe('a ⏎ b');
    expect(oneLine('a\nb', 20, ASCII)).toBe('a | b');
    expect(oneLine('abcdefgh', 5, PLAIN)).toBe('abcd…');
    expect(oneLine('abcdefgh', 5, ASCII)).toBe('ab...');
    expect(oneLine('abcde', 5, PLAIN)).toBe('abcde');
    expect(oneLine('\u001b[31m', 20, PLAIN)).toBe('\\x1b[31m');
  });
});

describe('a line that is cut', () => {
  test('is as wide as it may be, whatever its colours, and no colour goes on behind it', () => {
    const line = `${COLOUR.bold('abc')} ${COLOUR.paint('malloc', 'defgh')} ij`;
    const short = cut(line, 6, COLOUR);
    expect(short).toBe('\u001b[1mabc\u001b[0m \u001b[38;5;166md\u001b[0m…');
    expect(textWidth(short)).toBe(6);
    expect(cut(line, 12, COLOUR)).toBe(line);
  });

  test('does not break a character in two', () => {
    expect(cut('😀😀😀', 2, PLAIN)).toBe('😀…');
  });
});
