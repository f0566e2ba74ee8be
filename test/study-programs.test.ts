/** Whole programs of the study: what they are, known counts through them, and that two studies agree. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProgramResult } from '../src/core/program.js';
import type { ProgramSeries } from '../src/engines/engine.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import type { Chosen } from '../src/engines/select.js';
import { wasmEngine } from '../src/engines/wasm/engine.js';
import { chooseParts, loadParts } from '../src/study/parts.js';
import { loadPrograms, type ProgramRan, type ProgramToRun, runPrograms } from '../src/study/programs.js';
import { folder, ROOT } from './cli.js';

const FOLDER = join(ROOT, 'src/study/programs');

/** One embedded interpreter and one of the machine, if there is one. */
function interpreters(): Chosen[] {
  const embedded = wasmEngine.find('3.14');
  const native = nativeEngine.offers().find(({ refusal }) => refusal === null);
  return [
    ...(embedded === null ? [] : [{ engine: wasmEngine, offer: embedded, label: null }]),
    ...(native === undefined ? [] : [{ engine: nativeEngine, offer: native, label: null }]),
  ];
}

describe('the programs of the study', () => {
  const programs = loadPrograms(FOLDER);

  test('are at least 16, six of them for embedded Pythons, of every kind', () => {
    expect(programs.length).toBeGreaterThanOrEqual(16);
    expect(programs.filter(({ embedded }) => embedded).length).toBeGreaterThanOrEqual(6);
    const kinds = new Set(programs.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['async', 'cpu', 'data', 'io', 'startup', 'text', 'web']);
  });

  test('each have a script, and each script but those that only claims and times need has a program', () => {
    const scripts = readdirSync(FOLDER).filter((name) => name.endsWith('.py'));
    const others = ['creation_cost', 'claim_add', 'claim_keep', 'claim_print'].map((name) =>
      join(FOLDER, `${name}.py`),
    );
    const named = [...programs.map(({ script }) => script), ...others];
    expect(scripts.map((name) => join(FOLDER, name)).sort()).toEqual(named.sort());
  });

  test('ask no clock and no chance, and write nothing', () => {
    for (const { script } of programs) {
      const source = readFileSync(script, 'utf8');
      expect(source, script).not.toMatch(/\bprint\(|import (?:time|random|secrets|uuid)\b|\bopen\((?!info)|\bid\(/);
    }
  });

  test('are chosen by one word, by id, and by the beginning of ids', () => {
    const ids = (...only: string[]): string[] => chooseParts(loadParts(), only).programs.map(({ id }) => id);
    expect(ids()).toHaveLength(programs.length);
    expect(ids('programs')).toHaveLength(programs.length);
    expect(ids('program.')).toHaveLength(programs.length);
    expect(ids('program.rays', 'integers')).toEqual(['program.rays']);
    expect(ids('integers')).toEqual([]);
    expect(ids('bottleneck')).toHaveLength(programs.length);
  });
});

/** Programs of which it is known what they make. */
const KNOWN = folder({
  'nothing.py': 'pass\n',
  'instances.py': 'class C:\n    __slots__ = ()\nfor _ in range(1000): C()\n',
  'imports.py': 'import made_here\nx = [float(i) for i in range(500, 900)]\n',
  'made_here.py': 'class D:\n    __slots__ = ()\nkept = [D() for _ in range(300)]\n',
  'fails.py': 'raise SystemExit(3)\n',
});

const known = (name: string, embedded = true): ProgramToRun => ({
  id: `program.${name}`,
  title: name,
  kind: 'cpu',
  about: name,
  script: join(KNOWN, `${name}.py`),
  embedded,
  since: '3.8',
});

describe('known counts', () => {
  const chosen = interpreters();
  const programs = ['nothing', 'instances', 'imports', 'fails'].map((name) => known(name));
  const runs: (readonly (readonly ProgramRan[])[])[] = [];

  /** What each program came to, in the order of the interpreters. */
  async function run(all: readonly ProgramToRun[], time: boolean): Promise<readonly (readonly ProgramRan[])[]> {
    const found = all.map((): ProgramRan[] => []);
    for (const one of chosen) {
      const series = one.engine.series(one.offer, null, { time });
      const take = (program: ProgramToRun, ran: ProgramRan) => found[all.indexOf(program)]?.push(ran);
      await runPrograms(one, series, all, { timeout: 60, time }, take).finally(() => series.close());
    }
    return found;
  }

  beforeAll(async () => {
    const all = [...programs, known('instances', false), { ...known('nothing'), since: '3.99' }];
    for (const time of [true, false]) runs.push(await run(all, time));
  });

  const resultsOf = (i: number) => (runs[0]?.[i] ?? []).map(({ result }) => result);

  test('the empty program creates nothing', () => {
    expect(resultsOf(0)).toHaveLength(chosen.length);
    for (const result of resultsOf(0)) {
      expect(result).toMatchObject({ outcome: 'exact', why: null, byType: [], types: 0 });
      expect(result).toMatchObject({ counts: { creations: { total: 0 } }, imports: { creations: { total: 0 } } });
    }
  });

  test('a program that makes 1,000 instances makes them', () => {
    for (const result of resultsOf(1)) {
      if (!('counts' in result)) throw new Error(result.message);
      expect(result.outcome).toBe('exact');
      expect(result.byType.find(({ type }) => type === 'C')?.creations.total).toBe(1000);
      expect(result.byType[0]?.type).toBe('C');
      expect(result.imports?.creations.total).toBe(0);
    }
  });

  test('what a module makes while it is imported is a share of its own', () => {
    for (const result of resultsOf(2)) {
      if (!('counts' in result)) throw new Error(result.message);
      const { counts, imports, byType } = result;
      expect(byType.find(({ type }) => type === 'D')?.creations.total).toBe(300);
      expect(byType.find(({ type }) => type === 'float')?.creations.total).toBeGreaterThanOrEqual(400);
      const [all, imported] = [counts.creations.total, imports?.creations.total ?? 0];
      expect(imported).toBeGreaterThanOrEqual(300);
      expect(all - imported).toBeGreaterThanOrEqual(400);
    }
  });

  test('a program that fails is told as that', () => {
    for (const result of resultsOf(3)) {
      expect(result).toMatchObject({ outcome: 'failed', message: 'the program ended with exit code 3' });
    }
  });

  test('an embedded Python, or an older one, has no entry for what it cannot run', () => {
    expect(resultsOf(4).map(({ interpreter }) => interpreter)).toEqual(
      chosen.filter(({ engine }) => engine.name !== 'wasm').map(({ offer }) => offer.id),
    );
    expect(resultsOf(5)).toEqual([]);
  });

  test('a second run has the same results to the last field', () => {
    const [first, second] = runs.map((found) => found.map((all) => all.map(({ result }) => result)));
    expect(second).toEqual(first);
  });

  test('what ended well was timed, and only where that was asked for', () => {
    const timingsOf = (i: number) => (runs[i] ?? []).flatMap((all) => all.flatMap(({ timing }) => timing ?? []));
    const timings = timingsOf(0);
    expect(timings.filter(({ id }) => id === 'program.nothing')).toHaveLength(chosen.length);
    expect(timings.filter(({ id }) => id === 'program.fails')).toEqual([]);
    for (const { minMs, medianMs, maxMs, runs: times, perCreationNs } of timings) {
      expect(times).toBe(3);
      expect(minMs <= medianMs && medianMs <= maxMs).toBe(true);
      if (perCreationNs !== null) expect(perCreationNs.allocator).toBeGreaterThan(0);
    }
    expect(timingsOf(1)).toEqual([]);
  });
});

/** What of a program does not depend on where its blocks lie. */
function withoutAddresses(result: ProgramResult): unknown {
  if (result.outcome !== 'exact') throw new Error(result.outcome);
  const { counts, byType } = result;
  const types = byType.map(({ type, creations, requests, resizes }) => [type, creations, requests, resizes]);
  return [counts.creations, counts.buffers, counts.requests, counts.resizes, types];
}

describe('an embedded series', () => {
  const offer = wasmEngine.find('3.14');
  if (offer === null) throw new Error('3.14 is embedded');
  const scripts = folder({
    'a.py': 'import json\nx = json.dumps({"a": [1.5, 2000]})\n',
    'argv.py': 'import sys\nassert sys.argv == [__file__, "7"], sys.argv\nassert "json" not in sys.modules\n',
    'leaves.py': 'open("/tmp/left", "w").write("x")\n',
    'finds.py': 'import os\nassert not os.path.exists("/tmp/left")\n',
  });
  const options = { timeout: 60, steady: true, record: null } as const;
  const series: ProgramSeries = wasmEngine.series(offer, null, { time: true });
  const run = async (...command: string[]) => (await series.run({ command }, options)).result;

  afterAll(() => series.close());

  test('counts a program after others as a new interpreter does', async () => {
    const script = join(scripts, 'a.py');
    const { result: alone } = await wasmEngine.run(offer, null, { command: [script] }, options);
    expect(await series.time({ command: [script] }, 60)).toHaveProperty('ms');
    const first = withoutAddresses(await run(script));
    expect(first).toEqual(withoutAddresses(alone));
    expect(withoutAddresses(await run(script))).toEqual(first);
  });

  test('gives each its own arguments, and none the modules of another', async () => {
    expect(await run(join(scripts, 'argv.py'), '7')).toMatchObject({ outcome: 'exact', exit: { code: 0 } });
  });

  test('does not show a program the files of another', async () => {
    expect(await run(join(scripts, 'leaves.py'))).toMatchObject({ exit: { code: 0 } });
    expect(await run(join(scripts, 'finds.py'))).toMatchObject({ exit: { code: 0 } });
  });
});
