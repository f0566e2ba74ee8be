// What `bench` and `study` cost on the embedded Pythons:
//
//   1. first answer of `bench` on one version, against a bare loadPyodide() in a process of its own
//   2. counting against the unmeasured run, in loops that do nothing but allocate, one million iterations
//   3. 200 cases from a file; the whole study, with its peak memory
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { geometricMean, median } from './statistics.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const cli = join(root, 'bin/pyallocs.js');
const { EMBEDDED, packageOf } = await import('../../dist/engines/wasm/embedded.js');
const LOOPS = [
  ['y = x + 1', 'x = 5000'],
  ['t = (x, x)', 'x = 1'],
  ['y = [x, x]', 'x = 1'],
  ["y = {'a': x}", 'x = 1'],
  ['y = x * x + x', 'x = 1.5'],
  ['y = object()', ''],
  ['y = a + b', "a = 'abc'; b = 'def'"],
  ['y = C()', 'class C:\n    __slots__ = ()'],
];

function sizes(quick) {
  return quick ? { rounds: 3, iterations: 100_000 } : { rounds: 7, iterations: 1_000_000 };
}

export async function measureEmbedded({ quick }) {
  firstAnswer(sizes(quick));
  counting(sizes(quick), quick);
  await inScratch(async (folder) => {
    manyCases(folder);
    await wholeStudy(folder);
  });
}

async function inScratch(use) {
  const folder = mkdtempSync(join(tmpdir(), 'pyallocs-overhead-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function firstAnswer({ rounds }) {
  const rows = EMBEDDED.map((offer) => {
    const folder = join(root, 'node_modules', packageOf(offer), '/');
    const url = pathToFileURL(join(folder, 'pyodide.mjs')).href;
    const load = `loadPyodide({ indexURL: ${JSON.stringify(folder)} })`; // 0.22 needs to be told
    const bare = `import(${JSON.stringify(url)}).then(({ loadPyodide }) => ${load}).then(() => process.exit())`;
    const bench = [cli, 'bench', 'y = x + 1', '-s', 'x = 5000', '-p', offer.id];
    const pairs = paired(
      rounds,
      () => seconds(['-e', bare]),
      () => seconds(bench),
    );
    return [offer.id, ms(median(pairs.map(([a]) => a))), ms(median(pairs.map(([, b]) => b))), ratio(pairs)];
  });
  table(
    'First answer of bench, against a bare loadPyodide() (goal: at most 1.3)',
    ['', 'bare', 'bench', 'ratio'],
    rows,
  );
}

function counting({ iterations }, quick) {
  const means = [];
  const rows = EMBEDDED.map((offer) => {
    const ratios = JSON.parse(
      output([join(root, 'scripts/bench-overhead.mjs'), '--ratios-of', offer.id, ...(quick ? ['--quick'] : [])]),
    );
    means.push(geometricMean(ratios));
    return [offer.id, ...ratios.map((value) => value.toFixed(2)), geometricMean(ratios).toFixed(2)];
  });
  rows.push(['all', ...LOOPS.map(() => ''), geometricMean(means).toFixed(2)]);
  const title = `Counting against the unmeasured run, ${iterations.toLocaleString('en-US')} iterations (goal: at most 1.5 as a geometric mean)`;
  table(title, ['', ...LOOPS.map(([statement]) => statement), 'mean'], rows);
}

/** Prints the ratios of one version as JSON: each version needs a process of its own. */
export async function printRatios(id, { quick }) {
  const { rounds, iterations } = sizes(quick);
  const { EmbeddedInterpreter, STATEMENT_ENVIRONMENT } = await import('../../dist/engines/wasm/interpreter.js');
  const offer = EMBEDDED.find((one) => one.id === id);
  const folder = join(root, 'node_modules', packageOf(offer));
  const { loadPyodide } = await import(pathToFileURL(join(folder, 'pyodide.mjs')).href);
  const { interpreter } = await EmbeddedInterpreter.open({
    load: loadPyodide,
    indexURL: join(folder, '/'),
    core: readFileSync(join(root, 'dist/agent/pyallocs.wasm')),
    harness: readFileSync(join(root, 'python/harness.py'), 'utf8'),
    mount: () => [],
    time: true,
    environment: STATEMENT_ENVIRONMENT,
    args: [],
  });
  const ratios = [];
  for (const [statement, setup] of LOOPS) {
    const pairs = await interpreter.compareTimes({ statement, setup }, iterations, rounds);
    ratios.push(median(pairs.map(([unhooked, counted]) => counted / unhooked)));
  }
  process.stdout.write(JSON.stringify(ratios), () => process.exit());
}

function manyCases(scratch) {
  const file = join(scratch, 'cases.toml');
  const one = (i) =>
    `[[case]]\nid = "case-${i}"\nsetup = "x = ${1000 + i}; L = [x]"\nstatement = "y = [x + 1, (x, x)]"\n`;
  writeFileSync(file, Array.from({ length: 200 }, (_, i) => one(i)).join('\n'));
  const times = Array.from({ length: 3 }, () => seconds([cli, 'bench', '--file', file]));
  table('200 cases on one version (goal: at most 20 s)', ['', 'seconds'], [['wasm:3.14', median(times).toFixed(1)]]);
}

async function wholeStudy(scratch) {
  const start = performance.now();
  const child = spawn(process.execPath, [cli, 'study', '--out', join(scratch, 'study')], { stdio: 'ignore' });
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentOfTree(child.pid));
  }, 100);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  const took = ((performance.now() - start) / 1000).toFixed(1);
  const rows = [[`exit ${code}`, took, peak === 0 ? '–' : `${Math.round(peak / 1024)} MiB`]];
  table('The study on all versions (goal: at most 60 s and 2 GiB)', ['', 'seconds', 'peak of all processes'], rows);
}

/** Resident memory of a process and its children, in KiB; 0 where there is no ps. */
function residentOfTree(pid) {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,rss='], { encoding: 'utf8' });
  const rows = (stdout ?? '')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const family = new Set([pid]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [child, parent] of rows)
      if (family.has(parent) && !family.has(child)) grown = Boolean(family.add(child));
  }
  return rows.filter(([child]) => family.has(child)).reduce((sum, [, , rss]) => sum + rss, 0);
}

function output(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function seconds(args) {
  const start = performance.now();
  output(args);
  return (performance.now() - start) / 1000;
}

/** Interleaved runs, after one that warms the disk cache. */
function paired(rounds, a, b) {
  a();
  b();
  return Array.from({ length: rounds }, () => [a(), b()]);
}

function ratio(pairs) {
  return median(pairs.map(([a, b]) => b / a)).toFixed(2);
}

function ms(value) {
  return `${Math.round(value * 1000)} ms`;
}

function table(title, columns, rows) {
  const all = [columns, ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  console.log(`\n${title}\n`);
  for (const row of all)
    console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
}
