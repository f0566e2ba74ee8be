/** What is asked for the claims alone, of real interpreters: what the answers must be by what they say of each other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unwrap } from '../../core/assert.js';
import type { Engine, Session } from '../../engines/engine.js';
import { nativeEngine } from '../../engines/native/engine.js';
import { wasmEngine } from '../../engines/wasm/engine.js';
import { type Answers, gatherSpecial, KEPT, type RunCounts, type Special, TURNS } from './answers.js';

const installed = nativeEngine.offers().find(({ refusal }) => refusal === null);
const WHERE: [name: string, engine: Engine, selector: string][] = [
  ['embedded 3.14', wasmEngine, '3.14'],
  ['embedded 3.15', wasmEngine, '3.15'],
];
if (installed?.path) WHERE.push(['an installed Python', nativeEngine, installed.path]);

describe.each(WHERE)('%s', (_, engine, selector) => {
  let session: Session;
  let special: Special;
  let answers: Answers;

  beforeAll(async () => {
    const offer = unwrap(engine.find(selector), selector);
    session = await engine.open(offer, null, { folders: [], time: true });
    const programs = engine.series(offer, null, { time: false });
    special = await gatherSpecial(session, programs, 120).finally(() => programs.close());
    if ('missing' in special.answers) throw new Error(special.answers.missing);
    answers = special.answers.value;
  }, 200_000);

  afterAll(() => session.close());

  const run = (name: 'add' | 'print' | 'keep'): RunCounts => {
    const known = special.runs[name];
    if ('missing' in known) throw new Error(known.missing);
    return known.value;
  };

  test('keeps the id of the values that are in the cache, and of no others', () => {
    const [low, high] = unwrap(answers.smallInts, 'a cache');
    expect([low, high > 250]).toEqual([-5, true]);
    const kept = (first: number): number => Math.max(0, Math.min(10, high - first + 1));
    expect(Object.values(answers.ids).map((found) => found.kept)).toEqual([0, 250, 1000].map(kept));
  });

  test('makes the ints that are not in the cache, and one for range()', () => {
    const high = unwrap(answers.smallInts, 'a cache')[1];
    const { ints } = run('add');
    const more = ints.creations - (TURNS - 1 - high) - (TURNS - high);
    // range_new of Objects/rangeobject.c: its end, and up to 3.11 three more.
    const minor = Number(session.interpreter.version.split('.')[1]);
    expect(more).toBe(minor >= 12 ? 1 : 4);
    expect(ints.freelist + ints.allocated).toBe(ints.creations);
  });

  test('makes one int and one text more for each number that is printed, both from the allocator', () => {
    const [add, print] = [run('add'), run('print')];
    expect(print.ints.creations - add.ints.creations).toBe(TURNS);
    expect(print.ints.allocated - add.ints.allocated).toBe(TURNS);
    expect(Math.round((print.requests - add.requests) / TURNS)).toBe(2);
  });

  test('tells pools and arenas only where there is pymalloc', () => {
    if (!session.interpreter.pymalloc) {
      expect(special.runs.keep).toEqual({ missing: 'this interpreter was built without pymalloc' });
      return;
    }
    const { pymalloc, pools, arenas } = run('keep');
    expect(pymalloc).toBeGreaterThanOrEqual(KEPT);
    expect(unwrap(pools, 'pools')).toBeGreaterThan(unwrap(arenas, 'arenas'));
    expect(arenas).toBeGreaterThan(0);
  });

  test('finds no int of the loop in what tracemalloc finds when nothing is kept', () => {
    const { plain, append } = answers.blocks;
    expect(plain.blocks).toBeLessThan(50);
    expect(append.blocks).toBeGreaterThan(plain.blocks + 8000);
  });
});
