/** Every Python of this machine counts itself: pyallocs.counting() and pyallocs.count(), from zero on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { minorNumber } from '../src/core/interpreter.js';
import { hasNumbers } from '../src/core/outcome.js';
import { DEFAULT_MEASURE } from '../src/engines/engine.js';
import { KNOWN_LOOPS, KNOWN_STATEMENTS, type KnownType } from '../src/engines/known-counts.testkit.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import { folder, pyallocs, ROOT, run } from './cli.js';
import { COMPARED } from './counting/bodies.js';
import { type Body, FOUND, python, sanitizedAgent, scenarios } from './counting/pythons.js';

/** What a scenario tells of a count: per type all creations and those from a freelist. */
interface Told {
  readonly creations: Readonly<Record<string, readonly [number, number]>>;
  readonly buffers: number;
  readonly resizes: number;
}

const counts = (creations: Told['creations'], buffers = 0, resizes = 0): Told => ({ creations, buffers, resizes });
const NOTHING = counts({});

async function given(
  command: string,
  bodies: readonly Body[],
): Promise<readonly (Told & { exact: boolean; steady: boolean })[]> {
  const found = await scenarios(command, 'scenarios.py', ['given'], { input: JSON.stringify(bodies) });
  if (!Array.isArray(found['given'])) throw new Error(String(found['given']));
  return found['given'] as (Told & { exact: boolean; steady: boolean })[];
}

/** Names that a setup of the known statements binds. */
function bound(setup: string): string[] {
  return [...setup.matchAll(/(?:^|; |\n)(?:def |class )?(\w+)(?= = |\(|:)/g)].map(([, name]) => name ?? '');
}

/** `s += 'x'` is about a local that goes on from one execution to the next: each call of a function has a new one. */
const KNOWN = [...KNOWN_STATEMENTS, ...KNOWN_LOOPS].filter(({ statement }) => !statement.startsWith('s +='));

describe.skipIf(FOUND.length === 0)(
  'Pythons that count themselves (skipped where there is none that can be counted)',
  () => {
    describe.each(FOUND)('$id', (offer) => {
      const command = offer.path ?? '';
      const minor = minorNumber(offer.version);
      /** Up to 3.10 a call of a Python function makes its frame. */
      const frame = minor <= 10 ? { frame: [1, 1] as const } : {};
      let found: Record<string, unknown>;

      beforeAll(async () => {
        found = await scenarios(command, 'scenarios.py', [
          'older_blocks_are_from_freelists',
          'empty',
          'empty_1000_times',
          'nothing_of_its_own',
          'known',
          'raised',
          'nested',
          'interleaved',
          'threads',
          'every_thread_its_own',
          'too_deep',
          'left_elsewhere',
          'used_again',
          'forgotten',
          'collector',
          'traced',
          'calls',
          'call_raises',
          'unsteady',
          'alternating',
          'generators',
          'count_in_interval',
          'interval_in_count',
          'repeated',
          'collected',
        ]);
      });

      test('an empty interval counts 0, a thousand times, the collector on or off', () => {
        expect(found['empty']).toEqual(NOTHING);
        expect(found['empty_1000_times']).toBe(0);
      });

      test('an interval inside another adds nothing of its own', () => {
        expect(found['nothing_of_its_own']).toBe(true);
        expect(found['nested']).toEqual([[15, 14, 4], NOTHING]);
      });

      test('an object on a block that is older than the hooks is from a freelist', () => {
        expect(found['older_blocks_are_from_freelists']).toEqual(['freelist', 2]);
      });

      test('what is known of a body from the source of CPython', () => {
        const known = counts(
          {
            dict: [1, 1],
            float: [1, 1],
            int: [1, minor >= 14 ? 1 : 0],
            list: [1, 1],
            object: [1, 0],
            tuple: [1, 1],
          },
          1,
        );
        expect(found['known']).toEqual([known, false, true]);
      });

      test('a body that raises, bodies that overlap, generators', () => {
        expect(found['raised']).toEqual([3, 1, "'k'"]);
        expect(found['interleaved']).toEqual([22, 25]);
        expect(found['generators']).toEqual([3, 1, 1, 0]);
      });

      test('only the thread that entered it is counted', () => {
        expect(found['threads']).toBe(3);
        expect(found['every_thread_its_own']).toBe(8);
      });

      test('what cannot be exact says why', () => {
        expect(found['left_elsewhere']).toBe(
          'NotCountable: what was counted is not exact: it was left in another thread than it was entered in',
        );
        expect(found['too_deep']).toEqual([
          64,
          'NotCountable: what was counted is not exact: more than 64 intervals or regions were entered one inside the other',
        ]);
        expect(found['used_again']).toEqual([
          'NotCountable: the interval is not over: read it behind the `with`',
          'RuntimeError: this interval was entered before: make another one',
          'RuntimeError: this interval was not entered',
          "AttributeError: 'Counts' object has no attribute 'nothing'",
        ]);
      });

      test('an interval that is never left disturbs no other', () => {
        expect(found['forgotten']).toBe(2);
      });

      test('the collector and trace functions are off meanwhile, and as they were afterwards', () => {
        expect(found['collector']).toEqual([false, true, false, true]);
        expect(found['traced']).toEqual([true, true, true]);
      });

      test('count() counts what one call costs', () => {
        expect(found['calls']).toEqual({
          lambda: counts(frame),
          builtin: NOTHING,
          method: counts({ list: [1, 1] }),
          named: counts({ ...frame, tuple: [1, 1] }),
          class: counts({ Thing: [1, 0] }),
          things: 7,
        });
        expect(found['call_raises']).toEqual([
          "KeyError: 'k'",
          true,
          'TypeError: count() takes something to call, and its arguments',
          'TypeError: count() takes something to call, and its arguments',
        ]);
      });

      test('a call without a constant cost has no numbers, one with a fraction has that', () => {
        const perGrowth = minor <= 10 ? 16_000 : 8000; // a list each, and a frame
        expect(found['unsteady']).toEqual([
          false,
          'NotCountable: there is no cost per call',
          [1000, 1000, 8000],
          perGrowth,
        ]);
        expect(found['alternating']).toEqual([true, true, 0.5, 0.5]);
      });

      test('count() in an interval and an interval in count() do not disturb each other', () => {
        expect(found['count_in_interval']).toEqual([2, 1, 2]);
        expect(found['interval_in_count']).toBe(3);
      });

      test('a thousand repetitions give the same numbers', () => {
        expect(found['repeated']).toEqual([0, 0]);
      });

      test('classes and code objects die and their addresses are used again', () => {
        expect(found['collected']).toEqual([1, 1]);
      });

      test('what is known from the source of CPython, per call', async () => {
        const all = await given(
          command,
          KNOWN.map(({ setup, statement }) => [setup, bound(setup), statement]),
        );
        const pair = ({ total, freelist }: KnownType): [number, number] => [total, freelist];
        for (const [i, { statement, setup, per }] of KNOWN.entries()) {
          const { creations, buffers = 0, resizes = 0 } = per(minor);
          const expected = Object.fromEntries(Object.entries(creations).map(([type, known]) => [type, pair(known)]));
          if (minor <= 10) {
            const [total = 0, freelist = 0] = expected['frame'] ?? [];
            expected['frame'] = [total + 1, freelist + 1]; // of the call itself
          }
          expect({ statement, setup, ...all[i] }).toEqual({
            statement,
            setup,
            ...counts(expected, buffers, resizes),
            exact: true,
            steady: true,
          });
        }
      });

      test('what bench counts for the same call', async () => {
        const all = await given(command, COMPARED);
        const session = await nativeEngine.open(offer, null, { folders: [ROOT], time: false });
        try {
          for (const [i, [setup, parameters, statement]] of COMPARED.entries()) {
            const call = `_call(${parameters.join(', ')})`;
            const body = `def ${call}:\n    ${statement.replaceAll('\n', '\n    ')}`;
            // setup makes functions anew: up to 3.10 the 1,024th call of each asks for its table of caches
            const warm = minor <= 10 ? `for _ in range(1100): ${call}` : '';
            const result = await session.measure(
              { statement: call, setup: `${setup}\n${body}\n${warm}` },
              DEFAULT_MEASURE,
            );
            if (!hasNumbers(result) || result.perOp === null)
              throw new Error(`${statement}: ${JSON.stringify(result)}`);
            const n = result.iterations;
            const rows = result.byType.filter(({ creations }) => creations.total > 0);
            const creations = rows.map(
              (row) => [row.type, [row.creations.total / n, row.creations.freelist / n]] as const,
            );
            expect({ statement, ...all[i] }).toEqual({
              statement,
              ...counts(Object.fromEntries(creations), result.perOp.buffers.total, result.perOp.resizes),
              exact: result.outcome === 'exact',
              steady: result.steady,
            });
          }
        } finally {
          await session.close();
        }
      });

      test('under stat the hooks that are there are used, and the program is charged for its own only', async () => {
        const cwd = folder({
          'self.py':
            'import pyallocs\nclass Thing: __slots__ = ()\npyallocs.counting, pyallocs.count\ndef once():\n' +
            '    with pyallocs.counting() as c:\n        Thing()\n    assert c.by_type["Thing"] == 1 and c.creations == 1, c\n' +
            'once()\npyallocs.count(Thing)\nwith pyallocs.region("r"):\n    once()\n',
        });
        const { stdout, stderr, code } = await pyallocs(['stat', '-p', command, '-o', 'stat.json', 'self.py'], { cwd });
        expect({ stdout, code, stderr: code === 0 ? '' : stderr }).toEqual({ stdout: '', code: 0, stderr: '' });
        const shown = await run(process.execPath, [
          '-e',
          `const s = require(${JSON.stringify(join(cwd, 'stat.json'))});
        const of = (rows) => rows.filter((r) => r.type === 'Thing').map((r) => r.creations.total);
        console.log(JSON.stringify([of(s.byType), s.regions.map((r) => [r.name, of(r.byType)])]))`,
        ]);
        expect(JSON.parse(shown.stdout)).toEqual([[2], [['r', [1]]]]);
      });

      test.each([
        ['PYTHONMALLOC', 'malloc', 'malloc'],
        ['PYTHONMALLOC', 'debug', 'pymalloc'],
        ['PYTHONHASHSEED', '7', 'pymalloc'],
      ])('with %s=%s', async (name, value, origin) => {
        const code =
          'import pyallocs\ndef f():\n    with pyallocs.counting() as c: object()\n    return c\n' +
          `c = f()\nprint(c.creations, c.creations.${origin}, c.requests, pyallocs.count(object).creations.${origin})`;
        const { stdout, stderr } = await python(command, ['-c', code], { env: { [name]: value } });
        expect({ stdout, stderr }).toEqual({ stdout: '1 1 1 1\n', stderr: '' });
      });

      test('where another tool sees the objects it says so', async () => {
        const code =
          'import tracemalloc, pyallocs\ntracemalloc.start()\ntry:\n    with pyallocs.counting(): pass\n' +
          'except pyallocs.NotCountable as error: print(error)\ntracemalloc.stop()\n' +
          'try: pyallocs.count(int)\nexcept pyallocs.NotCountable as error: print(error)\nelse: print("counted")';
        const { stdout, stderr } = await python(command, ['-c', code]);
        expect(stderr).toBe('');
        const [first, second] = stdout.split('\n');
        expect(first).toMatch(/^this interpreter cannot be counted: .*tracemalloc/);
        // 3.13.0 leaves the tracer of tracemalloc in place when that is stopped
        expect(second).toMatch(offer.version === '3.13.0' ? /another tracer/ : /^counted$/);
      });

      test('tracemalloc, started afterwards, works as if alone, and the counts stay exact', async () => {
        const code =
          'import pyallocs, tracemalloc\ndef f():\n    with pyallocs.counting() as c: kept.append([object()])\n    return int(c.creations)\n' +
          'kept = []\nfound = [tracemalloc.is_tracing(), f()]\ntracemalloc.start()\n' +
          'found += [f(), tracemalloc.is_tracing(), len(tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, "<string>")]).traces) > 0]\n' +
          'tracemalloc.stop()\nfound += [f(), tracemalloc.is_tracing(), int(pyallocs.count(lambda: [None]).by_type["list"])]\nprint(found)';
        const { stdout, stderr } = await python(command, ['-c', code]);
        expect({ stdout, stderr }).toEqual({
          stdout: '[False, 2, 2, True, True, 2, False, 1]\n',
          stderr: '',
        });
      });

      test('a subinterpreter is refused', async () => {
        const code =
          'try: import _interpreters as s\nexcept ImportError: import _xxsubinterpreters as s\n' +
          'i = s.create()\ns.run_string(i, "import pyallocs\\n' +
          'try:\\n    with pyallocs.counting(): pass\\nexcept pyallocs.NotCountable as e: print(e, flush=True)")\n';
        const { stdout } = await python(command, ['-c', code]);
        expect(stdout).toMatch(/cannot be counted|cannot be loaded/);
      });

      test.skipIf(minor < 12)('interpreters that are made later make the counts refuse', async () => {
        const code =
          'import pyallocs\ntry: import _interpreters as s\nexcept ImportError: import _xxsubinterpreters as s\n' +
          'with pyallocs.counting() as a: pass\ni = s.create()\nwith pyallocs.counting() as b: pass\nprint(a.creations)\n' +
          'try: b.creations\nexcept pyallocs.NotCountable as e: print(e)\ns.destroy(i)';
        const { stdout } = await python(command, ['-c', code]);
        expect(stdout).toMatch(/^0\nwhat was counted is not exact: interpreters of its own were made/);
      });

      test('fork, exit functions, collections afterwards and the end of the process', async () => {
        const code =
          'import atexit, gc, os, sys, pyallocs\nclass Thing: __slots__ = ()\ndef f():\n    with pyallocs.counting() as c: Thing()\n    return int(c.by_type["Thing"])\n' +
          '@atexit.register\ndef last(): print("last", f(), gc.collect() >= 0, flush=True)\n' +
          'f()\nwith pyallocs.counting() as c:\n    pid = os.fork()\n    if pid == 0:\n        Thing()\n' +
          'if pid == 0:\n    print("child", int(c.by_type["Thing"]), f(), flush=True)\n    os._exit(0)\n' +
          'print(os.waitpid(pid, 0)[1], int(c.by_type["Thing"]), flush=True)\nopen_one = pyallocs.counting()\nopen_one.__enter__()\ngc.collect()\nsys.exit(3)';
        const { stdout, stderr, code: exit } = await python(command, ['-W', 'ignore', '-c', code]);
        expect({ stdout, stderr, exit }).toEqual({ stdout: 'child 1 1\n0 0\nlast 1 True\n', stderr: '', exit: 3 });
      });
    });

    test('with sanitizers in the agent nothing is wrong', async () => {
      const env = await sanitizedAgent();
      if (env === null) return;
      for (const { path, version } of FOUND.filter(({ path }) => /\.pyenv/.test(path ?? ''))) {
        const found = await scenarios(
          path ?? '',
          'scenarios.py',
          ['empty', 'nested', 'raised', 'threads', 'forgotten', 'collected', 'calls'],
          { env },
        );
        expect([version, found['empty'], found['nested'], found['collected']]).toEqual([
          version,
          NOTHING,
          [[15, 14, 4], NOTHING],
          [1, 1],
        ]);
      }
    });

    test('what is no CPython is refused with a sentence', async () => {
      if (!existsSync('/usr/bin/pypy3')) return;
      const code = 'import pyallocs\ntry: pyallocs.count(int)\nexcept pyallocs.NotCountable as error: print(error)';
      const { stdout } = await python('/usr/bin/pypy3', ['-c', code]);
      expect(stdout).toBe('pypy cannot be counted, only CPython 3.8 and later\n');
    });

    test('where the agent is missing the error says what to do', async () => {
      const code = 'import pyallocs\ntry: pyallocs.count(int)\nexcept pyallocs.NotCountable as error: print(error)';
      const { stdout } = await python(FOUND[0]?.path ?? '', ['-c', code], {
        env: { PYALLOCS_AGENT_PATH: '/nowhere.so' },
      });
      expect(stdout).toBe('PYALLOCS_AGENT_PATH names /nowhere.so, which does not exist\n');
    });
  },
);
