/** The page of a recording, opened from the disk in headless Chromium. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { writeHtmlReport } from '../src/cli/html-report.js';
import type { Recording } from '../src/core/recording.js';
import { recordingFromText } from '../src/core/recording.testkit.js';
import { HAS_CHROMIUM, plain, startChromium, type View } from './chromium.js';
import { folder } from './cli.js';

const APP = `def parse(text):
    return [float(word) for word in text.split()]


def main():
    rows = parse("1 2 3")
    print({"rows": rows})


main()
`;

/** 100 floats and 50 lists by parse, 40 strings and 10 buffers below it, 7 dicts by main, 3 resizes. */
const SAMPLES = `
  <module>@app.py:10 > main@app.py:6 > parse@app.py:2 CALL float              | float freelist | creations=60
  <module>@app.py:10 > main@app.py:6 > parse@app.py:2 CALL float              | float pymalloc | creations=40 requests=40 bytes=960
  <module>@app.py:10 > main@app.py:6 > parse@app.py:2 BUILD_LIST 0            | list freelist  | creations=50
  <module>@app.py:10 > main@app.py:6 > parse@app.py:2 CALL float > split@lib.py:30 | str pymalloc | creations=38 requests=38 bytes=1900
  <module>@app.py:10 > main@app.py:6 > parse@app.py:2 CALL float > split@lib.py:30 | str malloc   | creations=2 requests=2 bytes=4000
  <module>@app.py:10 > main@app.py:6 > parse@app.py:2 CALL float > split@lib.py:30 | - pymalloc   | buffers=10 requests=10 bytes=640
  <module>@app.py:10 > main@app.py:7 BUILD_MAP 1                              | dict freelist  | creations=7 thread=Worker
  <module>@app.py:10 > main@app.py:7 BUILD_MAP 1                              | dict -         | resizes=3 resizeBytes=300
`;

function recorded(samples: string = SAMPLES, more: Partial<Recording> = {}): Recording {
  const home = folder({ 'app.py': APP });
  const sha256 = createHash('sha256').update(APP).digest('hex');
  return recordingFromText(samples, { folder: home, sources: [{ file: 'app.py', sha256 }], ...more });
}

describe.skipIf(!HAS_CHROMIUM)('in Chromium (skipped where there is none)', () => {
  const chromium = startChromium();

  async function open(
    recording: Recording,
    { before, ...view }: View & { readonly before?: Recording } = {},
  ): Promise<Page> {
    const out = join(folder(), 'out.html');
    writeHtmlReport(out, recording, before ?? null);
    const { href } = pathToFileURL(out);
    return chromium.open(href, (url) => url === href, view);
  }

  const shown = async (page: Page): Promise<string> => plain(await page.textContent('#shown'));
  const details = async (page: Page): Promise<string> => plain(await page.textContent('#frame'));
  const section = (page: Page, id: string) => page.locator(`section[aria-labelledby="${id}"]`);
  const rowsOf = async (page: Page, id: string): Promise<string[][]> => {
    const rows = await section(page, id).locator('table').last().locator('tbody tr').all();
    const cells = rows.map((row) => row.locator('th, td').allTextContents());
    return (await Promise.all(cells)).map((row) => row.map(plain));
  };

  test('a recording without events says so', async () => {
    const page = await open(recorded(''));
    expect(await page.textContent('main')).toMatch(/holds no event/);
    expect(await page.textContent('.answer')).toBe('No object created.');
  });

  test('begins with the answer in words, and the numbers of the recording', async () => {
    const page = await open(recorded());
    // 60 + 40 + 50 + 38 + 2 + 7 created, 60 + 50 + 7 of them from freelists
    expect(plain(await page.textContent('.answer'))).toBe(
      '197 objects created, 59.4 % without asking the allocator; 0 trips to the system for memory.',
    );
    const funnel = await page.locator('.funnel li').allTextContents();
    expect(funnel.map(plain)).toEqual([
      'objects created197',
      '○ freelist11759.4 %  no request',
      '◐ pymalloc7839.6 %',
      '● malloc21 %',
      '▪ buffers10◐ 10',
      '= requests90',
      'new pools0',
      'new arenas0',
      'system malloc2over 512 bytes, or raw',
    ]);
    expect(await shown(page)).toBe('197 objects created');
  });

  test('types stand with who served them', async () => {
    const page = await open(recorded());
    expect(await rowsOf(page, 'types')).toEqual([
      ['float', '100', '50.8 %', '', '60', '40', '·'],
      ['list', '50', '25.4 %', '', '50', '·', '·'],
      ['str', '40', '20.3 %', '', '·', '38', '2'],
      ['dict', '7', '3.6 %', '', '7', '·', '·'],
    ]);
  });

  test('filters by origin, type and thread hold for all that is below', async () => {
    const page = await open(recorded());
    await page.click('.funnel button:has-text("freelist")');
    expect(await shown(page)).toBe('117 objects created, 59.4 % of all');
    expect((await rowsOf(page, 'types')).map(([type, n]) => [type, n])).toEqual([
      ['float', '60'],
      ['list', '50'],
      ['dict', '7'],
    ]);
    await section(page, 'types').locator('button:has-text("float")').click();
    expect(await shown(page)).toBe('60 objects created, 30.5 % of all');
    expect(await details(page)).toMatch(/^all 60 objects created, 100 %/);
    await page.click('.toolbar .chip:has-text("freelist")');
    expect(await shown(page)).toBe('100 objects created, 50.8 % of all');
    await page.click('.toolbar button:has-text("Clear")');
    await page.selectOption('.toolbar label:has-text("Thread") select', { label: 'Worker' });
    expect(await shown(page)).toBe('7 objects created, 3.6 % of all');
  });

  test('everything can be shown by another measure', async () => {
    const page = await open(recorded());
    await page.selectOption('#measure', 'bytes');
    expect(await shown(page)).toBe('7 500 bytes asked for');
    expect((await rowsOf(page, 'types'))[0]?.slice(0, 2)).toEqual(['str', '5.76 KiB']);
    await page.selectOption('#measure', 'resizes');
    expect(await rowsOf(page, 'types')).toEqual([['dict', '3', '100 %', '']]);
  });

  test('the flame graph is walked and zoomed by keyboard, and says what is selected', async () => {
    const page = await open(recorded());
    const canvas = page.locator('canvas');
    await canvas.focus();
    const said: string[] = [];
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowLeft', 'ArrowUp']) {
      await page.keyboard.press(key);
      said.push((await details(page)).replace(/%.*/, '%'));
    }
    expect(said).toEqual([
      '<module> app.py app.py:9197 objects created, 100 %',
      'main app.py:5197 objects created, 100 %',
      'parse app.py:1190 objects created, 96.4 %',
      'split lib.py:2940 objects created, 20.3 %',
      'split lib.py:2940 objects created, 20.3 %',
      'parse app.py:1190 objects created, 96.4 %',
    ]);
    await page.keyboard.press('Enter');
    expect(await page.locator('.breadcrumb button').allTextContents()).toEqual([
      'all',
      '<module> app.py',
      'main',
      'parse',
    ]);
    expect(plain(await page.locator('.axis span').last().textContent())).toBe('190 objects created');
    await page.keyboard.press('Escape');
    expect(await page.locator('.breadcrumb button').allTextContents()).toEqual(['all']);
  });

  test('a click zooms, and the way there leads back', async () => {
    const page = await open(recorded());
    await page.locator('canvas').scrollIntoViewIfNeeded();
    const box = await page.locator('canvas').boundingBox();
    // parse is the fourth row
    await page.mouse.click((box?.x ?? 0) + 40, (box?.y ?? 0) + 3 * 20 + 8);
    expect(plain(await page.locator('.axis span').last().textContent())).toBe('190 objects created');
    await page.click('.breadcrumb button:has-text("main")');
    expect(plain(await page.locator('.axis span').last().textContent())).toBe('197 objects created');
  });

  test('the pointer on a box shows its exact numbers', async () => {
    const page = await open(recorded());
    await page.locator('canvas').scrollIntoViewIfNeeded();
    const box = await page.locator('canvas').boundingBox();
    await page.mouse.move((box?.x ?? 0) + 40, (box?.y ?? 0) + 3 * 20 + 8);
    expect(plain(await page.textContent('.tip'))).toMatch(
      /^parse app\.py:1190 objects created, 96\.4 %, 150 of its own/,
    );
  });

  test('a search says how much it found, an event once even where a match stands below another', async () => {
    const page = await open(recorded());
    await page.keyboard.press('/');
    await page.keyboard.type('app.py');
    expect(plain(await page.textContent('.found'))).toBe(
      '100 % of what is shown: 197 objects created in 3 boxes that match',
    );
    await page.fill('#search', 'LIB.py');
    expect(plain(await page.textContent('.found'))).toBe(
      '20.3 % of what is shown: 40 objects created in 1 box that match',
    );
    await page.keyboard.press('Enter');
    expect(await details(page)).toMatch(/^split lib\.py:29/);
    await page.keyboard.press('Escape');
    expect(plain(await page.textContent('.found'))).toBe('');
  });

  test('the callers stand below what allocates', async () => {
    const page = await open(recorded());
    await page.click('button:has-text("Callers")');
    await page.locator('canvas').focus();
    const said: string[] = [];
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) {
      await page.keyboard.press(key);
      said.push((await details(page)).replace(/%.*/, '%'));
    }
    expect(said).toEqual([
      'parse app.py:1150 objects created, 76.1 %',
      'main app.py:5150 objects created, 76.1 %',
      '<module> app.py app.py:9150 objects created, 76.1 %',
    ]);
  });

  test('the same numbers stand in a table', async () => {
    const page = await open(recorded());
    await page.click('button:has-text("Table")');
    expect((await rowsOf(page, 'flame')).map((row) => row.join(' '))).toEqual([
      '<module> app.py 197 100 % · app.py:9',
      'main 197 100 % 7 app.py:5',
      'parse 190 96.4 % 150 app.py:1',
      'split 40 20.3 % 40 lib.py:29',
    ]);
  });

  test('the machinery of imports is left out of the calls until asked for, and the page says how much that is', async () => {
    const recording = recorded(`
      <module>@app.py:1 > _find_and_load@boot:9 | dict freelist | creations=5
      <module>@app.py:1 > _find_and_load@boot:9 > <module>@lib.py:1 | int freelist | creations=2
    `);
    const frozen = '<frozen importlib._bootstrap>';
    const codes = recording.codes.map((code) => (code.file === 'boot' ? { ...code, file: frozen } : code));
    const page = await open({ ...recording, codes });
    await page.click('button:has-text("Table")');
    const flame = section(page, 'flame');
    expect(plain(await flame.textContent())).toContain('left out here; its own 5 objects created stand with the code');
    const table = async (): Promise<string[]> => (await rowsOf(page, 'flame')).map((row) => row.join(' '));
    expect(await table()).toEqual(['<module> app.py 7 100 % 5 app.py:1', '<module> lib.py 2 28.6 % 2 lib.py:1']);
    await page.check('label:has-text("Machinery of imports") input');
    expect(await table()).toEqual([
      '<module> app.py 7 100 % · app.py:1',
      '_find_and_load 7 100 % 5 <frozen importlib._bootstrap>:8',
      '<module> lib.py 2 28.6 % 2 lib.py:1',
    ]);
    expect(plain(await flame.textContent())).not.toContain('left out here');
  });

  test('source stands with its counts, and unfolds to instructions and types', async () => {
    const page = await open(recorded());
    const source = section(page, 'source');
    const lines = await rowsOf(page, 'source');
    expect(lines.find(([line]) => line === '2')).toEqual([
      '2',
      '150 ▸',
      '',
      'return [float(word) for word in text.split()]',
    ]);
    await source.locator('button:has-text("150")').click();
    const instructions = await source.locator('.instruction').allTextContents();
    expect(instructions.map((text) => plain(text).replace(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/100CALL float .*60.*40.*float 100 in parse/),
      expect.stringMatching(/50BUILD_LIST 0 .*50.*list 50 in parse/),
    ]);
  });

  test('a source that changed is not shown, its numbers are', async () => {
    const recording = recorded();
    writeFileSync(join(recording.folder, 'app.py'), `# new\n${APP}`);
    const page = await open(recording);
    expect(await section(page, 'source').textContent()).toMatch(/Its text is not here: it has changed/);
    expect((await rowsOf(page, 'source')).find(([line]) => line === '2')).toEqual(['2', '150 ▸', '', '']);
  });

  test('two recordings: what appeared, vanished, grew and shrank, signed', async () => {
    const before = recorded(`
      <module>@app.py:11 > main@app.py:7 > parse@app.py:3 CALL float | float freelist | creations=90
      <module>@app.py:11 > main@app.py:8 BUILD_MAP 1 | dict freelist | creations=9
      <module>@app.py:11 > old@app.py:20 | set pymalloc | creations=5 requests=5
    `);
    const page = await open(recorded(), { before });
    expect(plain(await page.locator('.answer').last().textContent())).toBe(
      '93 more objects created than before (104 → 197, +89.4 %); requests +85.',
    );
    expect(await rowsOf(page, 'differences')).toEqual([
      ['parse', '▲ more', '+60', '90', '150', '', 'app.py'],
      ['split', '+ new', '+40', '·', '40', '', 'lib.py'],
      ['old', '× gone', '\u22125', '5', '·', '', 'app.py'],
      ['main', '▼ less', '\u22122', '9', '7', '', 'app.py'],
    ]);
    await section(page, 'types').locator('button:has-text("dict")').click();
    expect((await rowsOf(page, 'differences')).map(([key]) => key)).toEqual(['main']);
    await page.click('.toolbar button:has-text("Clear")');
    await section(page, 'differences').locator('button:has-text("Types")').click();
    expect((await rowsOf(page, 'differences')).map(([key, , n]) => [key, n])).toEqual([
      ['list', '+50'],
      ['str', '+40'],
      ['float', '+10'],
      ['set', '\u22125'],
      ['dict', '\u22122'],
    ]);
  });

  test('says what is folded, approximate, not exact', async () => {
    const page = await open(
      recorded(SAMPLES, {
        outcome: 'varying',
        why: { code: 'tracer', message: 'tracemalloc took the tracer.' },
        approximate: true,
        warnings: [{ code: 'other', message: 'Something else.' }],
      }),
    );
    expect(await page.textContent('.answer')).toMatch(/^≈ /);
    expect(await page.locator('.notices li').allTextContents()).toEqual([
      '≈ Not exact: tracemalloc took the tracer.',
      expect.stringMatching(/^≈ Counts of single instructions are approximate/),
      'Warning: Something else.',
    ]);
    expect(await section(page, 'flame').textContent()).toMatch(/Recursion is folded/);
    const whole = await open(recorded(SAMPLES, { stacks: 'full' }));
    expect(await section(whole, 'flame').textContent()).not.toMatch(/folded/);
  });

  test.each([
    [390, false],
    [360, true],
  ])('%i px wide, the page itself does not scroll sideways (dark: %s)', async (width, dark) => {
    const page = await open(recorded(), { width, dark, before: recorded() });
    await section(page, 'source').locator('.hot button').first().click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });

  test('dark as the system has it, until the reader chooses', async () => {
    const page = await open(recorded(), { dark: true });
    const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const pixel = (): Promise<number[]> =>
      page.evaluate(() => {
        const canvas = document.querySelector('canvas');
        if (canvas === null) return [];
        // Right of everything in the last row; from a copy, for reading makes a canvas slow.
        const copy = new OffscreenCanvas(1, 1);
        const context = copy.getContext('2d');
        context?.drawImage(canvas, canvas.width - 3, canvas.height - 3, 1, 1, 0, 0, 1, 1);
        return [...(context?.getImageData(0, 0, 1, 1).data ?? [])];
      });
    expect(await background()).toBe('rgb(21, 23, 26)');
    expect(await pixel()).toEqual([21, 23, 26, 255]);
    await page.click('button:has-text("Light")');
    expect(await background()).toBe('rgb(255, 255, 255)');
    await expect.poll(pixel).toEqual([255, 255, 255, 255]);
  });

  test('names with markup, quotes and control characters are text', async () => {
    const evil = `</script><img/src=x onerror=alert(1)>$&"'\u2028\u001b[31m`;
    const recording = recorded();
    const poisoned: Recording = {
      ...recording,
      command: [evil],
      codes: recording.codes.map((code) => ({ ...code, name: evil, file: `${evil}${code.file}` })),
      locations: recording.locations.map((location) => ({ ...location, argument: evil })),
      samples: recording.samples.map((sample) => ({
        ...sample,
        type: evil,
        thread: evil,
        region: `${evil}/${sample.thread}`,
      })),
      warnings: [{ code: 'x', message: evil }],
      sources: [],
    };
    const page = await open(poisoned, { before: poisoned });
    await section(page, 'source').locator('.hot button').first().click();
    await page.click('button:has-text("Table")');
    expect(await page.locator('img').count()).toBe(0);
    const shownName = `</script><img/src=x onerror=alert(1)>$&"'\\u2028\\x1b[31m`;
    expect(await page.textContent('h1')).toContain(shownName.slice(0, 30));
    expect(await page.title()).toContain('</script><img/src=x onerror=alert(1)>$&');
    expect((await rowsOf(page, 'types'))[0]?.[0]).toBe(shownName);
    expect((await page.textContent('body')) ?? '').not.toContain('\u001b');
  });

  test('no script can be added to it, and none of its own may load anything', async () => {
    const page = await open(recorded());
    const blocked = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.added = true';
      document.body.append(script);
      const loaded = await fetch('https://example.com/').then(
        () => 'loaded',
        () => 'blocked',
      );
      return [loaded, 'added' in window];
    });
    expect(blocked).toEqual(['blocked', false]);
    // What was tried is on the console, and that is all.
    const problems = chromium.takeProblems();
    expect(problems.every((problem) => /Content Security Policy|example\.com/.test(problem))).toBe(true);
  });
});
