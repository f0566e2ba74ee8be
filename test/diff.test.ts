/** `pyallocs diff` as it is typed: real results of bench, written ones of stat and study, and files that are no results. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ProgramResult, StatComparison, StatResult } from '../src/core/program.js';
import { type Counted, native, program, region, withFields } from '../src/report/text/programs.testkit.js';
import type { Event } from '../src/report/text/results.testkit.js';
import { casesFile, type Ended, folder, parsed, pyallocs } from './cli.js';
import { counts } from './schemas.js';

/** The shape of design.md §4. */
const diffSchema = z.object({
  schema: z.literal('pyallocs/diff@1'),
  of: z.enum(['bench', 'stat', 'study', 'recording']),
  rows: z.array(
    z.object({
      key: z.string().min(1),
      before: counts.nullable(),
      after: counts.nullable(),
      change: z.enum(['new', 'gone', 'more', 'less']),
    }),
  ),
});

type Row = z.infer<typeof diffSchema>['rows'][number];

async function diffJson(cwd: string, ...args: readonly string[]): Promise<{ ended: Ended; rows: Row[]; of: string }> {
  const ended = await pyallocs(['diff', '--json', ...args], { cwd });
  return { ended, ...diffSchema.parse(parsed(ended)) };
}

const told = (rows: readonly Row[]): string[] =>
  rows.map(({ key, change, before, after }) => {
    const side = (one: Row['before']): string => (one === null ? '-' : `${one.creations.total}/${one.requests}`);
    return `${change} ${key} ${side(before)} ${side(after)}`;
  });

const statResult = (events: readonly Event[], more: Parameters<typeof program>[1] = {}): StatResult & Counted => ({
  schema: 'pyallocs/stat@1',
  ...program(events, more),
});

describe('two results of bench', () => {
  const cwd = folder();

  /** The statements of both, on 3.13 and 3.14, in one file each. */
  beforeAll(async () => {
    const common = { pass: 'pass', 'int.add': { setup: 'x = 1000', statement: 'y = x + 1' } };
    const files = {
      before: {
        ...common,
        list: { setup: 'x = None', statement: '[x]' },
        old: { setup: 'x = 1.5', statement: 'x * x' },
      },
      after: {
        ...common,
        list: { setup: 'x = None', statement: '[x, [x]]' },
        new: { setup: 'x = 1.5', statement: 'x + x' },
      },
    };
    for (const [name, cases] of Object.entries(files)) {
      writeFileSync(join(cwd, `${name}.toml`), casesFile(cases));
      await pyallocs(['bench', '--file', `${name}.toml`, '-p', 'wasm:3.13,wasm:3.14', '-o', `${name}.json`], { cwd });
    }
    for (const version of ['3.13', '3.14'])
      await pyallocs(['bench', 'y = x + 1', '-s', 'x = 1000', '-p', `wasm:${version}`, '-o', `${version}.json`], {
        cwd,
      });
  });

  test('that are the same have no rows', async () => {
    const { ended, rows, of } = await diffJson(cwd, 'before.json', 'before.json', '--fail-on-growth');
    expect([rows, of, ended.stderr, ended.code]).toEqual([[], 'bench', '', 0]);
  });

  test('list what changed, with the interpreter where there are several; unchanged rows are left out', async () => {
    const { ended, rows } = await diffJson(cwd, 'before.json', 'after.json');
    expect(told(rows)).toEqual([
      'more list @ wasm:3.13 1000/1000 2000/2000',
      'more list @ wasm:3.14 1000/1000 2000/2000',
      'new new @ wasm:3.13 - 1000/0',
      'new new @ wasm:3.14 - 1000/0',
      'gone old @ wasm:3.13 1000/0 -',
      'gone old @ wasm:3.14 1000/0 -',
    ]);
    expect(ended.code).toBe(0);
  });

  test('of one interpreter each are compared across versions, by the statement', async () => {
    const { rows } = await diffJson(cwd, '3.13.json', '3.14.json');
    expect(told(rows)).toEqual(['less y = x + 1 1000/1000 1000/0']);
    const { stdout, stderr, code } = await pyallocs(['diff', '3.13.json', '3.14.json'], { cwd });
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toBe(
      `
CPython 3.13.2 (wasm:3.13): embedded, 32 bits, no pymalloc
and then CPython 3.14.2 (wasm:3.14): embedded, 32 bits, no pymalloc
 before  bench 3.13.json
 after   bench 3.14.json

                  before  after  difference
 less  y = x + 1       1      0          -1  requests/op  int -1; also bytes -16 B

1 row differs (1 less); none is the same.
`.slice(1),
    );
  });

  test('--fail-on-growth exits with 3 when something grew or is new, and prints the same', async () => {
    const plain = await pyallocs(['diff', '3.14.json', '3.13.json'], { cwd });
    const strict = await pyallocs(['diff', '3.14.json', '3.13.json', '--fail-on-growth'], { cwd });
    expect([plain.code, strict.code, strict.stdout]).toEqual([0, 3, plain.stdout]);
    expect((await pyallocs(['diff', '3.13.json', '3.14.json', '--fail-on-growth'], { cwd })).code).toBe(0);
    expect((await pyallocs(['diff', 'before.json', 'after.json', '--fail-on-growth'], { cwd })).code).toBe(3);
  });

  test('-o writes the JSON as well; - reads from standard input', async () => {
    const input = readFileSync(join(cwd, '3.13.json'), 'utf8');
    const { stdout, code } = await pyallocs(['diff', '-', '3.14.json', '-o', 'diff.json'], { cwd, input });
    expect(stdout).toContain(' before  bench standard input\n');
    expect(told(diffSchema.parse(JSON.parse(readFileSync(join(cwd, 'diff.json'), 'utf8'))).rows)).toEqual([
      'less y = x + 1 1000/1000 1000/0',
    ]);
    expect(code).toBe(0);
  });
});

describe('two results of stat', () => {
  const before = statResult(['5 int pymalloc', '2 dict freelist', '3 buffer'], {
    regions: [region('parse', ['2 int pymalloc'])],
  });
  const after = statResult(['4 int pymalloc', '1 C malloc', '3 buffer'], {
    regions: [region('parse', ['3 int pymalloc'])],
  });
  const comparison = (...results: readonly ProgramResult[]): StatComparison => ({
    schema: 'pyallocs/stat@1',
    command: ['script.py'],
    results,
  });
  const failed: ProgramResult = {
    command: ['script.py'],
    interpreter: native('3.13'),
    outcome: 'failed',
    exit: { code: null, signal: 'SIGKILL' },
    error: { code: 'timeout', message: 'it ran for 5 s' },
  };
  const varying = { ...before, outcome: 'varying', why: { code: 'creations-moved', message: 'they did' } };
  const cwd = folder({
    'before.json': JSON.stringify(before),
    'after.json': JSON.stringify(after),
    'failed.json': JSON.stringify({ schema: 'pyallocs/stat@1', ...failed }),
    'varying.json': JSON.stringify(varying),
    'smaller.json': JSON.stringify({ ...before, counts: withFields(before.counts, { bytes: 0, releases: 7 }) }),
    'two.json': JSON.stringify(comparison(program(['1 int malloc']), program([], { interpreter: native('3.14') }))),
    'one.json': JSON.stringify(statResult(['2 int malloc'])),
  });

  test('the total, the types and the regions that differ', async () => {
    const { ended, rows, of } = await diffJson(cwd, 'before.json', 'after.json');
    expect([of, ended.code]).toEqual(['stat', 0]);
    expect(told(rows)).toEqual([
      'less (total) 7/8 5/8',
      'gone dict 2/0 -',
      'new C - 1/1',
      'less int 5/5 4/4',
      'more parse 2/2 3/3',
    ]);
  });

  test('releases are no difference, nor is the same result', async () => {
    for (const other of ['before.json', 'smaller.json']) {
      expect((await diffJson(cwd, 'before.json', other, '--fail-on-growth')).rows).toEqual([]);
    }
  });

  test('of one interpreter and of several: keys name the interpreter', async () => {
    const { rows } = await diffJson(cwd, 'one.json', 'two.json');
    expect(told(rows)).toEqual([
      'less (total) @ native:3.13 2/2 1/1',
      'less int @ native:3.13 2/2 1/1',
      'new (total) @ native:3.14 - 0/0',
    ]);
  });

  test('one that failed is not compared, and that is no success for CI', async () => {
    const { stdout, code } = await pyallocs(['diff', 'before.json', 'failed.json'], { cwd });
    expect(stdout).toContain('not compared: (total): after: failed: it ran for 5 s');
    expect(code).toBe(0);
    expect((await pyallocs(['diff', 'before.json', 'failed.json', '--fail-on-growth'], { cwd })).code).toBe(1);
  });

  test('one that varies has its sign', async () => {
    const { stdout } = await pyallocs(['diff', 'varying.json', 'after.json'], { cwd });
    expect(stdout).toMatch(/^ less {2}\(total\) +≈7 +≈5 +-2 {2}objects/m);
    expect(stdout).toMatch(/ before {2}stat varying.json .*≈ not all of it exact/);
    const ascii = await pyallocs(['diff', 'varying.json', 'after.json', '--ascii'], { cwd });
    expect(ascii.stdout).toMatch(/^[\n -}~]+$/);
  });
});

test('two results of a study: their files, or their folders', async () => {
  const cwd = folder();
  for (const version of ['3.13', '3.14'])
    await pyallocs(
      ['study', '-p', `wasm:${version}`, '--only', 'int.add-large', '--only', 'tuple.pair', '--out', version],
      {
        cwd,
      },
    );
  const { rows, of } = await diffJson(cwd, '3.13', '3.14/results.json');
  expect(of).toBe('study');
  expect(told(rows)).toEqual(['less int.add-large 1000/1000 1000/0']);
});

describe('what is no result is told in a sentence, with exit code 2', () => {
  const how = 'results are written by bench, stat and study, with -o FILE or --out FOLDER';
  const cwd = folder({
    'good.json': JSON.stringify(statResult([])),
    'bench.json': '{"schema": "pyallocs/bench@1", "cases": []}',
    'cut.json': JSON.stringify(statResult([])).slice(0, 300),
    'empty.json': '',
    'other.json': '{"name": "x", "version": 1}',
    'later.json': '{"schema": "pyallocs/stat@9"}',
    'interpreters.json': '{"schema": "pyallocs/interpreters@1", "interpreters": []}',
    'partly.json': JSON.stringify({ ...statResult([]), byType: [{ type: 'int' }] }),
  });
  writeFileSync(join(cwd, 'recording.pb.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]));
  mkdirSync(join(cwd, 'empty'));

  const sentences: readonly (readonly [args: readonly string[], sentence: string])[] = [
    [['good.json', 'none.json'], 'none.json cannot be read: it does not exist'],
    [['good.json', 'empty'], 'empty cannot be read: it is a folder without results.json'],
    [['good.json', 'empty.json'], `empty.json is empty; ${how}`],
    [['good.json', 'cut.json'], `cut.json is not JSON; ${how}`],
    [['good.json', 'other.json'], `other.json is JSON, but no result of pyallocs; ${how}`],
    [
      ['good.json', 'recording.pb.gz'],
      'recording.pb.gz is truncated: its end is missing; record it again, or copy it again',
    ],
    [
      ['later.json', 'good.json'],
      'later.json is a stat result of version 9; this pyallocs reads version 1: make it again with this one, or use the one that wrote it',
    ],
    [
      ['interpreters.json', 'good.json'],
      'interpreters.json is a result of interpreters; diff compares results of bench, stat and study',
    ],
    [
      ['good.json', 'partly.json'],
      'partly.json is not a whole stat result: byType.0.creations: Invalid input: expected object, received undefined',
    ],
    [
      ['bench.json', 'good.json'],
      'bench.json is a bench result, good.json a stat result; diff compares two of the same kind',
    ],
    [['-', '-'], 'only one of the two results can come from standard input'],
    [['good.json'], "missing required argument 'after'"],
    [['good.json', 'good.json', '-o', 'none/x.json'], 'none/x.json cannot be written: there is no folder none'],
  ];

  test.each(sentences)('%j', async (args, sentence) => {
    const { stdout, stderr, code } = await pyallocs(['diff', ...args], { cwd });
    expect([stdout, stderr, code]).toEqual(['', `pyallocs: ${sentence}\n`, 2]);
  });

  test.runIf(process.platform === 'linux')('a file without end', async () => {
    const { stdout, stderr, code } = await pyallocs(['diff', 'good.json', '/dev/zero'], { cwd });
    expect([stdout, stderr, code]).toEqual([
      '',
      'pyallocs: /dev/zero is larger than 64 MiB: it is no result of pyallocs\n',
      2,
    ]);
  });
});
