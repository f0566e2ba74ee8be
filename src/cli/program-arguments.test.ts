import { describe, expect, test } from 'vitest';
import { readsStandardInput, separateProgram, splitProgram } from './program-arguments.js';

const WITH_VALUE: ReadonlySet<string> = new Set(['-p', '--python', '--timeout', '-o', '--output', '-r', '--runs']);

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

describe('what is typed after stat', () => {
  test.each([
    // no options of ours
    ['', '', ''],
    ['script.py', '', 'script.py'],
    ['script.py -x --json -p 3.13 --help', '', 'script.py -x --json -p 3.13 --help'],
    // options of ours, with and without values
    ['--json script.py', '--json', 'script.py'],
    ['--json', '--json', ''],
    ['-p 3.13 script.py', '-p 3.13', 'script.py'],
    ['-p3.13 script.py', '-p3.13', 'script.py'],
    ['--python=3.13 script.py', '--python=3.13', 'script.py'],
    ['--python 3.13,3.14 -p wasm:3.12 script.py a', '--python 3.13,3.14 -p wasm:3.12', 'script.py a'],
    ['-o -m script.py', '-o -m', 'script.py'],
    ['-o -- script.py', '-o --', 'script.py'],
    ['-r 3 --steady --startup x', '-r 3 --steady --startup', 'x'],
    ['-p', '-p', ''],
    ['--ascii --debug x --ascii', '--ascii --debug', 'x --ascii'],
    // the program by -m, -c or -
    ['-m json.tool --json', '', '-m json.tool --json'],
    ['-p 3.13 -m mod -p 1', '-p 3.13', '-m mod -p 1'],
    ['-mjson.tool --help', '', '-mjson.tool --help'],
    ['-c pass --json', '', '-c pass --json'],
    ['-cpass', '', '-cpass'],
    ['--json - a b', '--json', '- a b'],
    // everything after --
    ['-- -O -X utf8 -W error -I script.py -x', '', '-O -X utf8 -W error -I script.py -x'],
    ['--json -- --json', '--json', '--json'],
    ['-- -- x', '', '-- x'],
    ['--', '', ''],
    ['script.py -- x', '', 'script.py -- x'],
  ])('%j', (typed, ours, program) => {
    expect(splitProgram(words(typed), WITH_VALUE)).toEqual({ ours: words(ours), program: words(program) });
  });

  test('an empty word is a program', () => {
    expect(splitProgram(['--json', '', 'x'], WITH_VALUE)).toEqual({ ours: ['--json'], program: ['', 'x'] });
  });
});

test.each([
  ['stat --json script.py --json', 'stat --json -- script.py --json'],
  ['stat -m mod', 'stat -- -m mod'],
  ['stat -- -O x', 'stat -- -O x'],
  ['--ascii stat x -V', '--ascii stat -- x -V'],
  ['stat --help', 'stat --help'],
  ['stat', 'stat'],
  ['stat --', 'stat'],
  ['bench x --json', 'bench x --json'],
  ['bench stat -p 3.13', 'bench stat -p 3.13'],
  ['--version', '--version'],
  ['', ''],
])('the whole command line %j becomes %j', (typed, told) => {
  expect(separateProgram(words(typed), WITH_VALUE)).toEqual(words(told));
});

test.each([
  ['-', true],
  ['-O -', true],
  ['-O', true],
  ['-W error -X utf8', true],
  ['-X dev - x', true],
  ['-- -', true],
  ['-i --', true],
  ['script.py -', false],
  ['-O script.py', false],
  ['-W error script.py', false],
  ['-c pass', false],
  ['-m mod -', false],
  ['-Oc pass', false],
  ['-Im mod', false],
  ['-- script.py', false],
])('python %s reads its program from standard input: %s', (typed, reads) => {
  expect(readsStandardInput(words(typed))).toBe(reads);
});
