/** `pyallocs export` as it is typed, and the tools that its files are for. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, extname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { Profile } from 'pprof-format';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRecording } from '../src/cli/recording-files.js';
import { SAMPLE_FIELDS, type SampleField } from '../src/core/recording.js';
import { recordingFromText } from '../src/core/recording.testkit.js';
import { readCsv, readFolded } from '../src/report/export/export.testkit.js';
import { BIN, folder, pyallocs, run } from './cli.js';

const RECORDING = recordingFromText(`
  <module>@/home/me/app.py:20 CALL main > main@/home/me/app.py:12 CALL load > load@/usr/json.py:4 BINARY_OP + | int pymalloc | creations=3 requests=3 bytes=96 region=parse
  <module>@/home/me/app.py:20 CALL main > main@/home/me/app.py:12 CALL load > load@/usr/json.py:5 CALL | int freelist | creations=50
  <module>@/home/me/app.py:20 CALL main > main@/home/me/app.py:12 CALL load > load@/usr/json.py:5 CALL | bytes malloc | creations=7 requests=7 bytes=7000
  <module>@/home/me/app.py:20 CALL main > main@/home/me/app.py:13 BUILD_LIST 0 | list pymalloc | creations=20 requests=20 bytes=1120
  <module>@/home/me/app.py:20 CALL main > main@/home/me/app.py:13 BUILD_LIST 0 | - malloc | buffers=2 requests=2 bytes=1280 thread=Other pid=7
  <module>@/home/me/app.py:20 CALL main > main@/home/me/app.py:13 LIST_APPEND | - - | resizes=4 resizeBytes=4096 relocations=3
  - | dict - | releases=2
`);

const here = folder();
const file = join(here, 'a.pb.gz');
writeRecording(file, RECORDING);

const total = (field: SampleField): number => RECORDING.samples.reduce((sum, { values }) => sum + values[field], 0);

/** What a function made itself. */
function own(name: string, field: SampleField): number {
  const samples = RECORDING.samples.filter(({ stack: [innermost] }) => {
    const location = RECORDING.locations[innermost ?? -1];
    return RECORDING.codes[location?.code ?? -1]?.name === name;
  });
  return samples.reduce((sum, { values }) => sum + values[field], 0);
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

describe('pyallocs export', () => {
  test.each(SAMPLE_FIELDS)('has the total of %s in every format', async (field) => {
    const exported = async (...words: string[]): Promise<string> => {
      const { stdout, stderr, code } = await pyallocs(['export', file, ...words], { cwd: here });
      expect([code, stderr]).toEqual([0, '']);
      return stdout;
    };
    const folded = readFolded(await exported('--format', 'folded', '--by', field));
    expect(sum(folded.map(({ value }) => value))).toBe(total(field));
    const [profile] = JSON.parse(await exported('--format', 'speedscope', '--by', field)).profiles;
    expect(sum(profile.weights)).toBe(total(field));
    const [head = [], ...rows] = readCsv(await exported('--format', 'csv'));
    expect(sum(rows.map((row) => Number(row[head.indexOf(field)])))).toBe(total(field));
    const output = join(here, `${field}.pb.gz`);
    expect(await exported('--format', 'pprof', '--by', field, '-o', output)).toBe('');
    const { sample } = Profile.decode(gunzipSync(readFileSync(output)));
    expect(sum(sample.map(({ value }) => Number(value[0])))).toBe(total(field));
    expect(sample.every(({ value }) => value.length === 1)).toBe(true);
  });

  test('reads the default file', async () => {
    const missing = await pyallocs(['export', '--format', 'folded']);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('there is no pyallocs.pb.gz here')]);
    const cwd = folder();
    writeFileSync(join(cwd, 'pyallocs.pb.gz'), readFileSync(file));
    const found = await pyallocs(['export', '--format', 'folded', '--by', 'releases'], { cwd });
    expect(found).toMatchObject({ stdout: '(outside of Python code) 2\n', stderr: '', code: 0 });
  });

  test.skipIf(process.platform === 'win32')('reads standard input', async () => {
    const words = [process.execPath, BIN, 'export', '-', '--format', 'folded', '--by', 'resize_bytes'];
    const { stdout, stderr, code } = await run('sh', ['-c', 'exec "$0" "$@" < a.pb.gz', ...words], { cwd: here });
    const stack = '<module> (/home/me/app.py:20);main (/home/me/app.py:13) 4096\n';
    expect([stdout, stderr, code]).toEqual([stack, '', 0]);
  });

  test('answers to what cannot be exported with a sentence', async () => {
    writeFileSync(join(here, 'app.py'), 'print(1)\n');
    const asked: readonly (readonly [string, string])[] = [
      ['a.pb.gz', "required option '--format <format>' not specified: folded, speedscope, csv or pprof"],
      ['a.pb.gz --format svg', 'Allowed choices are folded, speedscope, csv, pprof'],
      ['none.pb.gz --format csv', 'none.pb.gz cannot be read: it does not exist'],
      ['app.py --format csv', 'app.py is no recording: it does not hold pprof data'],
      ['a.pb.gz --format folded --by time', 'there is no measure "time" to export --by: there are creations, requests'],
      ['a.pb.gz --format folded --by live-bytes', 'the recording has no live-bytes: it was made without --live'],
      ['a.pb.gz --format pprof --by bytes,requests', 'pprof holds one measure: give --by once'],
      ['a.pb.gz --format csv --by bytes', 'csv has a column for every measure: leave out --by'],
      ['a.pb.gz --format csv --types', 'csv has types and origins in columns of their own'],
      ['a.pb.gz --format csv -o none/a.csv', 'none/a.csv cannot be written: there is no folder none'],
    ];
    for (const [words, sentence] of asked) {
      const { stdout, stderr, code } = await pyallocs(['export', ...words.split(' ')], { cwd: here });
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)]);
    }
  });

  test('of a recording without events writes nothing, and says so', async () => {
    const cwd = folder();
    writeRecording(join(cwd, 'pyallocs.pb.gz'), recordingFromText(''));
    const { stdout, stderr, code } = await pyallocs(['export', '--format', 'folded'], { cwd });
    expect([stdout, stderr, code]).toEqual(['', 'pyallocs: the recording has no event\n', 0]);
  });

  test('of numbers that are not exact says so, in its exit code too', async () => {
    const cwd = folder();
    const why = { code: 'clash', message: 'another profiler took its place' };
    writeRecording(join(cwd, 'pyallocs.pb.gz'), { ...RECORDING, outcome: 'varying', why });
    const { stderr, code } = await pyallocs(['export', '--format', 'folded'], { cwd });
    expect([stderr, code]).toEqual(['pyallocs: the recording is not exact: another profiler took its place\n', 1]);
  });

  test('lets no name of the recording act on a terminal', async () => {
    const cwd = folder();
    const name = '\u001b[31m\u009b2J\r\n;\u202e<script>';
    const [code = { name, file: name, firstLine: 1 }, ...codes] = RECORDING.codes;
    const hostile = { ...RECORDING, folder: '/', codes: [{ ...code, name, file: name }, ...codes] };
    writeRecording(join(cwd, 'pyallocs.pb.gz'), {
      ...hostile,
      command: [name],
      samples: RECORDING.samples.map((sample) => ({ ...sample, type: name, thread: name, region: name })),
    });
    for (const format of ['folded', 'speedscope', 'csv']) {
      const words = format === 'csv' ? [] : ['--types', '--bytecode'];
      const { stdout } = await pyallocs(['export', '--format', format, ...words], { cwd });
      expect(stdout).toContain('script');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      expect(stdout.replace(/\r?\n/g, '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

const GO: boolean = spawnSync('go', ['version']).status === 0;

describe.skipIf(!GO)('go tool pprof (skipped where there is no go)', () => {
  /** Lines of -top by function: flat and cumulative values. */
  async function top(...words: readonly string[]): Promise<Readonly<Record<string, readonly [number, number]>>> {
    const { stdout, stderr, code } = await run('go', ['tool', 'pprof', '-top', '-unit=B', ...words, file], {
      cwd: here,
    });
    expect([code, stderr]).toEqual([0, '']);
    const rows = [...stdout.matchAll(/^ *(\d+)B? +\S+% +\S+% +(\d+)B? +\S+% +(.*)$/gm)];
    return Object.fromEntries(rows.map(([, flat, cum, name]) => [name, [Number(flat), Number(cum)]]));
  }

  beforeAll(async () => {
    await run('go', ['tool', 'pprof', '-h']); // built at its first use
  }, 300_000);

  test.each(SAMPLE_FIELDS)('shows %s by function', async (field) => {
    const index = field === 'resizeBytes' ? 'resize_bytes' : field;
    const shown = await top(`-sample_index=${index}`);
    for (const name of ['load', 'main', '<module>'])
      expect([name, shown[name]?.[0] ?? 0]).toEqual([name, own(name, field)]);
    const inPython = own('load', field) + own('main', field);
    expect(shown['<module>']?.[1] ?? 0).toBe(inPython);
  });

  test('opens with creations', async () => {
    expect(await top()).toMatchObject({ load: [60, 60], main: [20, 80], '<module>': [0, 80] });
  });

  test('keeps the samples of one origin, of one type, of a region', async () => {
    expect(await top('-tagfocus=origin=^malloc$')).toEqual({ load: [7, 7], main: [0, 7], '<module>': [0, 7] });
    // The value is a pattern, and pymalloc has malloc in it.
    expect(await top('-tagfocus=origin=malloc')).toMatchObject({ load: [10, 10], main: [20, 30] });
    expect(await top('-tagfocus=type=^int$')).toMatchObject({ load: [53, 53], main: [0, 53] });
    expect(await top('-tagfocus=region=parse')).toMatchObject({ load: [3, 3] });
  });

  test('puts types at the root', async () => {
    const shown = await top('-tagroot=type', '-nodefraction=0');
    expect(shown).toMatchObject({ int: [0, 53], bytes: [0, 7], list: [0, 20], load: [60, 60] });
  });

  test('names files, lines and instructions', async () => {
    const { stdout } = await run('go', ['tool', 'pprof', '-top', '-lines', file], { cwd: here });
    expect(stdout).toMatch(/57 .* load \/usr\/json\.py:5$/m);
    expect(stdout).toMatch(/3 .* load \/usr\/json\.py:4$/m);
    const traces = await run('go', ['tool', 'pprof', '-top', '-addresses', file], { cwd: here });
    expect(traces.stdout).toMatch(/\b0*3000004 load \/usr\/json\.py:4/); // the third code, offset 4
  });
});

const BROWSER: string | undefined = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  .flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((path) => join(path, name)))
  .find((path) => existsSync(path));

describe.skipIf(BROWSER === undefined)('speedscope, in a browser (skipped where there is no Chromium)', () => {
  const require = createRequire(import.meta.url);
  const release = join(dirname(require.resolve('speedscope/package.json')), 'dist', 'release');
  const TYPES: Readonly<Record<string, string>> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
  };
  let browser: Browser;
  let server: Server;
  let address: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
      const found = [join(here, path), join(release, path)].find((candidate) => existsSync(candidate));
      const type = TYPES[extname(path)] ?? 'application/octet-stream';
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': type });
      response.end(found === undefined ? '' : readFileSync(found));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: BROWSER ?? '', args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** What its tables show: the profiles of the file, and of the first one the functions with total and own values. */
  async function shown(name: string): Promise<{ profiles: string[][]; functions: Record<string, readonly number[]> }> {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.goto(`${address}/index.html#profileURL=${encodeURIComponent(`${address}/${name}`)}&view=sandwich`);
    await page.waitForFunction(() => document.body.innerText.includes('Symbol Name'), undefined, { timeout: 60_000 });
    const rows = await page.evaluate(() =>
      [...document.querySelectorAll('tr')].map((row) => [...row.querySelectorAll('td')].map((cell) => cell.innerText)),
    );
    await page.close();
    expect(errors).toEqual([]);
    const value = (text = ''): number => Number(/^([\d,.]+)/.exec(text.trim())?.[1]?.replaceAll(',', ''));
    const functions = rows.filter(([first = '']) => first.includes('%'));
    return {
      profiles: rows.filter(([first = '', , last]) => last !== undefined && /^\d+$/.test(first)),
      functions: Object.fromEntries(functions.map(([all, self, label = '']) => [label, [value(all), value(self)]])),
    };
  }

  test('opens a recording as it is', async () => {
    const { functions } = await shown('a.pb.gz');
    expect(functions).toEqual({ load: [60, 60], main: [80, 20], '<module>': [80, 0] });
  });

  test('opens the export for it, one profile for each measure', async () => {
    const output = join(here, 'a.speedscope.json');
    expect((await pyallocs(['export', file, '--format', 'speedscope', '-o', output])).code).toBe(0);
    const { profiles, functions } = await shown('a.speedscope.json');
    expect(profiles.map(([, name, weight]) => [name, weight])).toEqual([
      ['creations', '80'],
      ['requests', '32'],
      ['bytes', '9.27 KB'],
    ]);
    expect(functions).toEqual({
      'load (/usr/json.py:5)': [57, 57],
      'load (/usr/json.py:4)': [3, 3],
      'main (/home/me/app.py:12)': [60, 0],
      'main (/home/me/app.py:13)': [20, 20],
      '<module> (/home/me/app.py:20)': [80, 0],
    });
  });

  test('opens collapsed stacks', async () => {
    const output = join(here, 'a.folded');
    expect((await pyallocs(['export', file, '--format', 'folded', '--types', '-o', output])).code).toBe(0);
    const { functions } = await shown('a.folded');
    expect(functions).toMatchObject({
      'int ○ freelist': [50, 50],
      'bytes ● malloc': [7, 7],
      'list ◐ pymalloc': [20, 20],
    });
  });
});
