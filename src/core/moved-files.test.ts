import { expect, test } from 'vitest';
import { movedFiles } from './moved-files.js';

const files = (some: Record<string, string>): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(Object.entries(some).map(([path, functions]) => [path, new Set(functions.split(' '))]));

const moved = (before: Record<string, string>, after: Record<string, string>): [string, string][] => [
  ...movedFiles(files(before), files(after)),
];

test('a file that stayed where it was has not moved', () => {
  expect(moved({ 'copy.py': 'copy' }, { 'copy.py': 'copy', 'old/copy.py': 'copy' })).toEqual([]);
});

test('a file of the same name with half of its functions is the same file', () => {
  const before = { '(stdlib) copy.py': '<module> copy deepcopy _keep_alive', 'app.py': 'main' };
  expect(moved(before, { 'copy.py': 'deepcopy _keep_alive fast', 'app.py': 'main' })).toEqual([
    ['(stdlib) copy.py', 'copy.py'],
  ]);
  expect(moved(before, { 'copy.py': 'f g deepcopy', 'app.py': 'main' })).toEqual([]);
});

test('a module body alone says nothing', () => {
  expect(moved({ 'a/__init__.py': '<module>' }, { 'b/__init__.py': '<module>' })).toEqual([]);
});

test('of several files of one name, none is taken for another', () => {
  expect(moved({ 'a/base.py': 'f', 'b/base.py': 'f' }, { 'c/base.py': 'f' })).toEqual([]);
  expect(moved({ 'c/base.py': 'f' }, { 'a/base.py': 'f', 'b/base.py': 'f' })).toEqual([]);
});
