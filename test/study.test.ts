/** `pyallocs study` as it is typed: the same files each time, and experiments that each tell something of their own. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { CATEGORIES } from '../src/core/study.js';
import { chooseExperiments, type Experiment, loadExperiments } from '../src/study/experiments.js';
import { ALL, type Ended, folder, parsed, pyallocs, ROOT } from './cli.js';
import { expectSound, measured, study } from './schemas.js';

const SAME = ['results.json', 'allocation_results.txt', 'REPORT.md'] as const;

function read(out: string, name: string): string {
  return readFileSync(join(out, name), 'utf8');
}

describe('the experiments', () => {
  const { categories, experiments } = loadExperiments();

  test('all load, with ids of their own', () => {
    expect(experiments.length).toBeGreaterThanOrEqual(60);
    expect(new Set(experiments.map(({ id }) => id)).size).toBe(experiments.length);
  });

  test('come from all six categories, in the order of the report', () => {
    expect(categories.map(({ category }) => category)).toEqual(CATEGORIES);
    for (const category of CATEGORIES)
      expect(experiments.filter((one) => one.category === category).length).toBeGreaterThan(2);
    const files = readdirSync(join(ROOT, 'src/study/experiments')).filter((name) => name.endsWith('.toml'));
    expect(files.sort()).toEqual(CATEGORIES.map((category) => `${category}.toml`).sort());
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
    const chosen = (...only: string[]): string[] =>
      chooseExperiments(loadExperiments(), only).experiments.map(({ id }) => id);
    expect(chosen('int.add-large')).toEqual(['int.add-large']);
    expect(chosen('singletons')).toEqual(experiments.filter((e) => e.category === 'singletons').map(({ id }) => id));
    expect(chosen('str.')).toEqual(experiments.filter((e) => e.id.startsWith('str.')).map(({ id }) => id));
    expect(() => chosen('int')).toThrow('there is no category or experiment int');
    expect(() => chosen('int.add-large', 'nothing.')).toThrow('there is no category or experiment nothing.');
  });
});

describe('a small study, run twice', () => {
  const runs: { out: string; ended: Ended }[] = [];

  beforeAll(async () => {
    for (const out of [join(folder(), 'new', 'folders'), folder()]) {
      const args = [
        'study',
        '--only',
        'singletons',
        '--only',
        'str.tstring',
        '-p',
        'wasm:3.13,wasm:3.14',
        '--out',
        out,
      ];
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
    for (const { out } of runs)
      expect(readdirSync(out).sort()).toEqual(['REPORT.md', 'allocation_results.txt', 'results.json', 'run.json']);
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
      const last = ended.stdout.trimEnd().split('\n').at(-1);
      expect(last).toBe(`Written to ${out}: results.json, REPORT.md, allocation_results.txt, run.json.`);
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

  test('--json prints results.json', async () => {
    const out = folder();
    const ended = await pyallocs(['study', '--only', 'single.names', '-p', 'wasm:3.14', '--out', out, '--json']);
    expect(study.parse(parsed(ended)).experiments.map(({ id }) => id)).toEqual(['single.names']);
    expect(ended.stdout).toBe(read(out, 'results.json'));
  });
});

describe('the whole study', () => {
  let ended: Ended;
  let result: z.infer<typeof study>;
  const { experiments } = loadExperiments();

  beforeAll(async () => {
    ended = await pyallocs(['study', '--out', 'out', '--json']);
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
