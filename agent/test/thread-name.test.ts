import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPythons } from '../../src/engines/native/pythons.js';
import { buildThreadName, hasCompiler } from './native-core.js';

const found = findPythons().filter(({ refusal }) => refusal === null);

describe.skipIf(!hasCompiler() || found.length === 0)('names of threads (skipped without cc or a Python)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pyallocs-thread-name-'));
  const library = join(folder, 'thread_name.so');
  beforeAll(() => buildThreadName(library));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(found.map(({ path, about }) => [`native:${about.version} ${path}`, path] as const))('%s', (_, path) => {
    const script = join(import.meta.dirname, 'thread_name.py');
    const { status, stdout, stderr } = spawnSync(path, ['-B', script, library], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const results = JSON.parse(stdout) as [what: string, read: string | null, expected: string | null][];
    expect(results.length).toBeGreaterThan(200);
    expect(results.filter(([, read, expected]) => read !== expected)).toEqual([]);
  });
});
