import { describe, expect, test } from 'vitest';
import { type Counted, native, program, region, withFields } from '../report/text/programs.testkit.js';
import type { Event } from '../report/text/results.testkit.js';
import type { ProgramResult } from './program.js';
import { combineRuns } from './runs.js';

const combined = (...runs: readonly Counted[]): Counted =>
  combineRuns(runs as [ProgramResult, ...ProgramResult[]], false) as Counted;

const why = (...runs: readonly Counted[]): string | null => {
  const result = combined(...runs);
  return result.outcome === 'varying' ? `${result.why.code}: ${result.why.message}` : null;
};

const events = (...all: readonly Event[][]): Counted[] => all.map((one) => program(one));

test('one run is what it is', () => {
  const run = program(['1 int pymalloc']);
  expect(combineRuns([run], false)).toBe(run);
});

test('empty runs agree: exact, and every count is 0', () => {
  const result = combined(program([]), program([]));
  expect(result).toMatchObject({ outcome: 'exact', varies: {}, warnings: [] });
  expect(result.runs?.map(({ creations }) => creations.total)).toEqual([0, 0]);
});

describe('what must be the same', () => {
  const advice = '--steady fixes the hash seed and the address layout';

  test('creations by type', () => {
    expect(why(...events(['2 int pymalloc', '1 str malloc'], ['1 int pymalloc', '2 str malloc']))).toBe(
      `creations-moved: the 2 runs did not create the same objects: int 1 to 2, str 1 to 2; ${advice}`,
    );
    expect(why(...events(['1 a malloc'], ['1 b malloc', '1 c malloc', '1 d malloc', '1 e malloc']))).toBe(
      `creations-moved: the 2 runs did not create the same objects: a 0 to 1, b 0 to 1, c 0 to 1 and 2 more; ${advice}`,
    );
  });

  test('their origins', () => {
    const result = combined(...events(['2 int pymalloc'], ['1 int pymalloc', '1 int freelist']));
    expect(result).toMatchObject({
      outcome: 'varying',
      why: { code: 'origins-moved' },
      varies: { freelist: { min: 0, max: 1 }, pymalloc: { min: 1, max: 2 } },
    });
  });

  test('requests and resizes', () => {
    expect(why(...events(['2 buffer'], ['3 buffer']))).toBe(
      `requests-moved: the 2 runs did not make the same requests: 2 to 3; ${advice}`,
    );
    expect(why(...events(['2000 resize'], ['3000 resize']))).toBe(
      `resizes-moved: the 2 runs did not make the same resizes: 2,000 to 3,000; ${advice}`,
    );
  });

  test('the entries and counts of regions', () => {
    const runs = [1, 2].map((entries) => program([], { regions: [region('parse', [], entries)] }));
    expect(why(...runs)).toBe(`regions-moved: the 2 runs did not agree in the regions parse; ${advice}`);
  });

  test('with --steady, the advice is another', () => {
    const [a, b] = events(['1 int malloc'], ['2 int malloc']);
    const result = combineRuns([a as ProgramResult, b as ProgramResult], true) as Counted;
    expect(result.outcome === 'varying' && result.why.message).toMatch(/; time, random numbers, threads/);
  });
});

test('a first run that stands alone is told as that, and the numbers are those of the others', () => {
  const result = combined(...events(['9 int malloc'], ['1 int malloc'], ['1 int malloc']));
  expect(result).toMatchObject({ outcome: 'varying', why: { code: 'first-run' } });
  expect(result.counts.creations.total).toBe(1);
  expect(why(...events(['1 int malloc'], ['1 int malloc'], ['9 int malloc']))).toMatch(/^creations-moved/);
});

test('releases, bytes, relocations, pools and arenas may move: they stand in varies, and the result is exact', () => {
  const run = (n: number): Counted => {
    const one = program(['1 int pymalloc']);
    const fields = { releases: n, bytes: 2 * n, resizeBytes: n, relocations: n, pools: n, arenas: n };
    return { ...one, counts: withFields(one.counts, fields) };
  };
  const { outcome, varies } = combined(run(5), run(4), run(7));
  expect(outcome).toBe('exact');
  expect(Object.entries(varies).map(([field, range]) => `${field} ${range.min} ${range.max}`)).toEqual([
    'relocations 4 7',
    'releases 4 7',
    'bytes 8 14',
    'resizeBytes 4 7',
    'pools 4 7',
    'arenas 4 7',
  ]);
});

test('what an engine cannot see does not vary', () => {
  const one = program([]);
  const blind = { ...one, counts: { ...one.counts, pools: null } };
  expect(combined(blind, blind).varies).toEqual({});
});

test('what a run knew to vary stays so', () => {
  const range = { min: 1, max: 3, why: 'known' };
  expect(combined(program([], { varies: { bytes: range } }), program([])).varies.bytes).toEqual({ ...range, min: 0 });
});

test('a run that was not exact makes all of them varying, with its reason', () => {
  const lossy = {
    ...program([]),
    outcome: 'varying',
    why: { code: 'overflow', message: 'a table was full' },
  } as Counted;
  expect(why(program([]), lossy)).toBe('overflow: a table was full');
});

test('runs that end differently: the exit that is not 0, and a warning', () => {
  const bad = { ...program([]), exit: { code: 3, signal: null } };
  const result = combined(program([]), bad, program([]));
  expect(result.exit.code).toBe(3);
  expect(result.warnings.map(({ message }) => message)).toEqual([
    'the runs did not end the same way: exit code 0, exit code 3',
  ]);
});

test('the same warning of every run is told once', () => {
  const warned = program([], { warnings: [{ code: 'fork', message: 'one was killed' }] });
  expect(combined(warned, warned).warnings).toHaveLength(1);
});

test('a run without numbers is the result', () => {
  const failed: ProgramResult = {
    command: ['script.py'],
    interpreter: native('3.13'),
    outcome: 'failed',
    exit: null,
    error: { code: 'timeout', message: 'it ran for 5 s' },
  };
  expect(combineRuns([program([]), failed], false)).toBe(failed);
});
