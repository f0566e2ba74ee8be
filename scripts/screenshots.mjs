// npm run screenshots: docs/report-calls.png and docs/report-source.png, the page of the recording that docs/walkthrough.md
// makes. Needs Chromium (CHROMIUM names it) and CPython 3.13.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const WIDTH = 1000;
/** Of the source: the line with most stands in the middle. */
const SOURCE_HEIGHT = 420;

const folder = mkdtempSync(join(tmpdir(), 'pyallocs-screenshots-'));
try {
  cpSync(join(root, 'docs/walkthrough/fleet.py'), join(folder, 'fleet.py'));
  pyallocs('record', '-p', '3.13', '--steady', 'fleet.py');
  pyallocs('report', '--html', 'out.html');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    await take(browser);
  } finally {
    await browser.close();
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function take(browser) {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(join(folder, 'out.html')).href);
  await page.locator('section[aria-labelledby="flame"]').screenshot({ path: join(root, 'docs/report-calls.png') });
  const file = await page.locator('#file option', { hasText: 'copy.py' }).first().getAttribute('value');
  await page.selectOption('#file', file);
  await page.locator('section[aria-labelledby="source"] .link').click();
  await page.locator('tr.wanted button').click();
  await page.setViewportSize({ width: WIDTH, height: SOURCE_HEIGHT });
  await page.locator('tr.wanted').evaluate((row) => row.scrollIntoView({ block: 'center' }));
  await page.screenshot({ path: join(root, 'docs/report-source.png') });
}

function pyallocs(...args) {
  const command = [join(root, 'bin/pyallocs.js'), ...args];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`pyallocs ${args.join(' ')} ended with ${status}\n${stderr}`);
}
