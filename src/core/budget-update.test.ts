import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Budget, limitsFor, parseBudget } from './budget.js';
import { type MeasuredBuild, updateBudget } from './budget-update.js';
import { judge } from './check.js';
import { EXIT, PyallocsError } from './errors.js';
import type { Interpreter } from './interpreter.js';
import { typeOf } from './limits.js';
import type { Reading } from './readings.js';

/** What was measured on a version: fields as numbers, or as [least, most]; types by name. */
type Numbers = Readonly<Record<string, number | readonly [number, number]>>;

function build(name: string, numbers: Numbers): MeasuredBuild {
  const reading: Reading = (field) => {
    const value = numbers[typeOf(field) ?? field] ?? 0;
    return typeof value === 'number' ? { min: value, max: value } : { min: value[0], max: value[1] };
  };
  const types = Object.entries(numbers)
    .filter(([field]) => field !== 'creations' && field !== 'requests')
    .map(([type, value]) => ({ type, creations: Number(value) }))
    .filter(({ creations }) => creations > 0);
  return { minor: /3\.\d+/.exec(name)?.[0] ?? '', build: name, reading, types };
}

function updated(text: string, ...builds: readonly MeasuredBuild[]): string {
  return update(text, ...builds).text;
}

function update(text: string, ...builds: readonly MeasuredBuild[]): { text: string; budget: Budget } {
  const budget = parseBudget(text, 'b.toml', false);
  const result = updateBudget(
    budget,
    budget.cases.map((budgetCase) => ({ budgetCase, builds })),
  );
  return { text: result.text, budget: parseBudget(result.text, 'b.toml', false) };
}

const CASE = '[[case]]\nstatement = "f()" # what\n';

describe('an update', () => {
  test('of a case without limits writes creations and types, and on what they were measured', () => {
    expect(updated(CASE, build('wasm:3.14.2', { creations: 3, int: 2, 'm.C': 1 }))).toBe(
      `${CASE}limits = { creations = 3, types = { int = 2, "m.C" = 1 } }\nbuilds = ["wasm:3.14.2"]\n`,
    );
    expect(updated(CASE, build('wasm:3.14.2', { creations: 0 }))).toBe(
      `${CASE}limits = { creations = 0 }\nbuilds = ["wasm:3.14.2"]\n`,
    );
  });

  test('changes what is limited, and nothing else', () => {
    const text = `${CASE}limits = { requests = "= 1", types = { int = "<=5", str = 1 } } # why\n`;
    expect(updated(text, build('wasm:3.14.2', { creations: 9, requests: 2, int: 3, list: 1 }))).toBe(
      `${CASE}limits = { requests = "= 2", types = { int = "<=3", str = 0 } } # why\nbuilds = ["wasm:3.14.2"]\n`,
    );
  });

  test('adds a new type where the types are all there are', () => {
    const text = `${CASE}limits = { creations = 3, types = { int = 2, str = 1 } }\nbuilds = ["wasm:3.14.2"]\n`;
    expect(updated(text, build('wasm:3.14.2', { creations: 3, int: 2, bytes: 1 }))).toBe(
      `${CASE}limits = { creations = 3, types = { int = 2, str = 0, bytes = 1 } }\nbuilds = ["wasm:3.14.2"]\n`,
    );
  });

  test('that changes nothing leaves the text as it is', () => {
    const text = `${CASE}limits={creations=3}\nbuilds = [ 'wasm:3.14.2', ] # x\n`;
    expect(updated(text, build('wasm:3.14.2', { creations: 3, int: 3 }))).toBe(text);
  });

  test('writes a range for what is not the same each time', () => {
    expect(updated(`${CASE}limits = { creations = 3 }\n`, build('wasm:3.14.2', { creations: [3, 4] }))).toBe(
      `${CASE}limits = { creations = "3..4" }\nbuilds = ["wasm:3.14.2"]\n`,
    );
  });

  test('on several versions writes one limit where they agree, and otherwise those of the newest and what differs', () => {
    const builds = [build('wasm:3.13.2', { creations: 1, int: 1 }), build('wasm:3.14.2', { creations: 2, int: 1 })];
    expect(updated(`${CASE}\n# next\n${CASE}`, ...builds)).toBe(
      [1, 2]
        .map(
          () =>
            `${CASE}limits = { creations = 2, types = { int = 1 } }\nbuilds = ["wasm:3.13.2", "wasm:3.14.2"]\n\n[case.python."3.13"]\nlimits = { creations = 1 }\n`,
        )
        .join('\n# next\n'),
    );
  });

  test('keeps what versions share that were not measured', () => {
    const text = `${CASE}limits = { creations = 3 }\n[case.python."3.13"]\nlimits = { requests = 1 }\n`;
    expect(updated(text, build('wasm:3.14.2', { creations: 2 }))).toBe(
      `${CASE}limits = { creations = 3 }\nbuilds = ["wasm:3.14.2"]\n[case.python."3.13"]\nlimits = { requests = 1 }\n\n[case.python."3.14"]\nlimits = { creations = 2 }\n`,
    );
  });

  test('changes the limits that a version has for itself there', () => {
    const text = `${CASE}limits = { creations = 3 }\n[case.python."3.14"]\nlimits = { creations = 2 } # fewer\n`;
    expect(updated(text, build('wasm:3.14.2', { creations: 1 }), build('wasm:3.13.2', { creations: 3 }))).toBe(
      `${CASE}limits = { creations = 3 }\nbuilds = ["wasm:3.13.2", "wasm:3.14.2"]\n[case.python."3.14"]\nlimits = { creations = 1 } # fewer\n`,
    );
  });

  test('is refused where two builds of a version differ, or a number cannot be a limit', () => {
    const errorOf = (...builds: readonly MeasuredBuild[]): PyallocsError => {
      try {
        updated(`${CASE}limits = { creations = 1, pools = 1 }\n`, ...builds);
      } catch (error) {
        if (error instanceof PyallocsError) return error;
      }
      throw new Error('it was written');
    };
    const two = errorOf(build('native:3.14.1', { creations: 1 }), build('wasm:3.14.2', { creations: 2 }));
    expect([two.message, two.exitCode]).toEqual([
      'b.toml:1: f(): native:3.14.1 and wasm:3.14.2 do not count the same (creations <= 1 and <= 2), and there is one budget for 3.14; choose one of them with -p. Nothing was written',
      EXIT.inexact,
    ]);
    const unseen = { ...build('wasm:3.14.2', {}), reading: () => ({ why: 'unseen' as const }) };
    expect(errorOf(unseen).message).toMatch(/wasm:3\.14\.2 cannot see creations; take that limit out/);
  });
});

test('whatever was there and was measured: the new budget holds, lower ones too, and another update changes nothing', () => {
  const VERSIONS = ['3.12', '3.13', '3.14'];
  const count = fc.integer({ min: 0, max: 5 });
  const range = fc.tuple(count, count).map(([a, b]) => `"${Math.min(a, b)}..${Math.max(a, b)}"`);
  const written = fc.oneof(
    count.map(String),
    count.map((n) => `"<= ${n}"`),
    count.map((n) => `'=${n}'`),
    range,
  );
  const types = fc.dictionary(fc.constantFrom('int', 'str', '"m.C"'), written, { maxKeys: 3, noNullPrototype: true });
  const limits = fc
    .record({ creations: written, requests: written, types }, { requiredKeys: [], noNullPrototype: true })
    .map(({ creations, requests, types }) => {
      const inner = Object.entries(types ?? {}).map(([type, n]) => `${type} = ${n}`);
      return [
        ...(creations === undefined ? [] : [`creations = ${creations}`]),
        ...(types === undefined ? [] : [`types = { ${inner.join(', ')} }`]),
        ...(requests === undefined ? [] : [`requests = ${requests}`]),
      ];
    });
  const table = (name: string, pairs: readonly string[], style: number): string =>
    style === 0
      ? `limits = { ${pairs.join(', ')} } # ${name}`
      : style === 1 && pairs.length > 0
        ? pairs.map((pair) => `limits.${pair} # ${name}`).join('\n')
        : `[case${name}.limits]\n${pairs.join('\n')}`;
  const shape = fc.record({
    shared: fc.option(limits, { nil: null }),
    own: fc.dictionary(fc.constantFrom(...VERSIONS), limits, { maxKeys: 2, noNullPrototype: true }),
    style: fc.nat(2),
  });
  const numbers = fc
    .record({ moved: fc.nat(1), requests: count, int: count, str: count, list: count })
    .map(({ moved, int, str, list, ...others }) => {
      const sum = int + str + list;
      return { ...others, int, str, list, creations: moved === 0 ? sum : ([sum, sum + moved] as const) };
    });
  const measured = fc.dictionary(fc.constantFrom(...VERSIONS), numbers, { minKeys: 1, noNullPrototype: true });
  fc.assert(
    fc.property(shape, measured, fc.boolean(), ({ shared, own, style }, found, crlf) => {
      const text = [
        '# head\n[[case]]\nstatement = """\n[[case]]\n"""',
        ...(shared === null ? [] : [table('', shared, style)]),
        ...Object.entries(own).map(
          ([minor, pairs]) => `\n[case.python."${minor}"]\nlimits = { ${pairs.join(', ')} } # ${minor}`,
        ),
        '\n[[case]]\nid = "last"\nstatement = "pass"\n# end\n',
      ]
        .join('\n')
        .replaceAll('\n', crlf ? '\r\n' : '\n');
      const builds = Object.entries(found).map(([minor, values]) => build(`wasm:${minor}.1`, values));
      const first = update(text, ...builds);
      for (const { minor, reading, build } of builds) {
        for (const one of first.budget.cases) {
          const interpreter = { id: build } as Interpreter;
          expect(judge(limitsFor(one, minor), reading, interpreter).verdict).toBe('within');
          expect(limitsFor(one, minor).size).toBeGreaterThan(0);
        }
      }
      for (const minor of Object.keys(own).filter((version) => found[version] === undefined)) {
        const before = parseBudget(text, 'b.toml', false).cases[0];
        const after = first.budget.cases[0];
        if (before === undefined || after === undefined) throw new Error('there are two cases');
        expect(Object.fromEntries(limitsFor(after, minor))).toEqual(Object.fromEntries(limitsFor(before, minor)));
      }
      expect(updated(first.text, ...builds)).toBe(first.text);
      for (const comment of text.match(/# \S+/g) ?? []) expect(first.text).toContain(comment);
      expect(/[^\r]\n/.test(first.text)).toBe(!crlf);
    }),
    { numRuns: 300 },
  );
});
