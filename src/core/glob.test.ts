import { expect, test } from 'vitest';
import { globMatches, pathMatches } from './glob.js';

test.each([
  ['int', 'int', true],
  ['int', 'uint', false],
  ['numpy.*', 'numpy.ndarray', true],
  ['numpy.*', 'numpy', false],
  ['*Error', 'KeyError', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['*a*b*', 'xxaxxbxx', true],
  ['*a*b*', 'xxbxxaxx', false],
  ['', '', true],
  ['*', '', true],
  ['.+[x]', '.+[x]', true],
  ['.', 'x', false],
  ['?', '😀', true],
])('%s and %s: %s', (pattern, text, matches) => {
  expect(globMatches(pattern, text)).toBe(matches);
});

test.each([
  ['app.py', 'app.py', true],
  ['app.py', 'src/app.py', true],
  ['app.py', 'myapp.py', false],
  ['/app.py', 'src/app.py', false],
  ['src/*', 'src/a/b.py', true],
  ['src/', 'src/a/b.py', true],
  ['./src/*', 'src/a.py', true],
  ['json/*.py', '/usr/lib/python3.12/json/decoder.py', true],
  ['src\\a.py', 'src/a.py', true],
  ['src', 'src/a.py', false],
])('the path %s and %s: %s', (pattern, path, matches) => {
  expect(pathMatches(pattern, path)).toBe(matches);
});

test('a pattern full of stars does not stall', () => {
  expect(globMatches(`${'*a'.repeat(60)}b`, 'a'.repeat(5000))).toBe(false);
});
