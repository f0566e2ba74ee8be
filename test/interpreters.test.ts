/** `pyallocs interpreters`: which Pythons can be measured, and whether each counts right. */
import { chmodSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { nativeEngine } from '../src/engines/native/engine.js';
import { ALL, type Ended, folder, parsed, pyallocs, run } from './cli.js';
import { bench, interpreters } from './schemas.js';

const FIELDS = ['creations', 'freelists', 'requests', 'resizes', 'releases', 'pymalloc', 'pools', 'arenas'];
const NATIVE = nativeEngine.offers().filter(({ refusal }) => refusal === null);

type Listed = z.infer<typeof interpreters>['interpreters'];

describe('interpreters --json', () => {
  let ended: Ended;
  let found: Listed;
  const embedded = (): Listed => found.filter(({ engine }) => engine === 'wasm');

  beforeAll(async () => {
    ended = await pyallocs(['interpreters', '--json']);
    found = interpreters.parse(parsed(ended)).interpreters;
  });

  test('lists the six embedded ones, with what -p accepts for each', () => {
    expect(found.slice(0, ALL.length).map(({ id }) => id)).toEqual(ALL);
    for (const { id, selectors } of embedded()) {
      const minor = id.slice('wasm:'.length);
      const hidden = NATIVE.some((native) => native.minor === minor);
      expect([id, selectors]).toEqual([id, hidden ? [id] : [minor, id]]);
    }
    expect([ended.stderr, ended.code]).toEqual(['', 0]);
  });

  test('says what each can see, and what the embedded ones cannot: pymalloc, pools and arenas', () => {
    for (const { sees, engine, refusal } of found) {
      const hidden = engine === 'wasm' ? ['pymalloc', 'pools', 'arenas'] : refusal === null ? [] : FIELDS;
      expect(FIELDS.filter((field) => !sees[field])).toEqual(hidden);
    }
  });

  test('every self-check passed, with what was expected beside what was found', () => {
    for (const { selfCheck } of found.filter(({ refusal }) => refusal === null)) {
      expect(selfCheck.outcome).toBe('passed');
      expect(selfCheck.cases.length).toBeGreaterThan(2);
      for (const { expected, found } of selfCheck.cases) expect(found).toBe(expected);
      expect(
        selfCheck.cases.some(({ expected }) => expected > 0),
        'not everything is 0',
      ).toBe(true);
    }
  });

  test('names the modules of the standard library that are not there', () => {
    for (const { absentModules } of found) expect(absentModules).toEqual([...absentModules].sort());
    for (const { absentModules } of embedded()) {
      expect(absentModules).toContain('tkinter');
      expect(absentModules).not.toContain('json');
    }
  });

  test('what -p accepts for one names that one', async () => {
    const all = found.filter(({ refusal }) => refusal === null).flatMap(({ selectors }) => selectors);
    expect(new Set(all).size, 'no selector stands for two').toBe(all.length);
    const shown = found.filter(({ id, refusal }) => refusal === null && /3\.1[13]/.test(id));
    for (const { selectors, version, engine, path } of shown) {
      for (const selector of selectors) {
        const { cases } = bench.parse(parsed(await pyallocs(['bench', 'pass', '--json', '-p', selector])));
        expect(cases[0]?.results).toMatchObject([{ outcome: 'exact', interpreter: { version, engine, path } }]);
      }
    }
  });

  test.skipIf(NATIVE.length === 0)('lists those of this machine behind them, by their paths', () => {
    const countable = found.filter(({ engine, refusal }) => engine === 'native' && refusal === null);
    expect(countable.map(({ path }) => path).sort()).toEqual(NATIVE.map(({ path }) => path).sort());
    for (const { path, selectors } of countable) expect(selectors.at(-1)).toBe(path);
  });

  test('tells why one cannot be counted, and lists it all the same', () => {
    const refused = nativeEngine.offers().filter(({ refusal }) => refusal !== null);
    expect(found.filter(({ refusal }) => refusal !== null).map(({ path, refusal }) => [path, refusal])).toEqual(
      expect.arrayContaining(refused.map(({ path, refusal }) => [path, refusal])),
    );
  });
});

describe.skipIf(NATIVE.length === 0)('a Python of this machine (skipped where there is none)', () => {
  const real = NATIVE.at(-1)?.path ?? '';
  /** A command that answers what Pythons are asked, as if it were this one. */
  const fake = (said: Readonly<Record<string, unknown>>): string => {
    const about = {
      implementation: 'cpython',
      version: '3.12.1',
      bits: 64,
      free_threaded: false,
      build: [],
      machine: 'x86_64',
      platform: 'linux',
      glibc: true,
      executable: '',
      prefix: '/nowhere',
      opcodes: null,
      ...said,
    };
    const path = join(folder({ python3: `#!/bin/sh\necho '${JSON.stringify(about)}'\n` }), 'python3');
    chmodSync(path, 0o755);
    return path;
  };

  test.each([
    [{ implementation: 'pypy', version: '3.9.16' }, 'native:pypy-3.9.16', 'it is pypy 3.9.16: only CPython'],
    [{ version: '3.7.16' }, 'native:3.7.16', 'it is Python 3.7.16: CPython 3.8 and newer can be counted'],
    [{ version: '2.7.18' }, 'native:2.7.18', 'it is Python 2.7.18: CPython 3.8 and newer can be counted'],
    [{ version: '3.13.1', free_threaded: true }, 'native:3.13.1', 'it is a free-threaded build'],
    [{ glibc: false }, 'native:3.12.1', 'its C library is not glibc'],
    [{ machine: 'aarch64' }, 'native:3.12.1', 'it is a 64-bit build for linux on aarch64'],
  ])('%j is refused in a sentence when it is named, with exit code 1', async (said, id, sentence) => {
    const path = fake(said);
    const json = await pyallocs(['interpreters', '--json', '-p', path]);
    const { interpreters: rows } = interpreters.parse(parsed(json));
    expect(rows).toMatchObject([{ id, path, selectors: [path], selfCheck: { outcome: 'failed', cases: [] } }]);
    expect(rows[0]?.refusal?.message).toContain(sentence);
    expect([json.stderr, json.code]).toEqual(['', 1]);
    const text = await pyallocs(['interpreters', '-p', path]);
    expect(text.stdout.replaceAll('\n  ', ' ')).toContain(`${id} cannot be counted: ${sentence}`);
    expect(text.stdout).not.toContain('counts creations');
    const measured = await pyallocs(['bench', 'pass', '--json', '-p', path]);
    expect(JSON.parse(measured.stdout)).toMatchObject({ cases: [{ results: [{ outcome: 'refused' }] }] });
    expect(measured.code).toBe(1);
  });

  test('on PATH that is refused is no failure of the list, and is left out of all in a sentence', async () => {
    const path = fake({ version: '3.7.16' });
    const env = { PATH: `${join(path, '..')}${delimiter}${process.env['PATH']}` };
    const ended = await pyallocs(['interpreters', '--json'], { env });
    const row = interpreters.parse(parsed(ended)).interpreters.find((one) => one.path === path);
    expect([row?.refusal?.code, ended.code]).toEqual(['unsupported', 0]);
    const all = await pyallocs(['bench', 'pass', '--json', '-p', 'native:all'], { env });
    const { cases } = bench.parse(parsed(all));
    expect(cases[0]?.results.map(({ interpreter }) => interpreter.path)).not.toContain(path);
    expect(all.stderr).toContain(`pyallocs: ${path} is left out: it is Python 3.7.16: CPython 3.8 and newer`);
    expect(all.code).toBe(0);
  });

  test('that does not start is refused by itself, and the others are listed', async () => {
    const path = fake({});
    const ended = await pyallocs(['interpreters', '--json', '-p', `${path},wasm:3.14`]);
    const rows = interpreters.parse(parsed(ended)).interpreters;
    expect(rows.map(({ id, refusal }) => [id, refusal?.code ?? null])).toEqual([
      ['native:3.12.1', 'no-start'],
      ['wasm:3.14', null],
    ]);
    expect([ended.stderr, ended.code]).toEqual(['', 1]);
  });

  test('without a compiler is left out, and 3.14 is the embedded one', async () => {
    const bin = folder();
    for (const name of ['python3', 'python3.14']) symlinkSync(real, join(bin, name));
    const home = folder();
    const agentless = { PATH: bin, XDG_CACHE_HOME: home, PYALLOCS_AGENT_PATH: join(home, 'none.so') };
    const ended = await pyallocs(['interpreters', '--json'], { env: agentless });
    const rows = interpreters.parse(parsed(ended)).interpreters;
    expect(rows.filter(({ refusal }) => refusal === null).map(({ id }) => id)).toEqual(ALL);
    expect(rows.filter(({ refusal }) => refusal?.code === 'no-agent').length).toBeGreaterThan(0);
    expect([ended.stderr, ended.code]).toEqual(['', 0]);
    const all = await pyallocs(['bench', 'pass', '--json', '-p', 'all'], { env: agentless });
    const ids = bench.parse(parsed(all)).cases[0]?.results.map(({ interpreter }) => interpreter.id);
    expect([ids, all.code]).toEqual([ALL, 0]);
  });

  test('with the version of another has its path in the id, and selectors of its own', async () => {
    const { version = '' } = NATIVE.at(-1) ?? {};
    const venv = folder();
    const made = await run(real, ['-m', 'venv', '--without-pip', venv]);
    if (made.code !== 0) return expect(made.stderr).toMatch(/venv/); // Debian has venv in a package of its own
    const path = join(venv, 'bin', 'python3');
    const ended = await pyallocs(['interpreters', '--json', '-p', `${path},${real}`]);
    const rows = interpreters.parse(parsed(ended)).interpreters;
    expect(rows.map(({ id }) => id)).toEqual([`native:${version}@${path}`, `native:${version}@${real}`]);
    expect(rows.map(({ selectors }) => selectors.includes(path))).toEqual([true, false]);
    expect(ended.code).toBe(0);
  });
});

test('the text: a line per interpreter, and the same facts in words', async () => {
  const { stdout, stderr, code } = await pyallocs(['interpreters', '-p', 'wasm:3.13,new=wasm:3.14']);
  expect([stderr, code]).toEqual(['', 0]);
  // the prefix is there where 3.14 is another one
  const whole = stdout.replace(/-p +self/, '-p  self').replace(/ {4}(wasm:)?3\.1([34]) +passed/g, '    3.1$2  passed');
  expect(whole).toMatchInlineSnapshot(`
    "2 interpreters

     id         version  engine    bits  -p  self-check
     wasm:3.13  3.13.2   embedded  32    3.13  passed (8 of 8)
     wasm:3.14  3.14.2   embedded  32    3.14  passed (8 of 8)

    wasm:3.13 and wasm:3.14: counts creations, freelists, requests, resizes and releases; cannot see
      pymalloc, pools and arenas
    wasm:3.13 lacks the modules curses, dbm, ensurepip, fcntl, grp, idlelib, lzma, msvcrt, nt, pwd,
      pydoc_data, readline, resource, sqlite3, ssl, syslog, termios, tkinter, turtle, turtledemo, venv,
      winreg, winsound
    wasm:3.14 lacks the modules curses, dbm, ensurepip, grp, idlelib, msvcrt, nt, pwd, pydoc_data,
      readline, resource, syslog, tkinter, turtle, turtledemo, venv, winreg, winsound
    "
  `);
});

test.skipIf(NATIVE.length === 0)(
  'the text at 80 columns: paths stand in a list of their own where they need it',
  async () => {
    for (const columns of ['80', '200']) {
      const { stdout } = await pyallocs(['interpreters'], { env: { COLUMNS: columns } });
      const lines = stdout.split('\n');
      for (const { path, id } of NATIVE) {
        expect(lines.filter((line) => line.trim().endsWith(` ${path}`) && line.startsWith(` ${id} `))).toHaveLength(1);
      }
      expect(lines.some((line) => /^ id +path$/.test(line))).toBe(columns === '80');
      const long = lines.filter((line) => [...line].length > Number(columns));
      // a path is never cut
      expect(long.filter((line) => !line.includes('/'))).toEqual([]);
    }
  },
);

test('an unknown interpreter is refused with the list of those that exist', async () => {
  const { stdout, stderr, code } = await pyallocs(['interpreters', '-p', 'wasm:2.7']);
  expect([stdout, code]).toEqual(['', 2]);
  expect(stderr).toBe(`pyallocs: there is no interpreter wasm:2.7; there are ${ALL.join(', ')}, or all\n`);
});
