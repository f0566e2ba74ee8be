/**
 * Random programs of calls, loops, recursion, exceptions and generators: what each line and each function makes is known
 * beforehand, without any Python. A failure prints the seed, and the smallest program that fails.
 *
 * PYALLOCS_RANDOM_PROGRAMS: how many per interpreter, 3 where it is not set; PYALLOCS_RANDOM_SEED: those of an earlier run.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { folder, pyallocs } from '../cli.js';
import { counted, stat } from '../schemas.js';
import { MARKERS, type Made, type Marker, type Reckoned, randomProgram, reckon, TooLong } from './random-program.js';
import { annotateFile, creationsByLine, FOUND, named, record, reportOf, SKIPPED } from './record.js';

const seed = process.env['PYALLOCS_RANDOM_SEED'];
const parameters = {
  numRuns: Number(process.env['PYALLOCS_RANDOM_PROGRAMS'] ?? 3),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
};

/** Runs the check on programs that make something and end soon. */
async function forPrograms(check: (reckoned: Reckoned, script: string) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(randomProgram, async (program) => {
    let reckoned: Reckoned;
    try {
      reckoned = reckon(program);
    } catch (error) {
      if (error instanceof TooLong) return fc.pre(false);
      throw error;
    }
    fc.pre(Object.keys(reckoned.total).length > 0);
    const script = join(folder({ 'random.py': reckoned.source }), 'random.py');
    try {
      await check(reckoned, script);
    } catch (cause) {
      throw new Error(`${cause instanceof Error ? cause.message : cause}\n${reckoned.source}`, { cause });
    }
  });
  await fc.assert(property, parameters);
}

const madeOf = (rows: readonly { readonly type: string; readonly creations: number }[]): Made =>
  Object.fromEntries(
    rows
      .filter(({ type, creations }) => MARKERS.includes(type as Marker) && creations > 0)
      .map((row) => [row.type, row.creations]),
  );

const byType = (rows: readonly { readonly type: string; readonly creations: { readonly total: number } }[]): Made =>
  madeOf(rows.map(({ type, creations }) => ({ type, creations: creations.total })));

test('a program by hand: its text, and what it makes', () => {
  const make = (marker: Marker) => ({ kind: 'make', marker }) as const;
  const { source, byLine, cumulative, total } = reckon({
    functions: [[make('A'), { kind: 'recurse' }], [], [], []],
    generators: [
      { parts: [[make('B')], [make('C')]], delegates: true },
      { parts: [[], [make('D')]], delegates: false },
    ],
    main: [
      { kind: 'try', body: [{ kind: 'call', callee: 0 }, { kind: 'raise' }], except: [make('E')], final: [] },
      { kind: 'generate', generator: 0, times: 4, body: [] },
      { kind: 'generate', generator: 0, times: 1, body: [make('A')] },
    ],
  });
  expect(source.split('\n').slice(6, 16)).toEqual([
    'def g0(n):',
    '    B()',
    '    yield',
    '    C()',
    '    yield from g1(n)',
    'def g1(n):',
    '    pass',
    '    yield',
    '    D()',
    'def f0(n):',
  ]);
  expect(total).toEqual({ A: 5, B: 2, C: 1, D: 1, E: 1 });
  expect(byLine).toMatchObject({ 8: { B: 2 }, 10: { C: 1 }, 15: { D: 1 }, 17: { A: 4 } });
  expect(cumulative).toEqual({
    f0: { A: 4 },
    g0: { B: 2, C: 1, D: 1 },
    g1: { D: 1 },
    main: total,
    '<module>': total,
  });
});

describe.skipIf(FOUND.length === 0)('random programs (skipped where no Python can be counted)', () => {
  test.each(FOUND)('$id: stat counts as many instances as were reckoned', async ({ path }) => {
    await forPrograms(async ({ total }, script) => {
      const output = join(folder(), 'stat.json');
      const ended = await pyallocs(['stat', '-p', path ?? '', '-o', output, script]);
      expect(ended.code, ended.stderr).toBe(0);
      expect(byType(counted(stat.parse(JSON.parse(readFileSync(output, 'utf8')))).byType)).toEqual(total);
    });
  });
});

describe.skipIf(SKIPPED !== null)(named('recordings of random programs'), () => {
  test.each(FOUND)('$id: each line makes what was reckoned, and each function with what it calls', async ({ path }) => {
    await forPrograms(async ({ byLine, cumulative }, script) => {
      const recorded = await record(path ?? '', [script]);
      expect(creationsByLine(await annotateFile(recorded, 'random.py'), MARKERS)).toEqual(byLine);
      const { rows } = await reportOf(recorded, '--by', 'function', '--by', 'type', '--cumulative');
      // "f0 (random.py:31)"; lambdas and comprehensions are not reckoned.
      const functions = rows
        .map(({ key, rows: types = [] }) => ({ name: /^(\S+) \(.*random\.py:\d+\)$/.exec(key)?.[1] ?? '', types }))
        .filter(({ name }) => /^([fg]\d|main|<module>)$/.test(name))
        .map(({ name, types }) => [name, byType(types.map(({ key, counts }) => ({ ...counts, type: key })))] as const)
        .filter(([, made]) => Object.keys(made).length > 0);
      expect(Object.fromEntries(functions)).toEqual(cumulative);
    });
  });
});
