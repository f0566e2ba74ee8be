/** report.html of a study, opened from the disk in headless Chromium. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { writeStudy } from '../src/cli/study-files.js';
import type { StudyResult, StudyTimings } from '../src/core/study.js';
import { STUDY_TIMINGS, wholeStudy } from '../src/report/study.testkit.js';
import { HAS_CHROMIUM, plain, startChromium, type View } from './chromium.js';
import { folder } from './cli.js';

interface Shown extends View {
  readonly hash?: string;
  readonly timings?: StudyTimings | null;
}

/** Where the page of a study is written. */
function written(study: StudyResult, timings: StudyTimings | null = STUDY_TIMINGS): string {
  const out = folder();
  writeStudy(out, study, timings, '{}\n');
  return join(out, 'report.html');
}

describe.skipIf(!HAS_CHROMIUM)('in Chromium (skipped where there is none)', () => {
  const chromium = startChromium();

  async function open(study: StudyResult = wholeStudy(), shown: Shown = {}): Promise<Page> {
    const { hash = '', timings = STUDY_TIMINGS, ...view } = shown;
    const { href } = pathToFileURL(written(study, timings));
    return chromium.open(href + hash, (url) => url.replace(/#.*/, '') === href, view);
  }

  const section = (page: Page, id: string) => page.locator(`section[aria-labelledby="${id}"]`);

  test('the first screen: how often, what changed, what is believed wrongly, what to type', async () => {
    const page = await open();
    expect(plain(await page.textContent('p.answer'))).toBe(
      'On CPython 3.14.1 (embedded), the median of 6 real programs creates 4 600 objects per millisecond (from 820 to 10 000); 52 % of them never reach the allocator: a freelist serves them (from 39 % to 99 %).',
    );
    const answer = page.locator('#answer');
    expect(await answer.locator('h2').allTextContents()).toEqual([
      'Real programs, by version',
      'What the last release changed: 3.13 → 3.14',
      'Beliefs that are wrong',
    ]);
    expect(await answer.locator('.beliefs a').allTextContents()).toEqual([
      'Continuous growth costs about one allocation per iteration',
      'An f-string takes 8.17 times as long as a concatenation',
    ]);
    expect(await answer.locator('.copy-line code').textContent()).toBe(
      "pyallocs bench 'y = x + 1' -s 'x = 5000' -p wasm:all",
    );
    const rows = await answer.locator('tbody tr').all();
    expect(rows).toHaveLength(4);
    expect(plain((await answer.boundingBox())?.height.toFixed() ?? '').length).toBeLessThanOrEqual(3);
  });

  test('without times it says how many objects, without programs how many experiments', async () => {
    const page = await open(wholeStudy(), { timings: null });
    expect(plain(await page.textContent('p.answer'))).toMatch(/creates 674 000 objects/);
    const bare = await open(wholeStudy({ programs: [], series: [], limits: [], observers: [], claims: [] }));
    expect(plain(await bare.textContent('p.answer'))).toBe(
      '5 experiments on 4 interpreters, every count exact; 1 of them does not cost the same on all.',
    );
    expect(await bare.locator('nav a').allTextContents()).toEqual([
      'Answer',
      'Versions',
      'Integers',
      'Strings',
      'Containers',
      'Advice',
      'About',
    ]);
  });

  test('the matrix is filtered and sorted', async () => {
    const page = await open();
    const matrix = section(page, 'versions');
    const statements = async (): Promise<string[]> =>
      (await matrix.locator('tbody th a code').allTextContents()).map(plain);
    expect(await statements()).toHaveLength(5);
    await matrix.locator('input[type="search"]').fill('freelist');
    expect(await statements()).toEqual(['y = x + 1']);
    expect(plain(await matrix.locator('[role="status"]').textContent())).toBe('1 of 5 statements');
    await matrix.locator('input[type="search"]').fill('');
    await matrix.locator('input[type="checkbox"]').check();
    expect(plain(await matrix.locator('td.changes').textContent())).toBe('3.14 int from a freelist');
    await matrix.locator('input[type="checkbox"]').uncheck();
    await matrix.locator('thead button', { hasText: '3.12' }).click();
    expect((await statements()).slice(0, 2)).toEqual(['y = x + 1', 'y = a + b']);
    await matrix.locator('select').selectOption('strings');
    expect(await statements()).toEqual(['y = a + b', 'y = t"{a}"']);
  });

  test('an address names an experiment, which opens to the methods side by side', async () => {
    const page = await open(wholeStudy(), { hash: '#int.add-large' });
    const experiment = page.locator('details[id="int.add-large"]');
    await expect.poll(() => experiment.getAttribute('open')).not.toBe(null);
    const rows = await experiment.locator('table.methods tbody tr').all();
    const cells = await Promise.all(rows.map((row) => row.locator('th, td').allTextContents()));
    expect(cells.map((row) => row.map(plain))).toEqual(
      ['●from malloc', '●from malloc', '○from a freelist', '○from a freelist'].map((served, i) => [
        `3.${12 + i}`,
        `${served} 1`,
        '1 int',
        '0, 0 in 1 000',
        '1 000, 2 of 1 000',
        '16 ns',
      ]),
    );
    expect(plain(await experiment.locator('.disagreements').textContent())).toMatch(
      /tracemalloc misleads: .*all versions/,
    );
    expect(plain(await experiment.locator('tr.marked').textContent())).toMatch(
      /BINARY_OP \+BINARY_OP_ADD_INT○.* 1 int/,
    );
    await expect.poll(() => experiment.evaluate((element) => element.getBoundingClientRect().top)).toBeLessThan(100);
  });

  test('an experiment opens in the playground: of a report on the disk, in that of this machine', async () => {
    const page = await open(wholeStudy(), { hash: '#int.add-large' });
    const link = page.locator('#int\\.add-large').getByRole('link', { name: 'Open in the playground' });
    expect(await link.getAttribute('href')).toBe('http://127.0.0.1:8765/#example=int.add-large');
    expect(await link.getAttribute('title')).toContain('pyallocs serve');
  });

  test('claims: open is what is not simply confirmed, with because and evidence', async () => {
    const claims = wholeStudy().claims.map((claim) =>
      claim.id === 'int.freelist'
        ? { ...claim, verdicts: claim.verdicts.map((one) => ({ ...one, verdict: 'confirmed' as const })) }
        : claim,
    );
    const page = await open(wholeStudy({ claims }));
    const open_ = await page.locator('details.claim[open]').evaluateAll((all) => all.map(({ id }) => id));
    expect(open_).toEqual(['int.cache-range', 'list.one-per-append', 'strategy.pymalloc-512', 'perf.table.fstring']);
    const claim = page.locator('details[id="int.cache-range"]');
    expect(plain(await claim.locator('.verdicts').textContent())).toBe('✓ confirmed 3.12 to 3.14✗ refuted 3.15');
    await claim.locator('.evidence summary').last().click();
    const cells = await claim.locator('.evidence table tbody tr').last().locator('th, td').allTextContents();
    expect(cells.map(plain)).toEqual(['3.15', '1 000', '1 000']);
  });

  test('charts say in words what they show, and have their numbers beside them', async () => {
    const page = await open();
    const labels = await page.locator('svg[role="img"]').evaluateAll((all) => all.map((one) => one.ariaLabel));
    expect(labels).toHaveLength(3);
    expect(labels[1]).toContain('3.14 and 3.15: 9 times until');
    const numbers = page.locator('article[id="dict.growth"] details');
    await numbers.locator('summary').click();
    expect(await numbers.locator('tbody tr').count()).toBe(10);
  });

  test('the table that people quote, as stated and as corrected', async () => {
    const page = await open();
    const cells = await page.locator('table.times tbody tr').first().locator('td').allTextContents();
    expect(cells.map(plain)).toEqual(['8.17 ×', '2.10 ×', '1.40 ×', '44 ns', '31 ns', '✗ refuted']);
  });

  test('a button copies the command', async () => {
    const page = await open();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('#answer .copy-line button').click();
    await expect.poll(() => page.locator('#answer .copy-line button').textContent()).toBe('Copied');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      "pyallocs bench 'y = x + 1' -s 'x = 5000' -p wasm:all",
    );
  });

  test('everything is reached by keyboard, and where that is can be seen', async () => {
    const page = await open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Answer');
    expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).toBe(
      'solid',
    );
    const experiment = page.locator('details[id="int.add-small"]');
    await experiment.locator('summary').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => experiment.locator('table.methods').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Copy');
  });

  test.each([
    [1280, false],
    [1280, true],
    [390, false],
    [390, true],
    [360, false],
  ])('%i px wide, the page itself does not scroll sideways (dark: %s)', async (width, dark) => {
    const page = await open(wholeStudy(), { width, dark });
    await page.locator('details').evaluateAll((all) => {
      for (const one of all) (one as HTMLDetailsElement).open = true;
    });
    await expect.poll(() => page.locator('table.methods').count()).toBe(5);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(background).toBe(dark ? 'rgb(21, 23, 26)' : 'rgb(255, 255, 255)');
  });

  test('the reader chooses another theme', async () => {
    const page = await open(wholeStudy(), { dark: true });
    await page.click('button:has-text("Light")');
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
  });

  test('a part of a study, and who is not in it', async () => {
    const page = await open(wholeStudy({ partial: true }));
    const text = plain(await page.textContent('#answer'));
    expect(text).toMatch(/^How often does Python allocate\?This study was ended before its end\./);
    expect(text).toContain('native:3.8 could not be counted: there is no such Python on this machine');
  });

  test('names with markup, quotes and control characters are text', async () => {
    const evil = `</script><img/src=x onerror=alert(1)>$&"'\u2028\u001b[31m`;
    const clean = wholeStudy();
    const poisoned = JSON.parse(JSON.stringify(clean), (key, value: unknown) =>
      typeof value === 'string' && POISONED.has(key) ? evil + value : value,
    ) as StudyResult;
    const page = await open(poisoned);
    await page.locator('details').evaluateAll((all) => {
      for (const one of all) (one as HTMLDetailsElement).open = true;
    });
    await expect.poll(() => page.locator('table.methods').count()).toBe(5);
    expect(await page.locator('img').count()).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
    expect(/.{0,40}\u001b.{0,40}/.exec((await page.innerText('body')) ?? '')?.[0]).toBe(undefined);
    expect((await page.innerText('main')).includes('</script><img/src=x onerror=alert(1)>$&')).toBe(true);
  });

  test('no script can be added to it, and none of its own may load anything', async () => {
    const page = await open();
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
    const problems = chromium.takeProblems();
    expect(problems.every((problem) => /Content Security Policy|example\.com/.test(problem))).toBe(true);
  });
});

/** The keys whose text comes from outside, or may. */
const POISONED = new Set([
  'title',
  'statement',
  'setup',
  'shows',
  'question',
  'label',
  'type',
  'text',
  'belief',
  'because',
  'message',
  'sentence',
  'about',
  'note',
  'sourceNote',
  'how',
  'unit',
  'argument',
  'function',
  'why',
  'measured',
]);

test('a study of 14 interpreters and 125 statements, each with all methods, has less than 2 MB', () => {
  const study = wholeStudy();
  const ids = Array.from({ length: 14 }, (_, i) => `native:3.${i}.0`);
  const [template] = study.experiments.filter(({ methods }) => methods.length > 0);
  const experiments = Array.from({ length: 125 }, (_, nth) => ({
    ...(template ?? study.experiments[0]),
    id: `int.experiment-${nth}`,
    statement: `y = x + ${nth}`,
    results: ids.flatMap((id, i) =>
      (template?.results ?? []).slice(0, 1).map((one) => ({
        ...one,
        interpreter: { ...one.interpreter, id },
        // No two alike.
        counts: { ...('counts' in one ? one.counts : {}), bytes: 1000 * nth + i, releases: 17 * nth + 31 * i },
      })),
    ),
    methods: ids.flatMap((interpreter, i) =>
      (template?.methods ?? []).slice(0, 1).map((one) => ({
        ...one,
        interpreter,
        instructions: Array.from({ length: 12 }, (_, k) => ({
          ...one.instructions?.[k % 4],
          offset: 2 * k + 2 * (i % 3) + 40 * (nth % 7),
        })),
      })),
    ),
  }));
  const first = study.interpreters[0];
  const interpreters = ids.map((id) => ({ ...first, id }));
  const page = written({ ...study, interpreters, experiments } as unknown as StudyResult);
  expect(statSync(page).size).toBeLessThan(2 * 2 ** 20);
  expect(readFileSync(page, 'utf8')).toContain('int.experiment-124');
});
