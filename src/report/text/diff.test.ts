import { describe, expect, test } from 'vitest';
import type { BenchCase } from '../../core/bench.js';
import { diffResults } from '../../core/diff.js';
import type { NamedResult } from '../../core/diff-entries.js';
import { diffRecordings, type NamedRecording } from '../../core/diff-recordings.js';
import type { Grouping } from '../../core/grouping.js';
import type { CaseResult } from '../../core/outcome.js';
import type { ProgramResult } from '../../core/program.js';
import { recordingFromText } from '../../core/recording.testkit.js';
import { formatDiff } from './diff.js';
import { native, program, region, withFields } from './programs.testkit.js';
import { type Event, failed, result } from './results.testkit.js';
import { makeStyle, type Style, textWidth } from './style.js';

const WIDE = makeStyle({ colour: false, ascii: false, width: 100 });

const bench = (name: string, cases: Readonly<Record<string, CaseResult>>): NamedResult => {
  const all = Object.entries(cases).map(
    ([statement, one]): BenchCase => ({ id: null, statement, setup: '', results: [one] }),
  );
  return { name, file: { of: 'bench', result: { schema: 'pyallocs/bench@1', cases: all } } };
};

const stat = (name: string, one: ProgramResult): NamedResult => ({
  name,
  file: { of: 'stat', result: { schema: 'pyallocs/stat@1', ...one } },
});

const text = (before: NamedResult, after: NamedResult, style: Style = WIDE): string =>
  formatDiff(diffResults(before, after), style);

/** The rows of a statement that cost this, and then that. */
const rows = (before: readonly Event[], after: readonly Event[], style: Style = WIDE): string[] => {
  const told = text(bench('a', { x: result('3.14', before) }), bench('b', { x: result('3.14', after) }), style);
  return told.split('\n').slice(5, -2);
};

test('two equal results: no table', () => {
  const same = bench('a.json', { x: result('3.14', ['1 int malloc']), pass: result('3.14', []) });
  expect(text(same, { ...same, name: 'b.json' })).toBe(
    `
CPython 3.14.1 (wasm:3.14): embedded, 32 bits, no pymalloc
 before  bench a.json
 after   bench b.json

No difference: 2 rows are the same.`.slice(1),
  );
  expect(text(bench('a', {}), bench('b', {}))).toContain('Nothing to compare.');
});

test('statements: old, new, signed difference, and the types responsible', () => {
  const before = bench('a.json', {
    'y = x + 1': result('3.14', ['1 int malloc']),
    'f(x)': result('3.14', ['3 dict freelist', '1 str malloc', '2 buffer']),
    pass: result('3.14', []),
    old: result('3.14', ['1 list malloc']),
  });
  const after = bench('b.json', {
    'y = x + 1': result('3.15', ['1 int freelist']),
    'f(x)': result('3.15', ['1.5 dict freelist', '4 str malloc', '5 buffer', '1 resize']),
    pass: result('3.15', []),
    new: result('3.15', ['2000 list malloc']),
  });
  expect(`\n${text(before, after)}\n`).toMatchInlineSnapshot(`
    "
    CPython 3.14.1 (wasm:3.14): embedded, 32 bits, no pymalloc
    and then CPython 3.15.1 (wasm:3.15): embedded, 32 bits, no pymalloc
     before  bench a.json
     after   bench b.json

                      before  after  difference
     less  y = x + 1       1      0          -1  requests/op  int -1
     more  f(x)            4    5.5        +1.5  objects/op   str +3, dict -1.5; also requests +6 and
                                                              resizes +1
     new   new             –  2,000      +2,000  objects/op   list +2,000; also requests +2,000
     gone  old             1      –          -1  objects/op   list -1; also requests -1

    4 rows differ (1 more, 1 new, 1 less and 1 gone); 1 is the same.
    "
  `);
});

test('programs: the total first, then types and regions', () => {
  const one = program(['5 int pymalloc', '2 dict freelist'], { regions: [region('parse', ['2 int pymalloc'])] });
  const two = program(['9 int pymalloc', '2 C malloc', '3 buffer'], {
    regions: [region('parse', ['1 int pymalloc'])],
    command: ['script.py', '--fast'],
    interpreter: native('3.14'),
  });
  expect(`\n${text(stat('a.json', one), stat('b.json', two))}\n`).toMatchInlineSnapshot(`
    "
    CPython 3.13.1 (native:3.13): native, 64 bits
    and then CPython 3.14.1 (native:3.14): native, 64 bits
     before  stat a.json   python script.py
     after   stat b.json   python script.py --fast

                         before  after  difference
     more  (total)            7     11          +4  objects   int +4, dict -2, C +2; also requests +9
     more  int                5      9          +4  objects   also requests +4
     new   C                  –      2          +2  objects   also requests +2
     gone  dict               2      –          -2  objects
     new   (buffer)           –      3          +3  requests
     less  region parse       2      1          -1  objects   int -1; also requests -1

    6 rows differ (2 more, 2 new, 1 less and 1 gone); none is the same.
    "
  `);
});

describe('a row', () => {
  test('says what decided it: requests, resizes or bytes where the objects are as many', () => {
    expect(rows(['1 int malloc'], ['1 int freelist'])[0]).toMatch(/less {2}x +1 +0 +-1 {2}requests\/op {2}int -1$/);
    expect(rows(['3 resize'], ['1 resize'])[0]).toMatch(/less {2}x +3 +1 +-2 {2}resizes\/op {2}buffers -2$/);
    const one = program(['1 buffer']);
    const larger = { ...one, counts: withFields(one.counts, { bytes: 4096 }) };
    expect(text(stat('a', one), stat('b', larger))).toMatch(/more {2}\(total\) +0 B +4 KiB +\+4 KiB {2}bytes$/m);
  });

  test('of a result that varies has its sign', () => {
    const why = { code: 'unknown', message: 'it did' };
    const varying = { ...result('3.14', ['2 int malloc']), outcome: 'varying', samples: [], why } as CaseResult;
    const told = text(bench('a', { x: result('3.14', ['1 int malloc']) }), bench('b', { x: varying }));
    expect(told).toMatch(/more {2}x +≈1 +≈2 +\+1 /);
    expect(told).toContain(' after   bench b ≈ not all of it exact');
  });

  test('tells the four types that differ most, and how many more there are', () => {
    const many = Array.from({ length: 6 }, (_, i): Event => `${i + 1} t${i} freelist`);
    expect(rows([], many)[0]).toMatch(/t5 \+6, t4 \+5, t3 \+4, t2 \+3 and 2 more types$/);
  });

  test('is told below where there is no room beside it, and no line is too wide', () => {
    const narrow = makeStyle({ colour: true, ascii: true, width: 60 });
    const before: Event[] = ['100000 int malloc', '2 a.long.module.name malloc'];
    const after: Event[] = ['300000 int malloc', '9 a.long.module.name malloc', '4 buffer', '3 resize'];
    const told = rows(before, after, narrow);
    expect(told).toHaveLength(3);
    for (const line of told) expect(textWidth(line)).toBeLessThanOrEqual(60);
  });

  test('shows control characters of a statement, and one line of it', () => {
    const told = text(bench('a', {}), bench('b', { 'x\n\u001b[31my': result('3.14', ['1 int malloc']) }));
    expect(told).toContain('new  x ⏎ \\x1b[31my');
  });
});

test('after forty rows, how many more there are', () => {
  const many = (n: number): NamedResult =>
    bench(
      'x',
      Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`x${i}`, result('3.14', [`${n} int malloc`])])),
    );
  const told = text(many(1), many(2));
  expect(told).toContain('  … and 10 more rows; --json has them all');
  expect(told).toContain('50 rows differ (50 more); none is the same.');
});

test('what could not be compared has its reason', () => {
  const told = text(bench('a', { x: result('3.14', []) }), bench('b', { x: failed('3.14', 'NameError: y') }));
  expect(told).toContain('not compared: x: after: failed: NameError: y');
  expect(told).toContain('Nothing could be compared.');
});

describe('recordings', () => {
  const recorded = (name: string, n: number): NamedRecording => ({
    name,
    source: () => null,
    recording: recordingFromText(`
      load_the_configuration@/home/me/project/configuration/loading.py:12 BINARY_OP + | int pymalloc | creations=${n} requests=${n} bytes=${64 * n}
      same@/home/me/project/app.py:3 CALL f | dict freelist | creations=7
    `),
  });
  const told = (by: Grouping, style: Style): string =>
    formatDiff(
      diffRecordings(recorded('old.pb.gz', 2000), recorded('new.pb.gz', 1000000), { by, imports: false, mine: false }),
      style,
    );

  test('rows by function, and which command shows more', () => {
    expect(`\n${told('function', WIDE)}\n`).toMatchInlineSnapshot(`
      "
      CPython 3.14.10 (native:3.14.10): native, 64 bits
       before  recording old.pb.gz   python app.py
       after   recording new.pb.gz   python app.py

                                                           before      after  difference
       more  (total)                                        2,007  1,000,007    +998,000  objects
              int +998,000; also requests +998,000 and bytes +60.9 MiB
       more  load_the_configuration (configuration/loadi…   2,000  1,000,000    +998,000  objects
              int +998,000; also requests +998,000 and bytes +60.9 MiB

      2 rows differ (2 more); 1 is the same.

      pyallocs diff old.pb.gz new.pb.gz --by line shows the lines
      "
    `);
  });

  test.each(['function', 'instruction', 'type'] as const)('by %s no line is wider than 80 columns', (by) => {
    for (const line of told(by, makeStyle({ colour: true, ascii: true, width: 80 })).split('\n'))
      expect(textWidth(line), line).toBeLessThanOrEqual(80);
  });
});
