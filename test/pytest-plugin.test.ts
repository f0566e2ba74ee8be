/** The pytest plugin, from zero on, in Pythons of this machine: the oldest, one in between and the newest. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { minorNumber } from '../src/core/interpreter.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import { type Ended, folder, ROOT, run } from './cli.js';

const FOUND = nativeEngine
  .offers()
  .filter(({ refusal, path }) => refusal === null && path !== null)
  .sort((a, b) => minorNumber(a.version) - minorNumber(b.version));
const CHOSEN = [...new Set([FOUND[0], FOUND[Math.floor(FOUND.length / 2)], FOUND.at(-1)])].flatMap(
  (offer) => offer ?? [],
);
const SUITES = join(ROOT, 'test', 'pytest-plugin');

/** Whole lists, since pip chooses dependencies for the Python that it runs in. */
const OLD = `pytest==8.3.5 pluggy==1.5.0 iniconfig==2.1.0 packaging==24.2 exceptiongroup==1.3.0 tomli==2.2.1 typing-extensions==4.13.2
  coverage==7.6.1 pytest-cov==5.0.0 pytest-xdist==3.6.1 execnet==2.1.1 pytest-asyncio==0.24.0 pytest-benchmark==4.0.0 py-cpuinfo==9.0.0
  tomlkit==0.13.2`;
const NEW = `pytest==8.4.2 pluggy==1.6.0 iniconfig==2.1.0 packaging==25.0 pygments==2.19.2 exceptiongroup==1.3.0 tomli==2.2.1
  typing-extensions==4.15.0  pytest-cov==7.0.0 pytest-xdist==3.8.0 execnet==2.1.1 pytest-asyncio==1.2.0
  pytest-benchmark==5.1.0 py-cpuinfo==9.0.0 tomlkit==0.13.3`;

/** Installs what the tests need for a version into a folder, by any Python that has pip. */
async function install(minor: number): Promise<string> {
  const into = folder();
  const wanted = (minor <= 8 ? OLD : NEW).split(/\s+/);
  if (minor > 8) wanted.push(minor === 9 ? 'coverage==7.10.7' : 'coverage==7.17.3');
  if (minor === 9 || minor === 10) wanted.push('backports-asyncio-runner==1.2.0');
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--target', into];
  const platform = ['--python-version', `3.${minor}`, '--only-binary=:all:'];
  let last = '';
  for (const { path } of FOUND) {
    const { code, stderr } = await run(path ?? '', [...args, ...platform, ...wanted], { env: { PYTHONPATH: '' } });
    if (code === 0) return into;
    last = stderr;
  }
  throw new Error(`no Python here could install what the tests need:\n${last}`);
}

describe.skipIf(CHOSEN.length === 0).each(CHOSEN)('pytest in $id', (offer) => {
  const minor = minorNumber(offer.version);
  const python = offer.path ?? '';
  const frame = minor <= 10 ? 1 : 0; // up to 3.10 a call of a Python function makes one
  const iterator = minor >= 15 ? 0 : 1; // later a loop over a list needs none
  const others = 2 + frame + iterator; // what make(n) creates beside n objects
  let packages: string;

  beforeAll(async () => {
    packages = await install(minor);
  });

  const paths = (): Readonly<Record<string, string>> => ({
    PYTHONPATH: `${join(ROOT, 'python')}:${packages}`,
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONWARNINGS: 'ignore',
    PY_COLORS: '0',
    COLUMNS: '160',
  });

  function pytest(
    cwd: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const plugins = ['-p', 'pyallocs.pytest_plugin', '-p', 'no:cacheprovider', '--rootdir', cwd];
    return run(python, ['-m', 'pytest', '-q', ...plugins, ...args], { cwd, env: { ...paths(), ...env } });
  }

  /** The numbers of the table, by test: creations, from freelists, requests, resizes. */
  function table(stdout: string): Record<string, readonly number[]> {
    const rows = [...stdout.matchAll(/^ +(\d+) +(\d+) +(\d+) +(\d+) {2}(\S.*?)(?: {2}.*)?$/gm)];
    return Object.fromEntries(rows.map(([, a, b, c, d, id]) => [id ?? '', [a, b, c, d].map(Number)]));
  }

  const MAKE = 'def make(n):\n    for _ in [None] * n:\n        object()\n';

  test('an empty body counts 0, however pytest runs it, and a passing assertion adds what the docs say', async () => {
    const cwd = folder();
    cpSync(join(SUITES, 'zero'), cwd, { recursive: true });
    for (const options of [[], ['--cov=.', '--cov-branch', '--cov-report='], ['-n', '2']]) {
      const { stdout, code } = await pytest(cwd, ['--allocs', '--allocs-strict', ...options]);
      const rows = Object.entries(table(stdout)).filter(([id]) => id.startsWith('test_zero.py'));
      expect({ options, code, stdout: code === 0 ? '' : stdout }).toEqual({ options, code: 0, stdout: '' });
      expect(rows.filter(([, numbers]) => numbers.some((number) => number !== 0))).toEqual([]);
      expect(rows).toHaveLength(12);
    }
  });

  test('limits of markers hold, or say what is over and where it was made', async () => {
    const cwd = folder({
      'test_it.py': `import pytest
${MAKE}
@pytest.mark.limit_allocs(creations=${3 + others}, types={"object": "= 3"}, resizes=0)
def test_within(): make(3)

@pytest.mark.limit_allocs(creations=2, types={"object": "4..5", "list": 0})
def test_over(): make(3)

@pytest.mark.limit_allocs(creations=0)
class TestClass:
    def test_inherits(self): object()
    @pytest.mark.limit_allocs(creations=1)
    def test_own(self): object()

@pytest.mark.limit_allocs(creations=0)
def test_fails(): assert make(1)
`,
    });
    const { stdout, code } = await pytest(cwd, ['--junit-xml=junit.xml']);
    expect(code).toBe(1);
    const made = 3 + others;
    const types = `created: 3 object, 2 list${frame === 1 ? ', 1 frame' : ''}${iterator === 1 ? ', 1 list_iterator' : ''}`;
    expect(stdout.replace(/^.*_ test_over _+\n/s, '').replace(/\n_{5}.*$/s, '')).toBe(
      `test_it.py::test_over: not within its limits (@pytest.mark.limit_allocs)
  creations ${made}, limit <= 2 (+${made - 2})
  object 3, limit 4..5 (-1)
  list 2, limit <= 0 (+2)
  ${types}
${iterator === 1 ? '  3 created at test_it.py:3 in make\n  3 created at test_it.py:4 in make' : '  3 created at test_it.py:4 in make\n  2 created at test_it.py:3 in make'}
${frame === 1 ? '  1 created at test_it.py:10 in test_over\n' : ''}more: pyallocs record -p python -m pytest test_it.py::test_over, then pyallocs report --by line`,
    );
    expect(stdout).toMatch(/test_inherits - .*not within its limits/s);
    expect(stdout).toMatch(/test_fails - (?:AssertionError|assert None)/);
    expect(stdout).toMatch(/3 failed, 2 passed/);
    const junit = readFileSync(join(cwd, 'junit.xml'), 'utf8');
    expect(junit).toContain(`<property name="allocs.creations" value="${made}"`);
  });

  test('the fixture gives what pyallocs gives, and a failing comparison explains it', async () => {
    const cwd = folder({
      'test_it.py': `import pytest
${MAKE}
def test_warm(allocs):
    a = allocs.per_call(make, 3)
    assert a.creations == ${3 + others} and a.by_type["object"] == 3
    assert a.creations == 99

def test_once(allocs):
    with allocs() as a:
        object()
    assert a.creations == 1 and a.creations.pymalloc == 1

@pytest.mark.limit_allocs(creations=1)
def test_inside_is_not_charged(allocs):
    allocs.per_call(make, 3)
    object()
`,
    });
    const { stdout } = await pytest(cwd);
    expect(stdout).toMatch(/1 failed, 2 passed/);
    expect(stdout).toMatch(/E +assert \d+ == 99\nE +created: 3 object.*\nE +\d created at test_it\.py:[34] in make/);
  });

  test('a budget is written, checked, lowered, and kept as it was written', async () => {
    const suite = (calls: number): string =>
      `import pytest\n${MAKE}\n@pytest.mark.limit_allocs\n@pytest.mark.parametrize("x", ["a"])\ndef test_it(x): make(${calls})\n`;
    const cwd = folder({
      'test_it.py': suite(3),
      'pyallocs.toml': '# ours\n[[case]]\nstatement = "pass" # of pyallocs check\n',
    });
    const missing = await pytest(cwd);
    expect([missing.code, missing.stdout]).toEqual([0, expect.stringContaining('no limits for it on 3.')]);
    expect((await pytest(cwd, ['--allocs-strict'])).code).toBe(1);
    expect((await pytest(cwd, ['--allocs-update', '-n', '2'])).code).toBe(0);
    const written = (objects: number, note = ''): string =>
      `# ours\n[[case]]\nstatement = "pass" # of pyallocs check\n\n[[test]]\nid = "test_it.py::test_it[a]"\nlimits = { creations = ${objects + others}, types = { object = ${objects}, list = 2${frame === 1 ? ', frame = 1' : ''}${iterator === 1 ? ', list_iterator = 1' : ''} } }${note}\nbuilds = ["native:${offer.version}"]\n`;
    const file = join(cwd, 'pyallocs.toml');
    expect(readFileSync(file, 'utf8')).toBe(written(3));
    expect((await pytest(cwd, ['--allocs-strict'])).code).toBe(0);

    writeFileSync(file, written(3, ' # why'));
    writeFileSync(join(cwd, 'test_it.py'), suite(4));
    const over = await pytest(cwd);
    expect(over.code).toBe(1);
    expect(over.stdout).toContain('not within its limits (pyallocs.toml:5)');
    expect(over.stdout).toContain("If that is meant to be so: pytest --allocs-update 'test_it.py::test_it[a]'");
    expect((await pytest(cwd, ['--allocs-ratchet'])).code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(written(3, ' # why'));
    expect((await pytest(cwd, ['--allocs-update'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(written(4, ' # why'));

    writeFileSync(join(cwd, 'test_it.py'), suite(2));
    expect((await pytest(cwd, ['--allocs-ratchet'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(written(2, ' # why'));
    const again = await pytest(cwd, ['--allocs-update']);
    expect(again.stdout).toContain('pyallocs.toml stays as it is');

    // Where it was written on another version, this one gets limits of its own.
    writeFileSync(
      file,
      `[[test]]\nid = "test_it.py::test_it[a]"\nlimits = { creations = 99 }\nbuilds = ["native:3.99.0"]\n`,
    );
    expect((await pytest(cwd, ['--allocs-update'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(
      `[[test]]\nid = "test_it.py::test_it[a]"\nlimits = { creations = 99 }\nbuilds = ["native:${offer.version}", "native:3.99.0"]\n\n[test.python."3.${minor}"]\nlimits = { creations = ${2 + others} }\n`,
    );
    expect((await pytest(cwd)).code).toBe(0);
  });

  test('tracers are suspended, and coverage goes on behind the interval as if nothing had been', async () => {
    const cwd = folder({
      'lib.py':
        'def pair(x, y):\n    if x:\n        return [x, y]\n    return (x, y)\n\n\ndef build(n):\n    found = []\n    for i in range(n):\n        found.append(pair(i % 2, i))\n    return found\n\n\ndef late():\n    return 1\n',
      'test_it.py': `import sys
import pytest
from lib import build, late

def test_warm(allocs):
    trace = sys.gettrace()
    a = allocs.per_call(build, 6)
    assert sys.gettrace() is trace
    late()
    print("NUMBERS", a.creations, dict(a.by_type), a.requests, a.resizes)

def test_once(allocs):
    before = 1
    with allocs() as a:
        build(6)
    behind = 2
    print("NUMBERS", a.creations, dict(a.by_type), a.requests, a.resizes)

@pytest.mark.limit_allocs(types={"list": 4})
def test_body():
    build(6)
`,
    });
    const cores = minor >= 12 ? ['ctrace', 'pytrace', 'sysmon'] : ['ctrace', 'pytrace'];
    const numbers = (out: string): string[] => out.match(/NUMBERS.*/g) ?? [];
    const plain = await pytest(cwd, ['-s', '--allocs-strict']);
    expect([plain.code, numbers(plain.stdout)]).toEqual([0, [expect.any(String), expect.any(String)]]);
    for (const core of cores) {
      for (const branch of [[], ['--cov-branch']]) {
        const args = ['-s', '--allocs-strict', '--cov=.', '--cov-report=term-missing', ...branch];
        const { stdout, code } = await pytest(cwd, args, { COVERAGE_CORE: core });
        expect({ core, branch, code, numbers: numbers(stdout) }).toEqual({
          core,
          branch,
          code: 0,
          numbers: numbers(plain.stdout),
        });
        const missing = /^test_it\.py .*%\s*(.*)$/m
          .exec(stdout)?.[1]
          ?.split(', ')
          .filter((line) => !line.includes('->'));
        expect({ core, branch, missing }).toEqual({ core, branch, missing: ['15', '21'] });
      }
    }
  });

  test('where a tracer cannot be suspended the check is reported, and fails only if that is asked', async () => {
    if (minor < 12) return;
    const cwd = folder({
      'test_it.py': `import sys
import pytest
CODE = compile("x = 1\\ny = 2", "hidden.py", "exec")
M = sys.monitoring

@pytest.fixture(autouse=True)
def tool():
    M.use_tool_id(3, "watcher")
    M.register_callback(3, M.events.LINE, lambda code, line: None)
    M.set_local_events(3, CODE, M.events.LINE)
    yield
    M.set_local_events(3, CODE, 0)
    M.free_tool_id(3)

@pytest.mark.limit_allocs(creations=99)
def test_body(): exec(CODE, {})

def test_once(allocs):
    with allocs() as a: exec(CODE, {})
    assert a.creations == 1

def test_warm(allocs):
    assert allocs.per_call(exec, CODE, {}).creations == 0
`,
    });
    const loose = await pytest(cwd, ['-rs']);
    expect([loose.code, loose.stdout]).toEqual([0, expect.stringContaining('1 passed, 2 skipped')]);
    expect(loose.stdout).toContain('pyallocs: not checked: test_it.py::test_body: tracing active: watcher watches');
    const strict = await pytest(cwd, ['--allocs-strict']);
    expect([strict.code, strict.stdout]).toEqual([1, expect.stringContaining('3 failed')]);
  });

  test('where nothing can be counted tests are skipped with the reason, or fail', async () => {
    const cwd = folder({
      'test_it.py':
        'import pytest\ndef test_plain(): pass\n@pytest.mark.limit_allocs(creations=0)\ndef test_marked(): pass\ndef test_fixture(allocs): pass\n',
    });
    const env = { PYALLOCS_AGENT_PATH: '/nowhere.so' };
    const loose = await pytest(cwd, ['-rs'], env);
    expect([loose.code, loose.stdout]).toEqual([0, expect.stringContaining('1 passed, 2 skipped')]);
    expect(loose.stdout).toContain('PYALLOCS_AGENT_PATH names /nowhere.so, which does not exist');
    expect((await pytest(cwd, ['--allocs-strict'], env)).stdout).toMatch(/1 passed.*(?:1 failed, )?/);
    expect((await pytest(cwd, ['--allocs-strict'], env)).code).toBe(1);
  });

  test('a suite that uses nothing of it is let alone', async () => {
    const cwd = folder({
      'test_it.py':
        'import sys\ndef test_it():\n    assert not {"_pyallocs", "tomlkit", "pyallocs._counting", "pyallocs._agent"} & set(sys.modules)\n',
    });
    const { stdout, code } = await pytest(cwd);
    expect([code, code === 0 ? '' : stdout]).toEqual([0, '']);
  });

  test('with pytest-benchmark a call is counted apart, for its table and its file', async () => {
    const cwd = folder({ 'test_it.py': `${MAKE}\ndef test_it(benchmark): benchmark(make, 3)\n` });
    const { stdout, code } = await pytest(cwd, ['--allocs', '--benchmark-max-time=0.01', '--benchmark-json=b.json']);
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
    expect(stdout).toContain(`test_it [${3 + others} created]`);
    expect(table(stdout)['test_it.py::test_it']?.[0]).toBe(3 + others);
    const { benchmarks } = JSON.parse(readFileSync(join(cwd, 'b.json'), 'utf8'));
    expect(benchmarks[0].extra_info['allocs.creations']).toBe(3 + others);
    expect(benchmarks[0].name).toBe('test_it');
  });

  const TEST = '[[test]]\nid = "a"\n';
  test.each([
    [{ 'pyallocs.toml': 'test = [' }, 'pyallocs.toml is not TOML: line 1, column '],
    [{ 'pyallocs.toml': '[test]\nid = "a"' }, 'pyallocs.toml: test is a table; write [[test]]'],
    [{ 'pyallocs.toml': '[[test]]\nlimits = {}' }, 'pyallocs.toml:1: the test has no id; it is what pytest calls it'],
    [{ 'pyallocs.toml': `${TEST}limit = {}` }, 'pyallocs.toml:3: unknown key "limit"; did you mean limits?'],
    [
      { 'pyallocs.toml': `${TEST}limits = { creations = -1 }` },
      'pyallocs.toml:3: the limit of creations is negative; counts are 0 or more',
    ],
    [
      { 'pyallocs.toml': `${TEST}[test.limits]\n\ncreations = []` },
      'pyallocs.toml:5: the limit of creations is an array; a limit is 3',
    ],
    [
      { 'pyallocs.toml': `${TEST}limits = { creations = "3..2" }` },
      'pyallocs.toml:3: the limit of creations "3..2" ends below its beginning',
    ],
    [
      { 'pyallocs.toml': `${TEST}[test.python."2.7"]\nlimits = {}` },
      'pyallocs.toml:3: impossible version "2.7"; versions are "3.8" and later',
    ],
    [{ 'pyallocs.toml': `${TEST}${TEST}` }, 'pyallocs.toml:4: a second test with the id "a"; the first is in line 1'],
    [
      { 'pyproject.toml': `[tool.pyallocs]\n[[tool.pyallocs.test]]\nid = "a"\nx = 1` },
      'pyproject.toml:4: unknown key "x"',
    ],
    [
      { 'pyallocs.toml': TEST, 'pyproject.toml': '[tool.pyallocs]' },
      'there are two budgets: pyallocs.toml and [tool.pyallocs] in pyproject.toml',
    ],
    [
      { 'test_b.py': 'import pytest\n@pytest.mark.limit_allocs(creation=1)\ndef test_b(): pass' },
      'test_b.py:2: @pytest.mark.limit_allocs: unknown key "creation"; did you mean creations?',
    ],
    [
      { 'test_b.py': 'import pytest\n@pytest.mark.limit_allocs(3)\ndef test_b(): pass' },
      'its limits have names, as in limit_allocs(creations=3)',
    ],
    [
      { 'pytest.ini': '[pytest]\nallocs_limit_creations = few' },
      'the ini option allocs_limit_creations: the limit of allocs_limit_creations "few" is no limit',
    ],
  ])('%j is refused with a sentence', async (files, sentence) => {
    const cwd = folder({ 'test_a.py': 'def test_a(): pass\n', ...(files as Record<string, string>) });
    const { stdout, stderr, code } = await pytest(cwd);
    expect({ code, output: stdout + stderr }).toEqual({ code: 4, output: expect.stringContaining(sentence) });
  });

  test('the ini default limits tests without a marker', async () => {
    const cwd = folder({
      'pytest.ini': '[pytest]\nallocs_limit_creations = 3\n',
      'test_it.py': `import pytest\n${MAKE}def test_over(): make(4)\ndef test_within(): object()\n@pytest.mark.limit_allocs(creations=99)\ndef test_own(): make(5)\n`,
    });
    const { stdout } = await pytest(cwd);
    expect(stdout).toContain('test_it.py::test_over: not within its limits (allocs_limit_creations)');
    expect(stdout).toMatch(/1 failed, 2 passed/);
  });

  test('per_call gives the same numbers in shuffled order, singly, under coverage, with random hash seeds', async () => {
    if (offer !== CHOSEN[0] && offer !== CHOSEN.at(-1)) return;
    const { stdout, code } = await run('python3', [join(SUITES, 'repeat.py'), '20', python], { env: paths() });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/8 tests: all the same\n$/) });
  });
});

test('the suites are there', () => {
  expect(existsSync(join(SUITES, 'repeated', 'test_repeated.py'))).toBe(true);
});
