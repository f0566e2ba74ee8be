/** The commands of the documents, followed one after the other as a reader would. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { minorNumber } from '../src/core/interpreter.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import { BIN, folder, ROOT } from './cli.js';

const FOUND = nativeEngine.offers().filter(({ refusal }) => refusal === null);
/** The newest of these, if need be of one minor version. */
const pythonOf = (minor: number | null): string | null =>
  FOUND.filter(({ version }) => minor === null || minorNumber(version) === minor).reduce<(typeof FOUND)[number] | null>(
    (a, b) => (a !== null && minorNumber(a.version) >= minorNumber(b.version) ? a : b),
    null,
  )?.path ?? null;
const git = spawnSync('git', ['--version']).status === 0;

/** What the commands of a document print, by command. Each has to end with 0. */
function follow(name: string, python: string): ReadonlyMap<string, string> {
  const [here, programs] = [folder(), folder()];
  for (const [program, words] of [
    ['python3', [python]],
    ['pyallocs', [process.execPath, BIN]],
  ] as const) {
    const line = words.map((word) => `'${word}'`).join(' ');
    writeFileSync(join(programs, program), `#!/bin/sh\nexec ${line} "$@"\n`);
    chmodSync(join(programs, program), 0o755);
  }
  cpSync(join(ROOT, 'docs', name), here, { recursive: true });
  const text = readFileSync(join(ROOT, 'docs', `${name}.md`), 'utf8');
  const blocks = [...text.matchAll(/<!-- shell: .* -->\n```console\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const commands = blocks.flatMap((block) => block.split('\n')).filter((line) => line.startsWith('$ '));
  const env = {
    PATH: [programs, process.env['PATH']].join(delimiter),
    HOME: process.env['HOME'],
    LANG: 'C.UTF-8',
    COLUMNS: '100',
  };
  return new Map(
    commands
      .filter((command) => !command.includes('timeit'))
      .map((command) => {
        const line = `exec 2>&1\n${command.slice(2)}`;
        const { status, stdout } = spawnSync('sh', ['-c', line], { cwd: here, env, encoding: 'utf8' });
        expect([command, status, status === 0 ? '' : stdout]).toEqual([command, 0, '']);
        return [command, stdout];
      }),
  );
}

const printed = (all: ReadonlyMap<string, string>, part: string): string =>
  [...all].find(([command]) => command.includes(part))?.[1] ?? '';

describe('documents', () => {
  const any = git ? pythonOf(null) : null;
  test.skipIf(any === null)('two revisions are compared (skipped without git, or a Python that can be counted)', () => {
    const all = follow('two-revisions', any ?? '');
    // A list and two strings of split, and the tuple of arguments; up to 3.10 a frame too.
    expect(printed(all, 'pyallocs diff before.pb.gz')).toMatch(/^ new +parse \(orders\.py\) +– +[45]0,000 /m);
    expect(printed(all, 'pyallocs diff before.pb.gz')).toMatch(/^ less +totals \(orders\.py\) /m);
    expect(printed(all, '--fail-on-growth')).toBe('exit code 3\n');
  });

  const python = pythonOf(13);
  test.skipIf(python === null)('the walkthrough leads to its change (skipped without CPython 3.13)', () => {
    const all = follow('walkthrough', python ?? '');
    // 37 = 20 keys and 17 other values of the defaults; 6 containers need an int each.
    expect(printed(all, 'pyallocs annotate')).toMatch(/^█+ +43,000 .* 125 {6}d = id\(x\)$/m);
    expect(printed(all, 'pyallocs diff')).toMatch(/^ less +deepcopy \(patched\/copy\.py\) .*\n? +int -37,000[,;]/m);
  });
});
