import { describe, expect, test } from 'vitest';
import { native, program, region, withFields } from '../report/text/programs.testkit.js';
import { type Event, failed, growing, interpreter, result } from '../report/text/results.testkit.js';
import type { BenchCase } from './bench.js';
import { type DiffResult, difference, diffResults, hasGrowth } from './diff.js';
import type { CaseResult } from './outcome.js';
import type { ProgramResult } from './program.js';

const bench = (name: string, cases: readonly BenchCase[]) =>
  ({ name, file: { of: 'bench', result: { schema: 'pyallocs/bench@1', cases } } }) as const;

const one = (statement: string, results: readonly CaseResult[], setup = '', id: string | null = null): BenchCase => ({
  id,
  statement,
  setup,
  results,
});

const stat = (name: string, ...results: readonly ProgramResult[]) => {
  const schema = 'pyallocs/stat@1' as const;
  const [first] = results as [ProgramResult];
  const comparison = { schema, command: first.command, results };
  return { name, file: { of: 'stat', result: results.length > 1 ? comparison : { schema, ...first } } } as const;
};

const summary = ({ rows }: DiffResult): string[] =>
  rows.map((row) => `${row.change} ${row.key} ${difference(row, row.decidedBy, row.iterations)} ${row.decidedBy}`);

/** One statement on 3.14, before and after. */
const statement = (before: CaseResult, after: CaseResult): DiffResult =>
  diffResults(bench('a', [one('x', [before])]), bench('b', [one('x', [after])]));

describe('statements', () => {
  test('a result does not differ from itself', () => {
    const same = bench('a', [one('x', [result('3.14', ['1 int malloc'])]), one('pass', [result('3.14', [])])]);
    const { rows, unchanged, uncompared } = diffResults(same, same);
    expect([rows, unchanged, uncompared]).toEqual([[], 2, []]);
  });

  test.each<[Event[], Event[], string]>([
    [['1 int malloc'], ['2 int malloc'], 'more x 1 creations'],
    [['2 int malloc'], ['1 int malloc'], 'less x -1 creations'],
    [['1 int malloc'], ['1 int freelist'], 'less x -1 requests'],
    [['1 int freelist'], ['1 int freelist', '2 buffer'], 'more x 2 requests'],
    [['1 resize'], ['3 resize'], 'more x 2 resizes'],
    [['1 int freelist', '9 buffer'], ['2 int freelist'], 'more x 1 creations'],
  ])('%j and then %j: %s', (before, after, text) => {
    expect(summary(statement(result('3.14', before), result('3.14', after)))).toEqual([text]);
  });

  test('bytes decide last, and not at all where they moved', () => {
    const before = result('3.14', ['1 buffer']) as CaseResult & { outcome: 'exact' };
    const after = { ...before, counts: withFields(before.counts, { bytes: 64_000 }) };
    expect(summary(statement(before, after))).toEqual(['more x 64 bytes']);
    const moved = { ...after, varies: { bytes: { min: 1, max: 2, why: '' } } };
    expect(statement(before, moved).rows).toEqual([]);
  });

  test('are compared per execution: another number of executions is no difference', () => {
    expect(statement(result('3.14', ['1 int malloc'], 10), result('3.14', ['1 int malloc'])).rows).toEqual([]);
    const { rows } = statement(result('3.14', ['1 int malloc'], 10), result('3.14', ['2 int malloc'], 1000));
    expect(rows[0]).toMatchObject({ change: 'more', iterations: { before: 10, after: 1000 } });
    expect(rows[0]?.before?.creations.total).toBe(10);
  });

  test('a growing cost is not compared with that of another number of executions', () => {
    const after = { ...growing('3.14'), iterations: 100 } as CaseResult;
    const { rows, uncompared } = statement(growing('3.14'), after);
    expect([rows, uncompared[0]?.why]).toEqual([
      [],
      'its cost grows, and 1000 executions were counted before, 100 after; measure both with -n 100',
    ]);
    expect(statement(growing('3.14'), growing('3.14')).unchanged).toBe(1);
  });

  test('the types responsible stand with the row, largest difference first', () => {
    const { rows } = statement(
      result('3.14', ['1 int malloc', '1 str malloc']),
      result('3.14', ['2 int malloc', '1 str malloc', '3 list malloc']),
    );
    expect(rows[0]?.types.map(({ type, before }) => [type, before === null])).toEqual([
      ['list', true],
      ['int', false],
    ]);
  });

  test('a case of one file only is new or gone, even where it creates nothing', () => {
    const both = one('x', [result('3.14', ['1 int malloc'])]);
    const empty = one('pass', [result('3.14', [])]);
    const { rows } = diffResults(bench('a', [both]), bench('b', [both, empty]));
    expect(rows).toMatchObject([{ key: 'pass', change: 'new', before: null, types: [] }]);
    expect(diffResults(bench('a', [both, empty]), bench('b', [both])).rows).toMatchObject([
      { key: 'pass', change: 'gone', after: null },
    ]);
  });

  test('a result without numbers is not compared, and is told', () => {
    const exact = result('3.14', ['1 int malloc']);
    expect(statement(exact, failed('3.14', 'NameError: y')).uncompared).toEqual([
      { key: 'x', why: 'after: failed: NameError: y' },
    ]);
    const refused: CaseResult = {
      interpreter: interpreter('3.14'),
      outcome: 'refused',
      reason: { code: 'self-check', message: 'no' },
    };
    expect(statement(refused, exact).uncompared).toEqual([{ key: 'x', why: 'before: refused: no' }]);
  });

  test('a row of which a side varies says so', () => {
    const exact = result('3.14', ['1 int malloc']);
    const varying = { ...result('3.14', ['2 int malloc']), outcome: 'varying' } as CaseResult;
    expect(statement(exact, varying).rows[0]?.varying).toBe(true);
    expect(statement(exact, result('3.14', [])).rows[0]?.varying).toBe(false);
  });
});

describe('keys', () => {
  const a = result('3.14', ['1 int malloc']);
  const b = result('3.14', ['2 int malloc']);
  const keys = (before: readonly BenchCase[], after: readonly BenchCase[]): string[] =>
    diffResults(bench('a', before), bench('b', after)).rows.map(({ key }) => key);

  test('are the id, or else the statement', () => {
    expect(keys([one('x', [a]), one('y', [a], '', 'why')], [one('x', [b]), one('y', [b], '', 'why')])).toEqual([
      'x',
      'why',
    ]);
  });

  test('name the interpreter where there are several, on either side', () => {
    const on = (minor: string): CaseResult => result(minor, ['1 int malloc']);
    expect(keys([one('x', [a])], [one('x', [result('3.14', []), on('3.15')])])).toEqual([
      'x @ wasm:3.14',
      'x @ wasm:3.15',
    ]);
    expect(keys([one('x', [a])], [one('x', [result('3.15', [])])])).toEqual(['x']);
  });

  test('name the setup, or the position, where a statement stands twice', () => {
    const twice = (one1: CaseResult) => [
      one('x', [one1], 'x = 1'),
      one('x', [one1], 'x = 2'),
      one('x', [one1], 'x = 2'),
    ];
    const told = ['x (setup: x = 1)', 'x (setup: x = 2)', 'x (setup: x = 2) #2'];
    expect(keys(twice(a), twice(b))).toEqual(told);
    expect(keys([one('x', [a], 'x = 1')], twice(b))).toEqual(told);
  });
});

describe('programs', () => {
  test('a program does not differ from itself: the total, each type and each region is a row', () => {
    const same = program(['1 int pymalloc', '2 dict freelist', '3 buffer'], { regions: [region('parse', [])] });
    const { rows, unchanged } = diffResults(stat('a', same), stat('b', same));
    expect([rows, unchanged]).toEqual([[], 5]);
  });

  test('the total stands first, then what differs most, then regions', () => {
    const before = program(['5 int pymalloc', '1 str malloc', '7 dict freelist'], {
      regions: [region('parse', ['1 int pymalloc']), region('old', [])],
    });
    const after = program(['9 int pymalloc', '2 str malloc', '1 list freelist'], {
      regions: [region('parse', ['3 int pymalloc'])],
    });
    expect(summary(diffResults(stat('a', before), stat('b', after)))).toEqual([
      'less (total) -1 creations',
      'gone dict -7 creations',
      'more int 4 creations',
      'more str 1 creations',
      'new list 1 creations',
      'more parse 2 creations',
      'gone old 0 creations',
    ]);
  });

  test('a region with the name of a type says that it is one', () => {
    const before = program(['1 parse pymalloc'], { regions: [region('parse', []), region('(total)', [])] });
    const after = program(['1 parse pymalloc'], {
      regions: [region('parse', ['1 int malloc']), region('(total)', ['1 int malloc'])],
    });
    const { rows } = diffResults(stat('a', before), stat('b', after));
    expect(rows.map(({ key, kind }) => [key, kind])).toEqual([
      ['region (total)', 'region'],
      ['region parse', 'region'],
    ]);
  });

  test('a type of which only releases were seen is no new type', () => {
    const before = program([]);
    const released = { ...program(['1 C malloc']).byType[0], type: 'C' };
    const row = { ...released, ...withFields(before.counts, { releases: 3 }), type: 'C' };
    const { rows } = diffResults(stat('a', before), stat('b', program([], { byType: [row] })));
    expect(rows).toEqual([]);
  });

  test('of a program that failed, no type is called gone', () => {
    const failedProgram: ProgramResult = {
      command: ['script.py'],
      interpreter: native('3.13'),
      outcome: 'failed',
      exit: null,
      error: { code: 'timeout', message: 'it ran for 5 s' },
    };
    const { rows, uncompared } = diffResults(stat('a', program(['1 int malloc'])), stat('b', failedProgram));
    expect([rows, uncompared]).toEqual([[], [{ key: '(total)', why: 'after: failed: it ran for 5 s' }]]);
  });

  test('on several interpreters, the rows of each stand together', () => {
    const on = (minor: string, events: readonly Event[]): ProgramResult =>
      program(events, { interpreter: native(minor) });
    const { rows } = diffResults(
      stat('a', on('3.13', ['1 int malloc']), on('3.14', ['1 int malloc'])),
      stat('b', on('3.13', ['2 int malloc']), on('3.14', ['1 int malloc'])),
    );
    expect(rows.map(({ key }) => key)).toEqual(['(total) @ native:3.13', 'int @ native:3.13']);
  });
});

test('growth is what is more or new', () => {
  const events = (before: Event[], after: Event[]): boolean =>
    hasGrowth(diffResults(stat('a', program(before)), stat('b', program(after))));
  expect(events(['1 int malloc'], ['1 int malloc'])).toBe(false);
  expect(events(['2 int malloc'], ['1 int malloc'])).toBe(false);
  expect(events(['1 int malloc'], ['2 int malloc'])).toBe(true);
  expect(events(['2 int malloc'], ['1 C malloc'])).toBe(true);
});

test('results of two kinds are not compared', () => {
  const a = bench('a.json', []);
  const b = stat('b.json', program([]));
  expect(() => diffResults(a, b)).toThrow(
    'a.json is a bench result, b.json a stat result; diff compares two of the same kind',
  );
});
