/** Live blocks by owner, exact at the maximum: random events for the core and for a model of it. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LiveEvent, LiveModel, lineOf } from './live-model.js';
import { buildLive, hasCompiler } from './native-core.js';

/** What to do, to which of the things there are, where, and how large. */
type Step = readonly [action: (typeof WEIGHTED)[number], which: number, where: number, size: number];

const ACTIONS = {
  request: 14,
  create: 12,
  resize: 8,
  release: 9,
  rawRequest: 3,
  rawResize: 2,
  rawRelease: 2,
  foreign: 2,
  path: 6,
  mode: 2,
  show: 3,
  zero: 1,
} as const;
const WEIGHTED = (Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]).flatMap((name) =>
  Array.from({ length: ACTIONS[name] }, () => name),
);

/** Few and many granules of 16 bytes, and what does not fit into one entry. */
const SIZES = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 100 }) },
  { weight: 1, arbitrary: fc.constantFrom(15, 16, 17, 32, 33, 2 ** 20) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 5) },
);

const GRANULE = 16;
/** Blocks lie as close together as allocators put them, over the border of two leaves. */
const START = (1 << 20) - 24 * GRANULE;
const GRANULES = 48;
/** Where large blocks may lie: far from each other. */
const FAR = [2 ** 31, 2 ** 31 + 2 ** 32 + 2 ** 20] as const;
const RAW_PLACES = 1000;
const MODES = ['counted', 'counted', 'counted', 'suspended', 'over'] as const;

const granulesOf = (size: number): number => Math.max(1, Math.ceil(size / GRANULE));

/** A place with room for a block of this size, if there is one; the `where`th of them. */
function freePlace(model: LiveModel, where: number, size: number, without: number | null): number | null {
  const blocks = [...model.blocks].filter(([at]) => at !== without);
  if (size > GRANULES * GRANULE) {
    const free = FAR.filter((at) => !blocks.some(([one]) => one === at));
    return free[where % Math.max(1, free.length)] ?? null;
  }
  const taken = new Set(
    blocks
      .filter(([at]) => at < 2 ** 30)
      .flatMap(([at, block]) => Array.from({ length: granulesOf(block.size) }, (_, i) => (at - START) / GRANULE + i)),
  );
  const starts = Array.from({ length: GRANULES }, (_, i) => i).filter(
    (i) => i + granulesOf(size) <= GRANULES && ![...Array(granulesOf(size)).keys()].some((j) => taken.has(i + j)),
  );
  const start = starts[where % Math.max(1, starts.length)];
  return start === undefined ? null : START + start * GRANULE;
}

/** Events that could happen, each chosen by what is there. */
function eventsOf(steps: readonly Step[]): LiveEvent[] {
  const model = new LiveModel();
  const events: LiveEvent[] = [];
  const add = (event: LiveEvent): void => {
    events.push(event);
    model.apply(event);
  };
  const chosen = <T>(all: Iterable<T>, which: number): T | undefined => {
    const list = [...all];
    return list[which % Math.max(1, list.length)];
  };
  const before = steps.length % 5; // some blocks are older than the program
  steps.forEach(([action, which, where, size], i) => {
    if (i === before) add({ kind: 'mode', mode: 'counted' });
    const block = chosen(model.blocks.keys(), which);
    const raw = chosen(model.rawBlocks.keys(), which);
    switch (action) {
      case 'request': {
        const at = freePlace(model, where, size, null);
        if (at !== null) add({ kind: 'request', block: at, size, by: which % 3 === 0 ? 'malloc' : 'pymalloc' });
        return;
      }
      case 'create':
        if (block !== undefined) add({ kind: 'create', block, type: where % 4 });
        return;
      case 'resize': {
        if (block === undefined) return;
        const to = freePlace(model, where, size, where % 2 === 0 ? block : null);
        if (to !== null) add({ kind: 'resize', from: block, to, size });
        return;
      }
      case 'release':
        if (block !== undefined) add({ kind: 'release', block });
        return;
      case 'foreign': {
        // Where the size of a large block stood, too.
        const far = !model.blocks.has(FAR[0]) && where % 2 === 0;
        const at = far ? FAR[0] + (2 + (which % 2)) * GRANULE : freePlace(model, where, GRANULE, null);
        if (at !== null) add({ kind: 'foreign', block: at });
        return;
      }
      case 'rawRequest': {
        const at = (where % RAW_PLACES) * GRANULE;
        if (!model.rawBlocks.has(at)) add({ kind: 'rawRequest', block: at, size });
        return;
      }
      case 'rawResize': {
        const at = (where % RAW_PLACES) * GRANULE;
        if (raw !== undefined) add({ kind: 'rawResize', from: raw, to: model.rawBlocks.has(at) ? raw : at, size });
        return;
      }
      case 'rawRelease':
        if (raw !== undefined) add({ kind: 'rawRelease', block: raw });
        return;
      case 'path':
        add({ kind: 'path', path: which % 4 });
        return;
      case 'mode':
        if (model.mode !== 'before') add({ kind: 'mode', mode: chosen(MODES, which) ?? 'counted' });
        return;
      case 'show':
      case 'zero':
        add({ kind: action });
        return;
    }
  });
  return [...events, { kind: 'show' }];
}

const programs = fc
  .array(fc.tuple(fc.constantFrom(...WEIGHTED), fc.nat(1023), fc.nat(1023), SIZES), { maxLength: 400, size: 'max' })
  .map(eventsOf);

/** What SHOW printed, each time. */
function run(program: string, events: readonly LiveEvent[]): readonly (readonly string[])[] {
  const input = events.map(lineOf).join('');
  // The tables of codes and contexts are the host's, which keeps them for whoever reads the recording.
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' };
  const { status, signal, stdout, stderr } = spawnSync(program, { input, encoding: 'utf8', env, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`the core ended with ${status ?? signal}\n${stderr}`);
  return stdout
    .split(/(?<=flags \d+\n)/)
    .map((part) => part.trim().split('\n'))
    .map(([all = '', raw = '', ...rest]) => [all, raw, ...rest.slice(0, -1).sort(), ...rest.slice(-1)]);
}

function expected(events: readonly LiveEvent[]): readonly (readonly string[])[] {
  const model = new LiveModel();
  return events.map((event) => model.apply(event)).filter((shown) => shown !== null);
}

const reason = hasCompiler() ? '' : ' (skipped: there is no C compiler named cc on this machine)';

describe.skipIf(reason !== '')(`live blocks${reason}`, () => {
  const program = reason === '' ? buildLive() : '';

  test('belong to what was created on them last, and are counted at the maximum', () => {
    const a = { kind: 'request', block: START, size: 100, by: 'pymalloc' } as const;
    const b = { kind: 'request', block: START + 0x100, size: 20, by: 'malloc' } as const;
    const events: LiveEvent[] = [
      { kind: 'mode', mode: 'counted' },
      a,
      { kind: 'create', block: a.block, type: 0 },
      { kind: 'path', path: 2 },
      b,
      { kind: 'create', block: a.block, type: 1 },
      { kind: 'show' },
      { kind: 'release', block: b.block },
      { kind: 'create', block: a.block, type: 0 },
      { kind: 'show' },
    ];
    // Origins of creations: 0 freelist; of requests: 7 malloc. At the last moment of the maximum, A's block was B's.
    const found = [
      ['all 2 120 2 120', 'raw 0 0 0 0', 'owner 0 B 2 1 100 1 100', 'owner 7 (buffer) 2 1 20 1 20', 'flags 0'],
      [
        'all 1 100 2 120',
        'raw 0 0 0 0',
        'owner 0 A 2 1 100 0 0',
        'owner 0 B 2 0 0 1 100',
        'owner 7 (buffer) 2 0 0 1 20',
        'flags 0',
      ],
    ];
    expect(run(program, events)).toEqual(found);
    expect(expected(events)).toEqual(found);
  });

  test('of the raw domain are found again, however many there are', () => {
    const raw = Array.from({ length: 20_000 }, (_, i) => i);
    const shuffled = raw.map((i) => (i * 7919) % raw.length);
    const events: LiveEvent[] = [
      ...raw.map((i) => ({ kind: 'rawRequest', block: i * GRANULE, size: i }) as const),
      { kind: 'show' },
      ...shuffled
        .slice(0, 15_000)
        .map((i) => ({ kind: 'rawResize', from: i * GRANULE, to: (i + raw.length) * GRANULE, size: 10 }) as const),
      { kind: 'show' },
      ...shuffled.map(
        (i, at) => ({ kind: 'rawRelease', block: (at < 15_000 ? i + raw.length : i) * GRANULE }) as const,
      ),
      { kind: 'show' },
    ];
    const found = run(program, events);
    expect(found.map(([, line]) => line)).toEqual([
      `raw 20000 ${(20_000 * 19_999) / 2} 0 0`, // the maximum is that of the other domains, and was at the beginning
      expect.stringMatching(/^raw 20000 \d+ /),
      expect.stringMatching(/^raw 0 0 /),
    ]);
    expect(found).toEqual(expected(events));
  });

  test('under random events come to what the model says', () => {
    const seed = Date.now() & 0x7fffffff;
    for (const events of fc.sample(programs, { numRuns: 150, seed })) {
      const [found, modelled] = [run(program, events), expected(events)];
      const first = modelled.findIndex((shown, i) => shown.join('\n') !== found[i]?.join('\n'));
      expect({ seed, first, shown: found[first] }).toEqual({ seed, first, shown: modelled[first] });
      expect(found).toHaveLength(modelled.length);
    }
  });
});
