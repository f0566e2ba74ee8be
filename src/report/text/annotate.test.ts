import { describe, expect, test } from 'vitest';
import { annotate, filesNamed, functionNamed, sourceLines } from '../../core/annotate.js';
import type { Recording } from '../../core/recording.js';
import { recordingFromText } from '../../core/recording.testkit.js';
import { formatAnnotate } from './annotate.js';
import { makeStyle, type Style } from './style.js';

const APP = '/home/me/project/app.py';
const LIB = '/usr/lib/python3.14/json/encoder.py';
const SOURCE = 'import json\n\n\ndef main(y):\n\tx = [y, y + 2]\n    return json.dumps(x)\n\n\nmain(1)\n\n\n# end\n';
const PROGRAM = recordingFromText(
  `
  main@${APP}:5 BINARY_OP + | int pymalloc | creations=3000 requests=3000 bytes=96000
  main@${APP}:5 BUILD_LIST 2 | list freelist | creations=1000
  main@${APP}:5 BUILD_LIST 2 | - malloc | buffers=2000 requests=2000 bytes=32000
  main@${APP}:6 CALL json.dumps | dict freelist | creations=10
  main@${APP}:6 CALL json.dumps > encode@${LIB}:20 CALL f | str pymalloc | creations=10 requests=10 bytes=500
  - | str pymalloc | creations=1 requests=1 bytes=50
`,
  { sources: [{ file: APP, sha256: 'abc' }] },
);
const NARROW = makeStyle({ colour: false, ascii: false, width: 80 });

function text(
  {
    bytecode = false,
    context = 1,
    sha256 = 'abc',
    name = 'app.py',
    only = null,
    style = NARROW,
  }: {
    bytecode?: boolean;
    context?: number;
    sha256?: string;
    name?: string;
    only?: string | null;
    style?: Style;
  } = {},
  recording: Recording = PROGRAM,
): string {
  const result = annotate(recording, (file) => (file === APP ? { text: SOURCE, sha256 } : null));
  const source = (file: string): readonly string[] | null => (file === APP ? sourceLines(SOURCE) : null);
  const named = filesNamed(result, only === null ? name : null);
  const files = only === null ? named : named.map((file) => functionNamed(file, only)).filter((file) => file !== null);
  return formatAnnotate(result, { files, function: only, bytecode, context, source }, style);
}

/** What stands below the sentence. */
const below = (told: string): string => told.split('\n\n').slice(2).join('\n\n');

describe('the text of annotated source', () => {
  test('lines with their counts, those around them, and what is not shown', () => {
    expect(`\n${below(text())}\n`).toMatchInlineSnapshot(`
      "
      app.py
        4,010 objects and 2,000 buffers; 125 KiB asked for in 5,000 requests; 99.7 %
        of all objects

           objects  requests    bytes  line
                                          ⋮
                                          4  def main(y):
      ████   4,000     5,000  125 KiB     5          x = [y, y + 2]
      ▏         10         ·        ·     6      return json.dumps(x)
                                          7
                                          ⋮

      Not shown: 1 file with 10 objects (0.2 %): /usr/lib/python3.14/json/encoder.py;
        pyallocs annotate with the name of one shows it.
      1 object outside of any Python code.

      --bytecode unfolds each line into its instructions; pyallocs report --by type
        shows the types
      "
    `);
  });

  test('unfolds into instructions with their types', () => {
    expect(`\n${below(text({ bytecode: true, context: 0 }))}\n`).toMatchInlineSnapshot(`
      "
      app.py
        4,010 objects and 2,000 buffers; 125 KiB asked for in 5,000 requests; 99.7 %
        of all objects

           objects  requests     bytes  line
                                           ⋮
      ████   4,000     5,000   125 KiB     5          x = [y, y + 2]
             3,000     3,000  93.8 KiB          0 BINARY_OP +  int ◐ 3,000
             1,000     2,000  31.3 KiB          2 BUILD_LIST 2  list ○ 1,000, ▪ 2,000
      ▏         10         ·         ·     6      return json.dumps(x)
                10         ·         ·          4 CALL json.dumps  dict ○ 10
                                           ⋮

      Not shown: 1 file with 10 objects (0.2 %): /usr/lib/python3.14/json/encoder.py;
        pyallocs annotate with the name of one shows it.
      1 object outside of any Python code.
      "
    `);
  });

  test('of one function says how much is not shown', () => {
    const told = text({ only: 'encode' });
    expect(told).toMatch(/10 +10 +500 B +20/);
    expect(told).toContain('Not shown: 4,011 objects (99.8 %) of other functions.');
    expect(told).not.toContain('def main');
  });

  test('in ASCII', () => {
    const style = makeStyle({ colour: false, ascii: true, width: 80 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: anything but ASCII is what is looked for
    expect(text({ bytecode: true, style })).toMatch(/^[\u0000-\u007f]*$/);
  });

  test('of a source that changed says so', () => {
    expect(text({ sha256: 'def' })).toContain('≈ this file was changed since it was recorded');
    expect(text()).not.toContain('changed');
  });

  test('of a source that is gone has opcodes', () => {
    const told = text({ name: LIB });
    expect(told).toContain('no source to show: the file is gone, or never was one');
    expect(told).toMatch(/10 +10 +500 B +20 {2}CALL f$/m);
  });

  test('says when instructions are approximate', () => {
    expect(text({ bytecode: true }, { ...PROGRAM, approximate: true })).toContain('Instructions are approximate');
    expect(text({}, { ...PROGRAM, approximate: true })).not.toContain('approximate');
  });

  test('marks what varies', () => {
    expect(text({}, { ...PROGRAM, outcome: 'varying' })).toMatch(/≈4,000 +≈5,000 +≈125 KiB +5/);
  });

  test('leaves lines and instructions with nothing but releases without numbers, and says so', () => {
    const recording = recordingFromText(
      `
      main@${APP}:5 BINARY_OP + | int pymalloc | creations=3 requests=3 bytes=96
      main@${APP}:5 POP_TOP | int pymalloc | releases=3
      main@${APP}:6 RETURN_VALUE | int pymalloc | releases=9
    `,
      { sources: [{ file: APP, sha256: 'abc' }] },
    );
    const told = text({ bytecode: true }, recording);
    expect(told).toContain('BINARY_OP');
    expect(told).not.toMatch(/POP_TOP|RETURN_VALUE/);
    expect(told).toMatch(/^ +6 {6}return json/m);
    expect(told).toContain('Without numbers: 1 line with nothing but releases.');
  });
});
