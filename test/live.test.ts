/** `record --live`: what lives at the end and at the maximum, on every Python of this machine. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { nativeEngine } from '../src/engines/native/engine.js';
import { folder, parsed, pyallocs, run, startPyallocs, until } from './cli.js';

const FOUND = nativeEngine.offers().filter(({ refusal }) => refusal === null);
const HERE = join(dirname(fileURLToPath(import.meta.url)), 'live');
const ENVIRONMENT = { PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0' };

const live = z.object({
  liveBlocks: z.number(),
  liveBytes: z.number(),
  peakBlocks: z.number(),
  peakBytes: z.number(),
});
type Live = z.infer<typeof live>;
const row = z.object({
  key: z.string(),
  live,
  place: z.object({ file: z.string(), line: z.number().nullable() }).nullable(),
});
const report = z.object({
  outcome: z.string(),
  live,
  rows: z.array(row.extend({ rows: z.array(row).optional() })),
});
type Report = z.infer<typeof report>;

const FIELDS = ['liveBlocks', 'liveBytes', 'peakBlocks', 'peakBytes'] as const;
const NOTHING: Live = { liveBlocks: 0, liveBytes: 0, peakBlocks: 0, peakBytes: 0 };
const add = (a: Live, b: Live): Live => Object.fromEntries(FIELDS.map((field) => [field, a[field] + b[field]])) as Live;

interface Recording {
  readonly python: string;
  readonly program: readonly string[];
  readonly cwd?: string;
  readonly before?: readonly string[];
}

/** Records a program, and shows a report of the recording. */
function recorder({ python, program, cwd = folder(), before = [] }: Recording): (...by: string[]) => Promise<Report> {
  const file = join(folder(), 'live.pb.gz');
  const recorded = pyallocs(['record', '--live', '-p', python, '-o', file, ...before, ...program], {
    cwd,
    env: ENVIRONMENT,
  });
  return async (...by) => {
    const { code, stderr } = await recorded;
    expect(code, stderr).toBe(0);
    const result = report.parse(
      parsed(await pyallocs(['report', file, '--json', '--imports', ...by.flatMap((one) => ['--by', one])])),
    );
    // Checked against the totals beside the sites, too: otherwise the recording would be varying.
    expect(result.outcome).toBe('exact');
    expect(result.rows.map((one) => one.live).reduce(add, NOTHING)).toEqual(result.live);
    return result;
  };
}

const rowOf = ({ rows }: Report, key: string): Live => rows.find((one) => one.key === key)?.live ?? NOTHING;

/** Of `kept` on a line and of a type below it. */
function typeOn({ rows }: Report, line: string, type: string): Live {
  const found = rows.find(({ key }) => key.endsWith(line));
  return found?.rows?.find(({ key }) => key === type)?.live ?? NOTHING;
}

/** What run.py prints. */
const traced = z.object({ peak: z.number(), rows: z.record(z.string(), z.tuple([z.number(), z.number()])) });
type Traced = z.infer<typeof traced>;

/** Blocks and bytes of each line of the workload, those without any left out. */
function ofWorkload({ rows }: Report, when: 'live' | 'peak'): Record<string, [number, number]> {
  const found: Record<string, [number, number]> = {};
  for (const { place, live: figures } of rows) {
    if (place === null || !place.file.endsWith('workload.py') || figures[`${when}Blocks`] === 0) continue;
    found[String(place.line)] = [figures[`${when}Blocks`], figures[`${when}Bytes`]];
  }
  return found;
}

const LINES = readFileSync(join(HERE, 'workload.py'), 'utf8').split('\n');
const lineWith = (text: string): string => String(LINES.findIndex((line) => line.includes(text)) + 1);

const COMPILER = spawnSync('cc', ['--version']).status === 0;

/** Threads without the GIL that ask, resize and give back, and keep some. */
const RAW_THREADS = `
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

extern void *PyMem_RawMalloc(size_t);
extern void *PyMem_RawRealloc(void *, size_t);
extern void PyMem_RawFree(void *);

static void *work(void *kept)
{
    for (intptr_t i = 0; i < 50000; i++) {
        void *block = PyMem_RawRealloc(PyMem_RawMalloc(24), 4000);
        if (i >= (intptr_t)kept) PyMem_RawFree(block);
    }
    return NULL;
}

void run(long kept)
{
    pthread_t all[8];
    for (int i = 0; i < 8; i++) pthread_create(&all[i], NULL, work, (void *)kept);
    for (int i = 0; i < 8; i++) pthread_join(all[i], NULL);
}
`;
const RAW_PROGRAM = `
import ctypes, sys
run = ctypes.CDLL(sys.argv[1]).run
run.argtypes = [ctypes.c_long]
run(int(sys.argv[2]))
`;

describe.skipIf(FOUND.length === 0)('live blocks (skipped where no Python can be counted)', () => {
  describe.each(FOUND)('$id', ({ path }) => {
    const python = path ?? '';

    test('are, line for line, those of tracemalloc, at the end and at the maximum', async () => {
      const recorded = (tall: string): Promise<Report> =>
        recorder({ python, program: ['run.py', tall], cwd: HERE, before: ['--steady'] })('line');
      const asked = async (tall: string, when: string): Promise<Traced> =>
        traced.parse(
          parsed(await run('setarch', ['-R', python, 'run.py', tall, when], { cwd: HERE, env: ENVIRONMENT })),
        );
      const [found, taller] = await Promise.all([recorded('100'), recorded('200')]);
      // In two runs: what tracemalloc makes when it is asked goes to freelists, without a trace.
      const [atEnd, maximal, tallerMaximal] = await Promise.all([
        asked('100', 'end'),
        asked('100', 'peak'),
        asked('200', 'peak'),
      ]);
      expect(ofWorkload(found, 'live')).toEqual(atEnd.rows);
      expect(Object.keys(atEnd.rows).length).toBeGreaterThan(15);

      // The line of the maximum is over when tracemalloc is asked, and the line that asks has begun.
      const [maximum, asking] = [lineWith('bytes(1_000_000)'), lineWith('at_peak()')];
      const { [maximum]: top, [asking]: _, ...atPeak } = ofWorkload(found, 'peak');
      const { [maximum]: __, [asking]: ___, ...expected } = maximal.rows;
      expect(atPeak).toEqual(expected);
      expect(atPeak[lineWith('bytes(10_000)')]?.[1]).toBeGreaterThanOrEqual(100 * 10_033);
      expect(top?.[1]).toBeGreaterThanOrEqual(1_000_033);

      // Each has some blocks that the other does not see, the same ones in both runs.
      const higher = taller.live.peakBytes - found.live.peakBytes;
      expect(higher).toBe(tallerMaximal.peak - maximal.peak);
      expect(higher).toBeGreaterThanOrEqual(100 * 10_033);
    });

    test('of known sizes: kept, dropped, grown and at the maximum', async () => {
      const program = `
kept = [bytes(1000) for _ in range(7)]
def peak():
    big = [bytes(20000) for _ in range(50)]
    return len(big)
peak()
later = [bytes(3000) for _ in range(5)]
grown = bytearray(10)
grown += bytes(5000)
`;
      const result = await recorder({ python, program: ['-c', program] })('line', 'type');
      // bytesobject.h: PyBytesObject is 32 bytes, and a zero byte stands at the end.
      expect(typeOn(result, '<string>:2', 'bytes')).toEqual(same(7, 7 * 1033));
      expect(typeOn(result, '<string>:4', 'bytes')).toEqual({ ...NOTHING, peakBlocks: 50, peakBytes: 50 * 20033 });
      expect(typeOn(result, '<string>:7', 'bytes')).toEqual({ ...NOTHING, liveBlocks: 5, liveBytes: 5 * 3033 });
      // The bytes of a bytearray: a buffer, from 3.15 on a bytes object.
      const grown = add(typeOn(result, '<string>:9', '(buffer)'), typeOn(result, '<string>:9', 'bytes'));
      expect(grown.liveBlocks).toBe(1);
      expect(grown.liveBytes).toBeGreaterThan(5000);
    });

    test('that are older than the program are in no figure, and neither is what ends after it', async () => {
      const program = 'import sys, os\nsys.modules.clear()\nos.environ.clear()\nx = bytes(5000)\n';
      const result = await recorder({ python, program: ['-c', program] })('line', 'type');
      expect(typeOn(result, '<string>:4', 'bytes')).toEqual(same(1, 5033));
      for (const { live: figures } of result.rows)
        for (const field of FIELDS) expect(figures[field]).not.toBeLessThan(0);
    });

    test('of atexit callbacks, threads and forked children', async () => {
      const program = `
import atexit, os, threading
at_exit = []
atexit.register(lambda: at_exit.append(bytes(7000)))
shared = [bytes(2000) for _ in range(4)]
def work():
    shared.extend(bytes(4000) for _ in range(3))
thread = threading.Thread(target=work, name="worker")
thread.start()
thread.join()
if os.fork() == 0:
    shared.clear()
    own = bytes(9000)
    os._exit(0)
os.wait()
`;
      const byLine = await recorder({ python, program: ['-c', program] })('line', 'type');
      expect(typeOn(byLine, '<string>:4', 'bytes').liveBytes).toBe(7033);
      // The child gave back what it never asked for: that is nobody's loss.
      expect(typeOn(byLine, '<string>:5', 'bytes').liveBytes).toBe(4 * 2033);
      expect(typeOn(byLine, '<string>:13', 'bytes')).toEqual(same(1, 9033));
      expect(typeOn(byLine, '<string>:7', 'bytes').liveBytes).toBe(3 * 4033);
    });

    test('of a region, and what a region frees that did not ask for it', async () => {
      const program = `
import pyallocs
kept = []
with pyallocs.region("load"):
    kept.append(bytes(6000))
    dropped = [bytes(8000)]
with pyallocs.region("drop"):
    dropped.clear()
`;
      const result = await recorder({ python, program: ['-c', program], before: ['--no-stacks'] })('region', 'type');
      const bytesIn = (region: string): Live => typeOn(result, region, 'bytes');
      expect(bytesIn('load')).toMatchObject({ liveBlocks: 1, liveBytes: 6033 });
      expect(bytesIn('drop')).toEqual(NOTHING);
    });

    test('of the raw domain, as one total, from threads with the GIL and without', async () => {
      const program = `
import ctypes, sys
def calls(library):
    request, resize, release = library.PyMem_RawMalloc, library.PyMem_RawRealloc, library.PyMem_RawFree
    for function, arguments in (request, ["size_t"]), (resize, ["void_p", "size_t"]), (release, ["void_p"]):
        function.restype = ctypes.c_void_p
        function.argtypes = [getattr(ctypes, "c_" + name) for name in arguments]
    return request, resize, release
for library in ctypes.PyDLL(None), ctypes.CDLL(None):
    request, resize, release = calls(library)
    if sys.argv[1] == "ask":
        for size in 1000, 2000, 3000:
            kept = request(size)
        kept = resize(kept, 50000)
        release(request(700000))
`;
      const raw = async (what: string): Promise<Live> =>
        rowOf(await recorder({ python, program: ['-c', program, what] })('thread'), '(raw domain)');
      const [asked, without] = await Promise.all(['ask', 'leave'].map(raw));
      // Of PyDLL with the GIL, of CDLL without.
      expect((asked?.liveBlocks ?? 0) - (without?.liveBlocks ?? 0)).toBe(2 * 3);
      expect((asked?.liveBytes ?? 0) - (without?.liveBytes ?? 0)).toBe(2 * (1000 + 2000 + 50_000));
    });
  });

  describe('of one Python', () => {
    const python = FOUND[0]?.path ?? '';

    test.skipIf(!COMPILER)('of the raw domain are not lost when eight threads ask at once (needs cc)', async () => {
      const cwd = folder({ 'raw.c': RAW_THREADS, 'program.py': RAW_PROGRAM });
      expect(spawnSync('cc', ['-shared', '-fPIC', '-o', 'raw.so', 'raw.c', '-lpthread'], { cwd }).status).toBe(0);
      const raw = async (kept: string): Promise<Live> =>
        rowOf(
          await recorder({ python, program: ['program.py', join(cwd, 'raw.so'), kept], cwd, before: ['--steady'] })(
            'thread',
          ),
          '(raw domain)',
        );
      const [some, none] = [await raw('100'), await raw('0')];
      expect(some.liveBlocks - none.liveBlocks).toBe(8 * 100);
      expect(some.liveBytes - none.liveBytes).toBe(8 * 100 * 4000);
    });

    test('are known of a program that was killed', async () => {
      const cwd = folder({
        'killed.py':
          'import time\nkept = [bytes(5000) for _ in range(100)]\nprint("ready", flush=True)\ntime.sleep(60)\n',
      });
      const file = join(cwd, 'live.pb.gz');
      const { child, ended } = startPyallocs(['record', '--live', '-p', python, '-o', file, 'killed.py'], { cwd });
      let said = '';
      child.stdout.on('data', (text: string) => {
        said += text;
      });
      await until('the program is ready', () => (said.includes('ready') ? true : undefined));
      const pids = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
      expect(pids).toHaveLength(1);
      process.kill(Number(pids[0]), 'SIGKILL');
      expect((await ended).code).toBe(128 + 9);
      const result = report.parse(parsed(await pyallocs(['report', file, '--json', '--by', 'line', '--by', 'type'])));
      expect(typeOn(result, 'killed.py:2', 'bytes')).toEqual(same(100, 100 * 5033));
    });

    test('are a part of the file that go tool pprof and others read, and of the report', async () => {
      const cwd = folder({ 'keep.py': 'kept = [bytes(5000) for _ in range(100)]\n' });
      await pyallocs(['record', '--live', '-p', python, 'keep.py'], { cwd });
      const { stdout } = await pyallocs(['report', '--sort', 'live'], { cwd });
      expect(stdout).toMatch(/objects.* live .*at peak/);
      expect(stdout).toContain('parked in a freelist');
      const { stdout: csv } = await pyallocs(['export', '--format', 'csv'], { cwd });
      expect(csv.split('\n')[0]).toContain('liveBlocks,liveBytes,peakBlocks,peakBytes');
    });

    test('are not there unless they were asked for, and the report says how', async () => {
      const cwd = folder({ 'keep.py': 'kept = [bytes(5000) for _ in range(100)]\n' });
      await pyallocs(['record', '-p', python, 'keep.py'], { cwd });
      const { stderr, code } = await pyallocs(['report', '--sort', 'live'], { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining('record --live')]);
    });
  });
});

/** The same at the end and at the maximum. */
const same = (blocks: number, size: number): Live => ({
  liveBlocks: blocks,
  liveBytes: size,
  peakBlocks: blocks,
  peakBytes: size,
});
