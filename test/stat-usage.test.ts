/** `pyallocs stat` as it is typed wrong: a sentence on the error stream, exit code 2, and no program was run. */
import { describe, expect, test } from 'vitest';
import { pyallocs } from './cli.js';

const ONCE =
  'a program from standard input can be run only once; write it to a file, or leave out -r and further interpreters';

describe('wrong usage', () => {
  test.each<[string[], string]>([
    [['stat'], 'no program was given; try: pyallocs stat script.py'],
    [['stat', '--'], 'no program was given; try: pyallocs stat script.py'],
    [['stat', '-p', '3.14', '--json'], 'no program was given; try: pyallocs stat script.py'],
    [
      ['stat', '-O', 'script.py'],
      "unknown option '-O'; Python's own options stand after --, as in: pyallocs stat -- -O script.py",
    ],
    [['stat', '--jason', 'script.py'], "unknown option '--jason'\n(Did you mean --json?)"],
    [['stat', '-p', '3.14', '-r', '2', '-'], ONCE],
    [['stat', '-p', '3.13,3.14', '--', '-X', 'utf8'], ONCE],
    [
      ['stat', '-r', '0', 'script.py'],
      "option '-r, --repeat <n>' argument '0' is invalid. It must be a whole number from 1 to 1,000,000,000.",
    ],
    [
      ['stat', '-p', '3.14', '-o', 'none/x.json', 'script.py'],
      'none/x.json cannot be written: there is no folder none',
    ],
    [
      ['run', 'script.py'],
      "unknown command 'run'; totals of a program: pyallocs stat script.py; with lines: pyallocs record script.py",
    ],
    [['stat', '-p'], "option '-p, --python <which>' argument missing"],
  ])('%j', async (args, sentence) => {
    const { stdout, stderr, code } = await pyallocs(args);
    expect([stdout, stderr, code]).toEqual(['', `pyallocs: ${sentence}\n`, 2]);
  });
});

test('--help is ours in front of the program only', async () => {
  const { stdout, stderr, code } = await pyallocs(['stat', '--help']);
  expect([stderr, code]).toEqual(['', 0]);
  expect(stdout).toContain('pyallocs stat -- -X utf8 -O script.py');
  // Behind it, --help and --version belong to the program: here, to one that is refused before it runs.
  for (const option of ['--help', '--version', '-V']) {
    const other = await pyallocs(['stat', '-p', '9.9', 'script.py', option]);
    expect([other.stdout, other.code]).toEqual(['', 2]);
    expect(other.stderr).toMatch(/^pyallocs: there is no interpreter 9\.9/);
  }
});
