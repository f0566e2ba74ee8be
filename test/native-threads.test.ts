/** C threads that ask CPython's raw domain for memory at once, without the GIL, beside Python work: counted to the unit. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StatResult } from '../src/core/program.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import { pyallocs } from './cli.js';

const C = `
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

extern void *PyMem_RawMalloc(size_t);
extern void *PyMem_RawRealloc(void *, size_t);
extern void PyMem_RawFree(void *);

static void *work(void *events)
{
    for (intptr_t i = 0; i < (intptr_t)events; i++) {
        void *block = PyMem_RawMalloc(24);
        block = PyMem_RawRealloc(block, 40);
        PyMem_RawFree(block);
    }
    return NULL;
}

int run(int threads, long events)
{
    pthread_t all[64];
    for (int i = 0; i < threads; i++)
        if (pthread_create(&all[i], NULL, work, (void *)(intptr_t)events)) return 1;
    for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
    return 0;
}
`;

const PROGRAM = `
import ctypes, sys, threading
run = ctypes.CDLL(sys.argv[1]).run
run.argtypes = [ctypes.c_int, ctypes.c_long]
thread = threading.Thread(target=run, args=(8, int(sys.argv[2])))
thread.start()
made = [float(i) for i in range(100000)]
thread.join()
`;

const found = nativeEngine.offers().filter(({ refusal }) => refusal === null);
const compiler = spawnSync('cc', ['--version']).status === 0;
const EVENTS = 1_000_000;

describe.skipIf(found.length === 0 || !compiler)('raw memory of threads (needs an installed Python and cc)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pyallocs-test-'));
    writeFileSync(join(folder, 'raw.c'), C);
    writeFileSync(join(folder, 'program.py'), PROGRAM);
    const built = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', 'raw.so', 'raw.c', '-lpthread'], { cwd: folder });
    expect(built.status).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(found.map(({ id, path }) => [id, path ?? '']))('on %s', async (_, path) => {
    const counted = async (events: number): Promise<StatResult & { outcome: 'exact' }> => {
      const args = ['stat', '-p', path, '--steady', '--json', 'program.py', join(folder, 'raw.so'), `${events}`];
      const { stderr } = await pyallocs(args, { cwd: folder });
      const result = JSON.parse(stderr) as StatResult;
      if (result.outcome !== 'exact') throw new Error(stderr);
      return result;
    };
    const few = await counted(1000);
    const many = await counted(EVENTS);
    const more = 8 * (EVENTS - 1000);
    const difference = (pick: (result: StatResult & { outcome: 'exact' }) => number): number => pick(many) - pick(few);
    expect({
      requests: difference(({ counts }) => counts.requests),
      resizes: difference(({ counts }) => counts.resizes),
      malloc: difference(({ counts }) => counts.buffers.malloc),
      asked: difference(({ counts }) => counts.bytes),
      resized: difference(({ counts }) => counts.resizeBytes),
      creations: difference(({ counts }) => counts.creations.total),
      threads: many.threads,
    }).toEqual({
      requests: more,
      resizes: more,
      malloc: more,
      asked: 24 * more,
      resized: 40 * more,
      creations: 0,
      threads: 10,
    });
  });
});
