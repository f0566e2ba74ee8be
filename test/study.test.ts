/** `pyallocs study` as it is typed: the same files each time, and experiments that each tell something of their own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { CATEGORIES } from '../src/core/study.js';
import { type Experiment, loadExperiments } from '../src/study/experiments.js';
import { chooseParts, loadParts } from '../src/study/parts.js';
import { ALL, type Ended, folder, parsed, pyallocs, ROOT, startPyallocs } from './cli.js';
import { expectSound, measured, study } from './schemas.js';

const SAME = ['results.json', 'allocation_results.txt', 'REPORT.md', 'data/experiments.csv', 'data/types.csv'] as const;

/** What a study leaves in its folder. */
const FILES = [
  'REPORT.md',
  'allocation_results.txt',
  'data',
  'report.html',
  'results.json',
  'run.json',
  'timings.json',
];

function read(out: string, name: string): string {
  return readFileSync(join(out, name), 'utf8');
}

describe('the experiments', () => {
  const { categories, experiments } = loadExperiments();

  test('all load, with ids of their own', () => {
    expect(experiments.length).toBeGreaterThanOrEqual(130);
    expect(new Set(experiments.map(({ id }) => id)).size).toBe(experiments.length);
  });

  test('come from all six categories, in the order of the report', () => {
    expect(categories.map(({ category }) => category)).toEqual(CATEGORIES);
    for (const category of CATEGORIES)
      expect(experiments.filter((one) => one.category === category).length).toBeGreaterThan(2);
    const files = readdirSync(join(ROOT, 'src/study/experiments')).filter((name) => name.endsWith('.toml'));
    const extra = files.filter((name) => name.startsWith('claims-'));
    expect(files.sort()).toEqual([...CATEGORIES.map((category) => `${category}.toml`), ...extra].sort());
  });

  test('compare with experiments that exist, and not in a circle', () => {
    const byId = new Map(experiments.map((one) => [one.id, one]));
    for (const one of experiments) {
      const seen = new Set<string>();
      for (let at: Experiment | undefined = one; at?.compares; at = byId.get(at.compares)) {
        expect(seen, `${one.id} compares with itself`).not.toContain(at.id);
        seen.add(at.id);
        expect(byId.has(at.compares), `${at.id} compares with ${at.compares}`).toBe(true);
      }
    }
  });

  test('can be chosen by category, by id and by the beginning of an id', () => {
    const chosen = (...only: string[]): string[] => chooseParts(loadParts(), only).experiments.map(({ id }) => id);
    expect(chosen('int.add-large')).toEqual(['int.add-large']);
    expect(chosen('singletons')).toEqual(experiments.filter((e) => e.category === 'singletons').map(({ id }) => id));
    expect(chosen('float.')).toEqual(experiments.filter((e) => e.id.startsWith('float.')).map(({ id }) => id));
    expect(chosen('claims')).toContain('stated.concat');
    expect(chosen('claims')).not.toContain('float.polynomial');
    expect(() => chosen('int')).toThrow('nothing in the study is called int;');
    expect(() => chosen('int.add-large', 'nothing.')).toThrow('nothing in the study is called nothing.;');
  });

  test('a name that does not exist gets the nearest ones', () => {
    const chosen = (name: string) => () => chooseParts(loadParts(), [name]);
    expect(chosen('integres')).toThrow('near it: integers');
    expect(chosen('int.add-lrage')).toThrow('near it: int.add-large');
    expect(chosen('zzzzzz')).toThrow('pyallocs study --list shows all names');
  });
});

describe('series and limits', () => {
  const chosen = (...only: string[]): string[] => {
    const { series, limits } = chooseParts(loadParts(), only);
    return [...series, ...limits].map(({ id }) => id);
  };

  test('are part of the whole, and chosen by name, group or the beginning of an id', () => {
    expect(chosen()).toEqual(chosen('series', 'limits'));
    expect(chosen('series.list', 'singletons').slice(0, 2)).toEqual(['series.list', 'singleton.empty-tuple']);
    expect(chosen('freelists')).toEqual(chosen('freelist.'));
    expect(chosen('integers')).toEqual([]);
  });
});

describe('a small study, run twice', () => {
  const runs: { out: string; ended: Ended }[] = [];

  beforeAll(async () => {
    for (const out of [join(folder(), 'new', 'folders'), folder()]) {
      const args = ['study', '--only', 'singletons,str.tstring', '-p', 'wasm:3.13,wasm:3.14', '--out', out];
      runs.push({ out, ended: await pyallocs(args) });
    }
  });

  test('exits with 0, and with nothing on the error stream', () => {
    for (const { ended } of runs) expect([ended.stderr, ended.code]).toEqual(['', 0]);
  });

  test.each(SAME)('writes the same bytes to %s', (name) => {
    const [first, second] = runs.map(({ out }) => read(out, name));
    expect(second).toBe(first);
    expect(first).not.toBe('');
  });

  test('writes what differs to run.json, and nothing else', () => {
    for (const { out } of runs) expect(readdirSync(out).sort()).toEqual(FILES);
    const [first, second] = runs.map(({ out }) => JSON.parse(read(out, 'run.json')) as Record<string, unknown>);
    expect(second).not.toEqual(first);
    expect(first).toMatchObject({
      seconds: expect.any(Number),
      machine: { platform: process.platform },
      node: process.version,
    });
  });

  test('says where it wrote, below the matrix', () => {
    for (const { out, ended } of runs) {
      expect(ended.stdout.split('\n')[0]).toBe('CPython 3.13.2 and 3.14.2: embedded, 32 bits, no pymalloc');
      expect(ended.stdout).toMatch(/^ +3\.13 +3\.14$/m);
      expect(ended.stdout.trimEnd().split('\n').slice(-2)).toEqual([
        `Written to ${out}: report.html, REPORT.md, results.json, allocation_results.txt, timings.json, run.json, data/*.csv.`,
        `Try a statement of your own in a browser: pyallocs serve --study ${out}`,
      ]);
    }
  });

  test('an experiment that 3.13 cannot have has no entry for it, and a dash in the tables', () => {
    const [{ out, ended } = { out: '', ended: null }] = runs;
    const result = study.parse(JSON.parse(read(out, 'results.json')));
    const one = result.experiments.find(({ id }) => id === 'str.tstring');
    expect(one?.results.map(({ interpreter, outcome }) => [interpreter.id, outcome])).toEqual([['wasm:3.14', 'exact']]);
    const statement = one?.statement ?? 'missing';
    expect(ended?.stdout.split('\n').find((line) => line.startsWith(` ${statement}`))).toMatch(/ {2}– {2,}○ /);
    expect(
      read(out, 'REPORT.md')
        .split('\n')
        .find((line) => line.startsWith(`| \`${statement}\``)),
    ).toContain(' | – | ○ ');
    expect(read(out, 'allocation_results.txt')).not.toContain('str.tstring wasm:3.13');
  });

  test('--json prints results.json, and --counts-only leaves the methods out', async () => {
    const out = folder();
    const only = ['--only', 'single.names', '-p', 'wasm:3.14', '--counts-only'];
    const ended = await pyallocs(['study', ...only, '--out', out, '--json']);
    expect(JSON.parse(ended.stdout)).toMatchObject({ experiments: [{ methods: [] }], observers: [] });
    expect(readdirSync(out)).not.toContain('timings.json');
    expect(study.parse(parsed(ended)).experiments.map(({ id }) => id)).toEqual(['single.names']);
    expect(ended.stdout).toBe(read(out, 'results.json'));
  });
});

describe('what people say', () => {
  test('is judged on every interpreter, and only with what it rests on', async () => {
    const args = ['study', '--only', 'claims', '-p', 'wasm:3.13,wasm:3.14', '--out', folder(), '--json'];
    const ended = await pyallocs(args);
    expect([ended.stderr, ended.code]).toEqual(['', 0]);
    const { claims } = study.parse(parsed(ended));
    expect(claims.length).toBe(79);
    for (const { id, verdicts } of claims)
      expect(
        verdicts.map(({ interpreter }) => interpreter),
        id,
      ).toEqual(['wasm:3.13', 'wasm:3.14']);
    const verdicts = (id: string): string[] =>
      claims.find((claim) => claim.id === id)?.verdicts.map(({ verdict }) => verdict) ?? [];
    expect(verdicts('int.freelist')).toEqual(['refuted', 'confirmed']);
    expect(verdicts('blog.freelist-most')).toEqual(['refuted', 'confirmed']);
    expect(verdicts('strategy.pymalloc-512')).toEqual(['not-testable', 'not-testable']);
  }, 120_000);

  test('is not judged when only other experiments were asked for', async () => {
    const args = ['study', '--only', 'single.names', '-p', 'wasm:3.14', '--out', folder(), '--json'];
    expect(study.parse(parsed(await pyallocs(args))).claims).toEqual([]);
  });
});

describe('a study beside a former one', () => {
  /** A study of one statement, on an interpreter that is called the same whatever it is. */
  async function made(minor: string, ...more: string[]): Promise<{ out: string; ended: Ended }> {
    const out = folder();
    const only = ['--only', 'int.add-small,int.add-large'];
    return { out, ended: await pyallocs(['study', ...only, '-p', `it=wasm:${minor}`, '--out', out, ...more]) };
  }

  test('says what changed and ends with 3, and with 0 where nothing did', async () => {
    const former = await made('3.13');
    const other = await made('3.14', '--compare', join(former.out, 'results.json'));
    expect([other.ended.stderr, other.ended.code]).toEqual(['', 3]);
    expect(other.ended.stdout).toMatch(/int\.add-large +1 +0 +-1 +requests\/op/);
    const same = await made('3.13', '--compare', former.out);
    expect([same.ended.stderr, same.ended.code]).toEqual(['', 0]);
    expect(same.ended.stdout).toContain('No difference: 2 rows are the same.');
  });

  test('a file that holds none is refused before anything is measured', async () => {
    const out = folder();
    const ended = await pyallocs(['study', '--compare', join(out, 'none.json'), '--out', join(out, 'new')]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('none.json cannot be read: it does not exist');
    expect(readdirSync(out)).toEqual([]);
  });
});

test('Ctrl-C leaves what was measured, marked as partial in every file that says anything', async () => {
  const out = folder();
  const running = startPyallocs(['study', '-p', 'wasm:3.13,wasm:3.14', '--out', out], { group: true });
  while (!existsSync(join(out, 'run.json'))) await delay(50);
  process.kill(-running.pid, 'SIGINT'); // a terminal sends it to the whole group
  const ended = await running.ended;
  expect([ended.stderr, ended.code]).toEqual([`pyallocs: ended early: what is in ${out} is marked as partial\n`, 130]);
  const result = study.parse(JSON.parse(read(out, 'results.json')));
  expect(result.partial).toBe(true);
  expect(result.experiments.every(({ results }) => results.length > 0)).toBe(true);
  expect(JSON.parse(read(out, 'run.json'))).toMatchObject({ partial: true });
  expect(read(out, 'REPORT.md')).toContain('This study was ended before its end.');
  expect(read(out, 'allocation_results.txt').split('\n')[0]).toBe('partial: the study was ended before its end');
  expect(ended.stdout).toContain('This study was ended before its end.');
});

test('--list prints the names, and measures nothing', async () => {
  const out = join(folder(), 'none');
  const ended = await pyallocs(['study', '--list', '--only', 'singletons', '--out', out]);
  expect([ended.stderr, ended.code]).toEqual(['', 0]);
  expect(ended.stdout.split('\n')[0]).toBe('singletons');
  expect(ended.stdout).toMatch(/^ single\.names +Naming None/m);
});

describe('the whole study', () => {
  let ended: Ended;
  let result: z.infer<typeof study>;
  const { experiments } = loadExperiments();

  beforeAll(async () => {
    ended = await pyallocs(['study', '--counts-only', '--out', 'out', '--json']);
    result = study.parse(parsed(ended));
  }, 300_000);

  test('is exact in every count: exit code 0', () => {
    const inexact = result.experiments.flatMap(({ id, results }) =>
      results.filter(({ outcome }) => outcome !== 'exact').map((one) => [id, one.interpreter.id, one]),
    );
    expect(inexact).toEqual([]);
    expect([ended.stderr, ended.code]).toEqual(['', 0]);
  });

  test('has every experiment on every interpreter that can have it, in order', () => {
    expect(result.interpreters.map(({ id }) => id)).toEqual(ALL);
    const expected = experiments.map(({ id, since }) => [
      id,
      ALL.filter((name) => Number(name.split('.')[1]) >= Number(since.split('.')[1])),
    ]);
    expect(result.experiments.map(({ id, results }) => [id, results.map(({ interpreter }) => interpreter.id)])).toEqual(
      expected,
    );
  });

  test('adds up in every field', () => {
    for (const { results } of result.experiments) for (const one of results) expectSound(measured(one));
  });

  test('no two experiments cost the same on all versions, unless one compares with the other', () => {
    const parent = new Map(experiments.map(({ id, compares }) => [id, compares]));
    const root = (id: string): string => {
      const above = parent.get(id);
      return above ? root(above) : id;
    };
    const costs = new Map<string, string[]>();
    for (const { id, results } of result.experiments) {
      const cost = JSON.stringify(
        results.map(measured).map(({ interpreter, iterations, steady, growth, byType }) => ({
          on: interpreter.id,
          steady,
          growth,
          byType: byType.map(({ type, creations, buffers, resizes }) =>
            [type, ...Object.values(creations), buffers.total, resizes].map((part) =>
              typeof part === 'number' ? part / iterations : part,
            ),
          ),
        })),
      );
      costs.set(cost, [...(costs.get(cost) ?? []), id]);
    }
    const alike = [...costs.values()].filter((ids) => new Set(ids.map(root)).size > 1);
    expect(alike).toEqual([]);
  });
});
