/**
 * `record` changes nothing of what it counts: its total is that of a separate `stat`, for every program of the oracles. `--steady`
 * gives both the same addresses and hashes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, pyallocs, ROOT } from '../cli.js';
import { type Counted, counted, stat } from '../schemas.js';
import { FOUND, named, record, reportOf, SKIPPED } from './record.js';

const PROGRAMS = join(ROOT, 'test', 'oracles', 'programs');
const NAMES = readdirSync(PROGRAMS).filter((name) => name.endsWith('.py'));
const env = { PYTHONDONTWRITEBYTECODE: '1' };

interface Compared {
  readonly creations: Counted['counts']['creations'];
  readonly buffers: Counted['counts']['buffers'];
  readonly requests: number;
  readonly resizes: number;
}
const compared = ({ creations, buffers, requests, resizes }: Compared): Compared => ({
  creations,
  buffers,
  requests,
  resizes,
});

/** Creations by type and origin; the rows of types that made nothing left out. */
const byType = (rows: readonly { readonly type: string; readonly creations: Compared['creations'] }[]) =>
  Object.fromEntries(
    rows.filter(({ creations }) => creations.total > 0).map(({ type, creations }) => [type, creations]),
  );

describe.skipIf(SKIPPED !== null)(named('record --steady beside stat --steady'), () => {
  describe.each(FOUND)('$id', ({ path }) => {
    const python = path ?? '';

    test.each(NAMES)('%s: the same creations by type and origin, requests and resizes', async (name) => {
      const script = join(PROGRAMS, name);
      const cwd = folder();
      // The first run makes what later ones find: files that Python keeps, access times.
      await pyallocs(['stat', '-p', python, '--steady', script], { cwd, env });
      const output = join(folder(), 'stat.json');
      const ended = await pyallocs(['stat', '-p', python, '--steady', '-o', output, script], { cwd, env });
      expect(ended.code, ended.stderr).toBe(0);
      const expected = counted(stat.parse(JSON.parse(readFileSync(output, 'utf8'))));
      const recorded = await record(python, [script], { cwd, env, before: ['--steady'] });
      const { total, rows } = await reportOf(recorded, '--by', 'type');
      expect(compared(total)).toEqual(compared(expected.counts));
      expect(byType(rows.map(({ key, counts }) => ({ ...counts, type: key })))).toEqual(byType(expected.byType));
    });
  });
});
