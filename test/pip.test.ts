/** The Python distribution as pip installs it: wheel, sdist, clone and editable; with the command line and without. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { nativeEngine } from '../src/engines/native/engine.js';
import { type Ended, folder, ROOT, run } from './cli.js';

/** What pip fetches for a build or for the command line. hatchling 1.27.0 is the last for Python 3.8. */
const PINNED = 'hatchling==1.27.0\nnodejs-wheel-binaries==22.20.0\n';

interface Python {
  readonly minor: string;
  readonly path: string;
  /** Whether it can make virtual environments with pip in them. */
  readonly venv: boolean;
}

/** Of each minor version, oldest first, one that has pip and one that has not. */
const PYTHONS: readonly Python[] = findPythons();
const WITH_PIP = PYTHONS.filter(({ venv }) => venv);
const COMPILER: boolean = spawnSync('cc', ['--version']).status === 0;
/** Lets a program see a machine of 32 bits. */
const SETARCH: boolean = spawnSync('setarch', ['i686', 'true']).status === 0;
const OLDEST: Python | undefined = WITH_PIP[0];
const NEWEST: Python | undefined = WITH_PIP.at(-1);

function findPythons(): Python[] {
  const found = new Map<string, Python>();
  for (const { minor, path, refusal } of nativeEngine.offers()) {
    if (refusal !== null || path === null || (found.has(`${minor} true`) && found.has(`${minor} false`))) continue;
    const venv = spawnSync(path, ['-c', 'import venv, ensurepip; ensurepip.version()']).status === 0;
    if (!found.has(`${minor} ${venv}`)) found.set(`${minor} ${venv}`, { minor, path, venv });
  }
  return [...found.values()].sort((a, b) => a.minor.localeCompare(b.minor, 'en', { numeric: true }));
}

/**
 * From zero on: what each call creates, by type; the frame that a call makes up to 3.10 left out. BUILD_LIST makes a list and
 * BUILD_TUPLE a tuple each time, since none of them is made of constants; object() makes an object.
 */
const COUNTS = `
import json, pyallocs
found = [pyallocs.count(fn, 5000).by_type for fn in (lambda x: None, lambda x: [x, x], lambda x: ((x, x), [x]))]
with pyallocs.counting() as c:
    y = object()
print(json.dumps([dict((name, n) for name, n in row.items() if name != "frame") for row in found] + [c.by_type["object"]], sort_keys=True))
`;
const KNOWN = '[{}, {"list": 1}, {"list": 1, "tuple": 2}, 1]\n';

describe.skipIf(!COMPILER || OLDEST === undefined || NEWEST === undefined)(
  'the Python distribution (skipped where there is no C compiler, or no Python with venv that can be counted)',
  () => {
    const wheels = folder();
    const pins = join(folder({ 'pins.txt': PINNED }), 'pins.txt');
    /** A PATH with a compiler and without node. */
    const tools = folder();
    const nothing = folder();

    beforeAll(async () => {
      for (const name of ['cc', 'as', 'ld']) symlinkSync(which(name), join(tools, name));
      const out = join(wheels, 'out');
      const env = { PYTHON: NEWEST?.path ?? '' };
      await succeeds(run(process.execPath, [join(ROOT, 'scripts', 'build-wheels.mjs'), '--out', out, '3.14'], { env }));
    });

    const built = (pattern: RegExp): string => {
      const found = readdirSync(join(wheels, 'out')).filter((name) => pattern.test(name));
      expect(found, String(pattern)).toHaveLength(1);
      return join(wheels, 'out', found[0] ?? '');
    };
    const wheel = (): string => built(/^pyallocs-.*\.whl$/);

    /** A fresh virtual environment; the folder of its commands. */
    async function environment({ path }: Python, name = 'environment'): Promise<string> {
      const home = join(folder(), name);
      await succeeds(run(path, ['-m', 'venv', home], { cwd: nothing }));
      return join(home, 'bin');
    }

    /** pip of that environment, or of a Python. */
    function pip(python: string, args: readonly string[], path: string): Promise<string> {
      const env = { PATH: path, PIP_CONSTRAINT: pins, PIP_BUILD_CONSTRAINT: pins, PIP_DISABLE_PIP_VERSION_CHECK: '1' };
      const quiet = ['--quiet', '--no-input', '--root-user-action=ignore'];
      const known = spawnSync(python, ['-m', 'pip', 'install', '--help'], { encoding: 'utf8' }).stdout;
      const flags = quiet.filter(
        (flag) => flag !== '--root-user-action=ignore' || known.includes('--root-user-action'),
      );
      return succeeds(run(python, ['-m', 'pip', 'install', ...flags, ...args], { env, cwd: nothing }));
    }

    const counts = (python: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
      run(python, ['-c', COUNTS], { env: { PATH: nothing, ...env }, cwd: nothing });

    describe('what is built', () => {
      test('is small', () => {
        expect(statSync(wheel()).size).toBeLessThan(2_000_000);
        expect(statSync(built(/\.tar\.gz$/)).size).toBeLessThan(1_400_000);
        expect(statSync(built(/^pyallocs_embedded_3_14-.*-py3-none-any\.whl$/)).size).toBeLessThan(7_000_000);
      });

      test('has the agent that a clone builds, under the tag of the C library that it needs', async () => {
        const home = folder();
        await succeeds(run(NEWEST?.path ?? '', ['-m', 'zipfile', '-e', wheel(), home], { cwd: nothing }));
        const path = join(home, 'pyallocs', 'libpyallocs.so');
        const code = await Promise.all([path, join(ROOT, 'dist', 'agent', 'libpyallocs.so')].map(stripped));
        expect(code[0]?.equals(code[1] ?? Buffer.of())).toBe(true);
        const agent = readFileSync(path);
        const needed = [...agent.toString('latin1').matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
        expect(wheel()).toContain(`-py3-none-manylinux_2_${Math.max(17, ...needed)}_x86_64.whl`);
      });

      test('holds what is needed, once, and nothing of tests and builds', async () => {
        const names = await namesIn(wheel());
        for (const name of [
          'pyallocs/__init__.py',
          'pyallocs/py.typed',
          'pyallocs/libpyallocs.so',
          'pyallocs/_command/bin/pyallocs.js',
          'pyallocs/_command/package.json',
          'pyallocs/_command/dist/cli/main.js',
          'pyallocs/_command/dist/agent/pyallocs.wasm',
          'pyallocs/_command/dist/web/playground/index.html',
          'pyallocs/_command/dist/study/programs/scheduler.py',
          'pyallocs/_command/agent/native.json',
          'pyallocs/_command/agent/native/entry.c',
          'pyallocs/_command/python/harness.py',
          'pyallocs/_command/python/pyallocs/__init__.py',
          'pyallocs/_command/node_modules/zod/index.js',
          'pyallocs/_command/node_modules/zod/LICENSE',
        ])
          expect(names).toContain(name);
        expect(names.filter((name) => name.endsWith('.so'))).toEqual(['pyallocs/libpyallocs.so']);
        expect(names.filter((name) => name.startsWith('pyallocs/_command/python/embedded'))).toEqual([]);
        const odd =
          /\.(test|testkit)\.|tsbuildinfo|\.hash$|\.pyc$|\.d\.[cm]?ts$|\.map$|node_modules\/(pyodide|@types)|\/agent\/test\//;
        expect(names.filter((name) => odd.test(name))).toEqual([]);
        const module = /^pyallocs\/[^_/].*\.py$|^pyallocs\/_[a-z]\w*\.py$/;
        expect(
          names
            .filter((name) => module.test(name))
            .map((name) => name.slice('pyallocs/'.length))
            .sort(),
        ).toEqual(
          readdirSync(join(ROOT, 'python', 'pyallocs'), { recursive: true, encoding: 'utf8' })
            .filter((name) => name.endsWith('.py') && !name.startsWith('__'))
            .sort(),
        );
      });

      test('names the versions that the npm package has', () => {
        const project = readFileSync(join(ROOT, 'python', 'pyproject.toml'), 'utf8');
        const { version, dependencies, license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
        expect(project).toContain(`\nversion = "${version}"\n`);
        expect(project).toContain(`\nlicense = "${license}"\n`);
        expect(readFileSync(join(ROOT, 'python', 'LICENSE'))).toEqual(readFileSync(join(ROOT, 'LICENSE')));
        const pinned = [...project.matchAll(/"pyallocs-embedded-3-(\d+)==([^"]+)"/g)].map(([, minor, release]) => [
          `pyodide-3.${minor}`,
          `npm:pyodide@${release?.replace(/(\d)a(\d)/, '$1-alpha.$2')}`,
        ]);
        const interpreters = Object.entries(dependencies).filter(([name]) => name.startsWith('pyodide-'));
        expect(pinned.sort()).toEqual(interpreters.sort());
      });
    });

    describe('the wheel, with no node on the PATH', () => {
      test.each(WITH_PIP.map((python) => [python.minor, python] as const))(
        'counts in a new environment of %s',
        async (_, python) => {
          const bin = await environment(python);
          await pip(join(bin, 'python'), ['--no-index', '--no-deps', wheel()], nothing);
          expect(await counts(join(bin, 'python'))).toMatchObject({ stdout: KNOWN, stderr: '', code: 0 });
          for (const command of [[join(bin, 'pyallocs')], [join(bin, 'python'), '-m', 'pyallocs']]) {
            const [program = '', ...first] = command;
            const ended = await run(program, [...first, 'bench', 'x = []'], { env: { PATH: nothing }, cwd: nothing });
            expect(ended).toMatchObject({
              stdout: '',
              stderr:
                "pyallocs: the command line needs Node, which is not installed here; this installs it: pip install 'pyallocs[cli]'. `import pyallocs` counts without it\n",
              code: 2,
            });
          }
        },
      );

      const without = PYTHONS.filter(({ venv }) => !venv);
      test.each(without)('counts in $path ($minor), whose pip is another one', async ({ minor, path }) => {
        const target = folder();
        const options = [
          '--target',
          target,
          '--python-version',
          minor,
          '--only-binary=:all:',
          '--no-index',
          '--no-deps',
        ];
        await pip(NEWEST?.path ?? '', [...options, wheel()], nothing);
        const env = { PATH: process.env['PATH'] ?? '', PYTHONPATH: target }; // some of these are shell scripts
        expect(await counts(path, env)).toMatchObject({ stdout: KNOWN, stderr: '', code: 0 });
      });
    });

    describe('built by pip, with a C compiler and no node on the PATH', () => {
      test('the sdist alone is enough, and has the command line', async () => {
        const bin = await environment(NEWEST as Python);
        await pip(join(bin, 'python'), [built(/\.tar\.gz$/)], tools);
        expect(await counts(join(bin, 'python'))).toMatchObject({ stdout: KNOWN, stderr: '', code: 0 });
        const said = await run(join(bin, 'pyallocs'), [], { env: { PATH: nothing } });
        expect(said.stderr).toMatch(/^pyallocs: the command line needs Node/);
      });

      test('a clone in which nothing was built is enough, also on the oldest; its command line says what it lacks', async () => {
        const clone = freshClone();
        const bin = await environment(OLDEST as Python);
        await pip(join(bin, 'python'), [join(clone, 'python')], tools);
        expect(await counts(join(bin, 'python'))).toMatchObject({ stdout: KNOWN, stderr: '', code: 0 });
        const said = await run(join(bin, 'pyallocs'), ['stat', '-c', ''], { env: { PATH: nothing } });
        expect([said.code, said.stdout]).toEqual([2, '']);
        expect(said.stderr).toMatch(
          /^pyallocs: the command line is not in this installation, which was built without it; pip install/,
        );
      });

      test('an editable installation follows the clone', async () => {
        const clone = freshClone();
        const bin = await environment(NEWEST as Python);
        await pip(join(bin, 'python'), ['--editable', join(clone, 'python')], tools);
        expect(existsSync(join(clone, 'dist', 'agent', 'libpyallocs.so'))).toBe(true);
        expect(await counts(join(bin, 'python'))).toMatchObject({ stdout: KNOWN, stderr: '', code: 0 });
        const where = await run(join(bin, 'python'), ['-c', 'import pyallocs; print(pyallocs.__file__)']);
        expect(where.stdout).toBe(`${join(clone, 'python', 'pyallocs', '__init__.py')}\n`);
      });

      test.skipIf(!SETARCH)(
        'on another machine it installs without an agent, and says that it cannot count there',
        async () => {
          const bin = await environment(NEWEST as Python);
          const other = join(folder(), 'python');
          writeFileSync(other, `#!/bin/sh\nexec ${which('setarch')} i686 ${join(bin, 'python')} "$@"\n`, {
            mode: 0o755,
          });
          await pip(other, [built(/\.tar\.gz$/)], nothing);
          const { stdout: said } = await run(other, ['-c', 'import pyallocs; print(pyallocs.__path__[0])']);
          expect(readdirSync(said.trim())).not.toContain('libpyallocs.so');
          const [info = ''] = readdirSync(join(said.trim(), '..')).filter((name) =>
            /^pyallocs-.*\.dist-info$/.test(name),
          );
          expect(readFileSync(join(said.trim(), '..', info, 'WHEEL'), 'utf8')).toContain('\nTag: py3-none-any\n');
          const counted = await counts(other);
          expect([counted.code, counted.stdout]).toEqual([1, '']);
          expect(counted.stderr).toMatch(/NotCountable: Pythons can be counted on Linux \(x86-64\) only\n$/);
        },
      );

      test('without a compiler it says what to install', async () => {
        const bin = await environment(NEWEST as Python);
        await expect(pip(join(bin, 'python'), [join(freshClone(), 'python')], nothing)).rejects.toThrow(
          /pyallocs is built with a C compiler, and cc cannot be started .*apt install gcc libc6-dev/,
        );
      });
    });

    const ends = OLDEST?.minor === NEWEST?.minor ? [OLDEST] : [OLDEST, NEWEST];
    describe.each(ends.map((python) => [python?.minor, python as Python] as const))(
      'the extra cli on %s, with no node on the PATH',
      (minor, python) => {
        let bin: string;

        beforeAll(async () => {
          bin = await environment(python, 'a folder'); // LD_PRELOAD knows no way to name it
          await pip(join(bin, 'python'), ['--find-links', join(wheels, 'out'), 'pyallocs[cli]'], nothing);
        });

        const command = (name: string, ...args: string[]): Promise<Ended> =>
          run(join(bin, name), args, { env: { PATH: nothing }, cwd: nothing });

        test('pyallocs bench counts in the embedded Python', async () => {
          const { stdout, stderr, code } = await command('pyallocs', 'bench', 'x = []', '--no-time', '--json');
          expect([code, stderr]).toEqual([0, '']);
          const [{ interpreter, outcome, perOp }] = JSON.parse(stdout).cases[0].results;
          expect([interpreter.id, outcome, perOp.creations.total, perOp.creations.freelist]).toEqual([
            'wasm:3.14',
            'exact',
            1,
            1,
          ]);
        });

        test('python -m pyallocs counts in that Python: statements, programs and budgets', async () => {
          const path = join(bin, 'python');
          const bench = await command('python', '-m', 'pyallocs', 'bench', 'x = []', '--no-time', '--json');
          expect([bench.code, bench.stderr]).toEqual([0, '']);
          expect(JSON.parse(bench.stdout).cases[0].results[0].interpreter.path).toBe(path);
          const program =
            'import os; print([name for name in os.environ if name.startswith("PYALLOCS")]); raise SystemExit(7)';
          const stat = await command('python', '-m', 'pyallocs', 'stat', '--json', '-c', program);
          expect([stat.code, stat.stdout]).toEqual([7, '[]\n']);
          const { interpreter, outcome } = JSON.parse(stat.stderr);
          expect([interpreter.path, interpreter.version.startsWith(`${minor}.`), outcome]).toEqual([
            path,
            true,
            'exact',
          ]);
          const cwd = folder({
            'pyallocs.toml': '[[case]]\nid = "list"\nstatement = "x = []"\nlimits = { creations = "= 1" }\n',
          });
          const check = await run(path, ['-m', 'pyallocs', 'check', '--json'], { env: { PATH: nothing }, cwd });
          expect([check.code, JSON.parse(check.stdout).cases[0].interpreter.path]).toEqual([0, path]);
        });

        test('a signal and a usage error end it as they end the command line', async () => {
          const killed = 'import os, signal; os.kill(os.getpid(), signal.SIGTERM)';
          expect((await command('python', '-m', 'pyallocs', 'stat', '-c', killed)).code).toBe(128 + 15);
          expect(await command('pyallocs', 'bench', '--nonsense')).toMatchObject({ code: 2, stdout: '' });
        });

        test('an embedded Python that is not installed is not offered, and asked for it says how to get it', async () => {
          const missing = await command('pyallocs', 'bench', 'x = []', '-p', 'wasm:3.13');
          expect([missing.code, missing.stderr]).toEqual([
            2,
            "pyallocs: the embedded Python 3.13 is not installed; this installs it: pip install 'pyallocs[embedded-3-13]'\n",
          ]);
          const all = await command('pyallocs', 'interpreters', '--json', '-p', 'wasm:all');
          expect(JSON.parse(all.stdout).interpreters.map(({ id }: { id: string }) => id)).toEqual(['wasm:3.14']);
        });
      },
    );

    /** A shared object without what names the moment of its making: debugging sections and the hash over all. */
    async function stripped(path: string): Promise<Buffer> {
      const output = join(folder(), 'stripped.so');
      await succeeds(run('objcopy', ['--strip-all', '--remove-section=.note.gnu.build-id', path, output]));
      return readFileSync(output);
    }

    /** What a clone holds that a build by pip may use. */
    function freshClone(): string {
      const clone = folder();
      for (const part of ['python', 'agent']) {
        mkdirSync(join(clone, part));
        const filter = (path: string): boolean => !/(__pycache__|_command|\.so)$/.test(path);
        cpSync(join(ROOT, part), join(clone, part), { recursive: true, filter });
      }
      return clone;
    }

    async function namesIn(archive: string): Promise<string[]> {
      const script = 'import sys, zipfile; print("\\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))';
      const names = await succeeds(run(NEWEST?.path ?? '', ['-c', script, archive], { cwd: nothing }));
      return names.trim().split('\n');
    }
  },
);

async function succeeds(running: Promise<Ended>): Promise<string> {
  const { stdout, stderr, code } = await running;
  if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
  return stdout;
}

function which(name: string): string {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((one) => join(one, name));
  return found.find((path) => existsSync(path)) ?? '';
}
