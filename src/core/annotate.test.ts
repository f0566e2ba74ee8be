import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnnotateResult, annotate, filesNamed, functionNamed, type ReadSource, sourceLines } from './annotate.js';
import { addCounts, type Counts, countFields, ZERO } from './counts.js';
import { anyRecording, recordingFromText } from './recording.testkit.js';

const APP = '/home/me/project/app.py';
const LIB = '/usr/lib/python3.14/json/encoder.py';
const TEXT = 'import json\n\ndef main():\n    x = [1, y + 2]\n    return json.dumps(x)\n';

const PROGRAM = recordingFromText(
  `
  <module>@${APP}:9 CALL main > main@${APP}:4 BINARY_OP + | int pymalloc | creations=3 requests=3 bytes=96
  <module>@${APP}:9 CALL main > main@${APP}:4 BUILD_LIST 2 | list freelist | creations=2
  <module>@${APP}:9 CALL main > main@${APP}:4 BUILD_LIST 2 | - malloc | buffers=2 requests=2 bytes=32
  <module>@${APP}:9 CALL main > main@${APP}:5 CALL json.dumps > encode@${LIB}:20 CALL f | str pymalloc | creations=10 requests=10 bytes=500
  lambda@${APP}:4 BINARY_OP * | int freelist | creations=7
  - | str pymalloc | creations=1 requests=1 bytes=50
`,
  { sources: [{ file: APP, sha256: 'abc' }] },
);

const source =
  (sha256 = 'abc'): ReadSource =>
  (file) =>
    file === APP ? { text: TEXT, sha256 } : null;

describe('annotated source', () => {
  const result = annotate(PROGRAM, source());

  test("the program's own files come first, then by objects", () => {
    expect(result.files.map(({ path, own, counts }) => [path, own, counts.creations.total])).toEqual([
      ['app.py', true, 12],
      [LIB, false, 10],
    ]);
  });

  test('a line has its text, its own counts and its types; callers have nothing of what they call', () => {
    const [app] = result.files;
    expect(app?.lines.map(({ line }) => line)).toEqual([4]);
    const [line] = app?.lines ?? [];
    expect(line?.text).toBe('    x = [1, y + 2]');
    expect(line?.counts).toEqual({
      ...ZERO,
      creations: { total: 12, freelist: 9, pymalloc: 3, malloc: 0, foreign: 0 },
      buffers: { total: 2, pymalloc: 0, malloc: 2 },
      requests: 5,
      bytes: 128,
    });
    expect(line?.byType.map(({ type, creations, buffers }) => [type, creations.total, buffers.total])).toEqual([
      ['int', 10, 0],
      ['list', 2, 0],
      ['(buffer)', 0, 2],
    ]);
  });

  test('a line has its instructions, by function and offset', () => {
    const instructions = result.files[0]?.lines[0]?.instructions ?? [];
    expect(
      instructions.map((one) => [
        one.function,
        one.opcode,
        one.argument,
        one.counts.creations.total,
        one.byType.length,
      ]),
    ).toEqual([
      ['main', 'BINARY_OP', '+', 3, 1],
      ['main', 'BUILD_LIST', '2', 2, 2],
      ['lambda', 'BINARY_OP', '*', 7, 1],
    ]);
    const offsets = instructions.slice(0, 2).map(({ offset }) => offset);
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
  });

  test('what happened outside of Python code stands apart', () => {
    expect(result.outside.creations.total).toBe(1);
  });

  test('a source that is gone leaves numbers and opcodes', () => {
    expect(result.files[1]).toMatchObject({ gone: true, changed: false, lines: [{ line: 20, text: null }] });
    expect(result.files[1]?.lines[0]?.instructions[0]?.opcode).toBe('CALL');
  });

  test('a source that is another one now is told', () => {
    expect(result.files[0]).toMatchObject({ gone: false, changed: false });
    expect(annotate(PROGRAM, source('def')).files[0]).toMatchObject({ gone: false, changed: true });
  });

  test('a line behind the end of the text has none', () => {
    const short = annotate(PROGRAM, () => ({ text: 'x = 1', sha256: 'abc' }));
    expect(short.files[0]?.lines[0]?.text).toBeNull();
  });

  test('instructions without a line come last', () => {
    const locations = PROGRAM.locations.map((one) => (one.opcode === 'BUILD_LIST' ? { ...one, line: null } : one));
    const [app] = annotate({ ...PROGRAM, locations }, source()).files;
    expect(app?.lines.map(({ line, text }) => [line, text === null])).toEqual([
      [4, false],
      [null, true],
    ]);
  });
});

test('lines end as Python has them end', () => {
  expect(sourceLines('\ufeffa\r\nb\rc\u2028d\u000ce\n')).toEqual(['a', 'b', 'c\u2028d\u000ce', '']);
});

test.each([
  ['app.py', ['app.py']],
  [APP, ['app.py']],
  ['json/encoder.py', [LIB]],
  ['encoder.py', [LIB]],
  ['*.py', ['app.py', LIB]],
  ['pp.py', []],
])('the files that %s names', (name, expected) => {
  const result = annotate(PROGRAM, source());
  expect(filesNamed(result, name).map(({ path }) => path)).toEqual(expected);
});

const fields = (counts: Counts): number[] => countFields(counts).map((value) => value ?? 0);
const sum = (all: readonly { readonly counts: Counts }[]): number[] =>
  fields(all.map(({ counts }) => counts).reduce(addCounts, ZERO));

test('whatever was recorded: instructions and types add up to lines, lines to files, files to everything', () => {
  fc.assert(
    fc.property(anyRecording, (recording) => {
      const result: AnnotateResult = annotate(recording, () => null);
      expect(sum([...result.files, { counts: result.outside }])).toEqual(fields(recording.total));
      for (const file of result.files) {
        expect(sum(file.lines)).toEqual(fields(file.counts));
        for (const line of file.lines) {
          expect(sum(line.instructions)).toEqual(fields(line.counts));
          expect(sum(line.byType.map((counts) => ({ counts })))).toEqual(fields(line.counts));
          for (const one of line.instructions)
            expect(sum(one.byType.map((counts) => ({ counts })))).toEqual(fields(one.counts));
        }
      }
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    }),
  );
});

describe('one function of a file', () => {
  const [app] = annotate(PROGRAM, source()).files;

  test('has its own instructions and their counts only', () => {
    const lambda = app === undefined ? null : functionNamed(app, 'lambda');
    expect(lambda?.counts.creations.total).toBe(7);
    expect(lambda?.lines.map(({ line, counts }) => [line, counts.creations.total])).toEqual([[4, 7]]);
    expect(lambda?.lines[0]?.instructions.map((one) => one.function)).toEqual(['lambda']);
  });

  test('goes by the qualified name, its last part, or a pattern', () => {
    const recording = recordingFromText(`Config.load@${APP}:2 CALL f | int freelist | creations=1`);
    const [file] = annotate(recording, source()).files;
    const found = (name: string): boolean => file !== undefined && functionNamed(file, name) !== null;
    expect(['Config.load', 'load', 'Config.*', 'onfig.load', 'Config'].map(found)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
