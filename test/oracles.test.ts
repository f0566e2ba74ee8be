/**
 * Native counts against oracles that share nothing with pyallocs: shims in front of CPython's own functions and of the C
 * library's, gdb, and what CPython says of its heap. test/oracles/README.md tells what each sees.
 *
 * PYALLOCS_ORACLES=all runs every oracle on every program, instead of on a few, and the benchmarks that take seconds.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { BIN, folder, pyallocs, ROOT, run } from './cli.js';

const ORACLE = join(ROOT, 'test', 'oracles', 'oracle.py');
const everything = process.env['PYALLOCS_ORACLES'] === 'all';

// ---- what is here --------------------------------------------------------------------------------------------------

const skips = z.array(z.object({ name: z.string(), reason: z.string() }));
const found = z.object({
  interpreters: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      version: z.tuple([z.literal(3), z.number(), z.number()]),
      shared: z.boolean(),
      static: z.string().optional(),
    }),
  ),
  skipped: skips,
});
const listed = z.object({
  programs: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      main: z.string(),
      bracket: z.string(),
      stillMain: z.string(),
      stillBracket: z.string(),
      env: z.record(z.string(), z.string()),
    }),
  ),
  skipped: skips,
  flags: z.array(z.string()),
});
type Interpreter = z.infer<typeof found>['interpreters'][number];
type Program = z.infer<typeof listed>['programs'][number];

function atOnce<T>(schema: z.ZodType<T>, verb: string, nothing: T): T {
  if (process.platform !== 'linux') return nothing;
  const { stdout, stderr, error } = spawnSync('python3', [ORACLE, verb], { encoding: 'utf8', timeout: 300_000 });
  if (error) return nothing;
  try {
    return schema.parse(JSON.parse(stdout));
  } catch (cause) {
    throw new Error(`oracle.py ${verb}: ${stderr}`, { cause });
  }
}

const noPython = [{ name: 'oracles', reason: 'they need Linux and a python3' }];
const { interpreters, skipped: interpretersSkipped } = atOnce(found, 'interpreters', {
  interpreters: [],
  skipped: noPython,
});
const {
  programs,
  skipped: programsSkipped,
  flags,
} = atOnce(listed, 'programs', { programs: [], skipped: [], flags: [] });
const shared = interpreters.filter((one) => one.shared);
const builtStatic = interpreters.filter((one) => !one.shared);
const minor = ({ version }: Interpreter): number => version[1];

function program(name: string): Program {
  const one = programs.find((each) => each.name === name);
  if (!one) throw new Error(`no program ${name}`);
  return one;
}

/** A few programs that between them have everything, or all of them. Those that leave early cannot be bracketed. */
const few = (...names: string[]): Program[] =>
  everything ? programs.filter(({ name }) => name !== 'fails') : names.map(program);

/** Programs of less than half a second each, or all of them. */
const HEAVY = ['chaos', 'generators', 'go', 'raytrace', 'regex_compile'].map((name) => `pyperformance:${name}`);
const measuredPrograms = programs.filter(({ name }) => everything || !HEAVY.includes(name));

for (const { name, reason } of [...interpretersSkipped, ...programsSkipped]) {
  test.skip(`${name}: ${reason}`, () => {});
}

// ---- asking an oracle ----------------------------------------------------------------------------------------------

const whole = z.number().int().nonnegative();
const creations = z.object({ total: whole, freelist: whole, pymalloc: whole, malloc: whole, foreign: whole });
const domain = z.object({ requests: whole, resizes: whole, releases: whole });
const seen = z.object({
  intervals: whole,
  creations,
  relocations: whole,
  resurrections: whole,
  requests: whole,
  resizes: whole,
  releases: whole,
  bytes: whole,
  resizeBytes: whole,
  pools: whole,
  arenas: whole,
  conflicts: whole,
  unknownFrees: whole,
  unknownResizes: whole,
  domains: z.object({ raw: domain, mem: domain, obj: domain }),
  byType: z.record(z.string(), z.object({ creations: whole, relocations: whole, resurrections: whole })),
});
const fromMalloc = z.object({ requests: whole, resizes: whole, releases: whole });
const traced = z.object({ events: whole, byType: z.record(z.string(), z.object({ events: whole })) });
const hits = z.object({ hits: z.record(z.string(), whole), newReferences: whole });
const heapState = z.object({ arenas: z.number(), arenasNow: z.number(), pools: z.number() });
const heap = z.object({ cpython: heapState, shim: heapState });

async function ask<T>(schema: z.ZodType<T>, one: Interpreter, path: string, ...options: string[]): Promise<T> {
  const { stdout, stderr, code } = await run('python3', [ORACLE, 'count', one.name, path, ...options]);
  if (code !== 0) throw new Error(stderr);
  return schema.parse(JSON.parse(stdout));
}

const shim = (one: Interpreter, path: string, ...options: string[]) => ask(seen, one, path, ...options);

/** Types that were made, with how many: what must be equal wherever the same program runs. */
function made(byType: Readonly<Record<string, { readonly creations: number }>>): Record<string, number> {
  const rows = Object.entries(byType).map(([type, row]) => [type, row.creations] as const);
  return Object.fromEntries(rows.filter(([, count]) => count > 0).sort(([a], [b]) => (a < b ? -1 : 1)));
}

// ---- the oracles themselves ----------------------------------------------------------------------------------------

describe.each(shared)('the shim on $name', (one) => {
  test('the empty program counts 0', async () => {
    const { creations, requests, resizes, releases, bytes, pools, arenas } = await shim(one, program('nothing').path);
    expect({ creations, requests, resizes, releases, bytes, pools, arenas }).toEqual({
      creations: { total: 0, freelist: 0, pymalloc: 0, malloc: 0, foreign: 0 },
      requests: 0,
      resizes: 0,
      releases: 0,
      bytes: 0,
      pools: 0,
      arenas: 0,
    });
  });

  test('counts that follow from the source of CPython', async () => {
    const small = minor(one) >= 15 ? 1024 : 256; // the largest cached int
    const n = 20_000;
    const cases = {
      // The values small + 1 … n - 1 of the iterator and small + 1 … n of the sum; range(n) makes 4 ints up to 3.11, then 1.
      'for i in range(20000): x = i + 1': { int: n - 1 - small + (n - small) + (minor(one) <= 11 ? 4 : 1), range: 1 },
      'class C: pass\nL = [C() for i in range(1000)]': { C: 1000 },
      'L = []\nfor i in range(200): L.append(i)': { list: 1, range: 1 },
      'x = 1.5\ny = (x, 2)\nz = [y, y]\nw = {"a": z}': { tuple: 1, list: 1, dict: 1 },
    };
    const cwd = folder(Object.fromEntries(Object.entries(cases).map(([text], i) => [`case${i}.py`, `${text}\n`])));
    for (const [i, [text, expected]] of Object.entries(cases).entries()) {
      const types = made((await shim(one, join(cwd, `case${i}.py`))).byType);
      expect({ text, types }).toMatchObject({ text, types: expected });
    }
  });

  test('a list that grows by 10,000 appends is resized as the formula of list_resize says', async () => {
    const cwd = folder({ 'appends.py': 'L = []\nfor i in range(10000): L.append(None)\n' });
    const { domains } = await shim(one, join(cwd, 'appends.py'));
    let resizes = -1; // the first of them is a request
    for (let size = 1, allocated = 0; size <= 10_000; size++) {
      if (size <= allocated) continue;
      allocated = minor(one) === 8 ? size + (size >> 3) + (size < 9 ? 3 : 6) : (size + (size >> 3) + 6) & ~3;
      resizes++;
    }
    expect(domains.mem.resizes).toBe(resizes);
  });

  test('a str that grows in place is relocated, one that was revived is not made again', async () => {
    const cwd = folder({
      'grows.py': 'def f():\n    s = ""\n    for i in range(1000): s += "x"\nf()\n',
      'lives.py':
        'class Cat:\n    def __del__(self): kept.append(self)\nkept = []\nfor i in range(9):\n    cat = Cat()\n    del cat\n',
    });
    // '' + 'x' is the cached 'x'; the other 999 make a str or let one grow, which 3.11 begins after a few rounds.
    const grows = await shim(one, join(cwd, 'grows.py'));
    const str = grows.byType['str'] ?? { creations: 0, relocations: 0 };
    expect(str.creations + str.relocations).toBe(999);
    expect(grows.relocations).toBeGreaterThanOrEqual(minor(one) === 11 ? 990 : 998);
    expect([grows.relocations, grows.domains.obj.resizes]).toEqual([str.relocations, str.relocations]);
    const lives = await shim(one, join(cwd, 'lives.py'));
    expect(lives.byType['Cat']).toMatchObject({ creations: 9, relocations: 0, resurrections: 9 });
  });

  test.each(few('objects', 'xml_tree', 'archives'))(
    '$name: two rules for relocations agree, every block is known',
    async ({ path }) => {
      const { conflicts, unknownFrees, unknownResizes, creations, domains } = await shim(one, path);
      expect([conflicts, unknownFrees, unknownResizes]).toEqual([0, 0, 0]);
      if (minor(one) >= 13) expect(domains.obj.requests).toBe(creations.total - creations.freelist - creations.foreign);
    },
  );

  test.each(few('objects', 'xml_tree'))('$name: CPython says the same of its pools and arenas', async ({ path }) => {
    const { cpython, shim } = await ask(heap, one, path, '--oracle', 'heap');
    expect(shim).toEqual(cpython);
  });
});

/** Blocks that libbz2 takes straight from malloc: _bz2 gives it no allocator for decompressing, and it takes two for each. */
const BZ2_DECOMPRESSED: Readonly<Record<string, number>> = { archives: 1, decompressors: 5 };

describe.each(shared)('the C library under $name', (one) => {
  test.each(few('objects', 'xml_tree', 'archives', 'decompressors'))(
    '$name: its malloc sees the same requests and resizes',
    async ({ name, path }) => {
      const above = await shim(one, path, '--interval', 'bracket');
      const below = await ask(fromMalloc, one, path, '--oracle', 'malloc', '--interval', 'bracket');
      const direct = 2 * (BZ2_DECOMPRESSED[name] ?? 0);
      expect([below.requests - direct, below.resizes]).toEqual([above.requests, above.resizes]);
    },
  );
});

describe.each(shared.filter((one) => minor(one) >= 13))('PyRefTracer on $name', (one) => {
  test.each(few('objects', 'xml_tree', 'archives'))(
    '$name: its events are creations and relocations',
    async ({ path }) => {
      const above = await shim(one, path, '--interval', 'bracket');
      const { byType } = await ask(traced, one, path, '--oracle', 'ref-tracer', '--interval', 'bracket');
      // 3.13.0 announces a resurrection as well.
      const revived = one.version[2] === 0 && minor(one) === 13;
      const expected = Object.entries(above.byType).map(
        ([type, row]) => [type, row.creations + row.relocations + (revived ? row.resurrections : 0)] as const,
      );
      const events = Object.entries(byType).map(([type, row]) => [type, row.events] as const);
      expect(Object.fromEntries(events)).toEqual(Object.fromEntries(expected.filter(([, count]) => count > 0)));
    },
  );
});

describe.each(shared.filter(({ name }) => name.startsWith('pyenv:')))('gdb on $name', (one) => {
  test('threads: breakpoints are hit as often as the shim was called', async () => {
    const { path } = program('threads');
    const counted = await ask(hits, one, path, '--oracle', 'gdb');
    const { creations, relocations, resurrections, domains } = await shim(one, path);
    expect(counted.newReferences).toBe(creations.total + relocations + (minor(one) <= 12 ? resurrections : 0));
    const of = (prefix: string) => (counted.hits[`${prefix}_Malloc`] ?? 0) + (counted.hits[`${prefix}_Calloc`] ?? 0);
    // A realloc of NULL is a request.
    const requested = { obj: of('PyObject'), mem: of('PyMem') };
    const either = (name: 'obj' | 'mem') => domains[name].requests + domains[name].resizes;
    expect(requested.obj + (counted.hits['PyObject_Realloc'] ?? 0)).toBe(either('obj'));
    expect(requested.mem + (counted.hits['PyMem_Realloc'] ?? 0)).toBe(either('mem'));
  });
});

// ---- pyallocs ------------------------------------------------------------------------------------------------------

const row = z.object({
  creations,
  relocations: whole,
  requests: whole,
  resizes: whole,
  releases: whole,
  bytes: whole,
  resizeBytes: whole,
  pools: whole.nullable(),
  arenas: whole.nullable(),
});
const stat = z.object({
  outcome: z.string(),
  counts: row,
  byType: z.array(row.extend({ type: z.string() })),
  exit: z.object({ code: z.number().nullable() }),
});

/** What `pyallocs stat` says of a program on the interpreter at this path; the program itself prints nothing. */
async function measured(path: string, file: string, env: Readonly<Record<string, string>>) {
  const output = join(folder(), 'stat.json'); // on stderr it would stand behind what the program writes there
  const { stderr, stdout } = await pyallocs(['stat', '-p', path, '-o', output, '--', ...flags, file], { env });
  try {
    return stat.parse(JSON.parse(readFileSync(output, 'utf8')));
  } catch (cause) {
    throw new Error(`stat of ${file} on ${path} said:\n${stdout}${stderr}`, { cause });
  }
}

const typesOf = ({ byType }: z.infer<typeof stat>): Record<string, number> =>
  made(Object.fromEntries(byType.map((each) => [each.type, { creations: each.creations.total }])));

/** Whether this pyallocs measures interpreters of the machine at all. */
const native = ((): boolean => {
  const [one] = interpreters;
  if (!one) return false;
  const command = [BIN, 'stat', '-p', one.path, '--json', '--', ...flags, program('nothing').main];
  return spawnSync(process.execPath, command, { timeout: 60_000 }).status === 0;
})();

/** One run, seen by both: pyallocs measures a command that is the interpreter with the shim in it. */
async function together(one: Interpreter, { path, main, stillMain, env }: Program, ...still: '--still'[]) {
  const out = join(folder(), 'seen.json');
  const { stdout, stderr, code } = await run('python3', [ORACLE, 'watch', one.name, path, out, ...still]);
  if (code !== 0) throw new Error(stderr);
  const result = await measured(JSON.parse(stdout), still.length > 0 ? stillMain : main, env);
  return { result, watched: seen.parse(JSON.parse(readFileSync(out, 'utf8'))) };
}

/** The fields that both have. After atexit callbacks, what was kept for them is freed: pyallocs counts that, the shim not. */
function comparable(counts: z.infer<typeof row>, intervals: number) {
  const { creations, relocations, requests, resizes, releases, bytes, resizeBytes, pools, arenas } = counts;
  const all = { creations, relocations, requests, resizes, bytes, resizeBytes, pools, arenas };
  return intervals > 1 ? all : { ...all, releases };
}

describe.skipIf(!native)('pyallocs stat against the oracles', () => {
  describe.each(shared)('on $name', (one) => {
    // What pyallocs learns of an interpreter once, it learns without the shim in its way.
    beforeAll(() => measured(one.path, program('nothing').main, {}));

    test.each(measuredPrograms)(
      '$name: in the same run, the same creations by type and origin, requests, resizes, pools, …',
      async (each) => {
        const { result, watched } = await together(one, each);
        expect(result.outcome).toBe('exact');
        expect(typesOf(result)).toEqual(made(watched.byType));
        expect(comparable(result.counts, watched.intervals)).toEqual(comparable(watched, watched.intervals));
      },
    );

    // Up to 3.10 each one-character str and one-byte bytes is made when it is first needed, and then kept: what was needed
    // before the program, the environment's variables for one, the program need not make; nor do all freelists start alike.
    const kept = new Set(['str', 'bytes']);
    test.each(few('objects', 'threads', 'xml_tree'))(
      '$name: creates what it does when it is not measured, the collector on',
      async (each) => {
        const alone = await shim(one, each.path);
        const { watched } = await together(one, each);
        const creations = { ...watched.creations };
        const others = (byType: typeof alone.byType) =>
          Object.fromEntries(Object.entries(made(byType)).filter(([type]) => minor(one) > 10 || !kept.has(type)));
        expect(others(watched.byType)).toEqual(others(alone.byType));
        expect([watched.relocations, watched.resizes]).toEqual([alone.relocations, alone.resizes]);
        if (minor(one) > 10) {
          expect([creations, watched.requests]).toEqual([alone.creations, alone.requests]);
        } else {
          expect([0, 1, 2]).toContain(alone.creations.total - creations.total);
          expect(Math.abs(watched.requests - alone.requests)).toBeLessThan(10);
        }
      },
    );
  });

  describe.each(builtStatic)('on $name', (one) => {
    const twin = shared.find((each) => each.static === one.name);

    test.skipIf(!twin).each(few('objects', 'xml_tree', 'ast_walk'))(
      '$name: creates what the shim sees in the same objects, linked without LTO',
      async ({ path, stillMain, env }) => {
        const expected = await shim(twin as Interpreter, path, '--still');
        const result = await measured(one.path, stillMain, env);
        expect(typesOf(result)).toEqual(made(expected.byType));
        // Paths of another length let a few str grow where they did not.
        expect(Math.abs(result.counts.relocations - expected.relocations)).toBeLessThan(5);
      },
    );

    /** The real getppid() makes an int, the shim's does not: what the brackets make alone is taken off. */
    async function inBrackets({ stillBracket, env }: Program) {
      const around = (await measured(one.path, program('nothing').stillBracket, {})).counts;
      const { counts } = await measured(one.path, stillBracket, env);
      return {
        events: counts.creations.total + counts.relocations - around.creations.total - around.relocations,
        requests: counts.requests - around.requests,
        resizes: counts.resizes - around.resizes,
      };
    }

    test.each(few('objects', 'xml_tree'))(
      '$name: asks for what the C library sees under this very binary',
      async (each) => {
        const options = ['--oracle', 'malloc', '--interval', 'bracket', '--still'];
        const below = await ask(fromMalloc, one, each.path, ...options);
        const { requests, resizes } = await inBrackets(each);
        expect(resizes).toBe(below.resizes);
        // Which freelists hold something at the start is not the same in two runs that differ by a tool.
        expect(Math.abs(requests - below.requests)).toBeLessThan(20);
      },
    );

    test.skipIf(minor(one) < 13).each(few('objects', 'xml_tree'))(
      '$name: creates what PyRefTracer sees in this very binary',
      async (each) => {
        const options = ['--oracle', 'ref-tracer', '--interval', 'bracket', '--still'];
        const { events } = await ask(traced, one, each.path, ...options);
        expect((await inBrackets(each)).events).toBe(events);
      },
    );
  });
});
