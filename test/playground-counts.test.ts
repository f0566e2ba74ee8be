/** What the playground counts on each version is what the command line counts there. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Counts, TypeCounts } from '../src/core/counts.js';
import { KNOWN_STATEMENTS, type Known } from '../src/engines/known-counts.testkit.js';
import { inWords, typesInWords } from '../src/web/playground/code/line-counts.js';
import { HAS_CHROMIUM, plain } from './chromium.js';
import { casesFile, folder, parsed, pyallocs } from './cli.js';
import { type PlaygroundPage, startPlayground } from './playground-page.js';
import { annotate, bench, type CaseResult, counted, measured, report, stat } from './schemas.js';

const VERSIONS = ['3.10', '3.11', '3.12', '3.13', '3.14', '3.15'] as const;

const knownAt = (statement: string, setup: string): { readonly per: (minor: number) => Known } => {
  const known = KNOWN_STATEMENTS.find((one) => one.statement === statement && one.setup === setup);
  if (known === undefined) throw new Error(`nothing is known of ${statement}`);
  return known;
};

/** Statements whose counts are known from the source of CPython. */
const KNOWN = [
  ['pass', ''],
  ['y = x + 1', 'x = 1000'],
  ['y = x * x + x', 'x = 1.5'],
  ['y = [x, x]', 'x = 1'],
  ['y = dict(a=x)', 'x = 1'],
  ["s += 'x'", "s = 'abc'"],
  ['y = max(a, b)', 'a = 1; b = 2'],
  ['with m: pass', 'class M:\n    def __enter__(self): pass\n    def __exit__(self, *args): pass\nm = M()'],
  ['f(x, x)', 'def f(*args): pass\nx = 1'],
  ['y = s[:]', "s = 'abc'"],
] as const;

/** A statement of several lines, with a string of its own; one that grows; one that is computed beforehand; one that fails. */
const OTHERS = [
  ['for i in range(3):\n    if i:\n        y = [i]\n    z = {i: """a\n  b"""}', ''],
  ['L.append(1)', 'L = []'],
  ['y = 1000 + 1', ''],
  ['y = 1\nz = nope', ''],
] as const;

const STATEMENTS = [...KNOWN, ...OTHERS].map(([statement, setup]) => ({ statement, setup }));

const PROGRAM = `class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def moved(self, dx):
        return Point(self.x + dx, self.y)


def total(points):
    result = 0
    for point in points:
        result += point.x * point.y
    return result


points = [Point(n, n + 0.5) for n in range(300)]
words = {str(point.x): [point] for point in points if point.x % 3}
far = list(map(lambda point: point.moved(1000), points))
print(f"{total(far):.1f}", len(words))
`;

const interpreterOf = (version: string): string => `wasm:${version}`;

/** Time is another each time. */
function withoutTime(result: CaseResult | undefined): unknown {
  return result !== undefined && 'timePerOp' in result ? { ...result, timePerOp: null } : result;
}

function expectKnown(result: CaseResult | undefined, known: Known): void {
  const { perOp, byType, iterations } = measured(result);
  const creations = byType
    .filter((row) => row.creations.total > 0)
    .map((row) => [
      row.type,
      { total: row.creations.total / iterations, freelist: row.creations.freelist / iterations },
    ]);
  expect(Object.fromEntries(creations)).toEqual(known.creations);
  expect([perOp?.buffers.total, perOp?.resizes]).toEqual([known.buffers ?? 0, known.resizes ?? 0]);
}

/** What the signs of the page stand for. */
const SIGNS = {
  'from a freelist': (counts: Counts) => counts.creations.freelist,
  'from malloc': (counts: Counts) => counts.creations.malloc,
  'in foreign memory': (counts: Counts) => counts.creations.foreign,
  buffers: (counts: Counts) => counts.buffers.total,
  resizes: (counts: Counts) => counts.resizes,
} as const;

type Signed = Record<keyof typeof SIGNS, number>;

/** "○from a freelist 1▪buffers 2" added to what was there. */
function addSigned(sum: Signed, text: string): void {
  for (const [, sign = '', number = ''] of text.matchAll(
    /(from a freelist|from malloc|in foreign memory|buffers|resizes) ([\d .]*\d)/g,
  ))
    sum[sign as keyof Signed] += Number(number.replaceAll(' ', ''));
}

const noneSigned = (): Signed => ({
  'from a freelist': 0,
  'from malloc': 0,
  'in foreign memory': 0,
  buffers: 0,
  resizes: 0,
});

describe.skipIf(!HAS_CHROMIUM)('counts of the playground in Chromium (skipped where there is none)', () => {
  const playground = startPlayground();
  let page: PlaygroundPage;

  // Loading six interpreters takes longest: the tests share them.
  beforeAll(async () => {
    page = await playground.open('', { keep: true });
    await page.choose(...VERSIONS);
    await page.runStatement('pass');
  }, 480_000);

  describe('of statements, on six versions side by side', () => {
    let onMachine: ReturnType<typeof bench.parse>;
    beforeAll(async () => {
      const file = casesFile(Object.fromEntries(STATEMENTS.map((one, i) => [String(i), one])));
      const ended = await pyallocs(['bench', '--json', '-p', 'wasm:all', '--file', 'cases.toml'], {
        cwd: folder({ 'cases.toml': file }),
      });
      onMachine = bench.parse(parsed(ended));
      expect(onMachine.cases).toHaveLength(STATEMENTS.length);
    }, 480_000);

    test.each(STATEMENTS.map((one, i) => ({ ...one, i })))('$statement', async ({ statement, setup, i }) => {
      await page.runStatement(statement, setup);
      const [inBrowser] = bench.parse(await page.exported()).cases;
      expect(inBrowser).toMatchObject({ id: null, statement, setup });
      const results = inBrowser?.results ?? [];
      expect(results.map(({ interpreter }) => interpreter.id)).toEqual(VERSIONS.map(interpreterOf));
      expect(results.map(withoutTime)).toEqual(onMachine.cases[i]?.results.map(withoutTime));

      for (const [at, version] of VERSIONS.entries()) {
        const result = results[at];
        if (i < KNOWN.length) expectKnown(result, knownAt(statement, setup).per(Number(version.slice(2))));
        await page.show(version);
        if (result?.outcome !== 'exact' || result.perOp === null) {
          expect(await page.counts().count()).toBe(0);
          continue;
        }
        // All that a statement allocates is allocated at the instructions that its lines unfold into.
        const sum = noneSigned();
        const beside = await page.counts().count();
        for (let line = 0; line < beside; line++) {
          await page.unfold(line);
          for (const [, cell = ''] of await page.instructions()) addSigned(sum, cell);
        }
        const { perOp } = result;
        const expected = Object.entries(SIGNS).map(([sign, count]) => [sign, count(perOp as Counts)]);
        expect([version, sum]).toEqual([version, Object.fromEntries(expected)]);
      }
    });
  });

  test('of a program: totals, types and lines, on each version', async () => {
    await page.mode('Program');
    await page.runProgram(PROGRAM);
    const cwd = folder({ 'program.py': PROGRAM });
    for (const version of VERSIONS) {
      await page.show(version);
      const recording = join(cwd, `${version}.pb.gz`);
      const recorded = await pyallocs(
        ['record', '--steady', '-o', recording, '-p', interpreterOf(version), 'program.py'],
        { cwd },
      );
      expect(recorded.stdout).toMatch(/^\d+\.0 200\n$/);
      expect(await page.resultsText()).toContain(recorded.stdout.trim());
      const [asReport, asLines, asStat] = await Promise.all([
        pyallocs(['report', recording, '--by', 'type', '--json'], { cwd }),
        pyallocs(['annotate', recording, 'program.py', '--json'], { cwd }),
        pyallocs(['stat', '--steady', '--json', '-p', interpreterOf(version), 'program.py'], { cwd }),
      ]);

      const inBrowser = report.parse(await page.exported());
      const onMachine = report.parse(parsed(asReport));
      expect(inBrowser).toMatchObject({ by: 'type', outcome: 'exact', interpreter: onMachine.interpreter });
      expect([version, kept(inBrowser.total)]).toEqual([version, kept(onMachine.total)]);
      expect(inBrowser.rows.map(keptOf)).toEqual(onMachine.rows.map(keptOf));
      const totals = counted(stat.parse(JSON.parse(asStat.stderr)));
      expect([version, kept(inBrowser.total)]).toEqual([version, kept(totals.counts)]);
      // Types that are equal in number stand in another order.
      const types = totals.byType.map(({ type, ...counts }) => ({ key: type, counts }));
      expect(inBrowser.rows.map(keptOf).toSorted(byKey)).toEqual(types.map(keptOf).toSorted(byKey));

      const [file] = annotate.parse(parsed(asLines)).files;
      const lines = (file?.lines ?? []).filter(({ counts }) => counts.creations.total + counts.requests > 0);
      expect(lines.length).toBeGreaterThan(8);
      const beside = (await page.besideEachLine()).filter(({ types }) => types !== 'allocates nothing');
      expect(beside.map(typesByName)).toEqual(
        lines
          .map(({ line, counts, byType }) => ({
            label: `line ${line}: ${plain(inWords(counts as Counts))}; show instructions`,
            types: plain(typesInWords(byType as TypeCounts[])),
          }))
          .map(typesByName),
      );
    }
  });

  test('against the number of executions: a list grows as CPython lets it', async () => {
    await page.mode('Statement');
    await page.runStatement('L.append(1)', 'L = []');
    const { cases } = bench.parse(await page.exported());
    await page.page.getByRole('button', { name: 'Plot allocations against n' }).click();
    await page.page.getByRole('button', { name: 'Plot again' }).waitFor();
    const chart = page.page.getByRole('img', { name: /^Requests in n executions/ });
    // Each version grows in the same steps, so there is one line.
    expect(plain(await chart.getAttribute('aria-label'))).toContain('3.10–3.15: 1 in 10 000 executions');
    await page.page.getByText('The numbers', { exact: true }).click();
    const table = page.page.getByRole('region', { name: /^Counts of runs of/ });
    await table.waitFor();
    const rows = await Promise.all(
      (await table.locator('tbody tr').all()).map((row) => row.locator('td').allTextContents()),
    );
    const numbers = rows.map((row) => row.map((cell) => Number(plain(cell).replaceAll(' ', ''))));
    const { requests, resizes } = grownBy([1, 10, 100, 1000, 10_000]);
    expect(numbers).toEqual(VERSIONS.flatMap(() => [[0, 0, 0, 0, 0], requests, resizes]));
    // And as `bench` has it, after n and 10 n executions.
    for (const result of cases[0]?.results ?? []) {
      const [first, , last] = measured(result).growth ?? [];
      expect([first?.executions, first?.counts.resizes]).toEqual([1000, resizes[3]]);
      expect([last?.executions, last?.counts.resizes]).toEqual([10_000, resizes[4]]);
    }
  });
});

const typesByName = <T extends { readonly types: string }>(line: T) => ({
  ...line,
  types: line.types.split(', ').toSorted(),
});

/** All but what moves with the layout of addresses, and so with the name of a folder and with what records: when a block is released. */
const kept = <T extends object>(counts: T) => ({ ...counts, releases: null });

const keptOf = ({ key, counts }: { readonly key: string; readonly counts: object }) => ({ key, counts: kept(counts) });

const byKey = (a: { readonly key: string }, b: { readonly key: string }): number => (a.key < b.key ? -1 : 1);

/** list_resize of Objects/listobject.c, 3.9 to 3.15: room for an eighth more, a multiple of four. */
function grownBy(lengths: readonly number[]): { readonly requests: number[]; readonly resizes: number[] } {
  const requests: number[] = [];
  const resizes: number[] = [];
  for (const length of lengths) {
    let allocated = 0;
    let grown = 0;
    for (let size = 1; size <= length; size++) {
      if (size <= allocated) continue;
      allocated = (size + (size >> 3) + 6) & ~3;
      grown++;
    }
    requests.push(1); // the first is a request, all others are resizes of it
    resizes.push(grown - 1);
  }
  return { requests, resizes };
}
