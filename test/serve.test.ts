/** `pyallocs serve` as a reader runs it. */
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { interpreterAddresses } from '../src/cli/playground-site.js';
import { HAS_CHROMIUM, startChromium } from './chromium.js';
import { addressOf, folder, pyallocs, ROOT, startPyallocs } from './cli.js';
import { startServer } from './playground-page.js';

const POSIX = process.platform !== 'win32';

describe('pyallocs serve', () => {
  test('prints the address and what it serves, and Ctrl-C ends it at once with 0', async () => {
    const running = startPyallocs(['serve', '--port', '0']);
    const url = await addressOf(running);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const page = await (await fetch(url)).text();
    expect(page).toBe(readFileSync(join(ROOT, 'dist/web/playground/index.html'), 'utf8'));
    const open = connect(Number(new URL(url).port), '127.0.0.1'); // a browser keeps its connections
    await new Promise((resolve) => open.once('connect', resolve));
    open.on('error', () => {});
    running.child.kill('SIGINT');
    const { stdout, stderr, code } = await running.ended;
    if (POSIX) expect(code).toBe(0);
    expect(stdout).toBe(`${url}\n`);
    expect(stderr).toBe('The playground with CPython 3.10 to 3.15, which run in the browser.\nCtrl-C ends it.\n');
  });

  test.runIf(POSIX)('a polite kill ends it in the same way', async () => {
    const running = startPyallocs(['serve', '--port', '0']);
    await addressOf(running);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  });

  test('every file that the page names is there, and nothing of it stands in the page itself', async () => {
    const running = startPyallocs(['serve', '--port', '0']);
    const url = await addressOf(running);
    const page = await (await fetch(url)).text();
    const names = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) {
      expect(name).toMatch(/^\.\/assets\//);
      expect([name, (await fetch(new URL(name, url))).status]).toEqual([name, 200]);
    }
    expect(page).not.toMatch(/<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|data:/);
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page)?.[1];
    const sent = (await fetch(url)).headers.get('content-security-policy');
    expect(sent).toBe(`${policy}; frame-ancestors 'none'`);
    running.child.kill();
    await running.ended;
  });

  test('shows the report of the study that is here, or in the folder that is named', async () => {
    const cwd = folder({ 'pyallocs-study/report.html': 'here', 'other/report.html': 'there' });
    for (const [args, text, line] of [
      [[], 'here', 'The report of the study in pyallocs-study: '],
      [['--study', 'other'], 'there', 'The report of the study in other: '],
    ] as const) {
      const running = startPyallocs(['serve', '--port', '0', ...args], { cwd });
      const url = await addressOf(running);
      expect(await (await fetch(`${url}study/`)).text()).toBe(text);
      expect(await (await fetch(`${url}site.json`)).json()).toEqual({ study: true });
      running.child.kill('SIGINT');
      expect((await running.ended).stderr).toContain(`${line}${url}study/\n`);
    }
  });

  test('a folder without a report is an error', async () => {
    const { code, stdout, stderr } = await pyallocs(['serve', '--study', 'nowhere']);
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      'pyallocs: nowhere holds no report.html of a study; this makes one: pyallocs study --out nowhere\n',
    ]);
  });

  test('a port that was asked for and is taken is an error', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const { code, stdout, stderr } = await pyallocs(['serve', '--port', String(port)]);
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      `pyallocs: port ${port} of 127.0.0.1 is taken by another program; name another, or leave --port out and a free one is taken\n`,
    ]);
    taken.close();
  });

  test('says so when the usual port is taken, and takes another', async () => {
    const taken = createServer().listen(8765, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve).once('error', resolve)); // or it was taken before
    const running = startPyallocs(['serve']);
    const url = await addressOf(running);
    expect(new URL(url).port).not.toBe('8765');
    expect((await fetch(url)).status).toBe(200);
    running.child.kill('SIGINT');
    expect((await running.ended).stderr).toContain('Port 8765 is taken, so this is another.\n');
    taken.close();
  });

  test.each(['x', '-1', '65536', '1.5', ''])('--port %j is wrong usage', async (port) => {
    const { code, stderr } = await pyallocs(['serve', `--port=${port}`]);
    expect(code).toBe(2);
    expect(stderr).toContain('It must be a whole number from 0 to 65,535.');
  });

  test('says with --host who can read it', async () => {
    const running = startPyallocs(['serve', '--port', '0', '--host', '0.0.0.0']);
    const url = await addressOf(running);
    expect((await fetch(url)).status).toBe(200);
    running.child.kill('SIGINT');
    expect((await running.ended).stderr).toContain(
      `Whoever reaches port ${new URL(url).port} of this machine can read it.\n`,
    );
  });
});

/** A worker that starts the interpreter of a folder, then tries what the policy forbids: code from text, and another host. */
const WORKER = `
const asked = new URL(import.meta.url).searchParams;
const forbidden = async (what) => { try { await what(); return 'allowed'; } catch { return 'refused'; } };
const at = new URL('../' + asked.get('at'), import.meta.url).href;
const { loadPyodide } = await import(at + 'pyodide.mjs');
const python = await loadPyodide({ indexURL: at });
postMessage([
  python.runPython('import sys; "%d.%d" % sys.version_info[:2]'),
  await forbidden(() => eval('1')),
  await forbidden(() => fetch(asked.get('elsewhere'))),
]);`;

describe.skipIf(!HAS_CHROMIUM)('the playground in Chromium (skipped where there is none)', () => {
  const chromium = startChromium();
  const served = startServer();

  test('loads under its policy: nothing on the console, nothing from elsewhere', async () => {
    const url = served();
    const page = await chromium.open(url, (address) => address.startsWith(url));
    await page.waitForLoadState('load');
  });

  test('each interpreter starts in a worker under the policy, which evaluates nothing and asks no other host', async () => {
    const other = createHttpServer((_, response) => response.setHeader('Access-Control-Allow-Origin', '*').end('here'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const elsewhere = `http://127.0.0.1:${(other.address() as { port: number }).port}/`;
    const url = served();
    const { headers } = await fetch(url);
    const policy = headers.get('content-security-policy') ?? '';
    const page = await chromium.browser().newPage();
    await page.goto(`${url}site.json`); // of the same origin, and without workers of its own
    await page.route('**/assets/probe.js*', (route) =>
      route.fulfill({
        body: WORKER,
        headers: { 'Content-Type': 'text/javascript', 'Content-Security-Policy': policy },
      }),
    );
    for (const [minor, address] of Object.entries(interpreterAddresses())) {
      const said = await page.evaluate(
        (asked) =>
          new Promise((resolve) => {
            const worker = new Worker(`/assets/probe.js?${asked}`, { type: 'module' });
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = ({ message }) => resolve(message);
          }),
        String(new URLSearchParams({ at: address, elsewhere })),
      );
      expect(said).toEqual([minor, 'refused', 'refused']);
    }
    other.close();
    await page.close();
  });
});
