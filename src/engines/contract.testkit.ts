/** What any engine must pass, on each interpreter it offers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Counts, countFields } from '../core/counts.js';
import { minorNumber } from '../core/interpreter.js';
import { hasNumbers, type Measurement } from '../core/outcome.js';
import { DEFAULT_MEASURE, type Engine, type MeasureOptions, type Offer, type Session } from './engine.js';
import { KNOWN_LOOPS, KNOWN_STATEMENTS, type Known, type KnownStatement } from './known-counts.testkit.js';

const SEVERAL: readonly (readonly [string, string])[] = [
  ['y = x + 1', 'x = 5000'],
  ['t = (x, x)', 'x = 1'],
  ['y = [x]', 'x = 1'],
  ['y = {x: x}', 'x = 1'],
  ['y = x * x', 'x = 1.5'],
  ['y = object()', ''],
];

export function engineContract(engine: Engine): void {
  describe.each(engine.offers())('$id', (offer: Offer) => {
    const minor = minorNumber(offer.minor);
    // list_resize, Objects/listobject.c: the lengths at which an append needs more room
    const growth = minor === 8 ? [0, 4, 8, 16, 25, 35, 46, 58, 72, 88] : [0, 4, 8, 16, 24, 32, 40, 52, 64, 76, 92];
    let session: Session;

    beforeAll(async () => {
      session = await engine.open(offer, null, { folders: [process.cwd()], time: true });
    });
    afterAll(() => session?.close());

    const measure = (statement: string, setup = '', options: Partial<MeasureOptions> = {}) =>
      session.measure({ statement, setup }, { ...DEFAULT_MEASURE, ...options });

    it('is the version that it was offered as', async () => {
      const asked = await measure('raise ValueError(sys.version.split()[0])', 'import sys');
      expect(session.interpreter.version).toBe(offer.version || session.interpreter.version);
      expect(asked).toMatchObject({
        outcome: 'failed',
        error: { message: `ValueError: ${session.interpreter.version}` },
      });
    });

    it('passes its self-check', () => {
      expect(session.selfCheck.cases.filter(({ expected, found }) => expected !== found)).toEqual([]);
      expect(session.selfCheck.outcome).toBe('passed');
    });

    it.each(KNOWN_STATEMENTS)('counts $statement with $setup', async (known) => {
      checkKnown(await measure(known.statement, known.setup), known, minor);
    });

    it.each(KNOWN_LOOPS)('counts the loop $statement', async (known) => {
      checkKnown(await measure(known.statement, known.setup), known, minor);
    });

    it('counts a statement the same after others', async () => {
      const first = await measure('y = [x, (x, x), {}]', 'x = 1');
      await measure('import json; json.dumps({"a": [1.5, "b"]})');
      await measure('def f(n): return f(n - 1) if n else []\nf(50)');
      expect(await measure('y = [x, (x, x), {}]', 'x = 1')).toEqual(first);
    });

    it('counts the sum when statements stand one after the other', async () => {
      let sum = 0;
      for (const [statement, setup] of SEVERAL) sum += creationsPerOp(await measure(statement, setup));
      const renamed = SEVERAL.map(([statement, setup], i) =>
        [statement, setup].map((text) => text.replace(/\bx\b/g, `x${i}`)),
      );
      const all = await measure(renamed.map(([s]) => s).join('\n'), renamed.map(([, s]) => s).join('\n'));
      expect(creationsPerOp(all)).toBe(sum);
    });

    it('executes setup once and the statement in one loop', async () => {
      const result = await measure('seen.append(None)', 'seen = []', { iterations: 10 });
      expect(result).toMatchObject({ outcome: 'exact', steady: false });
      if (!hasNumbers(result) || result.growth === null) throw new Error('no growth');
      expect(result.growth.map(({ executions }) => executions)).toEqual([10, 20, 100]);
      // 1 + 10 appends: 0, 4, 8 -> one request and two resizes; up to 20: 16; the others up to 100
      expect(result.growth.map(({ counts }) => [counts.requests, counts.resizes])).toEqual([
        [1, 2],
        [1, 3],
        [1, growth.length - 1],
      ]);
    });

    it('finds where a list grows', async () => {
      const runs = Array<number>(100).fill(1);
      const counted = await session.countRuns({ statement: 'L.append(None)', setup: 'L = []' }, runs, DEFAULT_MEASURE);
      if (counted.outcome !== 'counted') throw new Error(JSON.stringify(counted));
      const asked = counted.runs.flatMap(({ counts }, i) => (counts.requests + counts.resizes > 0 ? [i] : []));
      expect(asked).toEqual(growth);
    });

    it('keeps rows and totals equal for a large statement', async () => {
      const result = await measure(
        "json.loads(json.dumps({'a': [1, 2.5, None, 'x' * 50], 'b': {'c': [[]] * 5}}))",
        'import json',
      );
      if (!hasNumbers(result)) throw new Error(JSON.stringify(result));
      const total = (counts: Counts): (number | null)[] => countFields(counts).map((value) => value ?? 0);
      const sums = result.byType.map(total).reduce((a, b) => a.map((value, i) => (value ?? 0) + (b[i] ?? 0)));
      expect(sums).toEqual(total(result.counts));
      expect(result.counts.creations.total).toBeGreaterThan(0);
    });

    it('counts 2,000 classes made and dropped, one instance each, under their one name', async () => {
      const loop = 'for i in R:\n    class C:\n        __slots__ = ()\n    C()\n    del C\n    gc.collect()';
      const result = await measure(loop, 'import gc\nR = [None] * 20', { iterations: 100 });
      if (!hasNumbers(result)) throw new Error(JSON.stringify(result));
      const instances = result.byType.filter(({ type }) => type === 'C');
      expect(instances.map(({ creations }) => creations.total)).toEqual([2000]);
    });

    it('measures the time without hooks when asked', async () => {
      const result = await measure('y = x + 1', 'x = 5000', { time: true, repeats: 3 });
      if (!hasNumbers(result)) throw new Error(JSON.stringify(result));
      expect(result.timePerOp).toMatchObject({ runs: 3 });
      expect(result.timePerOp?.minNs).toBeGreaterThan(0);
      expect(result.counts.creations.total).toBe(1000);
    });

    it('answers what Python code returns, with the text it was given', async () => {
      const code = 'import sys\ndef main(text): return text[::-1] + sys.version.split()[0]';
      const text = `é€😀`;
      expect(await session.evaluate(code, text, 30)).toEqual({
        outcome: 'answered',
        text: `😀€é${session.interpreter.version}`,
      });
    });

    it.each([
      ['def main(text):\n  return text.nothing', 'python-exception', /^AttributeError: /, 2],
      ['def main(text) return', 'syntax-error', /^SyntaxError: /, 1],
      ['def main(text): return 1', 'python-exception', /^TypeError: /, null],
      ['import os\ndef main(text): os.abort()', 'crashed', /./, null],
      ['def main(text):\n  while True: pass', 'timeout', /1 s/, null],
    ])('says why %j answers nothing', async (code, error, message, line) => {
      const result = await session.evaluate(code, '', error === 'timeout' ? 1 : 30);
      expect(result).toMatchObject({
        outcome: 'failed',
        error: { code: error, message: expect.stringMatching(message), line },
      });
    });

    it('evaluates code without a hook, in a copy that nothing else sees', async () => {
      const before = await measure('y = [x, (x, x), {}]', 'x = 1');
      const seen = await session.evaluate(
        [
          'import json, tracemalloc',
          'def main(text):',
          '    on = tracemalloc.is_tracing()',
          '    tracemalloc.start()',
          '    first = tracemalloc.take_snapshot()',
          '    kept = [object() for i in range(1000)]',
          '    second = tracemalloc.take_snapshot()',
          '    json.mark = True',
          '    mine = [d for d in second.compare_to(first, "lineno") if d.traceback[0].lineno == 6]',
          '    return json.dumps([on, sum(d.count_diff for d in mine) >= 1000])',
        ].join('\n'),
        '',
        30,
      );
      expect(seen).toEqual({ outcome: 'answered', text: '[false, true]' });
      const again = 'import json\ndef main(text): return str(hasattr(json, "mark"))';
      expect(await session.evaluate(again, '', 30)).toEqual({ outcome: 'answered', text: 'False' });
      expect(await measure('y = [x, (x, x), {}]', 'x = 1')).toEqual(before);
    });

    it('is exact again after a statement that crashed it', async () => {
      expect(await measure('import os; os.abort()')).toMatchObject({ outcome: 'failed', error: { code: 'crashed' } });
      expect(creationsPerOp(await measure('t = (x, x)', 'x = 1'))).toBe(1);
    });

    it('ends a statement that does not end', async () => {
      const result = await measure('while True: pass', '', { timeout: 1 });
      expect(result).toMatchObject({ outcome: 'failed', error: { code: 'timeout' } });
      expect(creationsPerOp(await measure('t = (x, x)', 'x = 1'))).toBe(1);
    });
  });
}

function creationsPerOp(result: Measurement): number {
  if (!hasNumbers(result) || result.perOp === null) throw new Error(JSON.stringify(result));
  return result.perOp.creations.total;
}

function checkKnown(result: Measurement, { per }: KnownStatement, minor: number): void {
  if (!hasNumbers(result)) throw new Error(JSON.stringify(result));
  expect(result.outcome).toBe('exact');
  expect(result.steady).toBe(true);
  const created = result.byType.filter(({ creations }) => creations.total !== 0);
  const { iterations: n } = result;
  const found: Required<Known> = {
    creations: Object.fromEntries(
      created.map(({ type, creations }) => [type, { total: creations.total / n, freelist: creations.freelist / n }]),
    ),
    buffers: result.counts.buffers.total / n,
    resizes: result.counts.resizes / n,
    relocations: result.counts.relocations / n,
  };
  expect(found).toEqual({ buffers: 0, resizes: 0, relocations: 0, ...per(minor) });
}
