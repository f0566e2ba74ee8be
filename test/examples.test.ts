/** The example project holds its budget, and a change that breaks it is shown as docs/pytest.md has it. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { minorNumber } from '../src/core/interpreter.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import { type Ended, folder, pyallocs, ROOT, run } from './cli.js';

const FOUND = nativeEngine.offers().filter(({ refusal, path }) => refusal === null && path !== null);
/** Versions that the example has measured, where pip can be had. */
const CHOSEN = FOUND.filter(({ version, path }) => [9, 13].includes(minorNumber(version)) && path?.includes('pyenv'));
const PACKAGES = ['pytest==8.4.2', 'tomlkit==0.13.3'];

describe.skipIf(CHOSEN.length === 0).each(CHOSEN)('examples/request-parser in $id', ({ path, version }) => {
  const python = path ?? '';
  const docs = readFileSync(join(ROOT, 'docs', 'pytest.md'), 'utf8');
  let packages: string;
  let project: string;

  beforeAll(async () => {
    packages = folder();
    const { code, stderr } = await run(python, ['-m', 'pip', 'install', '-q', '--target', packages, ...PACKAGES]);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    project = folder();
    cpSync(join(ROOT, 'examples', 'request-parser'), project, { recursive: true });
  });

  const pytest = (args: readonly string[] = []): Promise<Ended> =>
    run(python, ['-m', 'pytest', '-q', '-p', 'pyallocs.pytest_plugin', '-p', 'no:cacheprovider', ...args], {
      cwd: project,
      env: {
        PYTHONPATH: `${join(ROOT, 'python')}:${packages}`,
        PYTHONDONTWRITEBYTECODE: '1',
        PY_COLORS: '0',
        COLUMNS: '80',
      },
    });

  test('before, after, and with another budget', async () => {
    expect(await pytest()).toMatchObject({ stdout: expect.stringContaining('5 passed'), code: 0 });
    expect(await pyallocs(['check'], { cwd: project })).toMatchObject({ code: 0 });

    const parser = join(project, 'request_parser.py');
    const text = readFileSync(parser, 'utf8');
    writeFileSync(parser, text.replace('value.strip()', '" ".join(value.split())'));
    const over = await pytest();
    expect(over.code).toBe(1);
    expect(over.stdout).toContain('3 failed, 2 passed');
    expect(await pyallocs(['check'], { cwd: project })).toMatchObject({
      stdout: expect.stringContaining('6 objects at request_parser.py:21'),
      code: 3,
    });
    if (minorNumber(version) === 13) {
      const shown = over.stdout
        .split('\n')
        .filter((line) => /^(E|>|more|If|tests|_+ test_each.*\[1\]| {2}\w)/.test(line));
      const first = shown.slice(0, shown.findIndex((line) => line.startsWith('If that is meant')) + 1);
      expect(first.length).toBeGreaterThan(15);
      for (const line of first) expect(docs).toContain(`${line}\n`);
    }

    const updated = await pytest(['--allocs-update']);
    expect(updated.stdout).toContain('pyallocs.toml is written');
    if (minorNumber(version) === 13)
      for (const line of updated.stdout.split('\n').filter((one) => one.startsWith('pyallocs: ')))
        expect(docs).toContain(`${line}\n`);
    expect((await pytest()).stdout).toContain('1 failed, 4 passed'); // the assertion in the test is no budget
  });
});
