/** The package as it is published: small, complete, and working where it is installed. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { interpreterAddresses } from '../src/cli/playground-site.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import { ALL, addressOf, type Ended, folder, type Options, parsed, ROOT, type Running, run, start } from './cli.js';
import { interpreters } from './schemas.js';

const WINDOWS = process.platform === 'win32';
const PYTHON: string | null = nativeEngine.offers().find(({ refusal }) => refusal === null)?.path ?? null;
const COMPILER: boolean = spawnSync('cc', ['--version']).status === 0;

/** Runs the npm that runs the tests, or the one on PATH. */
function npm(args: readonly string[], cwd: string): Promise<Ended> {
  return startNpm(args, { cwd }).ended;
}

function startNpm(args: readonly string[], options: Options): Running {
  const cli = process.env['npm_execpath'];
  const all = ['--loglevel=error', '--no-audit', '--no-fund', '--no-update-notifier', ...args];
  return cli ? start(process.execPath, [cli, ...all], options) : start('npm', all, options);
}

describe('the packed package', () => {
  const tarballs = folder();
  const installed = folder({ 'package.json': '{ "private": true }\n' });
  const home = join(installed, 'node_modules', 'pyallocs');
  let files: { path: string; size: number; mode: number }[];
  let size: number;

  beforeAll(async () => {
    // The tests run on what was built before; building it again here could change it under other tests.
    const packed = await npm(['pack', ROOT, '--ignore-scripts', '--json', '--pack-destination', tarballs], tarballs);
    expect([packed.code, packed.stderr]).toEqual([0, '']);
    [{ files, size }] = JSON.parse(packed.stdout);
    const tarball = join(tarballs, readdirSync(tarballs).find((name) => name.endsWith('.tgz')) ?? 'no tarball');
    const done = await npm(['install', '--prefer-offline', tarball], installed);
    expect([done.code, done.stderr]).toEqual([0, '']);
  }, 300_000);

  test('is at most 2 MB', () => {
    expect(size).toBeLessThanOrEqual(2_000_000);
  });

  test('holds the program, the side module and its sources, and the Python part', () => {
    const paths = files.map(({ path }) => path);
    for (const path of [
      'package.json',
      'LICENSE',
      'README.md',
      'bin/pyallocs.js',
      'dist/cli/main.js',
      'dist/agent/pyallocs.wasm',
      'dist/web/recording.html',
      'dist/web/playground/index.html',
      'dist/engines/wasm/worker.js',
      'dist/study/experiments/integers.toml',
      'dist/study/programs/programs.toml',
      'dist/study/programs/scheduler.py',
      'python/program_time.py',
      'dist/study/limits/freelists.toml',
      'dist/study/series/series.toml',
      'agent/core/core.c',
      'agent/core/core.h',
      'python/harness.py',
    ])
      expect(paths).toContain(path);
    expect(readFileSync(join(home, 'dist/agent/pyallocs.wasm')).subarray(0, 4).toString('latin1')).toBe('\0asm');
  });

  test('holds no tests, no sources of TypeScript and no leftovers of the build', () => {
    const odd = files
      .map(({ path }) => path)
      .filter((path) =>
        /(^|\/)(src|test|tests|build|scripts|node_modules|__pycache__)\/|\.test\.|testkit|tsbuildinfo|\.hash$|\.pyc$|(?<!\.d)\.ts$/.test(
          path,
        ),
      );
    expect(odd).toEqual([]);
  });

  test('holds nothing in dist that has no source any more', () => {
    const compiled = files.map(({ path }) => path).filter((path) => /^dist\/(?!web\/playground\/).*\.js$/.test(path));
    const sources = compiled.map((path) => join(ROOT, path.replace(/^dist/, 'src').replace(/\.js$/, '.ts')));
    expect(sources.filter((path) => !statSync(path, { throwIfNoEntry: false }))).toEqual([]);
  });

  test('works from another current folder, with modules of that folder', async () => {
    const cwd = folder({ 'here.py': 'def f(): return [1]\n' });
    // A .cmd file needs a shell, which would have its own ideas about the arguments.
    const command = WINDOWS
      ? [process.execPath, join(home, 'bin', 'pyallocs.js')]
      : [join(installed, 'node_modules', '.bin', 'pyallocs')];
    const [program = '', ...first] = command;
    const ended = await run(program, [...first, 'bench', 'here.f()', '-s', 'import here', '--no-time'], { cwd });
    expect([ended.stderr, ended.code]).toEqual(['', 0]);
    expect(ended.stdout).toMatch(
      /^CPython 3\.14\.2 \(wasm:3\.14\): embedded, 32 bits, no pymalloc\n\nhere\.f\(\) {3}setup: import here\n/,
    );
    expect(ended.stdout).toMatch(/ 1 list\n/);
  });

  test('has the playground once, without interpreters', () => {
    const paths = files.map(({ path }) => path).filter((path) => path.startsWith('dist/web/playground/'));
    for (const path of paths) expect(path).toMatch(/^dist\/web\/playground\/(index\.html|assets\/[\w.-]+)$/);
    const page = readFileSync(join(home, 'dist/web/playground/index.html'), 'utf8');
    expect(page).toContain('<meta http-equiv="Content-Security-Policy"');
  });

  test.skipIf(WINDOWS)('serves the playground by npx, with its interpreters', async () => {
    const running = startNpm(['exec', '--no', '--', 'pyallocs', 'serve', '--port', '0'], {
      cwd: installed,
      group: true,
    });
    const url = await addressOf(running);
    const page = await fetch(url);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html;charset=utf-8']);
    const script = /<script[^>]* src="\.\/([^"]+)"/.exec(await page.text())?.[1] ?? 'no script';
    expect((await fetch(url + script)).status).toBe(200);
    for (const [minor, address] of Object.entries(interpreterAddresses())) {
      const wasm = await fetch(`${url}${address}pyodide.asm.wasm`);
      const start = Buffer.from(await wasm.arrayBuffer()).subarray(0, 4);
      expect([minor, wasm.status, wasm.headers.get('content-type'), start.toString('latin1')]).toEqual([
        minor,
        200,
        'application/wasm',
        '\0asm',
      ]);
    }
    process.kill(-running.pid, 'SIGINT'); // as a terminal does
    await running.ended;
    await expect(fetch(url)).rejects.toThrow();
  });

  test('has all six interpreters, by npx as well', async () => {
    const ended = await npm(['exec', '--no', '--', 'pyallocs', 'interpreters', '--json'], installed);
    const all = interpreters.parse(parsed(ended)).interpreters;
    const found = all.filter(({ engine }) => engine === 'wasm');
    expect(found.map(({ id, selfCheck }) => [id, selfCheck.outcome])).toEqual(ALL.map((id) => [id, 'passed']));
    expect(ended.code).toBe(0);
  });

  describe.skipIf(PYTHON === null)('with a Python of the machine (skipped where there is none)', () => {
    const stat = (env: Record<string, string>, ...args: string[]): Promise<Ended> =>
      run(process.execPath, [join(home, 'bin', 'pyallocs.js'), ...args], { env });
    const program = ['stat', '-p', PYTHON ?? '', '--json', '-c', 'x = [float(i) for i in range(1000)]'];

    test.skipIf(!COMPILER)('builds the native agent at first need, and once when two need it', async () => {
      const env = { XDG_CACHE_HOME: folder() };
      const both = await Promise.all([stat(env, ...program), stat(env, ...program)]);
      for (const { code, stderr } of both) expect([code, JSON.parse(stderr).outcome]).toEqual([0, 'exact']);
      const agents = readdirSync(join(env.XDG_CACHE_HOME, 'pyallocs')).filter((name) => name.startsWith('agent-'));
      expect(agents).toHaveLength(1);
      expect(readdirSync(join(env.XDG_CACHE_HOME, 'pyallocs', agents[0] ?? ''))).toEqual(['libpyallocs.so']);
    });

    test('says what to install where there is no compiler, and the embedded ones work', async () => {
      const env = { XDG_CACHE_HOME: folder(), PATH: folder() };
      const without = await stat(env, ...program);
      expect(without.stderr).toMatch(/needs a C compiler once, and there is no cc; install one/);
      expect(without.code).toBe(125);
      const embedded = await stat(env, 'bench', 'y = x + 1', '-s', 'x = 5000', '-p', 'wasm:3.14', '--json');
      expect([embedded.code, embedded.stderr]).toEqual([0, '']);
    });

    test('takes the agent that PYALLOCS_AGENT_PATH names', async () => {
      const missing = await stat({ PYALLOCS_AGENT_PATH: '/nowhere/agent.so' }, ...program);
      expect(missing.stderr).toMatch(/PYALLOCS_AGENT_PATH names \/nowhere\/agent\.so, which does not exist/);
    });
  });

  test('finds its experiments', async () => {
    const ended = await run(
      process.execPath,
      [join(home, 'bin', 'pyallocs.js'), 'study', '--only', 'single.names', '-p', 'wasm:3.13', '--out', 'out'],
      {
        cwd: installed,
      },
    );
    expect([ended.stderr, ended.code]).toEqual(['', 0]);
    expect(readdirSync(join(installed, 'out')).sort()).toEqual([
      'REPORT.md',
      'allocation_results.txt',
      'data',
      'report.html',
      'results.json',
      'run.json',
      'timings.json',
    ]);
  });
});

test('no dependency runs a script when it is installed', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: boolean; dev?: boolean; optional?: boolean }>;
  };
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(8);
  expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
});
