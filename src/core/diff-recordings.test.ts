import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DiffResult, difference } from './diff.js';
import { diffRecordings, type NamedRecording, type RecordingDiffOptions } from './diff-recordings.js';
import { GROUPINGS } from './grouping.js';
import type { Recording } from './recording.js';
import { anyRecording, recordingFromText } from './recording.testkit.js';

const DEFAULTS: RecordingDiffOptions = { by: 'function', imports: false, mine: false };

const named = (recording: Recording, texts: Readonly<Record<string, string>> = {}): NamedRecording => ({
  name: 'x.pb.gz',
  recording: { ...recording, sources: Object.keys(texts).map((file) => ({ file, sha256: file })) },
  source: (file) => {
    const text = texts[file];
    return text === undefined ? null : { text, sha256: file };
  },
});

const summary = ({ rows }: DiffResult): string[] =>
  rows.map((row) => `${row.change} ${row.key} ${difference(row, row.decidedBy, row.iterations)} ${row.decidedBy}`);

const diff = (before: NamedRecording, after: NamedRecording, options: Partial<RecordingDiffOptions> = {}): string[] =>
  summary(diffRecordings(before, after, { ...DEFAULTS, ...options }));

const APP = '/home/me/project/app.py';

const before = recordingFromText(`
  load@${APP}:11 BINARY_OP + | int pymalloc | creations=100 requests=100 bytes=3200
  load@${APP}:12 BUILD_LIST 0 | list freelist | creations=5
  load@${APP}:14 CALL f | dict freelist | creations=9
  old@${APP}:20 CALL f | str freelist | creations=2
`);

describe('two recordings', () => {
  test('one does not differ from itself, in any grouping', () => {
    for (const by of GROUPINGS) {
      const { rows, unchanged, of } = diffRecordings(named(before), named(before), { ...DEFAULTS, by });
      expect([rows, of, unchanged > 1], by).toEqual([[], 'recording', true]);
    }
  });

  test('by function: what grew, shrank, appeared and vanished, with the types responsible', () => {
    const after = recordingFromText(`
      load@${APP}:11 BINARY_OP + | int pymalloc | creations=40 requests=40 bytes=1280
      load@${APP}:12 BUILD_LIST 0 | list freelist | creations=5
      load@${APP}:14 CALL f | dict freelist | creations=10
      new@${APP}:30 CALL f | set malloc | creations=3 requests=3
    `);
    const result = diffRecordings(named(before), named(after), DEFAULTS);
    expect(summary(result)).toEqual([
      'less (total) -58 creations',
      'less load (app.py) -59 creations',
      'new new (app.py) 3 creations',
      'gone old (app.py) -2 creations',
    ]);
    expect(result.rows[1]?.types.map(({ type }) => type)).toEqual(['int', 'dict']);
    expect(result.by).toBe('function');
    expect(diff(named(before), named(after), { by: 'type' })).toEqual([
      'less (total) -58 creations',
      'less int -60 creations',
      'new set 3 creations',
      'gone str -2 creations',
      'more dict 1 creations',
    ]);
  });

  test('a varying side is told', () => {
    const varying: Recording = { ...before, outcome: 'varying', total: { ...before.total } };
    const after = recordingFromText(`load@${APP}:11 BINARY_OP + | int pymalloc | creations=40 requests=40`);
    const result = diffRecordings(named(varying), named(after), DEFAULTS);
    expect(result.rows.every((row) => row.varying)).toBe(true);
    expect([result.before.exact, result.after.exact]).toEqual([false, true]);
  });
});

describe('a file that lies elsewhere', () => {
  const stdlib = (file: string, n: number): NamedRecording =>
    named(
      recordingFromText(`
        deepcopy@${file}:${n} CALL id | int pymalloc | creations=${n} requests=${n}
        _keep_alive@${file}:${n + 9} CALL id | int pymalloc | creations=5 requests=5
      `),
    );

  test('is compared by its functions, and the result says so', () => {
    const [old, now] = [stdlib('/usr/lib/python3.13/copy.py', 40), stdlib('/home/me/project/copy.py', 10)];
    const result = diffRecordings(old, now, DEFAULTS);
    expect(summary(result)).toEqual(['less (total) -30 creations', 'less deepcopy (copy.py) -30 creations']);
    expect([result.moved, result.unchanged]).toEqual([[{ before: '(stdlib) copy.py', after: 'copy.py' }], 1]);
    expect(diff(old, now, { by: 'line' })).toEqual([
      'less (total) -30 creations',
      'less copy.py:10 deepcopy -30 creations',
    ]);
    expect(diff(old, now, { by: 'file' })).toEqual(['less (total) -30 creations', 'less copy.py -30 creations']);
  });
});

describe('the same place has the same name', () => {
  const on = (minor: number, text: string, more: Partial<Recording> = {}): NamedRecording => {
    const recording = recordingFromText(text, more);
    return named({ ...recording, interpreter: { ...recording.interpreter, version: `3.${minor}.1`, path: null } });
  };
  const one = (name: string, file: string): string => `${name}@${file}:7 CALL f | int freelist | creations=1`;

  test.each([
    ['/usr/lib/python3.12/os.py', '/opt/lib/python3.13/os.py'],
    ['/usr/lib/python3.10/os.py', '<frozen os>'],
    ['/a/site-packages/numpy/x.py', '/b/site-packages/numpy/x.py'],
    ['<string>', '<string>'],
  ])('%s and %s', (a, b) => {
    for (const by of ['function', 'file', 'package', 'line', 'instruction'] as const)
      expect(diff(on(12, one('f', a)), on(13, one('f', b)), { by }), by).toEqual([]);
  });

  test('in two folders of the program', () => {
    const [a, b] = [on(12, one('f', '/a/app.py'), { folder: '/a' }), on(12, one('f', '/b/app.py'), { folder: '/b' })];
    expect(diff(a, b, { by: 'line' })).toEqual([]);
  });

  test('where one of the Pythons knows no qualified names', () => {
    expect(diff(on(10, one('load', APP)), on(12, one('C.load', APP)))).toEqual([]);
    expect(diff(on(11, one('load', APP)), on(12, one('C.load', APP)))).toHaveLength(2);
  });
});

describe('lines', () => {
  const moved = (by: number): Recording =>
    recordingFromText(`
      load@${APP}:${11 + by} BINARY_OP + | int pymalloc | creations=100 requests=100
      load@${APP}:${12 + by} BUILD_LIST 0 | list freelist | creations=5
      load@${APP}:${14 + by} CALL f | dict freelist | creations=${by === 0 ? 9 : 10}
    `);

  test('that moved with their function are the same', () => {
    expect(diff(named(moved(0)), named(moved(7)), { by: 'line' })).toEqual([
      'more (total) 1 creations',
      'more app.py:21 load 1 creations',
    ]);
    expect(diff(named(moved(0)), named(moved(7)), { by: 'instruction' })[1]).toBe(
      'more app.py:21 load  CALL f 1 creations',
    );
  });

  test('with another line between them are the same, by what they do', () => {
    const after = recordingFromText(`
      load@${APP}:11 BINARY_OP + | int pymalloc | creations=100 requests=100
      load@${APP}:12 BUILD_MAP 3 | set freelist | creations=4
      load@${APP}:13 BUILD_LIST 0 | list freelist | creations=5
      load@${APP}:15 CALL f | dict freelist | creations=9
    `);
    expect(diff(named(moved(0)), named(after), { by: 'line' })).toEqual([
      'more (total) 4 creations',
      'new app.py:12 load 4 creations',
    ]);
  });

  test('are the same by their text where it is known, whatever their instructions are called', () => {
    const text = (lines: readonly string[]): string => lines.join('\n');
    const old = text(['def load():', '    a = x + y', '    b = []']);
    const now = text(['import os', 'def load():', '    c = {}', '    a = x + y', '    b = []']);
    const a = recordingFromText(`
      load@${APP}:2 BINARY_ADD  | int pymalloc | creations=10
      load@${APP}:3 BUILD_LIST 0 | list freelist | creations=5
    `);
    const b = recordingFromText(`
      load@${APP}:3 BUILD_MAP 0 | dict freelist | creations=2
      load@${APP}:4 BINARY_OP + | int pymalloc | creations=11
      load@${APP}:5 BUILD_LIST 0 | list freelist | creations=5
    `);
    expect(diff(named(a, { [APP]: old }), named(b, { [APP]: now }), { by: 'line' })).toEqual([
      'more (total) 3 creations',
      'new app.py:3 load  c = {} 2 creations',
      'more app.py:4 load  a = x + y 1 creations',
    ]);
  });

  test('of another Python, with no text to know, are those at the same distance from the head', () => {
    const a = recordingFromText(`load@${APP}:2 BINARY_ADD | int pymalloc | creations=10`);
    const b = recordingFromText(`load@${APP}:2 BINARY_OP + | int pymalloc | creations=11`);
    expect(diff(named(a), named(b), { by: 'line' })).toEqual([
      'more (total) 1 creations',
      'more app.py:2 load 1 creations',
    ]);
  });

  test('a line that is gone does not take the name of one that is there', () => {
    const a = recordingFromText(`
      load@${APP}:5 CALL f | int freelist | creations=3
      load@${APP}:6 CALL g | int freelist | creations=4
    `);
    const b = recordingFromText(`load@${APP}:5 CALL g | int freelist | creations=4`);
    expect(diff(named(a), named(b), { by: 'line' })).toEqual([
      'less (total) -3 creations',
      'gone app.py:5 load #2 -3 creations',
    ]);
  });
});

describe('imports', () => {
  const machinery = '_find_and_load@<frozen importlib._bootstrap>:9 CALL x';
  const text = (n: number): string =>
    `f@${APP}:1 IMPORT_NAME x > ${machinery} > g@${APP}:5 CALL f | int freelist | creations=${n}`;

  test('are one row, or shown', () => {
    const [a, b] = [named(recordingFromText(text(3))), named(recordingFromText(text(5)))];
    expect(diff(a, b)[1]).toBe('more (imports) 2 creations');
    expect(diff(a, b, { by: 'type' })[1]).toBe('more (imports) 2 creations');
    expect(diff(a, b, { imports: true })[1]).toBe('more g (app.py) 2 creations');
  });

  test('are shown in both where one side has no callers', () => {
    const without = recordingFromText(`g@${APP}:5 CALL f | int freelist | creations=3`, { stacks: 'none' });
    expect(diff(named(recordingFromText(text(3))), named(without))).toEqual([]);
  });
});

test('whatever was recorded: a recording is the same as itself, and the rows that are new have all there is after nothing', () => {
  const nothing = named(recordingFromText(''));
  fc.assert(
    fc.property(anyRecording, fc.constantFrom(...GROUPINGS), (recording, by) => {
      const one = named(recording);
      expect(diff(one, one, { by })).toEqual([]);
      const { rows } = diffRecordings(nothing, one, { ...DEFAULTS, by });
      const created = rows.filter(({ kind }) => kind === 'row').map(({ after }) => after?.creations.total ?? 0);
      expect(created.reduce<number>((a, b) => a + b, 0)).toBe(recording.total.creations.total);
    }),
  );
});
