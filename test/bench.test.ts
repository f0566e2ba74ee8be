/** `pyallocs bench` as it is typed: its JSON to the letter of design.md §4, its text, and what its options do. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { BenchResult } from '../src/core/bench.js';
import { formatBench } from '../src/report/text/bench.js';
import { makeStyle } from '../src/report/text/style.js';
import { ALL, BIN, casesFile, type Ended, folder, parsed, pyallocs, run } from './cli.js';
import { type Bench, bench, type CaseResult, expectSound, fieldsOf, type Measured, measured } from './schemas.js';

const FOLDED = 'the compiler computed the constants beforehand, so nothing is left to measure; try: ';

/** Runs bench with --json and reads the result. */
async function benchJson(
  args: readonly string[],
  options: Parameters<typeof pyallocs>[1] = {},
): Promise<Bench & { ended: Ended }> {
  const ended = await pyallocs(['bench', '--json', ...args], options);
  return { ...bench.parse(parsed(ended)), ended };
}

/** The only result of the only case. */
function only({ cases }: Bench): Measured {
  expect(cases).toHaveLength(1);
  expect(cases[0]?.results).toHaveLength(1);
  return measured(cases[0]?.results[0]);
}

const ids = (results: readonly CaseResult[] | undefined): string[] =>
  (results ?? []).map(({ interpreter }) => interpreter.id);

describe('many statements on six interpreters', () => {
  const cases = {
    pass: 'pass',
    'int.add': { setup: 'x = 1000', statement: 'y = x + 1' },
    list: { setup: 'x = None', statement: '[x, x]' },
    object: { setup: 'class C: pass', statement: 'C()' },
    // Of several types and origins: a str from malloc, a float and two lists from freelists, buffers for the items.
    mixed: { setup: "s = 'a'; f = 1.5", statement: "t = s + 'b'\n[f * f, [f]]" },
    'list.append': { setup: 'L = []', statement: 'L.append(1)' },
    'fold.int': '1000 + 1',
    'fold.str': "'a' + 'b'",
    'fold.tuple': '(1, 2, 3)',
    'fold.repeat': "'x' * 10",
  };
  const output = join(folder(), 'result.json');
  let ended: Ended;
  let result: Bench;

  const resultsOf = (id: keyof typeof cases): Measured[] =>
    (result.cases.find((one) => one.id === id)?.results ?? []).map(measured);

  /** The text of some of the cases, as the same command without the others would print it. */
  const textOf = (
    wanted: readonly (keyof typeof cases)[],
    interpreters: readonly string[],
    width: number,
    ascii = false,
  ): string => {
    const chosen = result.cases
      .filter(({ id }) => wanted.includes(id as keyof typeof cases))
      .map((one) => ({
        ...one,
        results: one.results.filter(({ interpreter }) => interpreters.includes(interpreter.id)),
      }));
    return formatBench(
      { ...result, cases: chosen } as unknown as BenchResult,
      makeStyle({ colour: false, ascii, width }),
    );
  };

  beforeAll(async () => {
    const cwd = folder({ 'cases.toml': casesFile(cases) });
    ended = await pyallocs(['bench', '--file', 'cases.toml', '-p', 'wasm:all', '-o', output], { cwd });
    result = bench.parse(JSON.parse(readFileSync(output, 'utf8')));
  });

  test('the cases stand in the order of the file, with ids, statements and setups, each on all six in order', () => {
    const shapes = Object.entries(cases).map(([id, one]) =>
      typeof one === 'string' ? { id, statement: one, setup: '' } : { id, ...one },
    );
    expect(result.cases.map(({ id, statement, setup }) => ({ id, statement, setup }))).toEqual(shapes);
    for (const one of result.cases) expect(ids(one.results)).toEqual(ALL);
  });

  test('every result is exact, and its numbers add up in every field', () => {
    for (const one of result.cases) {
      for (const each of one.results) {
        expect([one.id, each.outcome]).toEqual([one.id, 'exact']);
        expectSound(measured(each));
        expect(measured(each).iterations).toBe(1000);
        expect(measured(each).timePerOp).toBeNull();
      }
    }
  });

  test('types stand largest first', () => {
    for (const { byType } of resultsOf('mixed')) {
      const creations = byType.filter(({ type }) => type !== '(buffer)').map((row) => row.creations.total);
      expect(creations).toEqual([...creations].sort((a, b) => b - a));
    }
  });

  test('interpreters tell what they are', () => {
    expect(resultsOf('pass').map(({ interpreter }) => interpreter)).toEqual(
      ['3.10.2', '3.11.3', '3.12.7', '3.13.2', '3.14.2', '3.15.0rc1'].map((version, i) => ({
        id: ALL[i],
        label: null,
        version,
        implementation: 'cpython',
        engine: 'wasm',
        bits: 32,
        pymalloc: false,
        freeThreaded: false,
        build: [],
        path: null,
      })),
    );
  });

  test('pass counts 0 in every field', () => {
    for (const { counts, byType } of resultsOf('pass')) {
      expect([...new Set(fieldsOf(counts).values())]).toEqual([0, null]);
      expect(byType).toEqual([]);
    }
  });

  test('y = x + 1 makes an int: from malloc up to 3.13, from the freelist on 3.14, none on 3.15, without a warning', () => {
    const found = resultsOf('int.add').map(({ counts, byType, warnings }) => {
      const { total, freelist, malloc } = counts.creations;
      return [total, freelist, malloc, counts.bytes, byType.map(({ type }) => type).join(), warnings.length];
    });
    const fromMalloc = [1000, 0, 1000, 16_000, 'int', 0];
    expect(found).toEqual([
      fromMalloc,
      fromMalloc,
      fromMalloc,
      fromMalloc,
      [1000, 1000, 0, 0, 'int', 0],
      [0, 0, 0, 0, '', 0],
    ]);
  });

  test('[x, x] is a list from the freelist and a buffer for its items', () => {
    for (const { counts, byType } of resultsOf('list')) {
      expect([counts.creations.total, counts.creations.freelist, counts.buffers.total, counts.requests]).toEqual([
        1000, 1000, 1000, 1000,
      ]);
      expect(byType.map(({ type }) => type)).toEqual(['list', '(buffer)']);
    }
  });

  test('an append costs now and then: not steady, no number per execution, three points of growth', () => {
    for (const { steady, perOp, growth, counts, outcome } of resultsOf('list.append')) {
      expect([outcome, steady, perOp]).toEqual(['exact', false, null]);
      expect(
        growth?.map(({ executions, counts }) => [
          executions,
          counts.buffers.total,
          counts.resizes,
          counts.creations.total,
        ]),
      ).toEqual([
        [1000, 1, 27, 0],
        [2000, 1, 32, 0],
        [10_000, 1, 46, 0],
      ]);
      expect([counts.buffers.total, counts.resizes]).toEqual([0, 5]);
    }
  });

  test('what the compiler folds counts 0, with a warning that gives the line to try', () => {
    const tries = {
      'fold.int': "pyallocs bench -s 'a = 1000; b = 1' 'a + b'",
      'fold.str': `pyallocs bench -s "a = 'a'; b = 'b'" 'a + b'`,
      'fold.tuple': "pyallocs bench -s 'a = 1; b = 2; c = 3' '(a, b, c)'",
      'fold.repeat': `pyallocs bench -s "a = 'x'; b = 10" 'a * b'`,
    } as const;
    for (const [id, command] of Object.entries(tries) as [keyof typeof tries, string][]) {
      for (const { counts, warnings } of resultsOf(id)) {
        expect(counts.creations.total).toBe(0);
        expect(warnings).toEqual([{ code: 'constant-folded', message: FOLDED + command }]);
      }
    }
    expect(ended.stderr).toBe(
      Object.entries(tries)
        .map(([id, command]) => `pyallocs: ${id}: ${FOLDED}${command}\n`)
        .join(''),
    );
  });

  test.skipIf(process.platform === 'win32')('the suggested commands measure something', async () => {
    const bin = folder({ pyallocs: `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n` });
    chmodSync(join(bin, 'pyallocs'), 0o755);
    const env = { PATH: `${bin}${delimiter}${process.env['PATH']}` };
    const commands = ['fold.int', 'fold.str', 'fold.tuple', 'fold.repeat'].map((id) =>
      resultsOf(id as keyof typeof cases)[4]?.warnings[0]?.message.slice(FOLDED.length),
    );
    for (const command of commands) {
      const { counts, warnings } = only(bench.parse(parsed(await run('sh', ['-c', `${command} --json`], { env }))));
      expect([command, counts.creations.total, warnings]).toEqual([command, 1000, []]);
    }
  });

  test('the exit code is 0', () => {
    expect(ended.code).toBe(0);
  });

  test('the text of all of them, 100 columns wide', async () => {
    await expect(ended.stdout).toMatchFileSnapshot('snapshots/bench-six.txt');
    expect(
      Math.max(
        ...ended.stdout
          .split('\n')
          .slice(1)
          .map((line) => [...line].length),
      ),
    ).toBeLessThanOrEqual(100);
  });

  test('the text of all of them on two interpreters, 60 columns wide, in letters', async () => {
    const text = textOf(Object.keys(cases) as (keyof typeof cases)[], ['wasm:3.13', 'wasm:3.14'], 60, true);
    await expect(`${text}\n`).toMatchFileSnapshot('snapshots/bench-two-60-ascii.txt');
    expect(text).toMatch(/^[\n -~]*$/);
    expect(
      Math.max(
        ...text
          .split('\n')
          .slice(1)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(60);
  });

  test('the text of one statement on one interpreter, 100 and 60 columns wide', () => {
    expect(textOf(['mixed'], ['wasm:3.14'], 100)).toMatchInlineSnapshot(`
      "CPython 3.14.2 (wasm:3.14): embedded, 32 bits, no pymalloc

      mixed  t = s + 'b'
      [f * f, [f]]   setup: s = 'a'; f = 1.5

                  objects  ○ freelist  ● malloc  ▪ buffers  ↔ resizes  bytes  types
       wasm:3.14        4           3         1          2          ·     35  2 list, 1 str, 1 float

      1,000 executions: 4,000 objects created, 75 % without asking the allocator.

        objects created        4,000  ████████████████████████████████████████
          ○ freelist           3,000  ██████████████████████████████            75 %  no request
          ● malloc             1,000  ██████████                                25 %
        ▪ buffers              2,000  ████████████████████
        = requests             3,000  ██████████████████████████████
        new pools                  –
        new arenas                 –

      This build has no pymalloc: requests go to malloc, and there are no pools or arenas to see. A
      standard build serves requests of up to 512 bytes from pymalloc."
    `);
    expect(textOf(['mixed'], ['wasm:3.13'], 60)).toMatchInlineSnapshot(`
      "CPython 3.13.2 (wasm:3.13): embedded, 32 bits, no pymalloc

      mixed  t = s + 'b'
      [f * f, [f]]   setup: s = 'a'; f = 1.5

                  objects  ○  ●  ▪  ↔  bytes  types
       wasm:3.13        4  3  1  2  ·     35  2 list, 1 str, 1 fl…

      1,000 executions: 4,000 objects created, 75 % without asking the allocator.

        objects created        4,000  ████████
          ○ freelist           3,000  ██████    75 %  no request
          ● malloc             1,000  ██        25 %
        ▪ buffers              2,000  ████
        = requests             3,000  ██████
        new pools                  –
        new arenas                 –

      This build has no pymalloc: requests go to malloc, and there
      are no pools or arenas to see. A standard build serves
      requests of up to 512 bytes from pymalloc."
    `);
  });

  test('the text of several statements on one interpreter', () => {
    expect(textOf(['int.add', 'list', 'list.append'], ['wasm:3.14'], 100)).toMatchInlineSnapshot(`
      "CPython 3.14.2 (wasm:3.14): embedded, 32 bits, no pymalloc

                    objects  ○ freelist  ● malloc  ▪ buffers  ↔ resizes  bytes  types
       int.add            1           1         ·          ·          ·      ·  1 int
       list               1           1         ·          1          ·      8  1 list
       list.append        ·           ·         ·          ·    5/1,000      ·
       list.append
        The cost is not constant on 3.14: 1 buffer and 27 resizes in the first 1,000 executions, 5 resizes
        in the next 1,000.

                    3.14
       int.add      ○ 1
       list         ○ 1 ▪ 1
       list.append  grows

      This build has no pymalloc: requests go to malloc, and there are no pools or arenas to see. A
      standard build serves requests of up to 512 bytes from pymalloc."
    `);
  });
});

describe('one statement on one interpreter', () => {
  test('--json prints the result and nothing else; -o writes the same; time is null unless asked for', async () => {
    const cwd = folder();
    const { ended, ...result } = await benchJson(['y = x + 1', '-s', 'x = 1000', '-o', 'result.json'], { cwd });
    expect(result.cases).toHaveLength(1);
    expect(result.cases[0]).toMatchObject({ id: null, statement: 'y = x + 1', setup: 'x = 1000' });
    const found = only(result);
    expectSound(found);
    expect([found.outcome, found.interpreter.id, found.iterations, found.steady]).toEqual([
      'exact',
      'wasm:3.14',
      1000,
      true,
    ]);
    expect([found.growth, found.timePerOp, found.warnings]).toEqual([null, null, []]);
    expect(readFileSync(join(cwd, 'result.json'), 'utf8')).toBe(ended.stdout);
    expect([ended.stderr, ended.code]).toEqual(['', 0]);
  });

  test('--json --time measures time too: as many runs as -r says', async () => {
    const { timePerOp, counts } = only(await benchJson(['y = x + 1', '-s', 'x = 1000', '--time', '-r', '3']));
    expect(timePerOp?.runs).toBe(3);
    const { minNs = 0, medianNs = 0, maxNs = 0 } = timePerOp ?? {};
    expect([minNs, medianNs, maxNs]).toEqual([minNs, medianNs, maxNs].sort((a, b) => a - b));
    expect(counts.creations.freelist).toBe(1000);
  });

  test('the text has the time beside the counts, and says how it was measured', async () => {
    const { stdout, stderr, code } = await pyallocs(['bench', 'y = x + 1', '-s', 'x = 1000', '-r', '3']);
    expect(stdout).toMatch(/ bytes +time\/op +types\n wasm:3\.14 .* [\d.]+ (ns|µs) +1 int\n/);
    expect(stdout).toContain(
      '\ntime/op: median of 3 runs without hooks, the loop included; WebAssembly, not native code.\n',
    );
    expect([stderr, code]).toEqual(['', 0]);
  });

  test('COLUMNS and --ascii: 60 columns of letters', async () => {
    const { stdout, stderr, code } = await pyallocs(['--ascii', 'bench', 'L.append(1)', '-s', 'L = []', '--no-time'], {
      env: { COLUMNS: '60' },
    });
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatchInlineSnapshot(`
      "CPython 3.14.2 (wasm:3.14): embedded, 32 bits, no pymalloc

      L.append(1)   setup: L = []

                  objects  f  m  b        r  bytes  types
       wasm:3.14        .  .  .  .  5/1,000      .

      The cost is not constant on 3.14: 1 buffer and 27 resizes in
      the first 1,000 executions, 5 resizes in the next 1,000.

      The second 1,000 executions: no object created and 5 resizes.

      This build has no pymalloc: requests go to malloc, and there
      are no pools or arenas to see. A standard build serves
      requests of up to 512 bytes from pymalloc.
      "
    `);
  });

  test('-n sets the executions; a cost that changes later on makes the result varying, with all samples', async () => {
    // With n = 10 the first pass reaches the 125th execution in its third sample, the second pass never does.
    const setup = 'from itertools import count; c = count()';
    const result = await benchJson(['y = [] if next(c) > 125 else None', '-s', setup, '-n', '10']);
    const found = only(result);
    expectSound(found);
    if (found.outcome !== 'varying') throw new Error(found.outcome);
    expect([found.iterations, found.steady, found.why.code]).toEqual([10, true, 'unknown']);
    expect(found.samples.map(({ creations }) => creations.freelist)).toEqual([0, 0, 10]);
    expect([result.ended.code, result.ended.stderr]).toEqual([1, '']);
  });

  test('--gc leaves the collector on, and says so; otherwise it is off', async () => {
    const off = await benchJson(['import gc; assert not gc.isenabled()']);
    expect([off.ended.stderr, off.ended.code]).toEqual(['', 0]);
    const on = await benchJson(['import gc; assert gc.isenabled()', '--gc']);
    const message = 'the cyclic garbage collector was on while counting';
    expect(only(on).warnings).toEqual([{ code: 'gc-enabled', message }]);
    expect([on.ended.stderr, on.ended.code]).toEqual([`pyallocs: ${message}\n`, 0]);
  });
});

describe('where statements come from', () => {
  test('several positionals are the lines of one statement, and so are several -s', async () => {
    const result = await benchJson(['for i in x:', '    y = [i]', '-s', 'x = [1,', '-s', '     2]']);
    expect(result.cases[0]).toMatchObject({ statement: 'for i in x:\n    y = [i]', setup: 'x = [1,\n     2]' });
    expect(only(result).counts.creations.total).toBe(3000); // two lists and the iterator
  });

  test('- reads standard input; each -e is a statement of its own', async () => {
    const input = '# two lines\ny = [x]\n';
    const { cases, ended } = await benchJson(['-', '-e', '[]', '-e', '{}', '-s', 'x = 1'], { input });
    expect(cases.map(({ id, statement, setup }) => [id, statement, setup])).toEqual([
      [null, input, 'x = 1'],
      [null, '[]', 'x = 1'],
      [null, '{}', 'x = 1'],
    ]);
    expect(cases.flatMap(({ results }) => results.map(measured).flatMap(({ byType }) => byType[0]?.type))).toEqual([
      'list',
      'list',
      'dict',
    ]);
    expect(ended.code).toBe(0);
  });

  test('a statement that begins with a minus sign stands after --, or behind --execute=', async () => {
    const { cases, ended } = await benchJson(['--execute=-x', '-s', 'x = 1000', '-n', '10', '--', '-x']);
    expect(cases.map(({ statement, results }) => [statement, results[0]?.outcome])).toEqual([
      ['-x', 'exact'],
      ['-x', 'exact'],
    ]);
    expect(ended.code).toBe(0);
  });

  test('a file of cases can come from standard input as well; an id may be left out', async () => {
    const input = '[[case]]\nstatement = """\ny = [\n  1]\n"""\n[[case]]\nid = "b"\nstatement = "{}"\n';
    const { cases } = await benchJson(['--file', '-'], { input });
    expect(cases.map(({ id, statement }) => [id, statement])).toEqual([
      [null, 'y = [\n  1]\n'],
      ['b', '{}'],
    ]);
  });
});

describe('which interpreters', () => {
  test('comma lists and repeated options, in the order given, each once', async () => {
    const { cases } = await benchJson(['pass', '-p', 'wasm:3.13,wasm:3.14', '-p', 'wasm:3.13', '-p', 'wasm:3.14.2']);
    expect(ids(cases[0]?.results)).toEqual(['wasm:3.13', 'wasm:3.14']);
  });

  test('labels name columns; two labels of one interpreter are two results with different ids', async () => {
    const cwd = folder();
    const args = [
      'bench',
      'y = x + 1',
      '-s',
      'x = 1000',
      '-p',
      'old=wasm:3.13,new=wasm:3.14,again=wasm:3.14',
      '--no-time',
      '-o',
      'r.json',
    ];
    const ended = await pyallocs(args, { cwd });
    const { cases } = bench.parse(JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')));
    expect(cases[0]?.results.map(({ interpreter: { id, label } }) => [id, label])).toEqual([
      ['wasm:3.13', 'old'],
      ['wasm:3.14@new', 'new'],
      ['wasm:3.14@again', 'again'],
    ]);
    expect([ended.stderr, ended.code]).toEqual(['', 0]);
    expect(ended.stdout).toMatchInlineSnapshot(`
      "CPython 3.13.2 (old), 3.14.2 (new) and 3.14.2 (again): embedded, 32 bits, no pymalloc

      y = x + 1   setup: x = 1000

              objects  ○ freelist  ● malloc  ▪ buffers  ↔ resizes  bytes  types
       old          1           ·         1          ·          ·     16  1 int
       new          1           1         ·          ·          ·      ·  1 int
       again        1           1         ·          ·          ·      ·  1 int

                  old  new  again
       y = x + 1  ● 1  ○ 1  ○ 1

       new y = x + 1  int from a freelist

      This build has no pymalloc: requests go to malloc, and there are no pools or arenas to see. A
      standard build serves requests of up to 512 bytes from pymalloc.
      "
    `);
  });
});

describe('modules', () => {
  const cwd = folder({
    'here.py': 'def f(): return [1]\n',
    'package/__init__.py': 'from .inner import g\n',
    'package/inner.py': 'g = list\n',
    'both.py': "where = 'current folder'\n",
    'lib/there.py': 'h = dict\n',
    'lib/both.py': "where = 'lib'\n",
  });

  test('those of the current folder and then of --path can be imported; nothing is written beside them', async () => {
    const setup = "import both, here, package, there; assert both.where == 'current folder'";
    const result = await benchJson(['here.f(); package.g(); there.h()', '-s', setup, '--path', 'lib'], { cwd });
    expect(only(result).counts.creations.total).toBe(3000);
    expect(readdirSync(cwd).sort()).toEqual(['both.py', 'here.py', 'lib', 'package']);
    expect(existsSync(join(cwd, 'lib', '__pycache__'))).toBe(false);
  });

  test('of another folder without --path they cannot', async () => {
    const result = await benchJson(['import there'], { cwd });
    expect(result.cases[0]?.results[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'python-exception', message: "ModuleNotFoundError: No module named 'there'", line: 1 },
    });
    expect(result.ended.code).toBe(1);
  });

  test('a missing module gets the error of Python, and what to do', async () => {
    const { stdout, stderr, code } = await pyallocs([
      'bench',
      'mylib.f()',
      '-s',
      'import mylib',
      '-p',
      'wasm:3.13,wasm:3.14',
    ]);
    expect([stderr, code]).toEqual(['', 1]);
    expect(stdout).toBe(`CPython 3.13.2 and 3.14.2: embedded, 32 bits, no pymalloc

mylib.f()   setup: import mylib

 wasm:3.13 and wasm:3.14 failed: ModuleNotFoundError: No module named 'mylib' (setup, line 1); mylib
   is not in the embedded Python: if it is pure Python, --path FOLDER makes it importable

            3.13    3.14
 mylib.f()  failed  failed
`);
  });

  test('an error in a module names the line of the statement', async () => {
    writeFileSync(join(cwd, 'broken.py'), 'x = 1\ny = x +\n');
    const { ended, cases } = await benchJson(['pass', '-s', 'a = 1\n\nimport broken'], { cwd });
    expect(cases[0]?.results[0]).toMatchObject({
      outcome: 'failed',
      error: { message: 'SyntaxError: invalid syntax (broken.py, line 2)', line: 3 },
    });
    expect(ended.code).toBe(1);
  });
});
