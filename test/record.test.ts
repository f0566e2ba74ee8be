/** `pyallocs record` in every Python of this machine: what becomes of a recording, whatever the program does. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { readRecording } from '../src/cli/recording-files.js';
import { unwrap } from '../src/core/assert.js';
import { countFields } from '../src/core/counts.js';
import { minorNumber } from '../src/core/interpreter.js';
import type { Location, Recording, Sample } from '../src/core/recording.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import { findPythons } from '../src/engines/native/pythons.js';
import { Recording as RecordingFile } from '../src/engines/native/recording.js';
import { recordVariables } from '../src/engines/native/where.js';
import { agentEnvironment } from '../src/engines/native/worker-process.js';
import { sumOfSamples } from '../src/engines/where.js';
import { BIN, type Ended, folder, type Options, pyallocs, run, startPyallocs, until } from './cli.js';

const FOUND = nativeEngine.offers().filter(({ refusal }) => refusal === null);

interface Recorded {
  readonly ended: Ended;
  readonly recording: Recording;
  readonly file: string;
}

/** Records a program. Whatever it did: sites and totals are the same, and nothing is below zero. */
async function recordAny(
  python: string,
  program: readonly string[],
  { before = [], ...options }: Options & { readonly before?: readonly string[] } = {},
): Promise<Recorded> {
  const file = join(folder(), 'r.pb.gz');
  const ended = await pyallocs(['record', '-p', python, '-o', file, ...before, ...program], options);
  if (!existsSync(file)) throw new Error(`no recording: ${ended.stdout}${ended.stderr}`);
  const recording = readRecording(file);
  expectWhole(recording);
  return { ended, recording, file };
}

async function record(python: string, code: string, options: Parameters<typeof recordAny>[2] = {}): Promise<Recorded> {
  const script = join(folder({ 'app.py': code }), 'app.py');
  const recorded = await recordAny(python, [script], options);
  const { outcome, why } = recorded.recording;
  expect([outcome, why], recorded.ended.stderr).toEqual(['exact', null]);
  return recorded;
}

function expectWhole({ samples, total, locations, codes }: Recording): void {
  const sum = sumOfSamples(samples);
  expect(countFields({ ...sum, pools: null, arenas: null })).toEqual(
    countFields({ ...total, pools: null, arenas: null }),
  );
  for (const { values, stack } of samples) {
    expect(Object.values(values).every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
    expect(stack.every((at) => locations[at] !== undefined)).toBe(true);
  }
  expect(locations.every(({ code }) => codes[code] !== undefined)).toBe(true);
}

/** Objects of a type: how many, in which function of which file, line, thread and region, each once. */
function made({ samples, locations, codes }: Recording, type: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { stack, values, thread, region, ...sample } of samples) {
    if (sample.type !== type || values.creations === 0) continue;
    const [at = -1] = stack;
    const { code = -1, line = 0 } = locations[at] ?? {};
    const key = [`${codes[code]?.name}:${line}`, thread, ...(region === null ? [] : [region])].join(' ');
    found[key] = (found[key] ?? 0) + values.creations;
  }
  return found;
}

const sumOf = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, each) => sum + each, 0);

const fileOf = ({ locations, codes }: Recording, { stack }: Sample): string => {
  const at: Location | undefined = locations[stack[0] ?? -1];
  return codes[at?.code ?? -1]?.file ?? '';
};

/** The JSON of a command on a recording that is not exact may end with 1. */
async function read(command: 'report' | 'annotate', file: string): Promise<unknown> {
  const ended = await pyallocs([command, file, '--json']);
  expect([0, 1], ended.stderr).toContain(ended.code);
  return JSON.parse(ended.stdout);
}

const THREADS = `
import threading
class T: pass
def work(n):
    return [T() for _ in range(n)]
threads = [threading.Thread(target=work, args=(10 + i,), name="worker") for i in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
work(5)
`;

const REGIONS = `
import pyallocs
class R: pass
def work(n):
    return [R() for _ in range(n)]
work(1)
with pyallocs.region("outer"):
    work(2)
    with pyallocs.region("inner"):
        work(3)
        with pyallocs.region("outer"):
            work(4)
    work(10)
with pyallocs.region("inner"):
    work(5)
`;

/** Names that would do harm in a terminal or a page. */
const NAMES = String.raw`
import os, sys
class N: pass
HTML = "<img src=x onerror=alert(1)>"
ODD = type('<b>&"\'\x1b[31m\nX\u202e', (), {})
def make(file, name, cls=N):
    names = {"N": cls}
    exec(compile("def f(n):\n    return [N() for _ in range(n)]\n", file, "exec"), names)
    more = {"co_qualname": name} if hasattr(names["f"].__code__, "co_qualname") else {}
    names["f"].__code__ = names["f"].__code__.replace(co_name=name, **more)
    names["f"](3)
make("<script>alert(1)</script>", HTML)
make("a\x1b[2Jb\nc.py", "\x1b]0;t\x07\r\n\t")
make("sur\udcff\ud800.py", "n\udc80\U0001f40d")
make("odd type", "odd type", ODD)
make("x" * 70000, "long")
make("", "nul\0in it")
with open(b"m\xff.py", "wb") as file:
    file.write(b"class B: pass\nx = [B() for _ in range(4)]\n")
sys.path.insert(0, os.getcwd())
__import__("m\udcff")
`;

const IMPORTS = `
import sys, zipfile
class E: pass
with zipfile.ZipFile("z.zip", "w") as file:
    file.writestr("zmod.py", "class Z: pass\\ndef f(n):\\n    return [Z() for _ in range(n)]\\n")
sys.path.insert(0, "z.zip")
import zmod
zmod.f(12)
exec("x = [E() for _ in range(7)]")
eval("[E() for _ in range(6)]")
import __hello__
`;

/** Other tools at work in the program: all of its own objects are counted where they are made. */
const TOOLS = `
import cProfile, sys, tracemalloc
class A: pass
def f(n):
    out = []
    for i in range(n):
        out.append(A())
    return out
def trace(frame, event, arg):
    frame.f_trace_opcodes = True
    return trace
sys.settrace(trace)
f(20)
sys.settrace(None)
sys.setprofile(lambda *a: None)
f(30)
sys.setprofile(None)
profile = cProfile.Profile()
profile.enable(); f(40); profile.disable()
tracemalloc.start()
f(50)
tracemalloc.take_snapshot()
tracemalloc.stop()
if hasattr(sys, "monitoring"):
    m = sys.monitoring
    m.use_tool_id(3, "x")
    events = m.events.LINE | m.events.PY_RETURN | m.events.INSTRUCTION
    for event in (m.events.LINE, m.events.PY_RETURN, m.events.INSTRUCTION):
        m.register_callback(3, event, lambda *a: None)
    m.set_events(3, events)
f(60)
`;

const PROCESSES = `
import multiprocessing, os, subprocess, sys
class P: pass
class C: pass
def work(n):
    return len([C() for _ in range(n)])
if __name__ == "__main__":
    x = [P() for _ in range(7)]
    for i in range(2):
        pid = os.fork()
        if pid == 0:
            work(100 + i)
            os._exit(0)
        os.waitpid(pid, 0)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.map(work, [200])
        pool.close()
        pool.join()
    for python in sys.argv[1:]:
        subprocess.check_call([python, "-c", "class S: pass\\nx = [S() for _ in range(4)]"])
    os.execv(sys.argv[1], [sys.argv[1], "-c", "class X: pass\\nx = [X() for _ in range(9)]"])
`;

/** Makes objects until it is killed; says when it has begun. */
const ENDLESS = `
import os, sys
class K: pass
def work():
    kept = []
    while True:
        kept.append([K() for _ in range(10)])
        if len(kept) > 50:
            kept.clear()
with open(sys.argv[1], "w") as file:
    file.write(str(os.getpid()))
work()
`;

describe.skipIf(FOUND.length === 0)('record, on Pythons of this machine (skipped where there is none)', () => {
  describe.each(FOUND)('$id', (offer) => {
    const python = offer.path ?? '';
    const minor = minorNumber(offer.version);
    /** In its own line since 3.12 (PEP 709), in a function of its own before. */
    const inside = (name: string, of: string): string =>
      minor >= 12 ? name : minor === 11 ? `${name}.<locals>.${of}` : of;

    test('a program without events is a recording without samples', async () => {
      const { recording } = await record(python, 'pass\n');
      expect([recording.samples, recording.codes, recording.locations]).toEqual([[], [], []]);
    });

    test('threads have their own numbers', async () => {
      const { recording } = await record(python, THREADS);
      const threads = new Map<string, number>();
      for (const { type, thread, values } of recording.samples) {
        if (type === 'T') threads.set(thread, (threads.get(thread) ?? 0) + values.creations);
      }
      expect(threads.get('MainThread')).toBe(5);
      expect([...threads.values()].reduce((sum, n) => sum + n, 0)).toBe(5 + 10 + 11 + 12);
    });

    test('regions are paths, a name entered again is not', async () => {
      const { recording } = await record(python, REGIONS);
      const where = `${inside('work', '<listcomp>')}:5 MainThread`;
      expect(made(recording, 'R')).toEqual({
        [where]: 1,
        [`${where} outer`]: 12,
        [`${where} outer/inner`]: 7,
        [`${where} inner`]: 5,
      });
    });

    test('names of any kind are kept, and do no harm where they are shown', async () => {
      const { recording, file } = await record(python, NAMES, { cwd: folder() });
      const files = new Map<string, number>();
      for (const sample of recording.samples) {
        if (sample.type !== 'N' || sample.values.creations === 0) continue;
        const name = fileOf(recording, sample);
        files.set(name, (files.get(name) ?? 0) + sample.values.creations);
      }
      expect(Object.fromEntries(files)).toEqual({
        '<script>alert(1)</script>': 3,
        'a\u001b[2Jb\nc.py': 3,
        'sur\udcff\ud800.py': 3,
        '': 3,
        ['x'.repeat(65_536)]: 3,
      });
      expect(sumOf(made(recording, '<b>&"\'\u001b[31m\nX\u202e'))).toBe(3);
      expect(sumOf(made(recording, 'B'))).toBe(4);
      const names = recording.codes.map(({ name }) => name);
      for (const name of ['n\udc80\u{1f40d}', 'nul\ufffdin it', '<img src=x onerror=alert(1)>']) {
        expect(names.some((one) => one.startsWith(name))).toBe(true);
      }
      for (const command of ['report', 'annotate']) {
        const { stdout, stderr, code } = await pyallocs([command, file]);
        expect([code, stderr]).toEqual([0, '']);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
        expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\ud800-\udfff](?![\udc00-\udfff])/);
        await read(command as 'report' | 'annotate', file);
      }
    });

    test('code of zip files, of exec and eval, and frozen modules', async () => {
      const { recording } = await record(python, IMPORTS, { cwd: folder() });
      const inExec = minor >= 12 ? '<module>' : '<listcomp>';
      expect(made(recording, 'Z')).toEqual({ [`${inside('f', '<listcomp>')}:3 MainThread`]: 12 });
      expect(sumOf(made(recording, 'E'))).toBe(13);
      expect(Object.keys(made(recording, 'E'))[0]).toMatch(new RegExp(`^${inExec}:`));
      const frozen = recording.codes.filter(({ file }) => file.startsWith('<frozen importlib'));
      expect(frozen.length).toBeGreaterThan(0);
    });

    test('settrace, setprofile, cProfile, tracemalloc and sys.monitoring run beside it', async () => {
      const { recording } = await record(python, TOOLS);
      expect(made(recording, 'A')).toEqual({ 'f:7 MainThread': 200 });
      const stacks = recording.samples.filter(({ type }) => type === 'A').map(({ stack }) => stack.slice(1, 2));
      const lines = new Set(stacks.flat().map((at) => recording.locations[at]?.line));
      expect([...lines].sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual([13, 16, 19, 21, 31]);
    });

    test('forks, processes of multiprocessing and subprocess, and what takes their place', async () => {
      const [other = offer] = FOUND.filter(({ version }) => minorNumber(version) !== minor);
      const script = join(folder({ 'app.py': PROCESSES }), 'app.py');
      const { recording } = await recordAny(python, [script, python, other.path ?? '']);
      expect([recording.outcome, recording.warnings]).toEqual(['exact', []]);
      const byPid = (type: string): number[] => {
        const found = new Map<number, number>();
        for (const { pid, values, ...sample } of recording.samples) {
          if (sample.type === type && values.creations > 0) found.set(pid, (found.get(pid) ?? 0) + values.creations);
        }
        return [...found.values()].sort((a, b) => a - b);
      };
      expect([byPid('P'), byPid('C'), byPid('S'), byPid('X')]).toEqual([[7], [100, 101, 200], [4, 4], [9]]);
      const pids = new Set(recording.processes.map(({ pid }) => pid));
      expect(recording.samples.every(({ pid }) => pids.has(pid))).toBe(true);
    });

    test.each(['SIGKILL', 'SIGTERM'] as const)('%s in the middle leaves a whole recording', async (signal) => {
      const cwd = folder({ 'app.py': ENDLESS });
      const file = join(cwd, 'r.pb.gz');
      const begun = join(cwd, 'begun');
      const running = startPyallocs(['record', '-p', python, '-o', file, 'app.py', begun], { cwd });
      const pid = await until('the program has begun', () =>
        existsSync(begun) && readFileSync(begun, 'utf8') !== '' ? Number(readFileSync(begun, 'utf8')) : undefined,
      );
      await sleep(100);
      process.kill(pid, signal);
      const ended = await running.ended;
      expect(ended.code, ended.stderr).toBe(128 + (signal === 'SIGKILL' ? 9 : 15));
      const recording = readRecording(file);
      expectWhole(recording);
      expect(recording.exit).toEqual({ code: null, signal });
      expect(sumOf(made(recording, 'K'))).toBeGreaterThan(100);
      expect([null, 'cut-off']).toContain(recording.why?.code ?? null);
      expect(recording.warnings.every(({ code }) => code === 'cut-off')).toBe(true);
      expect(await read('report', file)).toMatchObject({ schema: 'pyallocs/report@1', outcome: recording.outcome });
      expect(await read('annotate', file)).toMatchObject({
        files: expect.arrayContaining([expect.objectContaining({ path: expect.stringContaining('app.py') })]),
      });
    });

    test('os._exit, an exception and a deleted working folder leave whole recordings', async () => {
      const objects = 'class X: pass\nx = [X() for _ in range(10)]\n';
      const left = await record(python, `import os\n${objects}os._exit(3)\n`);
      expect([left.ended.code, sumOf(made(left.recording, 'X'))]).toEqual([3, 10]);
      const raised = await record(python, `${objects}1 / 0\n`);
      expect([raised.ended.code, sumOf(made(raised.recording, 'X'))]).toEqual([1, 10]);
      const gone = folder();
      const deleted = await record(python, `import os\nos.rmdir(${JSON.stringify(gone)})\n${objects}`, { cwd: gone });
      expect([deleted.ended.code, sumOf(made(deleted.recording, 'X'))]).toEqual([0, 10]);
    });

    test('a daemon that is left behind is recorded as far as it got', async () => {
      const until8 = 'end = time.time() + 8\nwhile time.time() < end: x = [D() for _ in range(100)]';
      const daemon = `import os, time\nclass D: pass\nif os.fork() == 0:\n    for fd in (0, 1, 2): os.close(fd)\n    ${until8.replaceAll('\n', '\n    ')}\n    os._exit(0)\n`;
      const script = join(folder({ 'app.py': daemon }), 'app.py');
      const { recording } = await recordAny(python, [script]);
      const said = [recording.why, ...recording.warnings].map((one) => one?.code).filter((code) => code !== undefined);
      expect(said).toContain('still-running');
      expect(sumOf(made(recording, 'D'))).toBeGreaterThan(0);
    });

    test('equal functions made by exec are one, and take no more room the more there are', async () => {
      const code = (n: number): string =>
        `text = "def g(n):\\n    return [n + 1.5]\\n"\nfor i in range(${n}):\n    d = {}\n    exec(compile(text, "made", "exec"), d)\n    d["g"](i)\n`;
      const few = await record(python, code(100));
      const many = await record(python, code(10_000));
      for (const { recording } of [few, many]) {
        expect(recording.codes.filter(({ file, name }) => file === 'made' && name === 'g')).toHaveLength(1);
      }
      // The collector may run at one more instruction.
      expect(many.recording.locations.length).toBeLessThan(few.recording.locations.length + 10);
      expect(made(many.recording, 'float')['g:2 MainThread']).toBe(10_000);
    });

    test('recursion is folded, or kept with --full-recursion, or there are no callers with --no-stacks', async () => {
      const code =
        'import sys\nsys.setrecursionlimit(5000)\nclass F: pass\ndef f(n):\n    F()\n    return n and f(n - 1)\nf(1000)\n';
      const depths = async (...before: string[]): Promise<[number, number]> => {
        const { recording } = await record(python, code, { before });
        expect(made(recording, 'F')).toEqual({ 'f:5 MainThread': 1001 });
        const of = recording.samples.filter(({ type }) => type === 'F').map(({ stack }) => stack.length);
        return [Math.min(...of), Math.max(...of)];
      };
      expect(await depths()).toEqual([2, 3]);
      expect(await depths('--full-recursion')).toEqual([2, 1002]);
      expect(await depths('--no-stacks')).toEqual([1, 1]);
    });

    test('memory that ctypes takes in one line and makes an object of in another', async () => {
      const { recording } = await record(
        python,
        `import ctypes
api = ctypes.pythonapi
api.PyObject_Malloc.restype = ctypes.c_void_p
api.PyObject_Malloc.argtypes = [ctypes.c_size_t]
api.PyObject_Init.restype = ctypes.py_object
api.PyObject_Init.argtypes = [ctypes.c_void_p, ctypes.py_object]
def take(n):
    return [api.PyObject_Malloc(64) for _ in range(n)]
def make(blocks):
    return [api.PyObject_Init(block, object) for block in blocks]
x = make(take(20))
`,
      );
      const at10 = Object.entries(made(recording, 'object')).filter(([where]) => where.includes(':10 '));
      expect(sumOf(Object.fromEntries(at10))).toBe(20);
    });

    test.runIf(minor >= 12)('interpreters that run at once do not bring it down', async () => {
      const code = `import threading
try: import _interpreters as I
except ImportError: import _xxsubinterpreters as I
run = getattr(I, "run_string", None) or I.exec
code = "class A: pass\\nfor i in range(3000): [A() for _ in range(10)]"
ids = [I.create() for _ in range(3)]
threads = [threading.Thread(target=run, args=(i, code)) for i in ids]
for thread in threads: thread.start()
exec(code)
for thread in threads: thread.join()
`;
      const cwd = folder({ 'app.py': code });
      const ended = await pyallocs(['record', '-p', python, '-o', 'r.pb.gz', 'app.py'], { cwd });
      const recording = readRecording(join(cwd, 'r.pb.gz'));
      expect([ended.code, recording.outcome, recording.why?.code]).toEqual([0, 'varying', 'subinterpreters']);
    });

    test.runIf(minor >= 14)('with PYTHON_JIT=1 instructions are approximate, if there is a compiler', async () => {
      const env = { PYTHON_JIT: '1' };
      const jit = 'import sys; sys.exit(not (hasattr(sys, "_jit") and sys._jit.is_enabled()))';
      const has = spawnSync(python, ['-c', jit], { env: { ...process.env, ...env } }).status === 0;
      const { recording } = await record(python, 'class J: pass\nfor i in range(20000): J()\n', { env });
      expect([recording.approximate, sumOf(made(recording, 'J'))]).toEqual([has, 20_000]);
    });
  });

  const [any] = FOUND;
  const python = any?.path ?? '';

  test('the memory of a recording does not grow with code that comes and goes', async () => {
    const used = async (n: number): Promise<number> => {
      const code = `text = "def g(n):\\n    return [n + 1.5]\\n"\nfor i in range(${n}):\n    d = {}\n    exec(compile(text, "made", "exec"), d)\n    d["g"](i)\n`;
      const session = folder();
      const found = findPythons().find(({ path }) => path === python);
      const env = agentEnvironment(session, recordVariables('folded', false, unwrap(found, 'it was found')));
      const ended = await run(python, ['-c', code], { env: env as Record<string, string> });
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      const recording = new RecordingFile(join(session, readdirSync(session)[0] ?? ''));
      const { size } = recording.head;
      recording.close();
      return size;
    };
    const few = await used(2000);
    expect(few).toBeGreaterThan(100_000);
    // The second of the two tables of sites that take turns (164 KB) comes when addresses want it. 18,000 copies take more.
    expect(await used(20_000)).toBeLessThan(few + 300_000);
  });

  test('two at once with the same file: it is whole, and one of the two', async () => {
    const cwd = folder({ 'a.py': 'class A: pass\nx = [A() for _ in range(30000)]\n' });
    const both = [1, 2].map(() => pyallocs(['record', '-p', python, '-o', 'r.pb.gz', 'a.py'], { cwd }));
    for (const { code, stderr } of await Promise.all(both)) expect([code, stderr]).toEqual([0, expect.anything()]);
    const recording = readRecording(join(cwd, 'r.pb.gz'));
    expectWhole(recording);
    expect(sumOf(made(recording, 'A'))).toBe(30_000);
  });

  test('a program that removes the folder of the counts is told so, and its children run on', async () => {
    const code = `import os, re, shutil
for path in set(re.findall(r"(/\\S+)/[^/\\s]+\\.pya", open("/proc/self/maps").read())): shutil.rmtree(path)
pid = os.fork()
x = [object() for _ in range(1000)]
if pid == 0: os._exit(0)
print(os.waitpid(pid, 0)[1])
`;
    const cwd = folder({ 'app.py': code });
    const { code: status, stdout, stderr } = await pyallocs(['record', '-p', python, 'app.py'], { cwd });
    expect([status, stdout]).toEqual([125, '0\n']);
    expect(stderr).toMatch(/^pyallocs: \S+, where the counts were kept, was removed while the program ran/);
  });

  const mounts = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
  const reason = mounts.status === 0 ? '' : ' (skipped: this user may not mount a small disk)';
  /** Runs pyallocs with a small disk for its counts. */
  const small = (size: string, args: readonly string[], cwd: string = folder()): SpawnSyncReturns<string> => {
    const command = `mount -t tmpfs -o size=${size} none /mnt && exec "$@"`;
    const words = ['--user', '--map-root-user', '--mount', 'sh', '-c', command, 'sh', process.execPath, BIN, ...args];
    return spawnSync('unshare', words, { cwd, encoding: 'utf8', env: { ...process.env, TMPDIR: '/mnt' } });
  };

  test.skipIf(reason !== '')(`a disk without room for the counts is named${reason}`, () => {
    // For no recording; for that of the first process, and not for those of its forks.
    for (const size of ['300k', '1200k']) {
      const { stdout } = small(size, ['bench', '-p', python, '--json', '[1]']);
      const [{ results } = { results: [] }] = JSON.parse(stdout).cases as {
        results: { reason: { message: string } }[];
      }[];
      expect(results[0]?.reason.message).toMatch(
        /could not be measured: there is no room for its recording in \/mnt\/pyallocs-\w+: set TMPDIR to/,
      );
    }
  });

  test('a limit that is too low for the counts is named, and ends no program', async () => {
    for (const [limit, sentence] of [
      ['-f 1000', /nothing was counted: its recording in \S+ may not be as large as 256 MiB/],
      ['-v 200000', /nothing was counted: there is no room in memory for its recording of 256 MiB/],
    ] as const) {
      // Programs have arguments; the worker that is checked before has none.
      const script = `#!/bin/sh\n[ $# = 0 ] || ulimit ${limit}\nexec '${python}' "$@"\n`;
      const limited = join(folder({ python: script }), 'python');
      chmodSync(limited, 0o755);
      const { stdout, stderr } = await pyallocs(['record', '-p', limited, '-c', 'print("done")'], { cwd: folder() });
      expect(stdout, stderr).toBe('done\n');
      expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(sentence);
    }
  });

  test.skipIf(reason !== '')(`a full disk ends no program, and is said${reason}`, async () => {
    const code = `for i in range(20000):
    d = {}
    exec("def f%05d(n):\\n    return n.imag%05d if n < 0 else [n + 1.5]\\n" % (i, i), d)
    d["f%05d" % i](i)
print("done")
`;
    const cwd = folder({ 'app.py': code });
    const ended = small('3m', ['record', '-p', python, '-o', 'r.pb.gz', 'app.py'], cwd);
    expect([ended.status, ended.stdout], ended.stderr).toEqual([0, 'done\n']);
    const recording = readRecording(join(cwd, 'r.pb.gz'));
    expectWhole(recording);
    expect(recording.why?.message).toContain('could not grow');
  });
});
