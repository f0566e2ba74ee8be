/** `pyallocs check` as it is typed: verdicts and exit codes, updates, what GitHub is told, and what is wrong with a budget. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { nativeEngine } from '../src/engines/native/engine.js';
import { type Ended, folder, parsed, pyallocs } from './cli.js';
import { check } from './schemas.js';

const NATIVE = nativeEngine.offers().find(({ refusal, prerelease }) => refusal === null && !prerelease);
const NATIVE_NAMED = `native:${NATIVE?.version}`;

type Check = z.infer<typeof check>;

const read = (cwd: string, file = 'pyallocs.toml'): string => readFileSync(join(cwd, file), 'utf8');

/** Runs check with --json and reads the result. */
async function checkJson(args: readonly string[], cwd: string): Promise<Check & { ended: Ended }> {
  const ended = await pyallocs(['check', '--json', ...args], { cwd });
  return { ...check.parse(parsed(ended)), ended };
}

const verdicts = ({ cases }: Check): string[] => cases.map(({ id, verdict }) => `${id} ${verdict}`);

const ADD = `[[case]]
id = "add"
setup = "x = 1000"
statement = "y = x + 1"
`;

describe('a check', () => {
  // On the embedded 3.14: one int for x + 1, and of [x, (x, y)] a list with its items and a tuple.
  const budget = `${ADD}limits = { creations = "= 1", types = { int = 1 } }

[[case]]
id = "better"
statement = "pass"
limits = { creations = 2 }

[[case]]
id = "over"
setup = "x = 1000; y = 2.5"
statement = "[x, (x, y)]"
limits = { creations = 3, requests = 1, types = { list = 1, tuple = 0 } }
`;

  test('judges every case, and ends with 3 where one is over; with the shape of its contract', async () => {
    const cwd = folder({ 'pyallocs.toml': budget });
    const result = await checkJson(['-o', 'result.json'], cwd);
    expect(verdicts(result)).toEqual(['add within', 'better better', 'over over']);
    expect([result.ended.code, result.ended.stderr, result.file]).toEqual([3, '', 'pyallocs.toml']);
    expect(result.cases.map(({ interpreter }) => interpreter.id)).toEqual(['wasm:3.14', 'wasm:3.14', 'wasm:3.14']);
    expect(result.cases[2]).toMatchObject({
      line: 12,
      limits: [
        { field: 'creations', limit: '<= 3', measured: 2, ok: true },
        { field: 'requests', limit: '<= 1', measured: 1, ok: true },
        { field: 'types.list', limit: '<= 1', measured: 1, ok: true },
        { field: 'types.tuple', limit: '<= 0', measured: 1, ok: false },
      ],
      types: [
        { type: 'list', creations: 1 },
        { type: 'tuple', creations: 1 },
      ],
    });
    expect(JSON.parse(read(cwd, 'result.json'))).toEqual(JSON.parse(result.ended.stdout));
  });

  test('is told in lines', async () => {
    const { stdout, code } = await pyallocs(['check'], { cwd: folder({ 'pyallocs.toml': budget }) });
    expect(stdout).toBe(`CPython 3.14.2 (wasm:3.14): embedded, 32 bits, no pymalloc

 within  add     wasm:3.14  creations 1 (= 1), int 1 (<= 1)
 better  better  wasm:3.14  creations 0 (<= 2)
 OVER    over    wasm:3.14  pyallocs.toml:12
         tuple  1   limit <= 0   +1
         created: 1 list and 1 tuple
         more: pyallocs bench -p wasm:3.14 -s 'x = 1000; y = 2.5' '[x, (x, y)]'

pyallocs.toml: 1 over, 1 better, 1 within
If that is meant to be so, make it the budget: pyallocs check --update
`);
    expect(code).toBe(3);
  });

  test('ends with 0 where all is within or better, with 4 where it is better and --ratchet asks', async () => {
    const cwd = folder({ 'b.toml': `${ADD}limits = { creations = 2 }` });
    expect((await pyallocs(['check', 'b.toml'], { cwd })).code).toBe(0);
    const ratchet = await pyallocs(['check', 'b.toml', '--ratchet'], { cwd });
    expect([ratchet.code, ratchet.stdout.split('\n').at(-2)]).toEqual([
      4,
      'It is better than its budget; to lower that: pyallocs check b.toml --update',
    ]);
  });

  test('ends with 1 where a case fails, is refused or grows, and says why', async () => {
    const cwd = folder({
      'pyallocs.toml': `[[case]]
id = "raises"
statement = "1 / 0"
limits = { creations = 1 }
[[case]]
id = "unseen"
statement = "pass"
limits = { pools = 0 }
[[case]]
id = "grows"
setup = "L = []"
statement = "L.append(1)"
limits = { resizes = 0 }
[[case]]
id = "grows nothing"
setup = "L = []"
statement = "L.append(1)"
limits = { creations = 0, types = { int = 0 } }
`,
    });
    const result = await checkJson([], cwd);
    expect(verdicts(result)).toEqual(['raises failed', 'unseen refused', 'grows varying', 'grows nothing within']);
    expect(result.cases.map(({ reason }) => reason?.message ?? null)).toEqual([
      'ZeroDivisionError: division by zero (statement, line 1)',
      'wasm:3.14 cannot see pools; take the limit out, or measure another interpreter with -p',
      'resizes is not the same in each execution, because the statement makes something grow; let it make that anew each time',
      null,
    ]);
    expect(result.ended.code).toBe(1);
  });

  test('takes each version that a case names, with its own limits, and -p instead', async () => {
    const cwd = folder({
      'pyallocs.toml': `${ADD}limits = { creations = 1, requests = 0 }
builds = ["wasm:3.14.1", "wasm:3.15.0rc1"]
[case.python."3.15"]
limits = { creations = 0 }
`,
    });
    const named = await checkJson([], cwd);
    expect(named.cases.map(({ interpreter, verdict, recordedOn }) => [interpreter.id, verdict, recordedOn])).toEqual([
      ['wasm:3.14', 'within', 'wasm:3.14.1'],
      ['wasm:3.15', 'within', null],
    ]);
    const other = await checkJson(['-p', 'wasm:3.13'], cwd);
    expect(other.cases.map(({ interpreter, verdict }) => [interpreter.id, verdict])).toEqual([['wasm:3.13', 'over']]);
    expect((await pyallocs(['check'], { cwd })).stdout).toContain(
      'measured on wasm:3.14.2; the budget is of wasm:3.14.1',
    );
  });

  test('reads [tool.pyallocs] of a pyproject.toml', async () => {
    const cwd = folder({
      'pyproject.toml':
        '[project]\nname = "x"\n[[tool.pyallocs.case]]\nstatement = "pass"\nlimits = { creations = 0 }\n',
    });
    const result = await checkJson([], cwd);
    expect([verdicts(result), result.file, result.ended.code]).toEqual([['pass within'], 'pyproject.toml', 0]);
  });
});

/** A package of the project, and a case whose statement calls it: 2 tuples and a float in line 2, a list in line 3. */
const CALLED = {
  'app/__init__.py': '',
  'app/shapes.py': 'def shape(x):\n    y = ((x, x), (x, 1), x + 1)[2]\n    return [y, y]\n',
  'pyallocs.toml':
    '[[case]]\nid = "shape"\nsetup = "from app.shapes import shape; x = 1.5"\nstatement = "shape(x)"\nlimits = { creations = 1 }\n',
};

describe.each(['wasm:3.10', 'wasm:3.14', ...(NATIVE === undefined ? [] : [NATIVE_NAMED])])(
  'a statement over its budget on %s',
  (python) => {
    // 3.8 to 3.10 make a frame for the call, which is charged to the text of the statement.
    const frame = /3\.(8|9|10)(\.|$)/.test(python) ? 1 : 0;

    test('the lines of files that it runs, per execution, which together create what was counted', async () => {
      const cwd = folder(CALLED);
      const { cases, ended } = await checkJson(['-p', python], cwd);
      expect([cases[0]?.limits[0]?.measured, ended.code]).toEqual([5 + frame, 3]);
      expect(cases[0]?.sites).toEqual([
        { file: join(cwd, 'app/shapes.py'), line: 2, creations: 4 },
        { file: join(cwd, 'app/shapes.py'), line: 3, creations: 1 },
        ...(frame === 1 ? [{ file: 'pyallocs.toml', line: 1, creations: 1 }] : []),
      ]);
      const { stdout } = await pyallocs(['check', '-p', python, '--github'], { cwd, env: { GITHUB_WORKSPACE: cwd } });
      expect(stdout).toMatch(/^ {9}4 objects at app\/shapes\.py:2$/m);
      expect(stdout).toMatch(/^::error file=app\/shapes\.py,line=2,.*%0A4 objects at this line%0A/m);
    });

    test('what its own text creates is at its case', async () => {
      const other = CALLED['pyallocs.toml'].replace('"shape(x)"', '"[[], [], [], [], shape(x)]"');
      const own = '[[case]]\nid = "own"\nstatement = "[[]]"\nlimits = { creations = 0 }\n';
      const cwd = folder({ ...CALLED, 'pyallocs.toml': `${other}${own}` });
      const { cases } = await checkJson(['-p', python], cwd);
      expect(cases[0]?.sites?.slice(0, 2)).toEqual([
        { file: 'pyallocs.toml', line: 1, creations: 5 + frame },
        { file: join(cwd, 'app/shapes.py'), line: 2, creations: 4 },
      ]);
      expect([cases[1]?.verdict, cases[1]?.sites]).toEqual(['over', []]);
    });
  },
);

const SCRIPT = `import sys
import helper
print("hello")
sys.stderr.write("a warning\\n")
def make(n):
    return [str(i) for i in range(1000, 1000 + n)]
make(int(sys.argv[1]))
`;
const PROGRAM = '[[case]]\nid = "program"\ncommand = ["script.py", "500"]\n';

describe.each([
  ['embedded', 'wasm:3.14', true],
  ['installed (skipped where there is none)', NATIVE_NAMED, NATIVE !== undefined],
])('a program in an %s Python', (_, python, there) => {
  const files = { 'script.py': SCRIPT, 'helper.py': 'A = [1, 2]\n' };

  test.skipIf(!there)('is counted alike with and without compiled modules, and its output is left out', async () => {
    const cwd = folder({ ...files, 'pyallocs.toml': PROGRAM });
    const written = await pyallocs(['check', '--update', '-p', python], { cwd });
    expect([written.code, written.stderr, existsSync(join(cwd, 'helper.py'))]).toEqual([0, '', true]);
    expect(written.stdout).not.toContain('hello');
    expect(read(cwd)).toMatch(/^limits = \{ creations = \d+, types = \{ .*str = 5\d\d/m);
    const fresh = folder({ ...files, 'pyallocs.toml': read(cwd) });
    const result = await checkJson(['--ratchet', '-p', python], fresh);
    expect([verdicts(result), result.ended.code, result.ended.stderr]).toEqual([['program within'], 0, '']);
  });

  test.skipIf(!there)('over its budget: the lines that create most', async () => {
    const cwd = folder({ ...files, 'pyallocs.toml': `${PROGRAM}limits = { creations = 1 }\n` });
    const result = await checkJson(['-p', python], cwd);
    const [one] = result.cases;
    expect([one?.verdict, result.ended.code]).toEqual(['over', 3]);
    expect(one?.sites?.[0]).toMatchObject({ line: 6 });
    expect(one?.sites?.[0]?.creations).toBeGreaterThanOrEqual(1000);
    const { stdout } = await pyallocs(['check', '-p', python], { cwd });
    expect(stdout).toMatch(/^ {9}[\d,]+ objects at script\.py:6$/m);
    expect(stdout).not.toContain('hello');
  });

  test.skipIf(!there)('that raises has failed, and what it said is told', async () => {
    const cwd = folder({ ...files, 'pyallocs.toml': `${PROGRAM.replace('"500"', '"x"')}limits = { creations = 1 }\n` });
    const result = await checkJson(['-p', python], cwd);
    expect([verdicts(result), result.ended.code]).toEqual([['program failed'], 1]);
    expect(result.cases[0]?.reason?.message).toBe(
      "the program ended with exit code 1: ValueError: invalid literal for int() with base 10: 'x'",
    );
  });

  test.skipIf(!there)('in a region: only what happens there, or why that cannot be counted', async () => {
    const script =
      'import pyallocs\nx = 1000\nwith pyallocs.region("add"):\n    y = [x + 1, x + 2]\nz = [object() for _ in range(9)]\n';
    const region = (name: string, limit: number): string =>
      `[[case]]\nid = "${name}"\ncommand = ["region.py"]\nregion = "${name}"\nlimits = { creations = ${limit} }\n`;
    const cwd = folder({ 'region.py': script, 'pyallocs.toml': region('add', 2) + region('other', 1) });
    const result = await checkJson(['-p', python], cwd);
    if (python === 'wasm:3.14') {
      expect(verdicts(result)).toEqual(['add refused', 'other refused']);
      expect(result.cases[0]?.reason?.message).toMatch(/^the embedded Python does not count named regions; /);
      return;
    }
    // Two ints and a list.
    expect(result.cases.map(({ verdict, limits }) => [verdict, limits[0]?.measured])).toEqual([
      ['over', 3],
      ['failed', undefined],
    ]);
    expect(result.cases[0]?.sites?.map(({ line }) => line)).toEqual([4]);
    expect(result.cases[1]?.reason?.message).toBe('the program did not enter the region "other"; its regions are add');
  });

  test.skipIf(!there)('that depends on the hash seed gets a range, which holds', async () => {
    const script = 'n = hash("a") % 997\nx = [object() for _ in range(n)]\n';
    const budget = '[[case]]\ncommand = ["seed.py"]\nlimits = { creations = 0, requests = 0 } # why\n';
    const cwd = folder({ 'seed.py': script, 'pyallocs.toml': budget });
    const { code } = await pyallocs(['check', '--update', '-p', python], { cwd });
    expect([code, read(cwd)]).toEqual([
      0,
      expect.stringMatching(/^limits = \{ creations = "\d+\.\.\d+", requests = "\d+\.\.\d+" \} # why$/m),
    ]);
    const result = await checkJson(['--ratchet', '-p', python], cwd);
    expect([result.cases[0]?.verdict, result.ended.code]).toEqual(['within', 0]);
  });
});

describe('an update', () => {
  const before = `# Budgets of the parser.\r
[[case]] # the first\r
id = "add"\r
setup = """x = 1000\r
# [[case]]\r
"""\r
statement = 'y = x + 1'\r
limits = { creations = "= 7", types = { int = '<=9' } } # keep\r
\r
# a comment in between\r
[[case]]\r
statement = "[x, (x, y)]"\r
setup = "x = 1000; y = 2.5"\r
# the end`;

  test('writes what was measured, keeps everything else, and then check and --ratchet end with 0', async () => {
    const cwd = folder({ 'pyallocs.toml': before });
    const { stdout, code } = await pyallocs(['check', '--update'], { cwd });
    expect(read(cwd)).toBe(
      before
        .replace('"= 7"', '"= 1"')
        .replace("'<=9'", "'<=1'")
        .replace('# keep\r\n', '# keep\r\nbuilds = ["wasm:3.14.2"]\r\n')
        .replace(
          'y = 2.5"\r\n',
          'y = 2.5"\r\nlimits = { creations = 2, types = { list = 1, tuple = 1 } }\r\nbuilds = ["wasm:3.14.2"]\r\n',
        ),
    );
    expect([stdout, code]).toEqual([
      ` add          creations  = 7 → = 1
              int        <= 9 → <= 1
 [x, (x, y)]  creations  <= 2 (new)
              list       <= 1 (new)
              tuple      <= 1 (new)

pyallocs.toml is written: 5 limits changed
`,
      0,
    ]);
    expect((await pyallocs(['check', '--ratchet', '--strict'], { cwd })).code).toBe(0);
    const text = read(cwd);
    expect((await pyallocs(['check', '--update'], { cwd })).stdout).toBe(
      'pyallocs.toml: every limit of 2 cases is what was measured\n',
    );
    expect([read(cwd), readdirSync(cwd)]).toEqual([text, ['pyallocs.toml']]);
  });

  test('of a pyproject.toml leaves the tables of others as they are', async () => {
    const others = '[build-system]\nrequires = [ "x" ,]   # odd\n\n[tool.other]\ncase = [{ limits = 3 }]\n\n';
    const after = '\n[tool.zzz]\nkey   =   "v" # end\n';
    const cwd = folder({
      'pyproject.toml': `${others}[[tool.pyallocs.case]]\nsetup = "x = 1000"\nstatement = "y = x + 1"\n${after}`,
    });
    const { code } = await pyallocs(['check', '--update', '-p', 'wasm:3.14,wasm:3.15'], { cwd });
    expect([code, read(cwd, 'pyproject.toml')]).toEqual([
      0,
      `${others}[[tool.pyallocs.case]]
setup = "x = 1000"
statement = "y = x + 1"
limits = { creations = 0, types = { int = 0 } }
builds = ["wasm:3.14.2", "wasm:3.15.0rc1"]

[tool.pyallocs.case.python."3.14"]
limits = { creations = 1, types = { int = 1 } }
${after}`,
    ]);
    expect((await pyallocs(['check', '--ratchet'], { cwd })).code).toBe(0);
  });

  test('of a statement that depends on the hash seed writes the range of both seeds, exactly', async () => {
    const setup = 'from itertools import repeat; n = 10 + hash(\\"a\\") % 97';
    const text = `[[case]]\nid = "seeds"\nsetup = "${setup}"\nstatement = "for _ in repeat(None, n): object()"\n`;
    const cwd = folder({ 'pyallocs.toml': text });
    const nOf = (seed: string) =>
      pyallocs(['stat', '-p', 'wasm:3.14', '-c', 'print(10 + hash("a") % 97)'], { env: { PYTHONHASHSEED: seed } });
    const n = [await nOf('0'), await nOf('1')].map(({ stdout }) => Number(stdout));
    const { code } = await pyallocs(['check', '--update', '-p', 'wasm:3.14'], { cwd });
    const [least, most] = [Math.min(...n), Math.max(...n)];
    expect(least).not.toBe(most);
    expect([code, read(cwd)]).toEqual([
      0,
      `${text}limits = { creations = "${least + 2}..${most + 2}", types = { object = "${least}..${most}", "itertools.repeat" = 1, tuple = 1 } }\nbuilds = ["wasm:3.14.2"]\n`,
    ]);
    const result = await checkJson(['--ratchet', '--strict'], cwd);
    expect([verdicts(result), result.cases[0]?.limits[0]?.measured]).toEqual([['seeds within'], (n[0] ?? 0) + 2]);
  });

  test('another hash seed is taken where it is asked for, and that of the environment with --no-steady', async () => {
    const script = 'n = 10 + hash("a") % 97\nprint(n)\nx = [object() for _ in range(n)]\n';
    const cwd = folder({
      'seeded.py': script,
      'pyallocs.toml': `[[case]]\nid = "seeded"\ncommand = ["seeded.py"]\nlimits = { types = { object = 1000 } }\n`,
    });
    const env = { PYTHONHASHSEED: '5' };
    const measured = async (options: readonly string[]) => {
      const ended = await pyallocs(['check', '--json', '-p', 'wasm:3.14', ...options], { cwd, env });
      return check.parse(parsed(ended)).cases[0]?.limits[0]?.measured;
    };
    const printed = async (seed: string) =>
      Number((await pyallocs(['stat', '-p', 'wasm:3.14', 'seeded.py'], { cwd, env: { PYTHONHASHSEED: seed } })).stdout);
    const n = [await printed('0'), await printed('7'), await printed('5')];
    expect(new Set(n).size).toBe(3);
    expect([
      await measured([]),
      await measured(['--hash-seed', '7']),
      await measured(['--hash-seed', '7', '--no-steady']),
    ]).toEqual(n);
    for (const value of ['-1', '1.5', '4294967296', 'random'])
      expect((await pyallocs(['check', `--hash-seed=${value}`], { cwd })).code).toBe(2);
  });

  test('leaves the tables of tests as they are, and reads them only to tell what is wrong in them', async () => {
    const tests = `# of pytest
[[test]] # one
id = "tests/test_a.py::test_b[c]"
limits = { creations = "= 9", types = { 'int' = 9 } }  # odd
builds = [ "native:3.13.0" ]
[test.python."3.12"]
limits = {creations=8}

`;
    const cwd = folder({ 'pyallocs.toml': `${tests}${ADD}\n${tests.replace('[c]', '[d]')}` });
    expect((await pyallocs(['check', '--update', '-p', 'wasm:3.14,wasm:3.15'], { cwd })).code).toBe(0);
    const after = read(cwd);
    const own = `${ADD}limits = { creations = 0, types = { int = 0 } }
builds = ["wasm:3.14.2", "wasm:3.15.0rc1"]

[case.python."3.14"]
limits = { creations = 1, types = { int = 1 } }
`;
    expect(after).toBe(`${tests}${own}\n${tests.replace('[c]', '[d]')}`);
    expect(verdicts(await checkJson([], cwd))).toEqual(['add within', 'add within']);
  });

  test('prints the new check with --json', async () => {
    const cwd = folder({ 'pyallocs.toml': `${ADD}limits = { creations = 9 }` });
    const result = await checkJson(['--update'], cwd);
    expect([verdicts(result), result.cases[0]?.limits[0]?.limit, result.ended.code]).toEqual([
      ['add within'],
      '<= 1',
      0,
    ]);
  });

  test('where a case has no numbers writes nothing, and ends with 1', async () => {
    const text = `${ADD}limits = { creations = 9 }\n[[case]]\nid = "b"\nstatement = "1 / 0"\n`;
    const cwd = folder({ 'pyallocs.toml': text });
    const { stdout, stderr, code } = await pyallocs(['check', '--update'], { cwd });
    expect([stdout, stderr, code]).toEqual([
      '',
      'pyallocs: pyallocs.toml:6: b failed on wasm:3.14: ZeroDivisionError: division by zero (statement, line 1)\nNothing was written\n',
      1,
    ]);
    expect(read(cwd)).toBe(text);
  });

  test.skipIf(process.getuid?.() === 0)(
    'of a file that cannot be written is refused before anything is measured',
    async () => {
      const cwd = folder({ 'pyallocs.toml': ADD });
      chmodSync(join(cwd, 'pyallocs.toml'), 0o444);
      const { stderr, code } = await pyallocs(['check', '--update'], { cwd });
      expect([stderr, code]).toEqual(['pyallocs: pyallocs.toml cannot be written: permission denied\n', 2]);
    },
  );
});

describe('GitHub', () => {
  test('gets annotations on standard output, and a summary of the job below what is there', async () => {
    const cwd = folder({ 'sub/pyallocs.toml': `${ADD}limits = { creations = 0 }\n`, 'summary.md': 'before\n' });
    const { stdout, code } = await pyallocs(['check', '--github'], {
      cwd: join(cwd, 'sub'),
      env: { GITHUB_WORKSPACE: cwd, GITHUB_STEP_SUMMARY: join(cwd, 'summary.md') },
    });
    expect(code).toBe(3);
    expect(stdout.split('\n').at(-2)).toBe(
      "::error file=sub/pyallocs.toml,line=1,title=Allocations of add%3A over::creations: 1, limit <= 0 (wasm:3.14)%0AMore: pyallocs bench -p wasm:3.14 -s 'x = 1000' 'y = x + 1'",
    );
    expect(read(cwd, 'summary.md')).toMatch(
      /^before\n### Allocations: 1 over\n\n[\s\S]*\| \*\*≤ 0\*\* \| \*\*1\*\* \| \*\*\+1\*\* \|\n$/,
    );
  });

  test('is told of names that look like commands, properties or Markdown, and of nothing else', async () => {
    const id = 'a,b:c%|`d`\\n::error::e\\r</details>';
    const setup = 'C = type(\\"x|`y`,:%\\\\n::error::z\\", (), {\\"__slots__\\": ()})';
    const budget = `[[case]]\nid = "${id}"\nsetup = "${setup}"\nstatement = "C()"\nlimits = { creations = 0, types = { "x|\`y\`,:%\\n::error::z" = 0 } }\n`;
    const cwd = folder({ 'pyallocs.toml': budget });
    const { stdout, code } = await pyallocs(['check', '--github'], {
      cwd,
      env: { GITHUB_WORKSPACE: cwd, GITHUB_STEP_SUMMARY: join(cwd, 'summary.md') },
    });
    expect(code).toBe(3);
    const commands = stdout.split('\n').filter((line) => /^\s*::/.test(line));
    expect(commands).toHaveLength(1);
    // Of the properties, one each: what is in them has no comma or colon of its own.
    const [, properties = '', data = ''] = /^::error ([^:]*)::(.*)$/.exec(commands[0] ?? '') ?? [];
    expect(properties.split(',')).toEqual([
      'file=pyallocs.toml',
      'line=1',
      'title=Allocations of a%2Cb%3Ac%25|`d`%3A over',
    ]);
    expect(data).toContain('x|`y`,:%25\\n::error::z: 1, limit <= 0 (wasm:3.14)%0A');
    expect(data).not.toMatch(/[\r\n]|%(?!25|0A|0D)/);
    const rows = read(cwd, 'summary.md')
      .split('\n')
      .filter((line) => line.startsWith('| ``'));
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(8);
  });
});

describe('what is wrong with a budget is a sentence, before anything is measured', () => {
  test('with the file and the line, and exit code 2', async () => {
    const limited = `${ADD}limits = { creations = 1 }\n`;
    const cwd = folder({
      'toml.toml': '[[case]]\nstatement = \n',
      'key.toml': `${ADD}limts = {}\n`,
      'type.toml': `${ADD}limits = { creations = [] }\n`,
      'negative.toml': `${ADD}limits = { types = { int = -1 } }\n`,
      'version.toml': `${limited}[case.python."3.99"]\nlimits = {}\n`,
      'no-version.toml': `${limited}[case.python."2.7"]\nlimits = {}\n`,
      'twice.toml': limited + limited,
      'build.toml': `${limited}builds = ["wasm:3.14.1"]\n`,
      'tests.toml': '\n[[test]]\nid = "a"\nlimits = { creations = 1 }\n',
      'test-key.toml': `${limited}[[test]]\nid = "a"\nstatement = "pass"\n`,
      'test-id.toml': `${limited}[[test]]\nlimits = { creations = 1 }\n`,
      'test-limit.toml': `${limited}[[test]]\nid = "a"\n[test.python."3.13"]\nlimits = { creations = "3-4" }\n`,
      'test-twice.toml': `${limited}[[test]]\nid = "a"\n[[test]]\nid = "a"\n`,
      'stdin.toml': '[[case]]\ncommand = ["-"]\nlimits = { creations = 1 }\n',
      'none.toml': ADD,
      'partly.toml': `${limited}[[case]]\nid = "b"\nstatement = "pass"\n`,
      'bytes.toml': ADD,
      'pyproject.toml': '[tool.other]\n',
      'two/pyallocs.toml': limited,
      'two/pyproject.toml': '[project]\nname = "x"\n\n[tool.pyallocs]\n',
      'empty/README': '',
    });
    writeFileSync(join(cwd, 'bytes.toml'), Buffer.concat([Buffer.from(ADD), Buffer.from([0x23, 0xff])]));
    const sentences: readonly (readonly [args: readonly string[], sentence: string | RegExp, in_?: string])[] = [
      [['toml.toml'], 'toml.toml is not TOML: line 2, column 13: invalid value'],
      [['key.toml'], 'key.toml:5: unknown key "limts"; did you mean limits?'],
      [['type.toml'], /^type\.toml:5: the limit of creations is an array; a limit is 3 or "<= 3" \(at most\), /],
      [['negative.toml'], 'negative.toml:5: the limit of int is negative; counts are 0 or more'],
      [
        ['version.toml'],
        /^version\.toml:1: there is no interpreter 3\.99; there are wasm:3\.10, .*; -p chooses others than the case names$/,
      ],
      [['no-version.toml'], 'no-version.toml:6: impossible version "2.7"; versions are "3.8" and later'],
      [['twice.toml'], 'twice.toml:6: a second case with the id "add"; the first is in line 1'],
      [
        ['build.toml', '--strict'],
        'build.toml:1: "add" has limits of wasm:3.14.1, this is wasm:3.14.2, and --strict wants the same build; to measure it here: pyallocs check build.toml --update -p wasm:3.14',
      ],
      [
        ['tests.toml'],
        'tests.toml:2: there are only [[test]] tables, and pytest checks these: run pytest; a statement or a command for pyallocs check stands in [[case]]',
      ],
      [['test-key.toml'], 'test-key.toml:8: unknown key "statement"; there are id, limits, python, builds'],
      [
        ['test-id.toml'],
        'test-id.toml:6: the test has no id; it is what pytest calls the test: "tests/test_a.py::test_b[c]"',
      ],
      [['test-limit.toml'], /^test-limit\.toml:9: the limit of creations "3-4" is no limit; /],
      [['test-twice.toml'], 'test-twice.toml:8: a second test with the id "a"; the first is in line 6'],
      [['none.toml', '--strict'], /^none\.toml:1: "add" has no limits for 3\.14, and --strict wants them; /],
      [['stdin.toml'], 'stdin.toml:1: the command would read its program from standard input; name a script, -m or -c'],
      [['none.toml'], 'no case in none.toml has limits; to measure and write them: pyallocs check none.toml --update'],
      [
        ['partly.toml', '--strict'],
        /^partly\.toml:6: "b" has no limits for 3\.14, and --strict wants them; to write them: pyallocs check partly\.toml --update$/,
      ],
      [['bytes.toml'], 'bytes.toml is not TOML: it is not UTF-8'],
      [['gone.toml'], 'gone.toml cannot be read: it does not exist'],
      [['pyproject.toml'], 'there is no [tool.pyallocs] in pyproject.toml'],
      [
        [],
        'there are two budgets: pyallocs.toml, and [tool.pyallocs] in pyproject.toml:4; keep one, or name it: pyallocs check pyallocs.toml',
        'two',
      ],
      [
        [],
        /^there is no budget: no pyallocs\.toml in this folder, and no \[tool\.pyallocs\] in a pyproject\.toml; /,
        'empty',
      ],
      [['--update', '--ratchet'], "option '--ratchet' cannot be used with option '--update'"],
      [['none.toml', '-p', 'wasm:3.9'], /^there is no interpreter wasm:3\.9; /],
    ];
    for (const [args, sentence, in_] of sentences) {
      const { stdout, stderr, code } = await pyallocs(['check', ...args], { cwd: join(cwd, in_ ?? '') });
      expect({ args, stdout, code }).toEqual({ args, stdout: '', code: 2 });
      if (typeof sentence === 'string') expect(stderr).toBe(`pyallocs: ${sentence}\n`);
      else expect(stderr.slice('pyallocs: '.length, -1)).toMatch(sentence);
    }
  });

  test('a case without limits is left out with a warning, where others have some', async () => {
    const cwd = folder({
      'pyallocs.toml': `${ADD}limits = { creations = 1 }\n[[case]]\nid = "b"\nstatement = "pass"\n`,
    });
    const { stdout, stderr, code } = await pyallocs(['check'], { cwd });
    expect([stderr, code]).toEqual(['pyallocs: "b" has no limits for 3.14, so it is not checked\n', 0]);
    expect(stdout).toContain('pyallocs.toml: 1 within\n');
  });
});
