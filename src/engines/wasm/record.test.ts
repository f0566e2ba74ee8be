/** Where the events of a program in an embedded interpreter come from: on every version, and to the unit. */

import { copyFileSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countFields } from '../../core/counts.js';
import { minorNumber } from '../../core/interpreter.js';
import { LIVE_FIELDS, type Location, type Sample, type Stacks } from '../../core/recording.js';
import { sumOfSamples, type Where } from '../where.js';
import { EMBEDDED } from './embedded.js';
import { exact, folderOf, type Run, type RunOptions, runProgram } from './program.testkit.js';

const NEWEST = '3.14';
const ORACLES = join(import.meta.dirname, '../../../test/oracles/programs');

async function record(
  minor: string,
  files: Record<string, string>,
  command: readonly string[],
  stacks: Stacks = 'folded',
  options: RunOptions = {},
): Promise<Run & { readonly where: Where }> {
  const run = await runProgram(minor, folderOf(files), command, { ...options, record: stacks });
  const { counts } = exact(run);
  if (run.where === null) throw new Error(`nothing was recorded: ${run.stderr}`);
  const sums = countFields({ ...sumOfSamples(run.where.samples), pools: null, arenas: null });
  expect(sums).toEqual(countFields({ ...counts, pools: null, arenas: null }));
  return { ...run, where: run.where };
}

/** A step of a stack: "generate:3". */
const step = ({ codes }: Where, { code, line }: Location): string => `${codes[code]?.name}:${line}`;

const stackOf = (where: Where, { stack }: Sample): string[] =>
  stack.map((index) => step(where, where.locations[index] as Location));

/** Creations of a type by stack, the innermost first: `{ "f:2 < <module>:4": 3 }`. */
function created(where: Where, type: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const sample of where.samples) {
    if (sample.type !== type || sample.values.creations === 0) continue;
    const key = stackOf(where, sample).join(' < ');
    found[key] = (found[key] ?? 0) + sample.values.creations;
  }
  return found;
}

const CLASSES = `class A: pass
class B: pass
`;

/** Its source is made while it runs: two thousand functions of one text. */
const MAKER = 'def f():\\n    return C()\\n';

const PROGRAM = `${CLASSES}class C: pass
def make():
    return A(), A()

def generate():
    for _ in (1, 2, 3):
        yield B()

def count(n):
    made = A()
    if n > 0: count(n - 1)

make()
kept = list(generate())
make(); make()
count(5)
try:
    raise LookupError(
        A())
except LookupError:
    pass
x = 3000
y = x * x
for _ in (None,) * 2000:
    exec("${MAKER}")
    f()
`;

describe.each(EMBEDDED.map(({ minor }) => minor))('on %s', (minor) => {
  it('the program `pass` has no event', async () => {
    const { where, result } = await record(minor, { 'empty.py': 'pass\n' }, ['empty.py']);
    expect(where.samples).toEqual([]);
    expect(result).toMatchObject({ outcome: 'exact', counts: { creations: { total: 0 } } });
  });

  it('each creation has its instruction and its callers: of a generator, whoever resumes it', async () => {
    const run = await record(minor, { 'program.py': PROGRAM }, ['program.py']);
    const { where } = run;
    expect(created(where, 'A')).toEqual({
      'make:5 < <module>:15': 2,
      'make:5 < <module>:17': 4,
      'count:12 < <module>:18': 1,
      'count:12 < count:13 < <module>:18': 5, // folded
      '<module>:21': 1,
    });
    expect(created(where, 'B')).toEqual({ 'generate:9 < <module>:16': 3 });
    expect(created(where, 'C')).toEqual({ 'f:2 < <module>:28': 2000 });
    const texts = where.codes.filter(({ file }) => file === '<string>').map(({ name }) => name);
    expect(texts.sort()).toEqual(['<module>', 'f']); // each of them 2,000 times

    const products = where.samples
      .filter(({ type }) => type === 'int')
      .map(({ stack }) => where.locations[stack[0] ?? 0])
      .filter((one) => one?.line === 25);
    const [opcode, argument, column] = minorNumber(minor) < 11 ? ['BINARY_MULTIPLY', '', null] : ['BINARY_OP', '*', 5];
    expect(products).toMatchObject([{ opcode, argument, column }]);
    expect(new Set(where.samples.map(({ thread }) => thread))).toEqual(new Set(['MainThread']));
    expect(exact(run).warnings).toEqual([]);
    expect(run.interpreterFiles).toEqual([]);
  });

  it('what lives at the end and at the maximum is followed, to the block', async () => {
    const script = `def grow(n):
    for _ in (None,) * n: kept.append(bytes(1000))
kept = []
grow(300)
del kept[100:]
grow(10)
`;
    const { where } = await record(minor, { 'live.py': script }, ['live.py'], 'folded', { live: true });
    const figures = (line: number): number[] => {
      const rows = where.samples.filter(
        (sample) => sample.type === 'bytes' && stackOf(where, sample).at(-1) === `<module>:${line}`,
      );
      return LIVE_FIELDS.map((field) => rows.reduce((sum, { values }) => sum + (values[field] ?? 0), 0));
    };
    const size = 1017; // PyBytesObject of 32 bits: 16 bytes and a zero beside what is in it
    expect(figures(4)).toEqual([100, 100 * size, 300, 300 * size]);
    expect(figures(6)).toEqual([10, 10 * size, 0, 0]);
  });

  it('a recording changes no count: objects.py, field by field', async () => {
    const folder = folderOf({});
    copyFileSync(join(ORACLES, 'objects.py'), join(folder, 'objects.py'));
    const options = { steady: true, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } };
    const { counts, byType } = exact(
      await runProgram(minor, folder, ['objects.py'], { ...options, record: 'folded', live: true }),
    );
    const counted = exact(await runProgram(minor, folder, ['objects.py'], options));
    expect([counts, byType]).toEqual([counted.counts, counted.byType]);
  });
});

describe('a program', () => {
  it('has its recursion whole where that is asked for, and no callers where not', async () => {
    const full = await record(NEWEST, { 'program.py': PROGRAM }, ['program.py'], 'full');
    const depths = Array.from({ length: 6 }, (_, n) => ['count:12', ...Array(n).fill('count:13'), '<module>:18']);
    const found = Object.entries(created(full.where, 'A')).filter(([stack]) => stack.startsWith('count'));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(depths.map((steps) => [steps.join(' < '), 1])));

    const none = await record(NEWEST, { 'program.py': PROGRAM }, ['program.py'], 'none');
    expect(created(none.where, 'A')).toEqual({ 'make:5': 6, 'count:12': 6, '<module>:21': 1 });
  });

  it('whose modules are beside it and in the library: its files are those of this machine', async () => {
    const files = {
      'main.py': 'import part.inner, this_is_local\nimport json\n',
      'this_is_local.py': 'x = [1.5]\n',
      'part/__init__.py': '',
      'part/inner.py': 'class A: pass\n',
    };
    const folder = folderOf(files);
    const run = await runProgram(NEWEST, folder, ['main.py'], { record: 'folded' });
    exact(run);
    const recorded = [...new Set(run.where?.codes.map(({ file }) => file))];
    const own = recorded.filter((file) => file.startsWith(folder));
    expect(own.map((file) => basename(file)).sort()).toEqual(['inner.py', 'main.py', 'this_is_local.py']);
    for (const file of own) expect(readFileSync(file, 'utf8')).toBe(files[file.slice(folder.length + 1) as 'main.py']);
    // /usr/lib of this machine may well have a file of the same name, of another Python.
    expect(run.interpreterFiles.filter((file) => /\/json\/\w+\.py$/.test(file)).length).toBeGreaterThan(1);
    expect(run.interpreterFiles.filter((file) => own.includes(file) || file.startsWith('<'))).toEqual([]);
  });

  it('that is code, a module, or read from stdin has its lines', async () => {
    const code = `${CLASSES}kept = A()\n`;
    const files = { 'package/__init__.py': '', 'package/__main__.py': code };
    for (const [command, options] of [
      [['-c', code], {}],
      [['-m', 'package'], {}],
      [['-'], { stdin: code }],
    ] as const) {
      const { where } = await record(NEWEST, files, command, 'none', options);
      expect(created(where, 'A')).toEqual({ '<module>:3': 1 });
    }
  });

  it('that ends in an exception, by exit() or by os._exit() has what was recorded until then', async () => {
    for (const end of ['1 / 0', 'exit(3)', 'import os\nos._exit(3)']) {
      const { where } = await record(NEWEST, { 'ends.py': `${CLASSES}kept = A()\n${end}\n` }, ['ends.py']);
      expect(created(where, 'A'), end).toEqual({ '<module>:3': 1 });
    }
  });

  it('has its atexit callbacks in the recording, and nothing of what comes between', async () => {
    const script = `${CLASSES}import atexit\n@atexit.register\ndef late():\n    return B()\nkept = A()\n`;
    const { where } = await record(NEWEST, { 'late.py': script }, ['late.py']);
    expect([created(where, 'A'), created(where, 'B')]).toEqual([{ '<module>:7': 1 }, { 'late:6': 1 }]);
  });

  it('that cannot be counted has no recording', async () => {
    const script = 'import tracemalloc\ntracemalloc.start()\n';
    const run = await runProgram(NEWEST, folderOf({ 'traced.py': script }), ['traced.py'], { record: 'folded' });
    expect([run.result.outcome, run.where]).toEqual(['refused', null]);
  });
});
