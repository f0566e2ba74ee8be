/** A program in the embedded interpreter does what it does in plain Python, and is counted exactly. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isZero } from '../../core/counts.js';
import { minorNumber } from '../../core/interpreter.js';
import { DEFAULT_MEASURE } from '../engine.js';
import { EMBEDDED } from './embedded.js';
import { wasmEngine } from './engine.js';
import { created, exact, folderOf, type Run, type RunOptions, runProgram } from './program.testkit.js';

const NEWEST = '3.14';
const MINORS = EMBEDDED.map(({ minor }) => minor);

/** An installed Python of each minor version, where there is one. */
function nativePython(minor: string): string | null {
  const versions = join(homedir(), '.pyenv/versions');
  const found = existsSync(versions) ? readdirSync(versions).find((name) => name.startsWith(`${minor}.`)) : undefined;
  return found === undefined ? null : join(versions, found, 'bin/python');
}
const INSTALLED = MINORS.flatMap((minor) => {
  const python = nativePython(minor);
  return python === null ? [] : [[minor, python] as const];
});
/** The oldest and the newest: each run takes seconds. */
const NATIVE = [...new Set([INSTALLED[0], INSTALLED.at(-1)])].filter((one) => one !== undefined);

/** A zip file with one file in it, not compressed: local header, directory entry, end. */
function zipOf(name: string, text: string): Buffer {
  const crc = [...Buffer.from(text)].reduce((sum, byte) => {
    let value = (sum ^ byte) >>> 0;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value >>> 0;
  }, 0xffffffff);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(33, 8); // 1 January 1980
  common.writeUInt32LE((crc ^ 0xffffffff) >>> 0, 10);
  common.writeUInt32LE(text.length, 14);
  common.writeUInt32LE(text.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name + text)]);
  const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

const run = (files: Record<string, string>, command: readonly string[], options?: RunOptions): Promise<Run> =>
  runProgram(NEWEST, folderOf(files), command, options);

describe.each(MINORS)('on %s, the program `pass` counts 0', (minor) => {
  const folder = folderOf({
    'script.py': 'pass\n',
    'package/__init__.py': 'x = [1.5]\n',
    'package/__main__.py': 'pass\n',
    'folder/__main__.py': 'pass\n',
    'program.zip': zipOf('__main__.py', 'pass\n'),
  });
  it.each([
    ['script', ['script.py']],
    ['module', ['-m', 'package']],
    ['command', ['-c', 'pass']],
    ['stdin', ['-']],
    ['folder', ['folder']],
    ['zip', ['program.zip']],
  ])('as %s', async (_, command) => {
    const result = exact(await runProgram(minor, folder, command, { stdin: 'pass\n' }));
    expect(isZero(result.counts)).toBe(true);
    expect(result.byType).toEqual([]);
    expect(result.exit).toEqual({ code: 0, signal: null });
    expect(result.startup.creations.total).toBeGreaterThan(0);
    expect(result.command).toEqual(command);
    expect(result.processes).toMatchObject([{ parent: null, command, counts: result.counts }]);
  });
});

describe.each(MINORS)('on %s', (minor) => {
  it('counts a thousand floats in a list, to the object', async () => {
    const script = 'half = 0.5\nkept = [half * 3.0] * 0\nfor _ in (None,) * 1000: kept.append(half * 3.0)\n';
    const result = await runProgram(minor, folderOf({ 'floats.py': script }), ['floats.py']);
    // One float for the first list, which `* 0` copies, and 1,000; 3.15 walks a tuple without an iterator.
    const iterator = minorNumber(minor) < 15 ? { tuple_iterator: 1 } : {};
    expect(created(result)).toEqual({ float: 1001, list: 2, tuple: 1, ...iterator });
  });

  it('counts one more statement as bench counts it', async () => {
    const setup = 'a = 1000; b = 2000; t = None\n';
    const folder = folderOf({ 'without.py': setup, 'with.py': `${setup}t = [(a, b), {a: b}, a + b]\n` });
    const without = created(await runProgram(minor, folder, ['without.py']));
    const more = created(await runProgram(minor, folder, ['with.py']));
    const offer = EMBEDDED.find((one) => one.minor === minor);
    const session = await wasmEngine.open(offer as (typeof EMBEDDED)[number], null, { folders: [], time: false });
    const measured = await session.measure({ setup, statement: 't = [(a, b), {a: b}, a + b]' }, DEFAULT_MEASURE);
    await session.close();
    if (measured.outcome !== 'exact') throw new Error(JSON.stringify(measured));
    const perOp = measured.byType.map(({ type, creations }) => [type, creations.total / measured.iterations] as const);
    for (const [type, times] of perOp) expect([type, (more[type] ?? 0) - (without[type] ?? 0)]).toEqual([type, times]);
  });

  it('counts tuples again that the trashcan had put off: their GC heads lead to other objects', async () => {
    const script = `def nest(depth, innermost):
    for _ in range(depth): innermost = (innermost, 0, 0)
    return innermost
def wide(): return tuple([(i, i, (i, i, i)) for i in range(300)])
for _ in range(4):
    nested = [nest(depth, wide()) for depth in range(47, 51)]
    del nested
    made = [(i, i, i) for i in range(500)]
`;
    const nests = 47 + 48 + 49 + 50 + 4 * (2 * 300 + 1);
    const run = await runProgram(minor, folderOf({ 'nests.py': script }), ['nests.py']);
    expect(created(run)).toMatchObject({ tuple: 4 * (nests + 500) });
  });

  it('counts what atexit callbacks make, after the program', async () => {
    const script = (what: string): string => `import atexit\n@atexit.register\ndef late():\n    ${what}\n`;
    const folder = folderOf({
      'empty.py': script('pass'),
      'late.py': script('return [1.5 * i for i in range(3, 13)]'),
    });
    const empty = created(await runProgram(minor, folder, ['empty.py']));
    const late = created(await runProgram(minor, folder, ['late.py']));
    expect([empty['float'] ?? 0, late['float']]).toEqual([0, 10]);
  });

  it('refuses to give numbers when the program starts or stops tracemalloc', async () => {
    const script = 'import tracemalloc\ntracemalloc.start()\nx = object()\ntracemalloc.stop()\n';
    const { result } = await runProgram(minor, folderOf({ 'traced.py': script }), ['traced.py']);
    expect(result).toMatchObject({ outcome: 'refused', reason: { code: 'hooks-replaced' } });
  });
});

describe.each(NATIVE)('as Python %s of this machine does', (minor, python) => {
  const folder = folderOf({
    'argv.py': "import sys, os\nprint(sys.argv, sys.path[0], __name__, __file__, os.getcwd(), os.environ['COLOUR'])\n",
    'streams.py':
      "import sys\nsys.stdout.write('a')\nprint('e', file=sys.stderr)\nsys.stdout.buffer.write(b'\\xff\\x00')\nprint(sys.stdin.read())\n",
    'trace.py':
      "def f(x):\n    return 1 / x\n\ntry:\n    f(0)\nexcept ZeroDivisionError as error:\n    raise ValueError('ä') from error\n",
    'exit.py': 'import sys\nsys.exit(3)\n',
    'message.py': "import sys\nprint('out')\nsys.exit('a message')\n",
    'ends.py':
      "import atexit\nclass Last:\n    def __del__(self): print('deleted')\nlast = Last()\natexit.register(print, 'atexit')\nprint('main')\n",
    'syntax.py': 'x = = 1\n',
    'interrupt.py': 'raise KeyboardInterrupt\n',
    'writes.py':
      "import os\nwith open('made.txt', 'w') as file: file.write('text')\nprint(open('made.txt').read())\nos.remove('made.txt')\n",
    'folder/__main__.py': 'import sys, beside\nprint(sys.argv, sys.path[0], __file__)\n',
    'folder/beside.py': "print('beside', __file__)\n",
    'package/__init__.py': '',
    'package/__main__.py': 'import sys\nfrom . import part\nprint(sys.argv, __package__)\npart.fail()\n',
    'package/part.py': "def fail(): raise LookupError('x')\n",
    'warns.py': 'import sys\nassert 0\nprint(sys.warnoptions, sys.flags.optimize, sys._xoptions)\n',
  });
  it.each([
    ['arguments', ['argv.py', 'a', 'b c', '-x'], ''],
    ['streams', ['streams.py'], 'one\ntwö'],
    ['a traceback', ['trace.py'], ''],
    ['an exit code', ['exit.py'], ''],
    ['a message at exit', ['message.py'], ''],
    ['atexit and the last objects', ['ends.py'], ''],
    ['a syntax error', ['syntax.py'], ''],
    ['an interrupt', ['interrupt.py'], ''],
    ['writing in the current folder', ['writes.py'], ''],
    ['a folder', ['folder', 'x'], ''],
    ['a module', ['-m', 'package', '-q'], ''],
    ['code', ['-c', 'import sys; print(sys.argv, sys.path[0]); 1/0', 'x'], ''],
    ['stdin', ['-', 'x'], 'import sys\nprint(sys.argv, repr(sys.stdin.read()))\n1/0\n'],
    ['a script that is not there', ['nowhere.py'], ''],
    ['options', ['-O', '-W', 'error', '-X', 'a=b', 'warns.py'], ''],
  ])('%s', async (_, command, stdin) => {
    const env = { ...process.env, COLOUR: 'blue', PYTHONDONTWRITEBYTECODE: '1' };
    const native = spawnSync(python, command, { cwd: folder, env, input: stdin, encoding: 'utf8' });
    const embedded = await runProgram(minor, folder, command, { stdin, env });
    // The file of the library's runpy, up to 3.10, and the name of the executable are those of each installation.
    const plain = (text: string): string =>
      text.replace(/"[^"\n]*runpy\.py"/g, '"runpy.py"').replaceAll(`${python}:`, 'python:');
    expect(embedded.stdout).toBe(native.stdout);
    expect(plain(embedded.stderr)).toBe(plain(native.stderr));
    expect(exact(embedded).exit).toEqual({ code: native.status, signal: native.signal });
  });
});

describe('what the embedded Python cannot do is told in one line after its own error', () => {
  it.each([
    ['import nowhere_to_be_found', 'nowhere_to_be_found is not in the embedded Python; try -p .venv/bin/python'],
    ['import threading\nthreading.Thread(target=print).start()', 'the embedded Python has no threads; try -p python3'],
    ["import subprocess\nsubprocess.run(['ls'])", 'the embedded Python has no processes; try -p python3'],
    ["open('/nowhere/x')", expect.stringMatching(/^the embedded Python sees only \S+; try -p python3$/)],
  ])('%s', async (script, line) => {
    const ended = await run({ 'limit.py': `${script}\n` }, ['limit.py']);
    const lines = ended.stderr.trimEnd().split('\n');
    expect(lines[0]).toBe('Traceback (most recent call last):');
    expect(lines.at(-1)).toEqual(line);
    expect(exact(ended).exit).toEqual({ code: 1, signal: null });
  });

  it('options that make no sense in it', async () => {
    const { result } = await run({}, ['-i', 'x.py']);
    expect(result).toMatchObject({
      outcome: 'refused',
      reason: { code: 'unsupported', message: 'the embedded Python cannot run with -i: it has no interactive mode' },
    });
  });
});

describe('a program', () => {
  it('is ended by the timeout, its process too', async () => {
    const { result } = await run({ 'endless.py': 'while True: pass\n' }, ['endless.py'], { timeout: 1 });
    expect(result).toMatchObject({ outcome: 'failed', exit: { signal: 'SIGKILL' }, error: { code: 'timeout' } });
  });

  it.skipIf(process.platform === 'win32')('is ended by Ctrl-C', async () => {
    const script = "print('ready', flush=True)\nwhile True: pass\n";
    const onOutput = (pid: number): void => {
      process.kill(pid, 'SIGINT');
    };
    const { result } = await run({ 'endless.py': script }, ['endless.py'], { onOutput });
    expect(result).toMatchObject({ outcome: 'failed', exit: { code: null, signal: 'SIGINT' } });
  });

  it('that leaves by os._exit() is counted until then', async () => {
    const ended = await run({ 'leaves.py': 'import os\nx = [object() for _ in range(10)]\nos._exit(7)\n' }, [
      'leaves.py',
    ]);
    expect(exact(ended).exit).toEqual({ code: 7, signal: null });
    expect(created(ended)['object']).toBe(10);
  });

  it('whose atexit callback raises is not called exact: printing the traceback was counted', async () => {
    const ended = await run({ 'late.py': 'import atexit\natexit.register(lambda: 1 / 0)\n' }, ['late.py']);
    expect(ended.result).toMatchObject({ outcome: 'varying', exit: { code: 0 }, why: { code: 'inexact' } });
    expect(ended.stderr).toContain('Exception ignored in atexit callback');
  });

  it('changes nothing outside of the current folder', async () => {
    const outside = folderOf({ 'script.py': "open(__file__, 'w')\n" });
    const ended = await run({}, [join(outside, 'script.py')]);
    expect(ended.stderr).toContain('OSError: [Errno 69] Read-only file system');
    expect(readFileSync(join(outside, 'script.py'), 'utf8')).toBe("open(__file__, 'w')\n");
  });

  it('has a hash seed of its own, and the same one when steady', async () => {
    const script = { 'hash.py': "print(hash('x'))\n" };
    const env = { ...process.env, PYTHONHASHSEED: undefined };
    const hashes = async (steady: boolean): Promise<string[]> => [
      (await run(script, ['hash.py'], { steady, env })).stdout,
      (await run(script, ['hash.py'], { steady, env })).stdout,
    ];
    const [a, b] = await hashes(false);
    const [c, d] = await hashes(true);
    expect(a).not.toBe(b);
    expect(c).toBe(d);
  });
});
