/** report, annotate and diff on recordings, as they are typed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeRecording } from '../src/cli/recording-files.js';
import type { Recording } from '../src/core/recording.js';
import { recordingFromText } from '../src/core/recording.testkit.js';
import { folder, parsed, pyallocs } from './cli.js';
import * as schemas from './schemas.js';

const SOURCE = 'import json\n\n\ndef main(y):\n    x = [y, y + 2]\n    return json.dumps(x)\n';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Of app.py in a folder: main creates `n` integers on line 5. */
function recorded(cwd: string, n = 3000, more: Partial<Recording> = {}): Recording {
  const app = join(cwd, 'app.py');
  return recordingFromText(
    `
    main@${app}:5 BINARY_OP + | int pymalloc | creations=${n} requests=${n} bytes=${32 * n}
    main@${app}:5 BUILD_LIST 2 | list freelist | creations=1000
    main@${app}:6 CALL json.dumps > encode@/usr/lib/python3.14/json/encoder.py:20 CALL f | str pymalloc | creations=10 requests=10 bytes=500
    <module>@${app}:1 IMPORT_NAME json > _find_and_load@<frozen importlib._bootstrap>:9 CALL x | dict pymalloc | creations=70 requests=70 bytes=700
  `,
    { folder: cwd, sources: [{ file: app, sha256: sha256(SOURCE) }], ...more },
  );
}

const cwd = folder({ 'app.py': SOURCE, 'good.json': '{"schema": "pyallocs/bench@1", "cases": []}', 'text.pb.gz': 'x' });
writeRecording(join(cwd, 'pyallocs.pb.gz'), recorded(cwd));
writeRecording(join(cwd, 'more.pb.gz'), recorded(cwd, 4000));
writeRecording(join(cwd, 'flat.pb.gz'), recorded(cwd, 3000, { stacks: 'none' }));
writeRecording(join(cwd, 'empty.pb.gz'), { ...recordingFromText(''), folder: cwd });
writeRecording(
  join(cwd, 'varying.pb.gz'),
  recorded(cwd, 3000, { outcome: 'varying', why: { code: 'lost', message: 'an event was lost' } }),
);

const json = async (args: readonly string[]): Promise<unknown> => parsed(await pyallocs([...args, '--json'], { cwd }));

describe('report', () => {
  test('of the default file, as text', async () => {
    const { stdout, stderr, code } = await pyallocs(['report'], { cwd });
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(/^ +4,000 +98 % .*app\.py:5$/m);
    expect(stdout).toMatch(/^ +70 +1\.7 % .*\(imports\)$/m);
    expect(stdout.trimEnd()).toMatch(/pyallocs annotate app\.py shows these counts in the source; .*$/);
  });

  test('as JSON, whole whatever the limit, and its rows add up', async () => {
    const result = schemas.report.parse(
      await json(['report', '--by', 'file', '--by', 'type', '--limit', '1', '--imports']),
    );
    expect(result.by).toEqual(['file', 'type']);
    expect(result.rows.map(({ key, counts }) => [key, counts.creations.total])).toEqual([
      ['app.py', 4000],
      ['<frozen importlib._bootstrap>', 70],
      ['/usr/lib/python3.14/json/encoder.py', 10],
    ]);
    expect(result.rows[0]?.rows?.map(({ key, counts }) => [key, counts.creations.total])).toEqual([
      ['int', 3000],
      ['list', 1000],
    ]);
    expect(result.total.creations.total).toBe(4080);
  });

  test('-o writes what --json prints', async () => {
    const { stdout } = await pyallocs(['report', '--json', '-o', 'out.json'], { cwd });
    expect(readFileSync(join(cwd, 'out.json'), 'utf8')).toBe(stdout);
  });

  test('filters, as they are typed', async () => {
    const result = schemas.report.parse(
      await json(['report', '--type', 'int,list', '--origin', 'pymalloc', '--file', 'app.*', '--under', 'main']),
    );
    expect(result.rows.map(({ key, counts }) => [key, counts.creations.total])).toEqual([['app.py:5', 3000]]);
    const mine = schemas.report.parse(await json(['report', 'pyallocs.pb.gz', '--mine', '--sort', 'bytes']));
    expect(mine.rows.map(({ key }) => key)).toEqual(['app.py:5', '(imports)', 'app.py:6']);
    const source = schemas.report.parse(await json(['report', 'app.py']));
    expect(source.rows.map(({ key }) => key)).toEqual(['app.py:5']);
  });

  test('Markdown', async () => {
    const { stdout } = await pyallocs(['report', '--by', 'type', '--markdown'], { cwd });
    expect(stdout).toContain('| `int` | 3,000 |');
  });

  test('a recording that varies ends with 1, and one without events says so', async () => {
    const varying = await pyallocs(['report', 'varying.pb.gz'], { cwd });
    expect([varying.stdout.includes('≈ varying: an event was lost'), varying.code]).toEqual([true, 1]);
    const empty = await pyallocs(['report', 'empty.pb.gz'], { cwd });
    expect([empty.stdout.includes('Nothing was recorded'), empty.code]).toEqual([true, 0]);
  });
});

describe('annotate', () => {
  test('shows the source of the program, and its bytecode', async () => {
    const { stdout, code } = await pyallocs(['annotate', 'app.py', '--bytecode'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/4,000 +3,000 +93\.8 KiB +5 {6}x = \[y, y \+ 2\]$/m);
    expect(stdout).toMatch(/3,000 +3,000 +93\.8 KiB {10}\d+ BINARY_OP \+ {2}int ◐ 3,000$/m);
    expect(stdout).not.toContain('changed');
  });

  test('as JSON, with all files and instructions whatever is asked for', async () => {
    const result = schemas.annotate.parse(await json(['annotate', 'pyallocs.pb.gz', 'app.py']));
    expect(result.files.map(({ path, gone }) => [path, gone])).toEqual([
      ['app.py', false],
      ['<frozen importlib._bootstrap>', true],
      ['/usr/lib/python3.14/json/encoder.py', true],
    ]);
    expect(result.files[0]?.lines[0]).toMatchObject({ line: 5, text: '    x = [y, y + 2]' });
    expect(result.files[0]?.lines[0]?.instructions.map(({ opcode }) => opcode)).toEqual(['BINARY_OP', 'BUILD_LIST']);
  });

  test('notices a source that changed, or is gone', async () => {
    const other = folder({ 'app.py': `# new\n${SOURCE}` });
    writeRecording(join(other, 'pyallocs.pb.gz'), recorded(other));
    const changed = await pyallocs(['annotate'], { cwd: other });
    expect(changed.stdout).toContain('≈ this file was changed since it was recorded');
    const empty = folder();
    writeRecording(join(empty, 'pyallocs.pb.gz'), recorded(empty));
    const gone = await pyallocs(['annotate'], { cwd: empty });
    expect(gone.stdout).toContain('no source to show');
    expect(gone.stdout).toContain('BINARY_OP +, BUILD_LIST 2');
  });

  test('reads no file that the recording does not know as a source', async () => {
    const other = folder({ 'app.py': SOURCE });
    writeRecording(join(other, 'pyallocs.pb.gz'), recorded(other, 3000, { sources: [] }));
    const { stdout } = await pyallocs(['annotate', '--json'], { cwd: other });
    expect(stdout).not.toContain('return json');
  });
});

describe('diff', () => {
  test('of two recordings, by function and by line', async () => {
    const { stdout, code } = await pyallocs(['diff', 'pyallocs.pb.gz', 'more.pb.gz'], { cwd });
    expect([stdout.includes('before  recording pyallocs.pb.gz'), code]).toEqual([true, 0]);
    expect(stdout).toMatch(/more {2}main \(app\.py\) +4,000 +5,000 +\+1,000 {2}objects {2}int \+1,000/);
    expect(stdout).toContain('pyallocs diff pyallocs.pb.gz more.pb.gz --by line shows the lines');
    const result = schemas.diff.parse(await json(['diff', 'pyallocs.pb.gz', 'more.pb.gz', '--by', 'line']));
    expect(result.rows.map(({ key, change }) => [change, key])).toEqual([
      ['more', '(total)'],
      ['more', 'app.py:5 main  x = [y, y + 2]'],
    ]);
    expect([result.of, result.by, result.unchanged]).toEqual(['recording', 'line', 2]);
  });

  test('--fail-on-growth', async () => {
    const grew = await pyallocs(['diff', 'pyallocs.pb.gz', 'more.pb.gz', '--fail-on-growth'], { cwd });
    const shrank = await pyallocs(['diff', 'more.pb.gz', 'pyallocs.pb.gz', '--fail-on-growth'], { cwd });
    expect([grew.code, shrank.code]).toEqual([3, 0]);
  });
});

describe('what cannot be read is told in a sentence, with exit code 2', () => {
  test.each<[string[], string]>([
    [['report', 'none.pb.gz'], 'none.pb.gz cannot be read: it does not exist'],
    [
      ['annotate', 'nothing.py'],
      'nothing was recorded in nothing.py; the recording knows 3 files, first of all app.py, <frozen importlib._bootstrap> and /usr/lib/python3.14/json/encoder.py',
    ],
    [
      ['annotate', 'empty.pb.gz', 'app.py'],
      'nothing was recorded in app.py: the recording has no events in Python code',
    ],
    [
      ['report', 'flat.pb.gz', '--cumulative'],
      'this recording has no callers, which cumulative counts would need: make it again without --no-stacks',
    ],
    [
      ['report', 'flat.pb.gz', '--mine'],
      'this recording has no callers, which --mine would need: make it again without --no-stacks',
    ],
    [['report', '--sort', 'live'], 'this recording has no live blocks to sort by; record --live counts them'],
    [
      ['report', '--by', 'name'],
      "option '--by <what>' argument 'name' is invalid. It must be one of type, line, function, file, package, instruction, origin, thread, region.",
    ],
    [
      ['report', '--limit', '0'],
      "option '--limit <rows>' argument '0' is invalid. It must be a whole number from 1 to 1,000,000,000, or all.",
    ],
    [
      ['diff', 'pyallocs.pb.gz', 'good.json'],
      'pyallocs.pb.gz is a recording, good.json a bench result; diff compares two of the same kind',
    ],
    [
      ['diff', 'good.json', 'good.json', '--by', 'line'],
      '--by, --imports and --mine are for recordings; these are results',
    ],
    [['report', '-o', 'none/x.json'], 'none/x.json cannot be written: there is no folder none'],
  ])('%j', async (args, sentence) => {
    const { stdout, stderr, code } = await pyallocs(args, { cwd });
    expect([stdout, stderr, code]).toEqual(['', `pyallocs: ${sentence}\n`, 2]);
  });

  test.each(['report', 'annotate'])('%s without a recording says which command makes one', async (verb) => {
    const { stderr, code } = await pyallocs([verb]);
    expect([stderr.includes('pyallocs record script.py'), code]).toEqual([true, 2]);
  });

  test('a file that is no recording', async () => {
    const { stderr, code } = await pyallocs(['report', 'text.pb.gz'], { cwd });
    expect([stderr.startsWith('pyallocs: text.pb.gz is '), code]).toEqual([true, 2]);
  });
});
