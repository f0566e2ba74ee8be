import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addCounts, type Counts, countFields, ZERO } from './counts.js';
import { GROUPINGS, type Grouping } from './grouping.js';
import { LIVE_FIELDS, type Recording } from './recording.js';
import { anyRecording, recordingFromText } from './recording.testkit.js';
import { makeReport, type ReportOptions, type ReportResult, type ReportRow, SORTS } from './report.js';

const DEFAULTS: ReportOptions = {
  by: ['line'],
  sort: 'creations',
  cumulative: false,
  imports: false,
  mine: false,
  types: [],
  origins: [],
  files: [],
  under: null,
};

const report = (recording: Recording, options: Partial<ReportOptions> = {}): ReportResult =>
  makeReport(recording, { ...DEFAULTS, ...options });

/** "app.py:3 5": the rows with their objects, nested ones in brackets. */
const rows = (result: Pick<ReportResult, 'rows'> | ReportRow): string[] =>
  (result.rows ?? []).map((row) => {
    const nested = row.rows === undefined ? '' : ` [${rows(row).join(', ')}]`;
    return `${row.key} ${row.counts.creations.total}${nested}`;
  });

const LIB = '/usr/lib/python3.14/json/encoder.py';
const NUMPY = '/home/me/project/.venv/lib/python3.14/site-packages/numpy/core.py';

/** 3 + 2 + 10 + 20 + 100 + 7 + 1 = 143 objects. */
const PROGRAM = recordingFromText(`
  <module>@/home/me/project/app.py:9 CALL main > main@/home/me/project/app.py:5 BINARY_OP + | int pymalloc | creations=3 requests=3 bytes=96
  <module>@/home/me/project/app.py:9 CALL main > main@/home/me/project/app.py:5 BUILD_LIST 0 | list freelist | creations=2
  <module>@/home/me/project/app.py:9 CALL main > main@/home/me/project/app.py:5 BUILD_LIST 0 | - malloc | buffers=4 requests=4 bytes=4096
  <module>@/home/me/project/app.py:9 CALL main > main@/home/me/project/app.py:6 CALL append | list - | resizes=5 releases=2 resizeBytes=800
  <module>@/home/me/project/app.py:9 CALL main > main@/home/me/project/app.py:6 CALL encode > JSONEncoder.encode@${LIB}:20 CALL f | str pymalloc | creations=10 requests=10 bytes=500 region=outer/inner
  <module>@/home/me/project/app.py:9 CALL main > main@/home/me/project/app.py:7 CALL dot > dot@${NUMPY}:30 CALL g | ndarray foreign | creations=20 thread=Worker region=outer
  <module>@/home/me/project/app.py:1 IMPORT_NAME x > _find_and_load@<frozen importlib._bootstrap>:1371 CALL a > <module>@/home/me/project/x.py:2 BUILD_MAP 0 | dict pymalloc | creations=100 requests=100 bytes=6400
  <module>@<string>:1 CALL h | int freelist | creations=7
  - | str pymalloc | creations=1 requests=1 bytes=50
`);

describe('rows', () => {
  test.each<[Grouping, string[]]>([
    ['type', ['(imports) 100', 'ndarray 20', 'str 11', 'int 10', 'list 2', '(buffer) 0']],
    [
      'line',
      [
        '(imports) 100',
        `${NUMPY}:30 20`,
        `${LIB}:20 10`,
        '<string>:1 7',
        'app.py:5 5',
        '(no Python code) 1',
        'app.py:6 0',
      ],
    ],
    [
      'function',
      [
        '(imports) 100',
        `dot (${NUMPY}:29) 20`,
        `JSONEncoder.encode (${LIB}:19) 10`,
        '<module> (<string>:1) 7',
        'main (app.py:4) 5',
        '(no Python code) 1',
      ],
    ],
    ['file', ['(imports) 100', `${NUMPY} 20`, `${LIB} 10`, '<string> 7', 'app.py 5', '(no Python code) 1']],
    [
      'package',
      ['(imports) 100', 'numpy 20', '(stdlib) json 10', '(generated) 7', '(program) 5', '(no Python code) 1'],
    ],
    ['origin', ['pymalloc 114', 'foreign 20', 'freelist 9', 'malloc 0', '(resized or released) 0']],
    ['thread', ['MainThread 123', 'Worker 20']],
    ['region', ['(in no region) 113', 'outer 20', 'outer/inner 10']],
  ])('by %s', (by, expected) => {
    expect(rows(report(PROGRAM, { by: [by] }))).toEqual(expected);
  });

  test('by instruction, in the order of what they ask for where they create as much', () => {
    const { rows: all } = report(PROGRAM, { by: ['instruction'], files: ['app.py'] });
    expect(all.map(({ key }) => key.replace(/\+\d+/, ''))).toEqual([
      'app.py:5 main BINARY_OP +',
      'app.py:5 main BUILD_LIST 0',
      'app.py:6 main CALL append',
    ]);
    expect(all[0]?.place).toMatchObject({
      file: '/home/me/project/app.py',
      function: 'main',
      line: 5,
      opcode: 'BINARY_OP',
    });
  });

  test('an instruction without a line has a row of its file', () => {
    const some = recordingFromText('f@app.py:5 CALL x | int freelist | creations=1');
    const locations = some.locations.map((one) => ({ ...one, line: null }));
    expect(rows(report({ ...some, locations }))).toEqual(['app.py (no line) 1']);
  });

  test('have every count of their events', () => {
    const row = report(PROGRAM).rows.find(({ key }) => key === 'app.py:5');
    expect(row?.counts).toEqual({
      ...ZERO,
      creations: { total: 5, freelist: 2, pymalloc: 3, malloc: 0, foreign: 0 },
      buffers: { total: 4, pymalloc: 0, malloc: 4 },
      requests: 7,
      bytes: 4192,
    });
    expect(row?.live).toBeNull();
    expect(row?.rows).toBeUndefined();
  });

  test('nest in each other', () => {
    expect(rows(report(PROGRAM, { by: ['type', 'line'] }))).toEqual([
      '(imports) 100 [(imports) 100]',
      `ndarray 20 [${NUMPY}:30 20]`,
      `str 11 [${LIB}:20 10, (no Python code) 1]`,
      'int 10 [<string>:1 7, app.py:5 3]',
      'list 2 [app.py:5 2, app.py:6 0]',
      '(buffer) 0 [app.py:5 0]',
    ]);
    expect(rows(report(PROGRAM, { by: ['package', 'type'] }))[0]).toBe('(imports) 100 [dict 100]');
    expect(report(PROGRAM, { by: ['type', 'line'] }).by).toEqual(['type', 'line']);
    expect(report(PROGRAM).by).toBe('line');
  });

  test.each(SORTS.filter((sort) => sort !== 'live' && sort !== 'peak'))('sorted by %s: largest first', (sort) => {
    const { rows: all } = report(PROGRAM, { sort });
    const field = sort === 'creations' || sort === 'buffers' ? null : sort;
    const values = all.map(({ counts }) => (field === null ? counts[sort as 'buffers'].total : counts[field]));
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(new Set(values).size).toBeGreaterThan(sort === 'relocations' ? 0 : 1);
  });
});

describe('cumulative', () => {
  test('counts an event once for each function on its stack', () => {
    expect(rows(report(PROGRAM, { by: ['function'], cumulative: true }))).toEqual([
      '<module> (app.py:8) 135',
      '(imports) 100',
      'main (app.py:4) 35',
      `dot (${NUMPY}:29) 20`,
      `JSONEncoder.encode (${LIB}:19) 10`,
      '<module> (<string>:1) 7',
      '(no Python code) 1',
    ]);
  });

  test('counts it once even where the function, or the line, is there several times', () => {
    const recursive = recordingFromText(`
      f@a.py:2 CALL f > f@a.py:2 CALL f > f@a.py:3 CALL g > g@a.py:9 CALL f > f@a.py:2 CALL int | int pymalloc | creations=5 requests=5
    `);
    const cumulative = true;
    expect(rows(report(recursive, { by: ['function'], cumulative }))).toEqual(['f (a.py:1) 5', 'g (a.py:8) 5']);
    expect(rows(report(recursive, { by: ['line'], cumulative }))).toEqual(['a.py:2 5', 'a.py:3 5', 'a.py:9 5']);
    expect(rows(report(recursive, { by: ['function', 'line'], cumulative }))).toEqual([
      'f (a.py:1) 5 [a.py:2 5, a.py:3 5]',
      'g (a.py:8) 5 [a.py:9 5]',
    ]);
    expect(rows(report(recursive, { by: ['type'], cumulative }))).toEqual(['int 5']);
    expect(rows(report(recursive, { by: ['line'] }))).toEqual(['a.py:2 5']);
  });

  test('a region counts what happens in those within it', () => {
    expect(rows(report(PROGRAM, { by: ['region'], cumulative: true }))).toEqual([
      '(in no region) 113',
      'outer 30',
      'outer/inner 10',
    ]);
  });
});

describe('imports', () => {
  test('are shown like everything else when asked for', () => {
    const { rows: all, imports } = report(PROGRAM, { imports: true });
    expect(imports).toBe('shown');
    expect(all[0]).toMatchObject({ key: 'x.py:2', counts: { creations: { total: 100 } } });
    expect(rows(report(PROGRAM, { by: ['type'], imports: true }))[0]).toBe('dict 100');
  });

  test('keep all their counts in their one row', () => {
    const result = report(PROGRAM);
    expect(result.imports).toBe('folded');
    expect(result.rows[0]?.counts).toMatchObject({ creations: { pymalloc: 100 }, requests: 100, bytes: 6400 });
    expect(result.rows[0]?.place).toBeNull();
  });

  test.each(['/usr/lib/python3.8/importlib/_bootstrap.py', '<frozen importlib._bootstrap_external>'])(
    'are found by %s',
    (file) => {
      const some = recordingFromText(
        `f@a.py:1 CALL x > _find_and_load@${file}:9 CALL y > g@b.py:1 CALL z | int freelist | creations=1`,
      );
      expect(rows(report(some))).toEqual(['(imports) 1']);
    },
  );

  test('of a module that imports another, the outermost holds both', () => {
    const machinery = '_find_and_load@<frozen importlib._bootstrap>:9 CALL x';
    const some = recordingFromText(
      `f@a.py:1 CALL x > ${machinery} > g@b.py:1 CALL y > ${machinery} > h@c.py:1 CALL z | int freelist | creations=1`,
    );
    expect(rows(report(some, { cumulative: true }))).toEqual(['(imports) 1', 'a.py:1 1']);
  });

  test('a function that an import made, called later, is none', () => {
    const some = recordingFromText(
      'f@a.py:1 CALL x > g@importlib_helper/_bootstrap.py:9 CALL y | int freelist | creations=1',
    );
    expect(rows(report(some))).toEqual(['importlib_helper/_bootstrap.py:9 1']);
  });

  test('cannot be told apart without callers, and nothing is folded then', () => {
    const some = recordingFromText(
      '_find_and_load@<frozen importlib._bootstrap>:9 CALL y | int freelist | creations=1',
      {
        stacks: 'none',
      },
    );
    const result = report(some);
    expect(result.imports).toBe('unknown');
    expect(rows(result)).toEqual(['<frozen importlib._bootstrap>:9 1']);
  });
});

describe('--mine', () => {
  test('charges libraries to the innermost line of the program', () => {
    expect(rows(report(PROGRAM, { mine: true }))).toEqual([
      '(imports) 100',
      'app.py:7 20',
      'app.py:6 10',
      '(not from the program) 7',
      'app.py:5 5',
      '(no Python code) 1',
    ]);
  });

  test('with imports shown, they are charged as well', () => {
    expect(rows(report(PROGRAM, { mine: true, imports: true }))[0]).toBe('x.py:2 100');
  });

  test('cumulative: only the lines of the program', () => {
    expect(rows(report(PROGRAM, { mine: true, cumulative: true, by: ['file'] }))).toEqual([
      'app.py 135',
      '(imports) 100',
      '(not from the program) 7',
      '(no Python code) 1',
    ]);
  });
});

describe('filters', () => {
  test.each<[Partial<ReportOptions>, string[]]>([
    [{ types: ['int'] }, ['<string>:1 7', 'app.py:5 3']],
    [{ types: ['n*', 'list'] }, [`${NUMPY}:30 20`, 'app.py:5 2', 'app.py:6 0']],
    [{ types: ['(buffer)'] }, ['app.py:5 0']],
    [{ origins: ['freelist'] }, ['<string>:1 7', 'app.py:5 2']],
    [{ origins: ['foreign', 'malloc'] }, [`${NUMPY}:30 20`, 'app.py:5 0']],
    [{ files: ['app.py'] }, ['app.py:5 5', 'app.py:6 0']],
    [{ files: ['*/json/*', '<*>'] }, [`${LIB}:20 10`, '<string>:1 7']],
    [{ under: 'encode' }, [`${LIB}:20 10`]],
    [{ under: 'JSONEncoder.*' }, [`${LIB}:20 10`]],
    [{ under: 'main' }, [`${NUMPY}:30 20`, `${LIB}:20 10`, 'app.py:5 5', 'app.py:6 0']],
    [
      { under: 'main', cumulative: true, by: ['function'] },
      ['main (app.py:4) 35', `dot (${NUMPY}:29) 20`, `JSONEncoder.encode (${LIB}:19) 10`],
    ],
    [{ under: 'none' }, []],
    [{ types: ['int'], origins: ['freelist'], files: ['app.py'] }, []],
  ])('%j', (options, expected) => {
    expect(rows(report(PROGRAM, options))).toEqual(expected);
  });

  test('a file with cumulative counts: its lines, with all that they called', () => {
    expect(rows(report(PROGRAM, { files: ['app.py'], cumulative: true }))).toEqual([
      'app.py:1 100',
      'app.py:9 35',
      'app.py:7 20',
      'app.py:6 10',
      'app.py:5 5',
    ]);
  });

  test('the total is that of what passed, and what was recorded stands beside it', () => {
    const result = report(PROGRAM, { types: ['int'] });
    expect([result.total.creations.total, result.recorded.creations.total]).toEqual([10, 143]);
    expect(result.filters).toEqual({ types: ['int'], origins: [], files: [], under: null });
    expect(report(PROGRAM).total).toEqual(PROGRAM.total);
  });

  test.each<Partial<ReportOptions>>([{ cumulative: true }, { mine: true }, { under: 'f' }])(
    'callers that were not recorded cannot be asked for: %j',
    (options) => {
      const some = recordingFromText('f@a.py:1 CALL x | int freelist | creations=1', { stacks: 'none' });
      expect(() => report(some, options)).toThrow(expect.objectContaining({ code: 'no-stacks', exitCode: 2 }));
    },
  );
});

describe('live blocks', () => {
  test('are in every row, and sort it', () => {
    const some = recordingFromText(`
      f@a.py:1 CALL x | int pymalloc | creations=9 requests=9
      f@a.py:2 CALL x | str pymalloc | creations=1 requests=1
    `);
    const live = { liveBlocks: 2, liveBytes: 64, peakBlocks: 3, peakBytes: 96 };
    const none = { liveBlocks: 0, liveBytes: 0, peakBlocks: 9, peakBytes: 288 };
    const samples = some.samples.map((one, i) => ({ ...one, values: { ...one.values, ...(i === 0 ? none : live) } }));
    const recording = { ...some, live: true, samples };
    expect(report(recording, { sort: 'live' }).rows.map(({ key, live }) => [key, live])).toEqual([
      ['a.py:2', live],
      ['a.py:1', none],
    ]);
    expect(report(recording, { sort: 'peak' }).rows[0]?.key).toBe('a.py:1');
    expect(report(recording).live).toEqual({ liveBlocks: 2, liveBytes: 64, peakBlocks: 12, peakBytes: 384 });
  });

  test('cannot be sorted by where they were not recorded', () => {
    expect(() => report(PROGRAM, { sort: 'live' })).toThrow(/record --live/);
  });
});

const fields = (counts: Counts): number[] =>
  countFields(counts)
    .filter((_, i) => i < 14)
    .map((value) => value ?? 0);
const sum = (all: readonly ReportRow[]): number[] => fields(all.map(({ counts }) => counts).reduce(addCounts, ZERO));

describe('whatever was recorded', () => {
  const by = fc.array(fc.constantFrom(...GROUPINGS), { minLength: 1, maxLength: 3 });
  const options = fc.record({
    by,
    imports: fc.boolean(),
    mine: fc.boolean(),
    types: fc.constantFrom([], ['int'], ['*t']),
    origins: fc.constantFrom<ReportOptions['origins']>([], ['pymalloc']),
    files: fc.constantFrom([], ['app.py']),
    under: fc.constantFrom(null, 'f'),
  });

  test('rows add up to the total, and nested rows to the row that they are in', () => {
    fc.assert(
      fc.property(anyRecording, options, (recording, given) => {
        const callers = recording.stacks !== 'none';
        const result = report(recording, {
          ...given,
          mine: given.mine && callers,
          under: callers ? given.under : null,
        });
        expect(sum(result.rows)).toEqual(fields(result.total));
        const check = (row: ReportRow, depth: number): void => {
          expect(row.rows === undefined).toBe(depth === given.by.length);
          if (row.rows === undefined) return;
          expect(sum(row.rows)).toEqual(fields(row.counts));
          for (const nested of row.rows) check(nested, depth + 1);
        };
        for (const row of result.rows) check(row, 1);
        expect(new Set(result.rows.map(({ key }) => key)).size).toBe(result.rows.length);
      }),
    );
  });

  test('without filters the total is that of the recording, and JSON holds everything', () => {
    fc.assert(
      fc.property(anyRecording, by, (recording, given) => {
        const result = report(recording, { by: given });
        expect(fields(result.total)).toEqual(fields(recording.total));
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      }),
    );
  });

  test('cumulative counts are never less than own ones, and never more than everything', () => {
    fc.assert(
      fc.property(anyRecording, fc.constantFrom(...GROUPINGS), (recording, one) => {
        if (recording.stacks === 'none') return;
        const own = new Map(report(recording, { by: [one] }).rows.map((row) => [row.key, row.counts]));
        const all = report(recording, { by: [one], cumulative: true });
        const cumulative = new Map(all.rows.map((row) => [row.key, row.counts]));
        for (const [key, counts] of own) {
          const more = fields(cumulative.get(key) ?? ZERO);
          expect(fields(counts).every((value, i) => value <= (more[i] ?? 0))).toBe(true);
        }
        for (const counts of cumulative.values())
          expect(fields(counts).every((value, i) => value <= (fields(recording.total)[i] ?? 0))).toBe(true);
      }),
    );
  });

  test('live fields add up as well', () => {
    fc.assert(
      fc.property(anyRecording, by, (recording, given) => {
        const samples = recording.samples.map((one, i) => ({
          ...one,
          values: { ...one.values, liveBlocks: i, liveBytes: 3 * i, peakBlocks: i + 1, peakBytes: 7 * i },
        }));
        const { rows: all, live } = report({ ...recording, live: true, samples }, { by: given });
        for (const field of LIVE_FIELDS)
          expect(all.reduce((n, row) => n + (row.live?.[field] ?? 0), 0)).toBe(live?.[field]);
      }),
    );
  });
});
