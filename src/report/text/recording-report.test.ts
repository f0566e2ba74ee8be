import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { annotate } from '../../core/annotate.js';
import { GROUPINGS } from '../../core/grouping.js';
import type { Recording } from '../../core/recording.js';
import { anyRecording, recordingFromText } from '../../core/recording.testkit.js';
import { makeReport, type ReportOptions, SORTS } from '../../core/report.js';
import { reportMarkdown } from '../markdown/report.js';
import { formatAnnotate } from './annotate.js';
import { formatReport, type ReportText } from './recording-report.js';
import { makeStyle, type Style, textWidth } from './style.js';

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
const TEXT: ReportText = { limits: { rows: 20, nested: 5 }, file: null };
const NARROW = makeStyle({ colour: false, ascii: false, width: 80 });
const WIDE = makeStyle({ colour: false, ascii: false, width: 110 });

const text = (
  recording: Recording,
  options: Partial<ReportOptions> = {},
  style: Style = NARROW,
  more: Partial<ReportText> = {},
): string => formatReport(makeReport(recording, { ...DEFAULTS, ...options }), { ...TEXT, ...more }, style);

/** What stands below the funnel. */
const below = (told: string): string => told.split('\n\n').slice(3).join('\n\n');

const LIB = '/usr/lib/python3.14/json/encoder.py';
const APP = '/home/me/project/app.py';
const PROGRAM = recordingFromText(`
  main@${APP}:5 BINARY_OP + | int pymalloc | creations=3000 requests=3000 bytes=96000
  main@${APP}:5 BUILD_LIST 0 | list freelist | creations=2000
  main@${APP}:5 BUILD_LIST 0 | - malloc | buffers=4 requests=4 bytes=4096
  main@${APP}:6 CALL json.dumps > JSONEncoder.encode@${LIB}:200 CALL f | str pymalloc | creations=1 requests=1 bytes=500
  main@${APP}:6 CALL append | list - | resizes=5 resizeBytes=800
  main@${APP}:1 IMPORT_NAME x > _find_and_load@<frozen importlib._bootstrap>:9 CALL a | dict pymalloc | creations=5000 requests=5000 bytes=320000
`);

describe('the text of a report', () => {
  test('begins with the interpreter, the sentence and the funnel, and ends with what shows more', () => {
    expect(`\n${text(PROGRAM)}\n`).toMatchInlineSnapshot(`
      "
      CPython 3.14.10 (native:3.14.10): native, 64 bits   python app.py

      10,001 objects created, 20 % without asking the allocator; 0 trips to the system
      for memory.

        objects created       10,001  ████████████████████████
          ○ freelist           2,000  █████                     20 %  no request
          ◐ pymalloc           8,001  ███████████████████       80 %
          ● malloc                 0                            0 %
        ▪ buffers                  4  ▏                         ● 4
        = requests             8,005  ███████████████████
          new pools                0
          new arenas               0
          system malloc            4  ▏                         over 512 bytes, or raw

       objects    share      ○      ◐  ▪  ↔  requests     bytes  line
         5,000     50 %      ·  5,000  ·  ·     5,000   313 KiB  (imports)
         5,000     50 %  2,000  3,000  4  ·     3,004  97.8 KiB  app.py:5
             1  < 0.1 %      ·      1  ·  ·         1     500 B  …/json/encoder.py:200
             ·               ·      ·  ·  5         ·         ·  app.py:6

      (imports) is all that happened below an import; --imports shows it like
        everything else.

      pyallocs annotate app.py shows these counts in the source; with --bytecode by
        instruction
      "
    `);
  });

  test('wide: every origin by its name, whole keys, nested rows', () => {
    expect(`\n${below(text(PROGRAM, { by: ['function', 'type'] }, WIDE))}\n`).toMatchInlineSnapshot(`
      "
       objects    share  ○ freelist  ◐ pymalloc  requests     bytes  function / type
         5,000     50 %           ·       5,000     5,000   313 KiB  (imports)
         5,000     50 %           ·       5,000     5,000   313 KiB    dict
         5,000     50 %       2,000       3,000     3,004  97.8 KiB  main (app.py:4)
         3,000     30 %           ·       3,000     3,000  93.8 KiB    int
         2,000     20 %       2,000           ·         ·         ·    list
             ·                    ·           ·         4     4 KiB    (buffer)
             1  < 0.1 %           ·           1         1     500 B  JSONEncoder.encode (…/json/encoder.py:199)
             1  < 0.1 %           ·           1         1     500 B    str

      (imports) is all that happened below an import; --imports shows it like everything else.

      pyallocs report --by function --by type --by line shows the lines of each
      "
    `);
  });

  test('what the limit leaves out is one row with its sum; nothing is left out for a single row', () => {
    const many = recordingFromText(
      Array.from({ length: 10 }, (_, i) => `f@a.py:${i + 1} CALL x | int freelist | creations=${10 - i}`).join('\n'),
    );
    // 7 + 6 + 5 + 4 + 3 + 2 + 1 = 28 of 55
    expect(text(many, {}, NARROW, { limits: { rows: 3, nested: 3 } })).toMatch(/^ +28 +50\.9 % +28 +and 7 more$/m);
    expect(text(many, {}, NARROW, { limits: { rows: 9, nested: 3 } })).not.toContain('more\n');
    expect(text(many, { by: ['file', 'line'] }, NARROW, { limits: { rows: 3, nested: 2 } })).toMatch(
      /^ +36 +65\.5 % +36 +and 8 more$/m,
    );
    expect(text(many, { cumulative: true }, NARROW, { limits: { rows: 3, nested: 3 } })).toMatch(/^ +and 7 more$/m);
  });

  test('shares are of what the rows are sorted by, which always has its column', () => {
    const narrow = makeStyle({ colour: false, ascii: true, width: 60 });
    const told = text(PROGRAM, { sort: 'resizes' }, narrow);
    expect(told).toMatch(/^ *objects +r +of resizes .*line$/m);
    expect(told).toMatch(/^ +\. +5 +100 % .*app\.py:6$/m);
  });

  test('says what the rows are: filters, imports, callers, folding, what is approximate', () => {
    expect(text(PROGRAM, { types: ['int'], files: ['app.py'] })).toContain(
      'Only type int and file app.py: 3,000 of 10,001 objects (30 %), 3,000 of 8,005\n  requests (37.5 %).',
    );
    expect(text(PROGRAM)).toContain('(imports) is all that happened below an import; --imports shows');
    expect(text(PROGRAM, { imports: true })).not.toContain('--imports shows');
    expect(text(PROGRAM, { cumulative: true })).toContain('Recursion was folded when this was recorded');
    expect(text({ ...PROGRAM, stacks: 'full' }, { cumulative: true })).not.toContain('folded');
    expect(text(PROGRAM)).not.toContain('folded');
    expect(text(PROGRAM, { mine: true })).toContain('What libraries and the standard library did is charged');
    expect(text({ ...PROGRAM, approximate: true })).toContain('Instructions are approximate');
    const embedded = { ...PROGRAM.interpreter, engine: 'wasm' as const, version: '3.10.2' };
    expect(text({ ...PROGRAM, approximate: true, interpreter: embedded })).toContain('the embedded 3.10 goes on');
    expect(text({ ...PROGRAM, approximate: true }, { by: ['type'] })).not.toContain('approximate');
    expect(text({ ...PROGRAM, stacks: 'none' })).toContain('Imports cannot be told apart');
  });

  test('a varying recording says why, and marks every number', () => {
    const why = { code: 'lost', message: 'an event was lost' };
    const told = text({ ...PROGRAM, outcome: 'varying', why });
    expect(told).toContain('≈ varying: an event was lost');
    expect(told).toMatch(/^ +≈5,000 .*≈2,000 .* app\.py:5$/m);
  });

  test('a recording without events, and a filter that nothing passes, are sentences', () => {
    expect(text(recordingFromText(''))).toContain('Nothing was recorded: the program created no object');
    expect(text(PROGRAM, { types: ['set'] })).toContain(
      'No event is of type set; without it there are 10,001 objects.',
    );
  });

  test('names the recording in what shows more, where it is not the default', () => {
    expect(text(PROGRAM, {}, WIDE, { file: 'a b.pb.gz' })).toContain("pyallocs annotate 'a b.pb.gz' app.py shows");
    expect(text(PROGRAM, { by: ['type'] })).toContain('pyallocs report --by type --by line shows the lines of each');
  });

  test('live bytes have a column', () => {
    const samples = PROGRAM.samples.map((one) => ({
      ...one,
      values: { ...one.values, liveBlocks: 1, liveBytes: 2048, peakBlocks: 2, peakBytes: 4096 },
    }));
    const told = text({ ...PROGRAM, live: true, samples }, { sort: 'live', by: ['file'] }, WIDE);
    expect(told).toMatch(/live +of live/);
    expect(told).toMatch(/8 KiB +66\.7 % .*app\.py$/m);
  });
});

test('Markdown: a table with the same rows, and names that cannot break it', () => {
  const result = makeReport(PROGRAM, { ...DEFAULTS, by: ['function', 'type'] });
  expect(`\n${reportMarkdown(result, TEXT)}\n`).toMatchInlineSnapshot(`
    "
    CPython 3.14.10 (native:3.14.10): native, 64 bits: \`python app.py\`

    10,001 objects created, 8,005 requests.

    | function / type | objects | ○ freelist | ◐ pymalloc | ▪ buffers | ↔ resizes | requests | bytes | share |
    |---|--:|--:|--:|--:|--:|--:|--:|--:|
    | \`(imports)\` | 5,000 | · | 5,000 | · | · | 5,000 | 313 KiB | 50 % |
    | &nbsp;&nbsp;\`dict\` | 5,000 | · | 5,000 | · | · | 5,000 | 313 KiB | 50 % |
    | \`main (app.py:4)\` | 5,000 | 2,000 | 3,000 | 4 | 5 | 3,004 | 97.8 KiB | 50 % |
    | &nbsp;&nbsp;\`int\` | 3,000 | · | 3,000 | · | · | 3,000 | 93.8 KiB | 30 % |
    | &nbsp;&nbsp;\`list\` | 2,000 | 2,000 | · | · | 5 | · | · | 20 % |
    | &nbsp;&nbsp;\`(buffer)\` | · | · | · | 4 | · | 4 | 4 KiB |  |
    | \`JSONEncoder.encode (…/json/encoder.py:199)\` | 1 | · | 1 | · | · | 1 | 500 B | < 0.1 % |
    | &nbsp;&nbsp;\`str\` | 1 | · | 1 | · | · | 1 | 500 B | < 0.1 % |

    (imports) is all that happened below an import; --imports shows it like everything else.
    "
  `);
  const plain = recordingFromText('NAME@a.py:1 CALL x | int freelist | creations=1');
  const name = '`|</td><script>\u001b[31m';
  const evil = { ...plain, codes: plain.codes.map((code) => ({ ...code, name })) };
  const told = reportMarkdown(makeReport(evil, { ...DEFAULTS, by: ['function'] }), TEXT);
  expect(told).toContain('| `` `\\|</td><script>\\x1b[31m (a.py:1) `` | 1 | 1 | 100 % |');
});

const EVIL = 'x\u001b[2J\u009b1m\u0007\r\n\t\u200f\u202e\u2066\u061c\u2028';
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** Every text of a recording, in all styles without colours. */
function allTexts(recording: Recording, width: number): string[] {
  const source = () => ({ text: `a\tb${EVIL}\n`.repeat(5), sha256: 'x' });
  const annotated = annotate(recording, source);
  return [true, false].flatMap((ascii) => {
    const style = makeStyle({ colour: false, ascii, width });
    return [
      ...GROUPINGS.map((by) => text(recording, { by: [by, 'type'], imports: true }, style, { file: EVIL })),
      ...SORTS.filter((sort) => sort !== 'live' && sort !== 'peak').map((sort) => text(recording, { sort }, style)),
      ...[true, false].map((bytecode) =>
        formatAnnotate(
          annotated,
          { files: annotated.files, function: null, bytecode, context: 2, source: () => source().text.split('\n') },
          style,
        ),
      ),
    ];
  });
}

describe('whatever was recorded', () => {
  test('no line is wider than the terminal', () => {
    fc.assert(
      fc.property(
        anyRecording,
        fc.constantFrom(1, 1e6, 123456789),
        fc.constantFrom(80, 100),
        (recording, times, width) => {
          const samples = recording.samples.map((one) => ({
            ...one,
            values: Object.fromEntries(Object.entries(one.values).map(([k, n]) => [k, n * times])) as typeof one.values,
          }));
          for (const told of allTexts({ ...recording, samples }, width))
            for (const line of told.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(width);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('control characters and turns of direction in any name never reach the terminal', () => {
    const plain = recordingFromText(
      'NAME@NAME:5 CALL NAME > NAME@b.py:3 NAME NAME | NAME pymalloc | creations=3 requests=3 bytes=9 thread=NAME region=NAME',
    );
    const evil = JSON.parse(JSON.stringify(plain).replaceAll('NAME', JSON.stringify(EVIL).slice(1, -1))) as Recording;
    const why = { code: 'x', message: EVIL };
    const recording: Recording = {
      ...evil,
      command: [EVIL],
      outcome: 'varying',
      why,
      warnings: [why],
      interpreter: { ...evil.interpreter, version: `3.14${EVIL}`, id: EVIL, build: [EVIL], implementation: EVIL },
    };
    const texts = allTexts(recording, 80);
    expect(texts.length).toBeGreaterThan(30);
    for (const told of texts) {
      expect(told).toContain('x\\x1b[');
      expect(RAW.exec(told)).toBeNull();
      for (const line of told.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(80);
    }
  });
});

test('rows with nothing but releases are left out, and counted in a note', () => {
  const recording = recordingFromText(`
    f@${APP}:5 CALL a | int pymalloc | creations=3 requests=3 bytes=96
    f@${APP}:6 CALL b | int pymalloc | releases=9
  `);
  expect(text(recording)).not.toContain('app.py:6');
  expect(text(recording)).toContain('1 row with nothing but releases: --sort releases shows them.');
  expect(text(recording, { sort: 'releases' })).toContain('app.py:6');
});
