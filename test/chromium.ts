/** Headless Chromium, for the tests of pages. Its pages are closed with their test, and what went wrong in them fails it. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export const HAS_CHROMIUM: boolean = existsSync(CHROMIUM);

export interface View {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** It stays open for the tests that follow. */
  readonly keep?: boolean;
}

export interface Chromium {
  readonly browser: () => Browser;
  /** A page that may ask for addresses that are `allowed`. It is closed after the test, which fails if anything is on its console. */
  readonly open: (url: string, allowed: (url: string) => boolean, view?: View) => Promise<Page>;
  /** What went wrong so far in the pages that are open; it is forgiven. */
  readonly takeProblems: () => string[];
}

/** A Chromium of its own that keeps what it fetches on the disk, as a reader's does. */
export function openProfile(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** Started before the tests around the call, ended after them. */
export function startChromium(): Chromium {
  let browser: Browser;
  let pages: { readonly page: Page; readonly problems: string[]; readonly keep: boolean }[] = [];
  const takeProblems = (): string[] => pages.flatMap(({ problems }) => problems.splice(0));
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    const problems = takeProblems();
    const over = pages.filter(({ keep }) => !keep);
    pages = pages.filter(({ keep }) => keep);
    await Promise.all(over.map(({ page }) => page.close()));
    expect(problems).toEqual([]);
  });
  return {
    browser: () => browser,
    takeProblems,
    async open(url, allowed, view = {}) {
      const page = await browser.newPage(pageOptions(view));
      pages.push({ page, problems: watchProblems(page, allowed), keep: view.keep ?? false });
      await page.goto(url);
      await page.waitForSelector('h1');
      return page;
    },
  };
}

function pageOptions({ width = 1280, height = 800, dark = false }: View) {
  return { viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' } as const;
}

/**
 * What goes wrong in a page and its workers, as it comes: whatever is on the console (what its policy stops is as well), what
 * is thrown and not caught, dialogs, requests for what is not `allowed`, and answers that are errors.
 */
function watchProblems(page: Page, allowed: (url: string) => boolean): string[] {
  const problems: string[] = [];
  page.on('console', (message) => problems.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!allowed(request.url())) problems.push(`request: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  return problems;
}

/** "1 234" of a page, its narrow spaces made plain. */
export const plain = (text: string | null): string => (text ?? '').replace(/[\u202f\u00a0]/g, ' ').trim();
