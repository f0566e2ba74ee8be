// npm run screenshots: the pictures of the documents. `-- report` makes docs/report-calls.png and docs/report-source.png, the
// page of the recording that docs/walkthrough.md makes; it needs CPython 3.13. `-- playground` makes docs/playground.png, the
// program of README.md in the playground. Without a word both. Needs Chromium (CHROMIUM names it).
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const WIDTH = 1000;
/** Of the source: the line with most stands in the middle. */
const SOURCE_HEIGHT = 420;
const PLAYGROUND = { width: 1200, height: 590 };
/** The line of the program that is unfolded. */
const UNFOLDED = 4;
const PICTURES = { report: takeReport, playground: takePlayground };

const [wanted = null, ...others] = process.argv.slice(2);
if (others.length > 0 || (wanted !== null && !Object.hasOwn(PICTURES, wanted))) {
  console.error(`npm run screenshots takes one of: ${Object.keys(PICTURES).join(', ')}`);
  process.exit(2);
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  for (const [name, take] of Object.entries(PICTURES)) if (wanted === null || wanted === name) await take();
} finally {
  await browser.close();
}

async function takeReport() {
  const folder = mkdtempSync(join(tmpdir(), 'pyallocs-screenshots-'));
  try {
    cpSync(join(root, 'docs/walkthrough/fleet.py'), join(folder, 'fleet.py'));
    pyallocs(folder, 'record', '-p', '3.13', '--steady', 'fleet.py');
    pyallocs(folder, 'report', '--html', 'out.html');
    await takePage(join(folder, 'out.html'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function takePage(file) {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(file).href);
  await page.locator('section[aria-labelledby="flame"]').screenshot({ path: join(root, 'docs/report-calls.png') });
  const source = await page.locator('#file option', { hasText: 'copy.py' }).first().getAttribute('value');
  await page.selectOption('#file', source);
  await page.locator('section[aria-labelledby="source"] .link').click();
  await page.locator('tr.wanted button').click();
  await page.setViewportSize({ width: WIDTH, height: SOURCE_HEIGHT });
  await page.locator('tr.wanted').evaluate((row) => row.scrollIntoView({ block: 'center' }));
  await page.screenshot({ path: join(root, 'docs/report-source.png') });
}

async function takePlayground() {
  const server = await served();
  try {
    const page = await browser.newPage({ viewport: PLAYGROUND, colorScheme: 'light' });
    await page.goto(server.address);
    const choose = (name) => page.getByRole('button', { name, exact: true });
    await choose('Program').click();
    await page.getByRole('textbox', { name: 'Program' }).fill(readmeProgram());
    await page.getByRole('group', { name: 'On CPython' }).getByRole('button', { name: '3.13' }).click();
    await choose('Run').click();
    await page.locator('.results[aria-busy="false"] .changes-list').waitFor({ timeout: 60_000 });
    await page.locator(`.count[data-line="${UNFOLDED}"]`).click();
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.activeElement.blur());
    await page.screenshot({ path: join(root, 'docs/playground.png') });
  } finally {
    server.process.kill();
  }
}

/** That of README.md which is recorded there as well. */
function readmeProgram() {
  const [, program] = /<!-- file: orders\.py -->\n```python\n([\s\S]*?)```/.exec(
    readFileSync(join(root, 'README.md'), 'utf8'),
  );
  return program.trimEnd();
}

/** The playground, at the address that it prints. */
async function served() {
  const server = spawn(process.execPath, [join(root, 'bin/pyallocs.js'), 'serve', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const text of server.stdout.setEncoding('utf8')) {
    const address = /^http:\S+/m.exec(text)?.[0];
    if (address !== undefined) return { process: server, address };
  }
  throw new Error('pyallocs serve ended');
}

function pyallocs(folder, ...args) {
  const command = [join(root, 'bin/pyallocs.js'), ...args];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`pyallocs ${args.join(' ')} ended with ${status}\n${stderr}`);
}
