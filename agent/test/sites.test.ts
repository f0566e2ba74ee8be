import { describe, expect, test } from 'vitest';
import { buildSites, hasCompiler, runSites } from './native-core.js';
import type { Definition, Tallied } from './sites-model.js';
import { randomProgram, ScriptWriter, type SiteProgram } from './sites-programs.js';

const reason = hasCompiler() ? '' : ' (skipped: there is no C compiler named cc on this machine)';
const MINORS = [8, 9, 10, 11, 12, 13, 14, 15];
const WAYS = [
  { callers: true, whole: false },
  { callers: true, whole: true },
  { callers: false, whole: false },
];

describe.skipIf(reason !== '')(`sites and contexts on frames drawn in memory${reason}`, () => {
  const program = reason === '' ? buildSites() : '';

  test.each(MINORS)('3.%i: random programs come to what the model says, with sanitizers', (minor) => {
    const first = Date.now() & 0x7fffffff;
    for (const way of WAYS) {
      for (let i = 0; i < 2; i++) {
        const about: SiteProgram = { minor, ...way, seed: first + i, steps: 8000 };
        const writer = randomProgram(about);
        const found = runSites(program, writer.script());
        expect({ about, flags: found.flags, badCopies: found.badCopies, twice: found.twice }).toEqual({
          about,
          flags: 0,
          badCopies: [],
          twice: [],
        });
        const wrong = difference(writer.model.counts, found.counts);
        expect({ about, wrong }).toEqual({ about, wrong: [] });
        expect(found.counts.size).toBeGreaterThan(300);
      }
    }
  });
});

/** What is in most of these. */
const DEFINITION: Definition = { file: 'app.py', name: 'f', line: 1, traceable: 0, units: 30, seed: 7 };
const FOLDED = { callers: true, whole: false };

describe.skipIf(reason !== '')(`code objects${reason}`, () => {
  const program = reason === '' ? buildSites() : '';
  const sum = (counts: ReadonlyMap<string, Tallied>): number =>
    [...counts.values()].reduce((all, { count }) => all + count, 0);

  test('that are equal are one, however many there were', () => {
    const writer = new ScriptWriter({ minor: 13, ...FOLDED });
    for (let i = 0; i < 3000; i++) {
      const code = writer.newCode(i % 3, DEFINITION);
      writer.call(code, 2, 0);
      writer.event(0, 1, 0);
      writer.leave(false);
      writer.freeCode(code);
    }
    const found = runSites(program, writer.script());
    expect([found.codes, found.contexts, found.counts.size, sum(found.counts)]).toEqual([1, 1, 1, 3000]);
  });

  test.each([12, 13, 14, 15])('3.%i: whose lines are traced are what they are when nothing traces', (minor) => {
    const writer = new ScriptWriter({ minor, ...FOLDED });
    for (let i = 0; i < 100; i++) {
      const code = writer.newCode(i, { ...DEFINITION, line: i < 50 ? 1 : 2 });
      if (i < 50 ? i % 2 === 1 : i % 2 === 0) writer.trace(code);
      writer.call(code, 1, 0);
      writer.event(0, 1, 0);
      writer.leave(false);
    }
    const found = runSites(program, writer.script());
    expect([found.codes, found.badCopies, sum(found.counts)]).toEqual([2, [], 100]);
  });

  test('that are being freed are not looked at: the event is that of the caller (3.11.1)', () => {
    const writer = new ScriptWriter({ minor: 11, ...FOLDED });
    const main = writer.newCode(0, DEFINITION);
    writer.call(main, 0, 0);
    const code = writer.newCode(1, { ...DEFINITION, name: 'g' });
    writer.dying(code); // before there was an event in it
    writer.call(code, 2, 0);
    writer.lines.push('event 10 0 0');
    writer.leave(false);
    writer.freeCode(code);
    const { codes, counts } = runSites(program, writer.script());
    expect([codes, [...counts.keys()]]).toEqual([1, ['T0 | at ["app.py","f",1,30,7] 0 | 0 10']]);
  });

  test('with a name of any length are recorded, as far as anybody reads', () => {
    const writer = new ScriptWriter({ minor: 13, ...FOLDED });
    for (let i = 0; i < 4; i++) {
      // What differs behind what is kept is not seen.
      const code = writer.newCode(i, { ...DEFINITION, name: `${'ä'.repeat(65_535)}${i % 2}${'b'.repeat(i)}` });
      writer.call(code, 2, 0);
      writer.event(0, 1, 0);
      writer.leave(false);
    }
    const found = runSites(program, writer.script());
    expect([found.codes, found.flags, [...found.counts.values()].map(({ count }) => count)]).toEqual([2, 0, [2, 2]]);
  });

  test.each([0, 1, 2, 3, 5, 8])('when there is no memory for table %i, it is said, and asked for no more', (tables) => {
    const writer = new ScriptWriter({ minor: 13, ...FOLDED });
    const codes = Array.from({ length: 2000 }, (_, i) => writer.newCode(i, { ...DEFINITION, seed: i }));
    writer.stint(tables);
    for (const code of codes) {
      writer.call(code, 1, 0);
      for (let row = 0; row < 6; row++) writer.event(0, row, 0);
      writer.leave(false);
    }
    const found = runSites(program, writer.script());
    expect(found.flags).toBe(1);
    expect(found.refused).toBeGreaterThan(0);
    expect(found.refused).toBeLessThan(20);
    for (const [key, { count }] of found.counts)
      expect([key, count]).toEqual([key, writer.model.counts.get(key)?.count]);
  });
});

/** What differs between two tallies: the first few. */
function difference(expected: ReadonlyMap<string, object>, found: ReadonlyMap<string, object>): string[] {
  const said = (key: string): string =>
    `${key}: expected ${JSON.stringify(expected.get(key))}, found ${JSON.stringify(found.get(key))}`;
  const keys = new Set([...expected.keys(), ...found.keys()]);
  return [...keys]
    .filter((key) => JSON.stringify(expected.get(key)) !== JSON.stringify(found.get(key)))
    .slice(0, 5)
    .map(said);
}
