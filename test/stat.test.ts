/** `pyallocs stat` on a Python of this machine: the program has the streams, the arguments and the exit code to itself. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseResult } from '../src/core/result-files.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import { type Ended, folder, pyallocs, startPyallocs, until } from './cli.js';

const PYTHON = nativeEngine.offers().find(({ refusal }) => refusal === null)?.path ?? null;

describe.skipIf(PYTHON === null)('a program (skipped where there is no Python that can be counted)', () => {
  const python = PYTHON ?? '';
  const cwd = folder({
    'pass.py': 'pass\n',
    'echo.py':
      'import sys\nprint(sys.argv[1:], sys.stdin.read())\nprint("to stderr", file=sys.stderr)\nsys.exit(len(sys.argv))\n',
    'floats.py': 'x = 1.5\nfor i in range(1000):\n    y = x * i + x\n',
    'mod/__main__.py': 'pass\n',
    'sleep.py': 'import time\nopen("began", "w").close()\ntime.sleep(60)\n',
  });
  const stat = (args: readonly string[], input = ''): Promise<Ended> =>
    pyallocs(['stat', '-p', python, ...args], { cwd, input });

  /** The result that replaced the summary. */
  const result = async (...args: readonly string[]) => {
    const { stderr } = await stat(['--json', ...args]);
    const file = parseResult(stderr, 'standard error');
    if (file.of !== 'stat' || 'results' in file.result) throw new Error(`no result of one interpreter: ${stderr}`);
    return file.result;
  };

  test.each([[['pass.py']], [['-c', 'pass']], [['-m', 'mod']], [['mod']], [['--', '-O', '-X', 'utf8', 'pass.py']]])(
    'that does nothing counts nothing: %j',
    async (command) => {
      const told = await result(...command);
      expect(told.command).toEqual(command[0] === '--' ? command.slice(1) : command);
      expect(told).toMatchObject({
        outcome: 'exact',
        exit: { code: 0 },
        counts: { requests: 0, resizes: 0 },
        byType: [],
      });
    },
  );

  test('from standard input counts the same', async () => {
    const { stderr, code } = await stat(['-'], 'pass\n');
    expect([stderr.includes('No object created.'), code]).toEqual([true, 0]);
  });

  test('has its arguments, its streams and its exit code, and the summary stands last', async () => {
    const { stdout, stderr, code } = await stat(['echo.py', '-p', '--json', '--help'], 'some input');
    expect(stdout).toBe("['-p', '--json', '--help'] some input\n");
    expect(stderr).toMatch(/^to stderr\nCPython 3\.\d+\.\d+ .* {3}python echo\.py -p --json --help\n/);
    expect(stderr).toContain('  ended      exit code 4\n');
    expect(code).toBe(4);
  });

  test('several runs of it agree, and -o writes the result', async () => {
    const { stderr, code } = await stat(['-r', '2', '--steady', '-o', 'floats.json', 'floats.py']);
    expect(code).toBe(0);
    expect(stderr).toContain('2: the same objects, requests and resizes each time');
    const file = parseResult(readFileSync(join(cwd, 'floats.json'), 'utf8'), 'floats.json');
    expect(file.result).toMatchObject({ outcome: 'exact', runs: [{}, {}] });
    const same = await pyallocs(['diff', 'floats.json', 'floats.json', '--fail-on-growth'], { cwd });
    expect([same.code, same.stdout.includes('No difference')]).toEqual([0, true]);
  });

  test('is ended by a signal to pyallocs, and no further run begins', async () => {
    const running = startPyallocs(['stat', '-p', python, '-r', '3', 'sleep.py'], { cwd });
    await until('the program began', () => existsSync(join(cwd, 'began')) || undefined);
    process.kill(running.pid, 'SIGTERM');
    const { stderr, code } = await running.ended;
    expect([stderr.includes('  ended      by SIGTERM'), code]).toEqual([true, 143]);
  });

  test.each([
    ['none/python', 127, /^pyallocs: there is no .*none\/python\n$/],
    ['./pass.py', 126, /^pyallocs: .*pass\.py cannot be executed/],
  ])('is not run by %s: exit code %d', async (other, expected, sentence) => {
    const { stdout, stderr, code } = await pyallocs(['stat', '-p', other, 'pass.py'], { cwd });
    expect([stdout, code]).toEqual(['', expected]);
    expect(stderr).toMatch(sentence);
  });
});
