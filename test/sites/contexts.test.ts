/**
 * Threads, generators and coroutines resumed from several places, processes, functions that come and go at one address, C that
 * calls back, finalizers, recursion. What each line makes stands behind it in the program, as `#: A 3`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, test } from 'vitest';
import { minorNumber } from '../../src/core/interpreter.js';
import { folder, pyallocs } from '../cli.js';
import { counted, stat } from '../schemas.js';
import { FOLDER } from './expected.js';
import {
  annotate,
  annotateFile,
  creationsByLine,
  FOUND,
  named,
  type Recorded,
  record,
  reportOf,
  SKIPPED,
  sumOf,
} from './record.js';

const MARKERS = ['A', 'B', 'C'];
type Made = Readonly<Record<string, number>>;

const PROGRAMS = readdirSync(join(FOLDER, 'contexts')).map((name) => ({ name, path: join(FOLDER, 'contexts', name) }));
const pathOf = (name: string): string => join(FOLDER, 'contexts', name);

/** What the comments of a program say. */
function said(path: string): Record<string, Made> {
  const lines = readFileSync(path, 'utf8').split('\n');
  const marked = lines.flatMap((text, i) => {
    const words = / {2}#: (.+)$/.exec(text)?.[1]?.split(', ');
    const made = words?.map((word) => word.split(' ')).map(([type = '', count]) => [type, Number(count)] as const);
    return made === undefined ? [] : [[String(i + 1), Object.fromEntries(made)] as const];
  });
  return Object.fromEntries(marked);
}

/** What freed.py makes in the code that it compiles. */
const COMPILED: Readonly<Record<string, Made>> = { 'freed.py': { A: 10_000, B: 2_000 } };

function total(name: string): Made {
  const made: Record<string, number> = { ...COMPILED[name] };
  for (const line of Object.values(said(pathOf(name)))) {
    for (const [type, count] of Object.entries(line)) made[type] = (made[type] ?? 0) + count;
  }
  return made;
}

const madeOf = (rows: readonly { readonly type: string; readonly creations: { readonly total: number } }[]): Made =>
  Object.fromEntries(
    rows
      .filter(({ type, creations }) => MARKERS.includes(type) && creations.total > 0)
      .map(({ type, creations }) => [type, creations.total]),
  );

/** Markers by the rows of a grouping; a function by its name, without what it is nested in, all of one name together. */
async function madeBy(recorded: Recorded, by: string, ...options: string[]): Promise<Record<string, Made>> {
  const { rows } = await reportOf(recorded, '--by', by, '--by', 'type', ...options);
  const made: Record<string, Made> = {};
  for (const { key, rows: types = [] } of rows) {
    const name = by === 'function' ? (/^(?:.*\.)?([^.\s]+) \(.*\)$/.exec(key)?.[1] ?? key) : key;
    const of = madeOf(types.map((row) => ({ ...row.counts, type: row.key })));
    if (Object.keys(of).length === 0) continue;
    const known: Record<string, number> = { ...made[name] };
    for (const [type, count] of Object.entries(of)) known[type] = (known[type] ?? 0) + count;
    made[name] = known;
  }
  return made;
}

const cumulative = (recorded: Recorded): Promise<Record<string, Made>> => madeBy(recorded, 'function', '--cumulative');

/** The file as any reader of pprof sees it. */
function profile({ file }: Recorded) {
  const { stringTable, function: functions, sample } = Profile.decode(gunzipSync(readFileSync(file)));
  const text = (index: number | bigint): string => stringTable.strings[Number(index)] ?? '';
  return {
    functions: functions.map(({ name, filename }) => ({ name: text(name), file: text(filename) })),
    samples: sample.map(({ locationId, value, label }) => ({
      depth: locationId.length,
      creations: Number(value[0] ?? 0),
      labels: Object.fromEntries(label.map(({ key, str, num }) => [text(key), text(str) || String(num)])),
    })),
  };
}

describe.skipIf(FOUND.length === 0)('the programs (skipped where no Python can be counted)', () => {
  describe.each(FOUND)('$id', ({ path }) => {
    test.each(PROGRAMS)('$name: stat counts what its comments say', async ({ name, path: script }) => {
      const output = join(folder(), 'stat.json');
      const ended = await pyallocs(['stat', '-p', path ?? '', '-o', output, script]);
      expect(ended.code, ended.stderr).toBe(0);
      expect(madeOf(counted(stat.parse(JSON.parse(readFileSync(output, 'utf8')))).byType)).toEqual(total(name));
    });
  });
});

describe.skipIf(SKIPPED !== null)(named('recordings'), () => {
  describe.each(FOUND)('$id', ({ path, version }) => {
    const python = path ?? '';
    const known = new Map<string, Promise<Recorded>>();
    /** Each program is recorded once. */
    const recording = (name: string, ...before: string[]): Promise<Recorded> => {
      const key = [name, ...before].join(' ');
      const recorded = known.get(key) ?? record(python, [pathOf(name)], { before });
      known.set(key, recorded);
      return recorded;
    };

    test.each(PROGRAMS)('$name: each line makes what stands behind it', async ({ name, path: script }) => {
      const recorded = await recording(name);
      const lines = said(script);
      if (Object.keys(lines).length > 0) {
        expect(creationsByLine(await annotateFile(recorded, name), MARKERS)).toEqual(lines);
      }
      const { rows } = await reportOf(recorded, '--by', 'type');
      expect(madeOf(rows.map((row) => ({ ...row.counts, type: row.key })))).toEqual(total(name));
    });

    test('threads by their names', async () => {
      const recorded = await recording('threads.py');
      expect(await madeBy(recorded, 'thread')).toEqual({
        'worker-300': { A: 300 },
        'worker-400': { A: 400 },
        'worker-500': { A: 500 },
        other: { B: 70 },
        MainThread: { B: 1 },
      });
      expect(await cumulative(recorded)).toMatchObject({
        work: { A: 1200 },
        other: { B: 70 },
        run: { A: 1200, B: 70 },
      });
    });

    test('a generator counts for who resumes it', async () => {
      // throw() on a generator that delegates: 3.8 leaves the delegating one out of the chain of frames, and 3.9 whoever called
      // throw() (_gen_throw, Objects/genobject.c; bpo-29590). sys._getframe() says the same there.
      const minor = minorNumber(version);
      expect(await cumulative(await recording('resumed.py'))).toEqual({
        values: { A: 6, C: 1 },
        outer: minor === 8 ? { A: 6 } : { A: 6, C: 1 },
        one: { A: 2, B: 1 },
        two: { A: 3, B: 3 },
        three: minor === 9 ? { A: 1 } : { A: 1, C: 1 },
        '<module>': minor === 9 ? { A: 6, B: 4 } : { A: 6, B: 4, C: 1 },
      });
    });

    test('a coroutine counts for who drives it, through all that it awaits', async () => {
      expect(await cumulative(await recording('coroutines.py'))).toEqual({
        __await__: { C: 4 },
        leaf: { A: 3, B: 3, C: 3 },
        ticks: { A: 2 },
        main: { A: 5, B: 5, C: 4 },
        start: { A: 1, C: 1 },
        drive: { A: 5, B: 5, C: 3 },
        '<module>': { A: 6, B: 5, C: 4 },
      });
    });

    test.each([
      ['forks.py', [{ A: 4 }, { A: 3, B: 1 }, { A: 9 }]],
      ['processes.py', [{ A: 4 }, { A: 8 }, { B: 1 }]],
    ] as const)('%s: each process what it made itself, and nothing twice', async (name, expected) => {
      const byProcess: Record<string, Record<string, number>> = {};
      for (const { creations, labels } of profile(await recording(name)).samples) {
        const { type = '', pid = '' } = labels;
        if (!MARKERS.includes(type) || creations === 0) continue;
        byProcess[pid] = { ...byProcess[pid], [type]: (byProcess[pid]?.[type] ?? 0) + creations };
      }
      const sorted = (made: readonly object[]) => made.map((one) => JSON.stringify(Object.entries(one).sort())).sort();
      expect(sorted(Object.values(byProcess))).toEqual(sorted(expected));
    });

    test('10,000 functions of the same text are one, and others at their addresses are told apart', async () => {
      const recorded = await recording('freed.py');
      const { files } = await annotate(recorded);
      const lines = (wanted: string) => {
        const file = files.find(({ path: found }) => found === wanted);
        return file === undefined ? {} : creationsByLine(file, MARKERS);
      };
      expect(lines('<string>')).toEqual({ 2: { A: 10_000 } });
      // "def other" stands behind k % 100 empty lines, B() two lines below.
      expect(lines('<made>')).toEqual(
        Object.fromEntries(Array.from({ length: 100 }, (_, k) => [String(k + 3), { B: 20 }])),
      );
      const { functions } = profile(recorded);
      expect(functions.filter(({ name }) => name === 'made')).toHaveLength(1);
      expect(functions.filter(({ name }) => name === 'other').length).toBeGreaterThanOrEqual(100);
    });

    test('C counts for the instruction that called it, what it calls for itself', async () => {
      expect(await cumulative(await recording('callbacks.py'))).toMatchObject({
        key: { B: 5 },
        calls: { A: 3 },
        '<lambda>': { A: 3 },
        '<genexpr>': { B: 4 },
        '<module>': { A: 10, B: 9 },
      });
    });

    test('a finalizer counts for whatever ran when the collector, or the last reference, called it', async () => {
      expect(await cumulative(await recording('finalizers.py'))).toMatchObject({
        __del__: { A: 13 },
        collect: { A: 10 },
        drop: { A: 3 },
      });
    });

    test('recursion: each event once per function, in stacks that are folded or whole', async () => {
      for (const [before, least, most] of [
        [[], 2, 10],
        [['--full-recursion'], 502, 503],
      ] as const) {
        const recorded = await recording('deep.py', ...before);
        expect(await cumulative(recorded)).toMatchObject({ down: { A: 501 }, even: { B: 201 }, odd: { B: 200 } });
        const { samples } = profile(recorded);
        const deepest = Math.max(...samples.filter(({ labels }) => labels['type'] === 'A').map(({ depth }) => depth));
        expect(deepest).toBeGreaterThanOrEqual(least);
        expect(deepest).toBeLessThanOrEqual(most);
        expect(sumOf(samples.filter(({ labels }) => labels['type'] === 'A').map(({ creations }) => creations))).toBe(
          501,
        );
      }
    });
  });
});
