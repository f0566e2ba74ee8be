import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measuresOf } from '../../core/pprof.js';
import type { Measure, Recording } from '../../core/recording.js';
import { recordingFromText } from '../../core/recording.testkit.js';
import { anyRecording } from '../../core/recording-arbitrary.testkit.js';
import { csvLines } from './csv.js';
import { readCsv, readFolded } from './export.testkit.js';
import { foldedLines } from './folded.js';
import { plain } from './frames.js';
import { toSpeedscope } from './speedscope.js';

const PLAIN = { bytecode: false, types: false, ascii: false };

const RECORDING = recordingFromText(`
  <module>@/home/me/project/app.py:20 CALL main > main@/home/me/project/app.py:12 CALL load > load@/usr/json.py:4 BINARY_OP + | int pymalloc | creations=3 requests=3 bytes=96
  <module>@/home/me/project/app.py:20 CALL main > main@/home/me/project/app.py:12 CALL load > load@/usr/json.py:4 CALL | int freelist | creations=5
  <module>@/home/me/project/app.py:20 CALL main > main@/home/me/project/app.py:13 BUILD_LIST 0 | - malloc | buffers=1 requests=1 bytes=640
  - | dict - | releases=2
`);

/** Values small enough for their sums to be exact. */
const summable = anyRecording.map((recording): Recording => {
  const small = (values: Recording['samples'][number]['values']) =>
    Object.fromEntries(Object.entries(values).map(([field, value]) => [field, value % 1e9])) as typeof values;
  return { ...recording, samples: recording.samples.map((sample) => ({ ...sample, values: small(sample.values) })) };
});

const options = fc.record({ bytecode: fc.boolean(), types: fc.boolean(), ascii: fc.boolean() });

const total = ({ samples }: Recording, measure: Measure): number =>
  samples.reduce((sum, { values }) => sum + (values[measure] ?? 0), 0);

/** What could leave its line, or make a terminal do something. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

describe('collapsed stacks', () => {
  test('of a recording without events are none', () => {
    expect(foldedLines(recordingFromText(''), 'creations', PLAIN)).toEqual([]);
  });

  test('begin outside, name functions with their lines, and add equal ones', () => {
    expect(foldedLines(RECORDING, 'creations', PLAIN)).toEqual([
      '<module> (app.py:20);main (app.py:12);load (/usr/json.py:4) 8\n',
    ]);
    expect(foldedLines(RECORDING, 'releases', PLAIN)).toEqual(['(outside of Python code) 2\n']);
  });

  test('tell instructions apart with bytecode', () => {
    expect(foldedLines(RECORDING, 'creations', { ...PLAIN, bytecode: true })).toEqual([
      '<module> (app.py:20) CALL main @0;main (app.py:12) CALL load @2;load (/usr/json.py:4) BINARY_OP + @4 3\n',
      '<module> (app.py:20) CALL main @0;main (app.py:12) CALL load @2;load (/usr/json.py:4) CALL @6 5\n',
    ]);
  });

  test('end in what was made, if asked for', () => {
    expect(foldedLines(RECORDING, 'requests', { ...PLAIN, types: true })).toEqual([
      '<module> (app.py:20);main (app.py:12);load (/usr/json.py:4);int ◐ pymalloc 3\n',
      '<module> (app.py:20);main (app.py:13);(buffer) ● malloc 1\n',
    ]);
    expect(foldedLines(RECORDING, 'releases', { ...PLAIN, types: true, ascii: true })).toEqual([
      '(outside of Python code);dict 2\n',
    ]);
    expect(foldedLines(RECORDING, 'buffers', { ...PLAIN, types: true, ascii: true })).toEqual([
      '<module> (app.py:20);main (app.py:13);(buffer) m malloc 1\n',
    ]);
  });

  test('read back have the totals of the recording, whatever it holds', () => {
    fc.assert(
      fc.property(summable, options, (recording, chosen) => {
        for (const measure of measuresOf(recording)) {
          const text = foldedLines(recording, measure, chosen).join('');
          const stacks = readFolded(text);
          expect(stacks.reduce((sum, { value }) => sum + value, 0)).toBe(total(recording, measure));
          expect(new Set(stacks.map(({ frames }) => frames.join(';'))).size).toBe(stacks.length);
          expect(stacks.every(({ frames }) => frames.every((frame) => frame !== '' && !UNSAFE.test(frame)))).toBe(true);
        }
      }),
    );
  });

  test('keep the depth of each stack', () => {
    fc.assert(
      fc.property(summable, fc.boolean(), (recording, types) => {
        const depths = readFolded(foldedLines(recording, 'creations', { ...PLAIN, types }).join(''));
        const deepest = Math.max(0, ...depths.map(({ frames }) => frames.length));
        const made = recording.samples.filter(({ values }) => values.creations > 0);
        expect(deepest).toBe(Math.max(0, ...made.map(({ stack }) => Math.max(1, stack.length) + (types ? 1 : 0))));
      }),
    );
  });
});

describe("speedscope's format", () => {
  test('has a profile for each measure, with units and frames in their files', () => {
    const { shared, profiles, name } = toSpeedscope(RECORDING, ['creations', 'bytes'], PLAIN);
    expect(name).toBe('app.py, native:3.14.10');
    expect(shared.frames).toEqual([
      { name: '<module> (app.py:20)', file: '/home/me/project/app.py', line: 20 },
      { name: 'main (app.py:12)', file: '/home/me/project/app.py', line: 12 },
      { name: 'load (/usr/json.py:4)', file: '/usr/json.py', line: 4 },
      { name: 'main (app.py:13)', file: '/home/me/project/app.py', line: 13 },
    ]);
    expect(profiles).toEqual([
      expect.objectContaining({ name: 'creations', unit: 'none', endValue: 8, samples: [[0, 1, 2]], weights: [8] }),
      expect.objectContaining({
        name: 'bytes',
        unit: 'bytes',
        endValue: 736,
        samples: [
          [0, 1, 2],
          [0, 1 + 2],
        ],
        weights: [96, 640],
      }),
    ]);
  });

  test('says when the numbers are not exact', () => {
    const why = { code: 'clash', message: 'another profiler took its place' };
    const varying = toSpeedscope({ ...RECORDING, outcome: 'varying', why }, ['creations'], PLAIN);
    expect(varying.name).toBe('app.py, native:3.14.10, not exact');
  });

  test('read back has the totals of the recording, whatever it holds', () => {
    fc.assert(
      fc.property(summable, options, (recording, chosen) => {
        const measures = measuresOf(recording);
        const file = JSON.parse(JSON.stringify(toSpeedscope(recording, measures, chosen))) as ReturnType<
          typeof toSpeedscope
        >;
        expect(file.profiles.map(({ name }) => name)).toEqual(measures);
        for (const [i, { samples, weights, endValue }] of file.profiles.entries()) {
          const sum = weights.reduce((all, weight) => all + weight, 0);
          expect([sum, endValue]).toEqual(Array(2).fill(total(recording, measures[i] ?? 'creations')));
          expect(samples.length).toBe(weights.length);
          expect(samples.flat().every((frame) => file.shared.frames[frame] !== undefined)).toBe(true);
        }
        expect(UNSAFE.test(JSON.stringify(file))).toBe(false);
      }),
    );
  });
});

describe('CSV', () => {
  test('has a line for each sample, empty cells for what it has not, and the stack last', () => {
    const [head, ...rows] = readCsv([...csvLines(RECORDING, PLAIN)].join(''));
    const named = rows.map((row) => Object.fromEntries(row.map((cell, i) => [head?.[i], cell])));
    expect(named[0]).toEqual({
      function: 'load',
      file: '/usr/json.py',
      line: '4',
      column: '1',
      offset: '4',
      opcode: 'BINARY_OP',
      argument: '+',
      type: 'int',
      origin: 'pymalloc',
      thread: 'MainThread',
      region: '',
      pid: '100',
      creations: '3',
      requests: '3',
      buffers: '0',
      resizes: '0',
      relocations: '0',
      releases: '0',
      bytes: '96',
      resizeBytes: '0',
      stack: '<module> (app.py:20);main (app.py:12);load (/usr/json.py:4)',
    });
    expect(named[3]).toMatchObject({ function: '', line: '', origin: '', releases: '2', stack: '' });
  });

  test('guards what a spreadsheet would compute', () => {
    const texts = ['=1+1', '+1', '-1', '@SUM(1)', ' =1', '\uff1d1', "'", '+', '-', 'a=1', '\t=1', '"=1', '\n=1'];
    const codes = texts.map((name) => ({ name, file: 'a.py', firstLine: 1 }));
    const [sample] = RECORDING.samples;
    const place = { offset: 0, line: 1, column: null, opcode: '', argument: '' };
    const recording = {
      ...RECORDING,
      codes,
      locations: codes.map((_, code) => ({ ...place, code })),
      samples: codes.flatMap((_, i) => (sample ? [{ ...sample, stack: [i] }] : [])),
    };
    const [, ...rows] = readCsv([...csvLines(recording, PLAIN)].join(''));
    expect(rows.map(([name]) => name)).toEqual([
      ...["'=1+1", "'+1", "'-1", "'@SUM(1)", "' =1", "'\uff1d1", "''", '+', '-', 'a=1'],
      ...['\\t=1', '"=1', '\\n=1'],
    ]);
  });

  test('read back has every sample of the recording, whatever it holds', () => {
    fc.assert(
      fc.property(anyRecording, (recording) => {
        const [head = [], ...rows] = readCsv([...csvLines(recording, PLAIN)].join(''));
        const cell = (row: readonly string[], column: string): string => row[head.indexOf(column)] ?? 'no such column';
        const text = (row: readonly string[], column: string): string => cell(row, column).replace(/^'/, '');
        const measures = measuresOf(recording);
        expect(rows.every((row) => row.length === head.length)).toBe(true);
        expect(
          rows.map((row) => [
            ...measures.map((measure) => Number(cell(row, measure))),
            ...['type', 'origin', 'thread', 'region', 'opcode', 'argument', 'file'].map((column) => text(row, column)),
            Number(cell(row, 'pid')),
          ]),
        ).toEqual(
          recording.samples.map(({ stack, type, origin, thread, region, pid, values }) => {
            const location = recording.locations[stack[0] ?? -1];
            const { opcode = '', argument = '', code = -1 } = location ?? {};
            const texts = [type ?? '', origin ?? '', thread, region ?? '', opcode, argument];
            const file = recording.codes[code]?.file ?? '';
            return [...measures.map((measure) => values[measure]), ...[...texts, file].map(plain), pid];
          }),
        );
        expect(rows.flat().some((one) => UNSAFE.test(one))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
