// npm run bench:playground: what the reader of the playground waits for. In a browser without a cache: until the page can be
// used, and until the first answer, against a bare loadPyodide() of the same interpreter in a worker of the same page. Then,
// with the interpreter there: until the counts of a small statement, and until its instructions. Medians of paired runs.
//   npm run bench:playground -- --rounds 5 --versions 3.14,3.12
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { interpreterAddresses } from '../dist/cli/playground-site.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ADDRESSES = interpreterAddresses();
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    versions: { type: 'string', default: Object.keys(ADDRESSES).join(',') },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const rounds = Number(values.rounds);

/** What a page does that has nothing but the interpreter. */
const BARE = `
addEventListener('message', async ({ data }) => {
  const { loadPyodide } = await import(data + 'pyodide.mjs');
  await loadPyodide({ indexURL: data });
  postMessage('loaded');
});`;

const server = spawn(process.execPath, [join(root, 'bin/pyallocs.js'), 'serve', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const url = await new Promise((resolve) => createInterface(server.stdout).once('line', resolve));
const browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox'] });
const script = await workerScript();
try {
  console.log('Milliseconds; medians of', rounds, 'rounds.\n');
  console.log('        usable  bare load  first answer  ratio   warm: counts  instructions');
  for (const version of values.versions.split(',')) {
    const all = { usable: [], bare: [], first: [], ratio: [], counts: [], instructions: [] };
    for (let i = 0; i < rounds; i++) {
      const bare = await bareLoad(version);
      const { usable, first, counts, instructions } = await answer(version);
      const row = { usable, bare, first, ratio: first / bare, counts, instructions };
      for (const [name, value] of Object.entries(row)) all[name].push(value);
    }
    const shown = [
      version.padEnd(6),
      whole(all.usable, 8),
      whole(all.bare, 11),
      whole(all.first, 14),
      median(all.ratio).toFixed(2).padStart(7),
      whole(all.counts, 15),
      whole(all.instructions, 14),
    ];
    console.log(shown.join(''));
  }
} finally {
  await browser.close();
  server.kill();
}

/** A page of the served origin in a browser that has no file of it yet. */
async function freshPage() {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route('**/bare-worker.js', (route) => route.fulfill({ contentType: 'text/javascript', body: BARE }));
  await page.route('**/bare.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: '<!doctype html><link rel="icon" href="data:,"><title>bare</title>',
    }),
  );
  return { context, page };
}

async function bareLoad(version) {
  const { context, page } = await freshPage();
  await page.goto(`${url}bare.html`);
  const ms = await page.evaluate(
    (folder) =>
      new Promise((resolve) => {
        const start = performance.now();
        const worker = new Worker('bare-worker.js', { type: 'module' });
        worker.onmessage = () => resolve(performance.now() - start);
        worker.postMessage(folder);
      }),
    new URL(ADDRESSES[version], url).href,
  );
  await context.close();
  return ms;
}

/** The worker of the page, asked as the page asks it when Run was pressed at once; then again. */
async function answer(version) {
  const { context, page } = await freshPage();
  await page.goto(`${url}bare.html`);
  const result = await page.evaluate(
    async ({ script, version, folder }) => {
      const start = performance.now();
      const worker = new Worker(script, { type: 'module' });
      const until = (wanted) =>
        new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => {
            if (data.kind === 'crashed') reject(new Error(data.message));
            if (wanted(data)) resolve(performance.now());
          };
        });
      const ask = async () => {
        worker.postMessage({ kind: 'ask', question: { mode: 'statement', setup: 'x = 1000', code: 'y = x + 1' } });
        const asked = performance.now();
        const counts = await until(({ kind }) => kind === 'answer');
        const done = await until(({ kind }) => kind === 'done');
        return { counts: counts - asked, done: done - asked, at: counts };
      };
      worker.postMessage({ kind: 'open', version, folder });
      await until(({ kind }) => kind === 'opened');
      const { at } = await ask();
      const warm = await ask();
      return { first: at - start, counts: warm.counts, instructions: warm.done };
    },
    { script, version, folder: new URL(ADDRESSES[version], url).href },
  );
  await context.close();
  return { ...result, usable: await usable() };
}

/** The address of the worker's script, which only the page knows. */
async function workerScript() {
  const { context, page } = await freshPage();
  const started = page.waitForEvent('worker');
  await page.goto(url);
  const address = (await started).url();
  await context.close();
  return address;
}

/** Until the editor takes what is typed. */
async function usable() {
  const { context, page } = await freshPage();
  const start = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.getByRole('textbox', { name: 'Statement' }).waitFor();
  const ms = performance.now() - start;
  await context.close();
  return ms;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function whole(numbers, width) {
  return String(Math.round(median(numbers))).padStart(width);
}
