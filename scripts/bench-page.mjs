// npm run bench:page [-- sites]
// How long the page of a recording takes in headless Chromium: its first paint, and what its reader does. Prints the median
// of five in milliseconds. Each ends with the frame after the one in which it was drawn: 17 to 33 of them are spent on waiting.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { writeHtmlReport } from '../dist/cli/html-report.js';
import { syntheticRecording } from './bench-page/synthetic.mjs';

const RUNS = 5;
const sites = Number(process.argv[2] ?? 100_000);
const folder = mkdtempSync(join(tmpdir(), 'pyallocs-bench-'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const recording = syntheticRecording(sites);
  const file = join(folder, 'report.html');
  const begun = performance.now();
  writeHtmlReport(file, recording, null);
  row('write the page', performance.now() - begun);
  console.log(`${'size of the page'.padEnd(34)}${(statSync(file).size / 2 ** 20).toFixed(1).padStart(8)} MiB`);
  console.log(`${'samples, tree nodes'.padEnd(34)}${recording.samples.length}`);
  const times = new Map();
  const note = (name, ms) => times.set(name, [...(times.get(name) ?? []), ms]);
  for (let run = 0; run < RUNS; run++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('canvas');
    const paint = await page.evaluate(
      () =>
        new Promise((resolve) => {
          new PerformanceObserver((list) => {
            const entry = list.getEntriesByName('first-contentful-paint')[0];
            if (entry) resolve(entry.startTime);
          }).observe({ type: 'paint', buffered: true });
        }),
    );
    note('first paint', paint);
    const zooms = await page.evaluate(zoomTimes);
    for (const ms of zooms) note('zoom', ms);
    const press = async (name, selector) => note(name, await page.evaluate(pressTime, selector));
    await press('a type as filter', 'section[aria-labelledby=types] tbody button');
    await press('the filter cleared', '.toolbar > button:not(.chip)');
    await press('callers', '.choice button:nth-of-type(2)');
    await press('the table', '.choice button:nth-of-type(3)');
    await press('back to the top', '.choice button:nth-of-type(1)');
    note('a letter of a search', await page.evaluate(searchTime));
    await page.close();
  }
  for (const [name, all] of times) row(name, median(all), Math.max(...all));
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}

/** In the page: zooms in by clicks on boxes of ever lower rows, and out again. */
async function zoomTimes() {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const canvas = document.querySelector('canvas');
  canvas.scrollIntoView();
  for (let i = 0; i < 10; i++) await frame(); // scrolled
  const times = [];
  for (let i = 0; i < 12; i++) {
    await frame();
    const { left, top, width } = canvas.getBoundingClientRect();
    const at = {
      clientX: left + width * ((i % 4) / 5 + 0.05),
      clientY: top + 21 * ((2 * i + 3) % 14) + 5,
      bubbles: true,
    };
    const begun = performance.now();
    canvas.dispatchEvent(new MouseEvent('click', at));
    await frame();
    await frame();
    times.push(performance.now() - begun);
    if (i % 4 === 3) canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  }
  return times;
}

async function pressTime(selector) {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame();
  const begun = performance.now();
  document.querySelector(selector).click();
  await frame();
  await frame();
  return performance.now() - begun;
}

async function searchTime() {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const input = document.querySelector('#search');
  await frame();
  const begun = performance.now();
  input.value = 'p';
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await frame();
  await frame();
  return performance.now() - begun;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function row(name, ms, worst) {
  const most = worst === undefined ? '' : `   at most ${worst.toFixed(0)}`;
  console.log(`${name.padEnd(34)}${ms.toFixed(0).padStart(8)} ms${most}`);
}
