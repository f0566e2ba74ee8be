import { sep } from 'node:path';
import { expect, test } from 'vitest';
import { embeddedPath, machinePath } from './program-folders.js';

test('a file of a folder that the program sees has its path on this machine, others have none', () => {
  const folder = sep === '/' ? '/home/me/work' : 'C:\\me\\work';
  const folders = [{ folder, path: embeddedPath(folder), writable: true }];
  const file = `${folder}${sep}part${sep}inner.py`;
  expect(machinePath(embeddedPath(file), folders)).toBe(file);
  expect(machinePath(embeddedPath(folder), folders)).toBe(folder);
  expect(machinePath(`${embeddedPath(folder)}ing/inner.py`, folders)).toBeNull();
  expect(machinePath('/lib/python3.14/json/decoder.py', folders)).toBeNull();
});
