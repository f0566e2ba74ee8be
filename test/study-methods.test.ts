/** The usual methods beside exact counts, on experiments whose answers are known by reasoning. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { MethodsResult, StudyResult, StudyTimings } from '../src/core/study.js';
import { DEFAULT_MEASURE } from '../src/engines/engine.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import { selectInterpreters } from '../src/engines/select.js';
import { wasmEngine } from '../src/engines/wasm/engine.js';
import type { Experiment } from '../src/study/experiments.js';
import { runStudy } from '../src/study/study.js';

const experiment = (id: string, statement: string, setup = ''): Experiment => ({
  id,
  category: 'integers',
  title: id,
  setup,
  statement,
  shows: '',
  compares: null,
  since: '3.8',
});

const EXPERIMENTS = [
  experiment('add', 'y = x + 1', 'x = 5000'),
  experiment('cached', 'y = x + 1', 'x = 5'),
  experiment('folded', 'y = 500 + 1'),
  experiment('append', "s += 'x'", "s = 'ab' * 600"),
  experiment('grow', 'L.append(None)', 'L = []'),
  experiment('call', 'y = f(x)', 'def f(a):\n    return [a, a]\nx = 1'),
];

const FOUND = nativeEngine.offers().filter(({ refusal }) => refusal === null);
const SELECTORS = ['wasm:3.14', ...FOUND.slice(0, 2).map(({ path }) => path ?? '')];
const quiet = { started: () => {}, measured: () => {}, finished: () => {} };

async function study(selector: string): Promise<{ readonly result: StudyResult; readonly timings: StudyTimings }> {
  const chosen = selectInterpreters([wasmEngine, nativeEngine], [selector], 'embedded');
  const options = {
    session: { folders: [process.cwd()], time: true },
    measure: DEFAULT_MEASURE,
    methods: true,
    stop: new AbortController().signal,
  };
  const parts = { categories: [], experiments: EXPERIMENTS, series: [], limits: [], programs: [], claims: [] };
  return await runStudy({ ...parts, observers: true, questions: false }, chosen, options, quiet);
}

describe.each(SELECTORS)('the usual methods on %s', (selector) => {
  let result: StudyResult;
  let timings: StudyTimings;

  beforeAll(async () => {
    ({ result, timings } = await study(selector));
  }, 120_000);

  const said = (id: string): MethodsResult => {
    const methods = result.experiments.find((one) => one.id === id)?.methods[0];
    if (methods === undefined) throw new Error(`no methods for ${id}`);
    return methods;
  };
  const effects = (id: string): readonly string[] =>
    said(id).disagreements.map(({ method, effect }) => `${method} ${effect}`);
  const marks = (id: string): readonly string[] =>
    (said(id).instructions ?? []).flatMap(({ function: name, opcode, perOp, types }) =>
      perOp === null ? [] : [`${name} ${opcode} ${types.map(({ type, creations }) => `${creations} ${type}`)}`],
    );

  test('tracemalloc shows nothing of an int that is released, and the list that stays', () => {
    expect(said('add').tracemalloc).toEqual({ executions: 2000, blocks: 0, bytes: 0 });
    expect(said('grow').tracemalloc?.blocks).toBe(1);
  });

  test('id() tells results apart only while they are kept', () => {
    expect(said('add').ids).toEqual({ results: 1000, kept: 1000, dropped: 1 });
    expect(said('cached').ids).toEqual({ results: 1000, kept: 1, dropped: 1 });
    expect(said('folded').ids).toEqual({ results: 1000, kept: 1, dropped: 1 });
    expect(said('grow').ids).toBeNull();
  });

  test('dis marks the addition that creates the int', () => {
    expect(marks('add')).toEqual([expect.stringMatching(/^ BINARY_(?:OP|ADD) 1 int$/)]);
    expect(marks('cached')).toEqual([]);
    expect(said('cached').instructions?.map(({ opcode }) => opcode)).toContainEqual(
      expect.stringMatching(/^BINARY_(?:OP|ADD)$/),
    );
  });

  test('dis shows neither the loop nor an operation of what was folded', () => {
    const opcodes = said('folded').instructions?.map(({ opcode }) => opcode);
    expect(opcodes).toEqual(['LOAD_CONST', 'STORE_FAST']);
  });

  test('dis marks an instruction of a function that is called', () => {
    const { instructions } = said('call');
    const called = instructions?.filter(({ function: name }) => name === 'f');
    expect(called?.map(({ opcode, perOp }) => [opcode, perOp?.creations.total ?? 0])).toContainEqual(['BUILD_LIST', 1]);
    const total = instructions?.reduce((sum, { perOp }) => sum + (perOp?.creations.total ?? 0), 0);
    const [counted] = result.experiments.find(({ id }) => id === 'call')?.results ?? [];
    expect(counted).toMatchObject({ outcome: 'exact', perOp: { creations: { total } } });
  });

  test('each effect is named where it is at work', () => {
    expect(effects('add')).toContain('id dead-ids');
    expect(effects('cached')).toEqual(['dis caching']);
    expect(effects('folded')).toEqual(['id folding', 'time folding']);
    expect(effects('append')).toContain('dis in-place');
  });

  test('time is told for each experiment, and of the folded one with operands that nobody can fold', () => {
    expect(timings.experiments.map(({ id }) => id)).toEqual(EXPERIMENTS.map(({ id }) => id));
    const unfolded = timings.experiments.flatMap((row) => (row.unfolded === null ? [] : [[row.id, row.unfolded]]));
    expect(unfolded).toMatchObject([['folded', { statement: 'y = a + b', setup: 'a = 500; b = 1' }]]);
    expect(timings.experiments.every(({ time, loopNs }) => time.runs > 1 && loopNs > 0)).toBe(true);
  });

  test('observers have a row each, with counts or a reason', () => {
    expect(result.observers.map(({ id }) => id)).toEqual(['none', 'tracemalloc', 'profile', 'trace', 'monitoring']);
    for (const { results } of result.observers) {
      expect(results).toHaveLength(1);
      expect(results[0]?.perCall === null ? results[0].note : results[0]?.perCall).toBeTruthy();
    }
    const created = (id: string): number | undefined =>
      result.observers.find((one) => one.id === id)?.results[0]?.perCall?.creations.total;
    expect(created('profile')).toBeGreaterThan(created('none') ?? Number.NaN); // a frame object for the callback
    expect(created('trace')).toBeGreaterThan(created('none') ?? Number.NaN);
  });

  test('a second study says the same, but for time', async () => {
    expect((await study(selector)).result).toEqual(result);
  });
});
