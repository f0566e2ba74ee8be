/** Whatever a file holds, reading it ends, soon and with little memory: with numbers, or with a sentence. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PyallocsError } from '../../core/errors.js';
import { minorNumber } from '../../core/interpreter.js';
import { measureStatement } from '../protocol.js';
import { nativeEngine } from './engine.js';
import { Recording } from './recording.js';
import { NativeRunner } from './runner.js';
import { agentEnvironment, SessionFolder, textOf, WorkerProcess } from './worker-process.js';

const [FOUND] = nativeEngine.offers().filter(({ refusal }) => refusal === null);
const PYTHON = FOUND?.path ?? '';

/** Of agent/native/recording.h: the head, and words of it that lead somewhere or say how much there is. */
const HEAD = 5576;
/** All of the head: what is read in any case. */
const HEAD_SIZE = 5656;
const USED = 32;
const LEADING = [
  16,
  24,
  USED,
  80,
  88,
  112,
  120,
  144,
  152,
  160,
  168,
  176,
  184,
  192,
  200,
  208,
  4312 + 24 * 8,
  5544,
  5552,
];

const PROGRAM = `
import os, threading, pyallocs
for name in ("a", "b", "ä" * 300):
    with pyallocs.region(name):
        kept = [object() for _ in range(10)]
os.system("true")
thread = threading.Thread(target=list, args=(range(1000),))
thread.start(); thread.join()
classes = [type("C" * i, (), {})() for i in range(1, 300, 7)]
`;

/** What a recording holds, without the hole behind it. */
function contents(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD);
    readSync(file, head, 0, HEAD, 0);
    const all = Buffer.alloc(Number(head.readBigUInt64LE(USED)));
    readSync(file, all, 0, all.length, 0);
    return all;
  } finally {
    closeSync(file);
  }
}

async function ofProgram(): Promise<Buffer> {
  const session = new SessionFolder();
  try {
    const { status } = spawnSync(PYTHON, ['-c', PROGRAM], { env: agentEnvironment(session.path), stdio: 'ignore' });
    expect(status).toBe(0);
    const [path = ''] = session.recordings().filter((path) => contents(path).readBigUInt64LE(48) === 0n);
    return contents(path);
  } finally {
    session.remove();
  }
}

/** That of a worker, which holds an interval and its marks. */
async function ofStatement(): Promise<Buffer> {
  const worker = new WorkerProcess({ python: PYTHON, folder: process.cwd(), unhooked: false });
  const deadline = Date.now() + 60_000;
  try {
    const harness = readFileSync(new URL('../../../python/harness.py', import.meta.url), 'utf8');
    textOf(await worker.ask(deadline, 'execute', harness), 'the harness');
    textOf(await worker.ask(deadline, 'ask', 'prepare_interpreter', '[]'), 'preparing');
    const forked = textOf(await worker.ask(deadline, 'fork'), 'a fork');
    const path = forked.slice(forked.indexOf(' ') + 1);
    const recording = new Recording(path);
    const statement = { setup: 'L = []', statement: 'L.append([])' };
    const minor = minorNumber(FOUND?.version ?? '3.8');
    const runner = new NativeRunner({ worker, recording, statement, gc: false, minor, deadline });
    const measured = await measureStatement(runner, { iterations: 100, gc: false });
    recording.close();
    expect(measured.outcome).toBe('exact');
    return contents(path);
  } finally {
    await worker.end();
  }
}

/** All that a reader can ask of it. */
function readAll(path: string): unknown[] {
  const recording = new Recording(path);
  try {
    return [
      recording.head,
      recording.phase('startup'),
      recording.phase('program'),
      recording.phase('shutdown'),
      recording.regions(),
      recording.waited(),
      ...[null, 0, 1, 2].map((mark) => recording.interval(mark)),
      recording.intervalFlags(),
    ];
  } finally {
    recording.close();
  }
}

describe.skipIf(FOUND === undefined)('a recording (skipped where no Python can make one)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pyallocs-recording-'));
  const path = join(folder, 'fuzzed.pya');
  const recordings: Buffer[] = [];

  beforeAll(async () => {
    recordings.push(await ofProgram(), await ofStatement());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('as it was written is read whole', () => {
    const [program, statement] = recordings;
    writeFileSync(path, program ?? '');
    const recording = new Recording(path);
    expect(recording.head).toMatchObject({ state: 'exited', exitCode: 0, refused: 0, threads: 2 });
    expect(recording.head.command).toEqual([...recording.head.command.slice(0, -1), PROGRAM]);
    expect(recording.regions().map(({ name, entries }) => [name, entries])).toEqual([
      ['a', 1],
      ['b', 1],
      ['ä'.repeat(300), 1],
    ]);
    for (const { byType } of recording.regions()) expect(byType.get('object')?.creations.total).toBe(10);
    expect(recording.phase('program').byType.get('C'.repeat(295))?.creations.total).toBe(1);
    expect([...recording.waited().values()]).toEqual([0]);
    recording.close();
    writeFileSync(path, statement ?? '');
    const worker = new Recording(path);
    const marks = [0, 1, 2].map((mark) => worker.interval(mark)?.byType.get('list')?.creations.total);
    expect(marks).toEqual([100, 200, 1000]);
    worker.close();
  });

  /** Reads it: numbers, or the sentence; nothing else, soon and without more memory than the file has. */
  const check = (bytes: Buffer): string => {
    writeFileSync(path, bytes);
    const alloc = vi.spyOn(Buffer, 'alloc');
    const began = performance.now();
    try {
      readAll(path);
      return 'read';
    } catch (error) {
      if (!(error instanceof PyallocsError) || error.code !== 'bad-recording') throw error;
      expect(error.message.startsWith(`${path} is not a recording of this version of pyallocs: `)).toBe(true);
      return 'refused';
    } finally {
      const most = Math.max(0, ...alloc.mock.calls.map(([size]) => size));
      alloc.mockRestore();
      expect(most, 'the largest piece of memory').toBeLessThanOrEqual(Math.max(HEAD_SIZE, bytes.length));
      expect(performance.now() - began, 'milliseconds').toBeLessThan(5000);
    }
  };

  const flip = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), to: fc.nat(255) });
  const word = fc.record({
    at: fc.oneof(
      fc.constantFrom(...LEADING),
      fc.nat(HEAD / 8 - 1).map((n) => n * 8),
    ),
    to: fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.bigInt({ min: 0n, max: 2n ** 21n }),
      fc.constantFrom(2n ** 64n - 1n, 2n ** 63n, 2n ** 53n, 2n ** 40n, 2n ** 32n),
    ),
  });
  const cut = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));

  test('cut off or with other bytes and words in it is read or refused', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.nat(1),
        fc.array(flip, { maxLength: 30 }),
        fc.array(word, { maxLength: 4 }),
        cut,
        (which, flips, words, end) => {
          const bytes = Buffer.from(recordings[which] ?? '');
          for (const { at, to } of flips) bytes[Math.floor(at * bytes.length)] = to;
          for (const { at, to } of words) bytes.writeBigUInt64LE(to, at);
          seen.add(check(end === null ? bytes : bytes.subarray(0, Math.floor(end * bytes.length))));
        },
      ),
      { numRuns: 2000 },
    );
    expect([...seen].sort()).toEqual(['read', 'refused']);
  });

  test('with each leading word at its worst is read or refused', () => {
    for (const recording of recordings) {
      for (const at of LEADING) {
        for (const to of [0n, 1n, 2n ** 20n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
          const bytes = Buffer.from(recording);
          bytes.writeBigUInt64LE(to, at);
          check(bytes);
          // and where there is room for everything
          bytes.writeBigUInt64LE(2n ** 60n, USED);
          check(bytes);
        }
      }
    }
  });

  test('with a size beyond its end is refused before memory is taken for that', () => {
    const [program] = recordings;
    const bytes = Buffer.from(program ?? '');
    bytes.writeBigUInt64LE(2n ** 40n, USED);
    for (const [at, size] of [
      [168, 2 ** 24], // the command, at the most that it may have
      [184, 2 ** 20], // names, likewise
    ] as const) {
      const wrong = Buffer.from(bytes);
      wrong.writeBigUInt64LE(BigInt(size), at);
      expect(check(wrong)).toBe('refused');
    }
  });

  test('whose regions lead back to the first is refused', () => {
    const bytes = Buffer.from(recordings[0] ?? '');
    const first = bytes.readBigUInt64LE(200);
    let last = first;
    const next = (region: bigint): number => Number(region - bytes.readBigUInt64LE(16)) + 272;
    while (bytes.readBigUInt64LE(next(last)) !== 0n) last = bytes.readBigUInt64LE(next(last));
    bytes.writeBigUInt64LE(first, next(last));
    expect(check(bytes)).toBe('refused');
  });

  test('that is none at all is refused', () => {
    for (const bytes of ['', 'pyallocs', 'x'.repeat(10_000), `pyallocs${'\0'.repeat(10_000)}`]) {
      expect(check(Buffer.from(bytes))).toBe('refused');
    }
    expect(check(Buffer.alloc(2 ** 20, 0xff))).toBe('refused');
  });
});
