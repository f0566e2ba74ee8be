/** Every Python of this machine: programs run as in plain python, and are counted exactly. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { minorNumber } from '../src/core/interpreter.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import { type Ended, folder, type Options, parsed, pyallocs, run } from './cli.js';
import { bench, type Counted, counted, expectSound, fieldsOf, measured, stat as statSchema } from './schemas.js';

const FOUND = nativeEngine.offers().filter(({ refusal }) => refusal === null);

/** A program that tells what it finds around itself. */
const MIRROR = `
import json, os, signal, sys, threading
main = sys.modules["__main__"]
seen = {
    "argv": sys.argv, "input": sys.stdin.read(), "cwd": os.getcwd(), "path": sys.path, "modules": sorted(sys.modules),
    "environ": dict(os.environ), "maps": sorted(k for k in os.environb), "flags": list(sys.flags), "orig": getattr(sys, "orig_argv", None),
    "executable": sys.executable, "prefix": sys.prefix, "names": sorted(k for k in vars(main) if k != "main"),
    "spec": repr(main.__spec__), "doc": main.__doc__, "name": __name__, "package": main.__package__,
    "file": getattr(main, "__file__", None), "cached": getattr(main, "__cached__", None), "builtins": repr(main.__builtins__),
    "loader": type(main.__loader__).__name__, "hooks": [sys.gettrace(), sys.getprofile(), threading.active_count()],
    "frames": sys._getframe().f_back is None or sys._getframe().f_back.f_code.co_name, "meta": [repr(f) for f in sys.meta_path],
    "path_hooks": len(sys.path_hooks), "xoptions": sys._xoptions, "warnoptions": sys.warnoptions, "umask": os.umask(0o22),
    "signals": [repr(signal.getsignal(n)) for n in (2, 10, 11, 13, 15, 17)], "recursion": sys.getrecursionlimit(),
    "fds": sorted(os.listdir("/proc/self/fd")), "threads": len(os.listdir("/proc/self/task")), "stdout": repr(sys.stdout),
}
seen["maps"] = [k.decode() for k in seen["maps"]]
json.dump(seen, sys.stdout, default=repr, sort_keys=True, indent=1)
`;

const FILES = {
  'pass.py': 'pass\n',
  'mirror.py': MIRROR,
  'pack/__init__.py': '',
  'pack/__main__.py': 'pass\n',
  'mir/__main__.py': MIRROR,
  'error.py':
    'def f(n):\n    if n == 0:\n        raise ValueError("no\\nmore")\n    f(n - 1)\ntry:\n    f(2)\nexcept ValueError as e:\n    raise KeyError("k") from e\n',
  'leak.py': 'import sys\ndef f():\n    x = open(__file__)\n    x = None\nf()\n',
};

/** Makes n objects of a class of its own, which nothing else makes. */
const MAKER = 'class Thing: pass\ndef make(n):\n    for _ in range(n): Thing()\n';

describe.skipIf(FOUND.length === 0)('Pythons of this machine (skipped where there is none that can be counted)', () => {
  const zip = join(folder(), 'pass.zip');
  if (FOUND.length > 0) {
    const zipped = `import zipfile; z = zipfile.ZipFile(${JSON.stringify(zip)}, "w"); z.writestr("__main__.py", "pass\\n"); z.close()`;
    spawnSync(FOUND[0]?.path ?? '', ['-c', zipped]);
  }

  describe.each(FOUND)('$id', (offer) => {
    const python = offer.path ?? '';
    const minor = minorNumber(offer.version);
    const cwd = folder(FILES);
    /** Whether it can start itself again: one that is started through a wrapper may not know its own file. */
    const again = spawnSync(python, ['-c', 'import os, sys; sys.exit(not os.access(sys.executable, os.X_OK))']);
    const restarts = again.status === 0;

    /** The result of stat, and what the program itself wrote. */
    const statAny = async (command: readonly string[], options: Options = {}, as = python) => {
      const output = join(folder(), 'result.json');
      const ended = await pyallocs(['stat', '-p', as, '--json', '-o', output, ...command], { cwd, ...options });
      if (!existsSync(output)) throw new Error(`no result: ${ended.stderr}`);
      const json = readFileSync(output, 'utf8');
      expect(ended.stderr.endsWith(json), 'the JSON comes last on standard error').toBe(true);
      const result = statSchema.parse(JSON.parse(json));
      return { ended: { ...ended, stderr: ended.stderr.slice(0, -json.length) }, result };
    };
    const stat = async (
      command: readonly string[],
      options: Options = {},
      as = python,
    ): Promise<{ ended: Ended; result: Counted }> => {
      const { ended, result } = await statAny(command, options, as);
      return { ended, result: counted(result) };
    };
    /** A program from text, which must be counted exactly. */
    const exact = async (code: string, options: Options = {}): Promise<{ ended: Ended; result: Counted }> => {
      const script = join(folder({ 'program.py': MAKER + code }), 'program.py');
      const found = await stat([script], options);
      expect([found.result.outcome, found.result.warnings, found.ended.stderr]).toEqual(['exact', [], '']);
      return found;
    };
    const things = (of: Pick<Counted, 'byType'>): number =>
      of.byType.find(({ type }) => type === 'Thing')?.creations.total ?? 0;
    const expectNothing = (counts: object): void => {
      expect([...fieldsOf(counts)].filter(([, value]) => value !== 0)).toEqual([]);
    };
    /** The same command in plain python. */
    const plain = (command: readonly string[], options: Options = {}): Promise<Ended> =>
      run(python, command[0] === '--' ? command.slice(1) : command, { cwd, ...options });

    test('y = x + 1 makes one int, exactly', async () => {
      const ended = await pyallocs(['bench', 'y = x + 1', '-s', 'x = 5000', '--json', '-p', python]);
      const result = measured(bench.parse(parsed(ended)).cases[0]?.results[0]);
      expectSound(result);
      expect([result.outcome, result.interpreter.path, result.interpreter.version]).toEqual([
        'exact',
        python,
        offer.version,
      ]);
      const { byType } = result;
      expect(byType.map(({ type, creations }) => [type, creations.total])).toEqual([['int', 1000]]);
      expect([ended.stderr, ended.code]).toEqual(['', 0]);
    });

    describe('pass counts nothing', () => {
      test.each([
        [['pass.py']],
        [['-m', 'pack']],
        [['-m', 'pass']],
        [['-c', 'pass']],
        [['pack']],
        [[zip]],
        [['--', '-I', 'pass.py']],
        [['--', '-S', '-c', 'pass']],
        [['--', '-O', '-m', 'pack']],
        [['--', '-X', 'utf8', '-W', 'error', '-B', 'pass.py']],
      ])('%j', async (command) => {
        const { ended, result } = await stat(command);
        expect([result.outcome, ended.code, ended.stdout, ended.stderr]).toEqual(['exact', 0, '', '']);
        expectNothing(result.counts);
        expect([result.byType, result.regions, result.warnings]).toEqual([[], [], []]);
        expect(result.startup.creations.total).toBeGreaterThan(10);
        expect(result.shutdown.releases).toBeGreaterThan(10);
        expect(result.processes).toMatchObject([{ parent: null, exit: { code: 0, signal: null } }]);
      });

      test.each([['-'], ['']])('from standard input: %j', async (dash) => {
        const { result } = await stat(dash === '' ? ['--', '-q'] : [dash], { input: 'pass\n' });
        expect(result.outcome).toBe('exact');
        expectNothing(result.counts);
      });
    });

    describe('a program sees what it sees in plain python', () => {
      const env = { SOMETHING: 'ä ö', PYTHONHASHSEED: '3' };
      test.each([
        [['mirror.py', 'a', '--json', '-p', 'ö']],
        [['-m', 'mirror', '-x']],
        [['mir', 'b']],
        [['-c', MIRROR, 'c']],
        [['--', '-I', '-X', 'dev', 'mirror.py', '--', 'x']],
        [['--', '-E', '-s', '-O', '-W', 'ignore', 'mirror.py']],
        [['--', '-S', 'mirror.py']],
      ])('%j', async (command) => {
        await plain(command, { env }); // makes what is cached
        const expected = await plain(command, { env, input: 'from outside\n' });
        const { ended } = await stat(command, { env, input: 'from outside\n' });
        const seen = (text: string): unknown => JSON.parse(text.replace(/0x[0-9a-f]+/g, '0x…'));
        expect(seen(ended.stdout)).toEqual(seen(expected.stdout));
        expect([ended.stderr, ended.code]).toEqual([expected.stderr, expected.code]);
        expect(ended.stdout).not.toMatch(/PYALLOCS|LD_PRELOAD|libpyallocs/);
      });

      test('LD_PRELOAD of the user stays, for the program as well', async () => {
        const library = join(folder(), 'empty.so');
        const cc = spawnSync('cc', ['-shared', '-nostdlib', '-x', 'c', '-o', library, '/dev/null']);
        if (cc.status !== 0) return; // it needs a compiler
        const { ended } = await stat(['-c', 'import os; print(os.environ["LD_PRELOAD"])'], {
          env: { LD_PRELOAD: library },
        });
        expect(ended.stdout).toBe(`${library}\n`);
      });

      test.each([
        ['an exception', ['error.py'], 1],
        ['an exception of -c', ['-c', 'import json\njson.loads("{")'], 1],
        ['a module that is not there', ['-m', 'nothing_of_this_name'], 1],
        ['a syntax error', ['-c', 'x ='], 1],
        ['a script that is not there', ['none.py'], 2],
        ['SystemExit with a text', ['-c', 'raise SystemExit("the end")'], 1],
        ['SystemExit with a number', ['-c', 'import sys; sys.exit(7)'], 7],
        ['a file that is never closed', ['--', '-W', 'always', 'leak.py'], 0],
        ['the same with tracemalloc', ['--', '-W', 'always', '-X', 'tracemalloc=5', 'leak.py'], 0],
        ['an exception in a callback of atexit', ['-c', 'import atexit; atexit.register(lambda: 1 / 0)'], 0],
        [
          'an exception in a thread',
          ['-c', 'import threading; t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()'],
          0,
        ],
      ] as const)('the text of %s', async (_what, command, code) => {
        const expected = await plain(command);
        const { ended } = await statAny(command);
        const stable = (text: string): string => text.replace(/0x[0-9a-f]+/g, '0x…');
        expect([ended.stdout, stable(ended.stderr)]).toEqual([expected.stdout, stable(expected.stderr)]);
        expect(ended.code).toBe(expected.code === 0 || code > 0 ? expected.code : code);
        expect(expected.code).toBe(code);
      });
    });

    test('tracemalloc works in a program, and the counts stay exact', async () => {
      const { ended, result } = await exact(`
import tracemalloc
make(10)
tracemalloc.start(3); tracemalloc.start(3)
kept = [Thing() for _ in range(20)]
snapshot = tracemalloc.take_snapshot()
found = [t for t in snapshot.traces if t.traceback[-1].filename == __file__]
print(tracemalloc.is_tracing(), len(found) >= 20)
tracemalloc.stop()
make(30)
tracemalloc.start(); make(1); tracemalloc.clear_traces(); tracemalloc.stop()
print(tracemalloc.is_tracing(), tracemalloc.get_traced_memory())
`);
      expect(ended.stdout).toBe('True True\nFalse (0, 0)\n');
      expect(things(result)).toBe(61);
    });

    describe('processes', () => {
      test('os.fork: both sides are counted, and how the child ended is known', async () => {
        const { ended, result } = await exact(`
import os
make(5)
pid = os.fork()
if pid == 0:
    make(50)
    os._exit(3)
make(20)
print(os.waitpid(pid, 0)[1] >> 8)
`);
        expect([ended.stdout, ended.code, things(result)]).toEqual(['3\n', 0, 75]);
        const [first, child] = result.processes;
        expect(result.processes).toMatchObject([
          { parent: null, exit: { code: 0, signal: null } },
          { parent: first?.pid, exit: { code: 3, signal: null }, command: first?.command },
        ]);
        expect(child?.counts.creations.total).toBeGreaterThanOrEqual(50);
      });

      test('a child that is killed: counted up to then', async () => {
        const { result } = await exact(`
import os, time
pid = os.fork()
if pid == 0:
    make(50)
    os.kill(os.getpid(), 9)
os.waitpid(pid, 0)
`);
        expect([things(result), result.processes[1]?.exit]).toEqual([50, { code: null, signal: 'SIGKILL' }]);
      });

      test.runIf(restarts)('subprocess with an empty environment, and os.system', async () => {
        const { ended, result } = await exact(`
import os, shlex, subprocess, sys
code = ${JSON.stringify(MAKER)} + "import os, sys; make(int(sys.argv[1])); print(sorted(k for k in os.environ if 'LD_' in k or 'PYALLOCS' in k)); sys.exit(4)"
print(subprocess.run([sys.executable, '-c', code, '7'], env={}).returncode, flush=True)
print(os.system(shlex.join([sys.executable, '-c', code, '11'])) >> 8)
`);
        expect([ended.stdout, things(result)]).toEqual(['[]\n4\n[]\n4\n', 18]);
        const [first, ...others] = result.processes;
        expect(others.map(({ parent, exit, command }) => [parent, exit, command.at(-1)])).toEqual([
          [first?.pid, { code: 4, signal: null }, '7'],
          [first?.pid, { code: 4, signal: null }, '11'],
        ]);
      });

      test.each(restarts ? ['spawn', 'fork', 'forkserver'] : ['fork'])('multiprocessing by %s', async (method) => {
        const { ended, result } = await exact(`
def work(n):
    make(n)
    import sys; sys.exit(n)
if __name__ == '__main__':
    import multiprocessing
    context = multiprocessing.get_context('${method}')
    all = [context.Process(target=work, args=(n,)) for n in (8, 9)]
    for one in all: one.start()
    for one in all: one.join()
    print([one.exitcode for one in all])
`);
        expect([ended.stdout, things(result)]).toEqual(['[8, 9]\n', 17]);
        const pids = result.processes.map(({ pid }) => pid);
        const [first, ...others] = result.processes;
        expect(first?.parent).toBeNull();
        expect(others.length).toBeGreaterThanOrEqual(2);
        for (const { parent } of others) expect(pids).toContain(parent);
        const codes = others.map(({ exit }) => exit?.code);
        expect([codes.includes(8), codes.includes(9)]).toEqual([true, true]);
      });

      test.each([
        ['sleeps', 'time.sleep(30)'],
        ['makes things', 'end = time.monotonic() + 30\n    while time.monotonic() < end: make(10)'],
      ])('one that %s when the program is over', async (_what, code) => {
        const left = `import os, sys, time\nmake(5)\nsys.stdout.close()\nif os.fork() == 0:\n    os.close(1); os.close(2); make(5)\n    ${code}\n`;
        const script = join(folder({ 'program.py': MAKER + left }), 'program.py');
        const { result } = await stat([script]);
        const child = result.processes.find(({ parent }) => parent !== null);
        try {
          expect(child?.exit).toBeNull();
          expect(result.exit).toEqual({ code: 0, signal: null });
          const notes = result.outcome === 'varying' ? [result.why, ...result.warnings] : result.warnings;
          expect(notes.map(({ code: note }) => note)).toContain('still-running');
          expect(things(result)).toBeGreaterThanOrEqual(10);
        } finally {
          if (child !== undefined) process.kill(child.pid, 'SIGKILL');
        }
      });

      test('one whose parent ends in the moment of the fork', async () => {
        const code =
          'import os, time\nif os.fork() == 0:\n    time.sleep(0.1)\n    make(6)\n    os.kill(os.getpid(), 9)\nos._exit(0)\n';
        const script = join(folder({ 'program.py': MAKER + code }), 'program.py');
        for (let run = 0; run < 5; run++) {
          const { result } = await stat([script]);
          const ends = result.processes.map(({ exit }) => exit?.code ?? null);
          expect([ends, things(result)]).toEqual([[0, null], 6]);
        }
      });

      test('os.exec: what was before and what came after', async () => {
        const other = FOUND.find(({ path }) => path !== python)?.path ?? python;
        const { ended, result } = await exact(`
import os, sys
make(13)
sys.stdout.flush()
os.execv(${JSON.stringify(other)}, [${JSON.stringify(other)}, '-c', ${JSON.stringify(MAKER)} + 'make(4); print(2); raise SystemExit(6)'])
`);
        expect([ended.stdout, ended.code, things(result)]).toEqual(['2\n', 6, 17]);
        expect(new Set(result.processes.map(({ pid }) => pid)).size).toBe(1);
      });
    });

    describe('ends', () => {
      test.each([
        ['os.kill(os.getpid(), 9)', 'SIGKILL', 137],
        ['os.kill(os.getpid(), 15)', 'SIGTERM', 143],
        ['os.abort()', 'SIGABRT', 134],
        ['import ctypes; ctypes.string_at(0)', 'SIGSEGV', 139],
      ])('%s', async (end, signal, code) => {
        const { ended, result } = await exact(`import os\nmake(100)\n${end}\n`);
        expect([result.exit, ended.code]).toEqual([{ code: null, signal }, code]);
        // ctypes makes things as well
        expect(things(result)).toBe(100);
        expect(result.processes[0]?.exit).toEqual({ code: null, signal });
      });

      test.each([
        ['os._exit(5)', 5],
        ['sys.exit(6)', 6],
        ['raise SystemExit', 0],
        ['atexit.register(os._exit, 9)', 9],
      ])('%s', async (end, code) => {
        const { ended, result } = await exact(`import atexit, os, sys\nmake(10)\n${end}\n`);
        expect([result.exit, ended.code, things(result)]).toEqual([{ code, signal: null }, code, 10]);
      });

      test('an exception that nothing catches', async () => {
        const { result, ended } = await stat(['-c', `${MAKER}make(3)\n1 / 0`]);
        expect([result.outcome, result.exit, ended.code, things(result)]).toEqual([
          'exact',
          { code: 1, signal: null },
          1,
          3,
        ]);
        expect(ended.stderr).toContain('ZeroDivisionError: division by zero');
      });
    });

    test.each([
      ['closes all file descriptors', 'import os; os.closerange(0, 256); make(10)'],
      ['goes to another folder', 'import os; os.chdir("/"); make(10)'],
      ['empties its environment', 'import os; os.environ.clear(); os.unsetenv("HOME"); make(10)'],
      ['replaces its streams', 'import io, sys; sys.stdout = sys.stderr = io.StringIO(); print("x"); make(10)'],
      ['closes its streams', 'import sys; sys.stdout.close(); sys.stdin.close(); make(10)'],
      ['limits its files', 'import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3)); make(10)'],
      ['empties sys.modules', 'import sys; make(10); sys.modules.clear()'],
      ['sets trace functions', 'import sys; sys.settrace(lambda *a: None); sys.setprofile(lambda *a: None); make(10)'],
      [
        'forks twice, as daemons do',
        'import os\nr, w = os.pipe()\nif os.fork():\n    os.close(w); os.read(r, 1); os.wait(); os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\nmake(10)',
      ],
      ['switches the collector off and on', 'import gc; gc.disable(); make(9); gc.collect(); gc.enable(); make(1)'],
    ])('a program that %s is counted', async (_what, code) => {
      const { result } = await exact(`${code}\n`);
      expect(things(result)).toBe(10);
    });

    test('callbacks of atexit and threads, daemons included, are counted', async () => {
      const { ended, result } = await exact(`
import atexit, threading
atexit.register(make, 7)
done = threading.Event()
def daemon():
    make(100); done.set(); threading.Event().wait()
all = [threading.Thread(target=make, args=(n,)) for n in (20, 300)]
all.append(threading.Thread(target=daemon, daemon=True))
for t in all: t.start()
done.wait()
threading.Thread(target=lambda: (threading.main_thread().join(), make(4000))).start()
`);
      expect([ended.code, things(result), result.threads]).toEqual([0, 4427, 5]);
    });

    describe('regions', () => {
      const regionsOf = ({ regions }: Counted): Record<string, [entries: number, things: number]> =>
        Object.fromEntries(regions.map((region) => [region.name, [region.entries, things(region)]]));

      test('an empty one counts nothing', async () => {
        const { result } = await exact(
          'import pyallocs\nfor _ in range(3):\n    with pyallocs.region("empty"): pass\n',
        );
        expect(result.regions).toMatchObject([{ name: 'empty', entries: 3, byType: [] }]);
        expectNothing(result.regions[0]?.counts ?? {});
      });

      test('are inclusive, each thing once', async () => {
        const { ended, result } = await exact(`
import pyallocs, threading
region = pyallocs.region
with region("outer"):
    make(1)
    with region("inner"): make(2)
    with region("ä ö"): make(4)
def recursive(n):
    with region("recursive"):
        make(1)
        if n: recursive(n - 1)
recursive(3)
@region("decorated")
def decorated(n, *, m):
    "doc"
    make(n); return m
for _ in range(4): assert decorated(2, m=3) == 3
assert decorated.__name__ == "decorated" and decorated.__doc__ == "doc"
@region("generator")
def generator():
    make(1); x = yield 1; make(x); yield 2
it = generator()
next(it); make(50); it.send(10); make(50)
assert list(it) == []
class Later:
    def __await__(self):
        yield 1
@region("coroutine")
async def coroutine():
    make(1); await Later(); make(2); return 5
c = coroutine()
c.send(None); make(50)
try: c.send(None)
except StopIteration as e: assert e.value == 5
def work():
    with region("threads"): make(10)
threads = [threading.Thread(target=work) for _ in range(2)]
with region("starts threads"):
    for t in threads: t.start()
    for t in threads: t.join()
try:
    with region("raises"): make(3); raise KeyError
except KeyError: pass
`);
        expect(ended.code).toBe(0);
        expect(regionsOf(result)).toMatchObject({
          outer: [1, 7],
          inner: [1, 2],
          'ä ö': [1, 4],
          recursive: [4, 4],
          decorated: [4, 8],
          generator: [expect.any(Number), 11],
          coroutine: [expect.any(Number), 3],
          threads: [2, 20],
          'starts threads': [1, 0],
          raises: [1, 3],
        });
      });

      test('that are left in the wrong order make the result varying, with the reason', async () => {
        const code = `${MAKER}import pyallocs
a, b = pyallocs.region("a"), pyallocs.region("b")
a.__enter__(); b.__enter__(); make(1); a.__exit__(None, None, None); b.__exit__(None, None, None)`;
        const { result, ended } = await stat(['-c', code]);
        if (result.outcome !== 'varying') throw new Error(result.outcome);
        expect([result.why.code, things(result), ended.code, ended.stderr]).toEqual(['region-order', 1, 0, '']);
      });

      test('in several processes under one name are one row', async () => {
        const { result } = await exact(`
import os, pyallocs
if (pid := os.fork()):
    os.waitpid(pid, 0)
with pyallocs.region("both"): make(6)
`);
        expect(regionsOf(result)).toEqual({ both: [2, 12] });
      });
    });

    test.runIf(restarts)('in a virtual environment it is the Python of that environment', async () => {
      const home = folder();
      const made = await run(python, ['-m', 'venv', '--without-pip', home]);
      if (made.code !== 0) return expect(made.stderr).toMatch(/venv/); // Debian has venv in a package of its own
      const inside = join(home, 'bin', 'python');
      const { ended, result } = await stat(['-c', 'import sys; print(sys.prefix, sys.executable)'], {}, inside);
      expect([ended.stdout, result.interpreter.path]).toEqual([`${home} ${inside}\n`, inside]);
      const nothing = await stat(['-c', 'pass'], {}, inside);
      expectNothing(nothing.result.counts);
      const active = await pyallocs(['bench', 'import sys; assert sys.prefix != sys.base_prefix', '--json'], {
        env: { VIRTUAL_ENV: home },
      });
      expect(bench.parse(parsed(active)).cases[0]?.results).toMatchObject([
        { outcome: 'exact', interpreter: { path: inside } },
      ]);
    });

    describe('PYTHONMALLOC', () => {
      test.each(['malloc', 'debug', 'malloc_debug', 'pymalloc', 'pymalloc_debug', 'default'])(
        '%s is exact',
        async (allocator) => {
          const env = { PYTHONMALLOC: allocator };
          const { result } = await exact('make(10); x = [bytes(n) for n in range(2000)]\n', { env });
          expect(things(result)).toBe(10);
          expect(result.interpreter.pymalloc || allocator.startsWith('malloc')).toBe(true);
          const { creations } = result.counts;
          if (allocator.startsWith('malloc')) expect(creations.pymalloc).toBe(0);
          else expect(creations.pymalloc).toBeGreaterThan(100);
          expect(creations.malloc).toBeGreaterThan(1000);
          const nothing = await stat(['-c', 'pass'], { env });
          expect([...fieldsOf(nothing.result.counts).values()].filter(Boolean)).toEqual([]);
          const ended = await pyallocs(['bench', 'y = [x]', '-s', 'x = 5000', '--json', '-p', python], { env });
          const one = measured(bench.parse(parsed(ended)).cases[0]?.results[0]);
          expectSound(one);
          expect([one.outcome, one.counts.creations.total, one.counts.buffers.total]).toEqual(['exact', 1000, 1000]);
        },
      );

      test.runIf(minor >= 13)('mimalloc is refused in a sentence', async () => {
        const env = { PYTHONMALLOC: 'mimalloc' };
        const { ended, result } = await statAny(['-c', 'pass'], { env });
        if (result.outcome !== 'refused') throw new Error(result.outcome);
        expect(result.reason.message).toContain('it uses mimalloc (PYTHONMALLOC=mimalloc)');
        expect(ended.code).toBe(125);
      });
    });

    test('a recording that is damaged is told, and the rest is counted', async () => {
      const { result } = await stat([
        '-c',
        `${MAKER}make(10)
import os
path = next(line.split()[-1] for line in open('/proc/self/maps') if line.endswith('.pya\\n'))
open(os.path.join(os.path.dirname(path), 'x.pya'), 'wb').write(bytes(10000))`,
      ]);
      if (result.outcome !== 'varying') throw new Error(result.outcome);
      expect([result.why.code, things(result), result.processes.length]).toEqual(['bad-recording', 10, 1]);
    });

    test('works where address space is limited', async () => {
      const limited = join(folder({ python: `#!/bin/sh\nulimit -v 4000000\nexec '${python}' "$@"\n` }), 'python');
      chmodSync(limited, 0o755);
      const { result } = await stat(['-c', `${MAKER}make(1000)`], {}, limited);
      expect([result.outcome, things(result)]).toEqual(['exact', 1000]);
    });

    test('behind a link it is what was named', async () => {
      const link = join(folder(), 'python-linked');
      symlinkSync(python, link);
      const plainSays = await run(link, ['-c', 'import sys; print(sys.executable)']);
      const { ended } = await stat(['-c', 'import sys; print(sys.executable)'], {}, link);
      expect(ended.stdout).toBe(plainSays.stdout);
    });
  });
});
