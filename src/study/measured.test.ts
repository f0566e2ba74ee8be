/** Series and limits as real interpreters have them: known from CPython's source. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minorNumber } from '../core/interpreter.js';
import type { LimitOnInterpreter, SeriesOnInterpreter } from '../core/study.js';
import { DEFAULT_MEASURE, type Engine, type Offer, type Session } from '../engines/engine.js';
import { nativeEngine } from '../engines/native/engine.js';
import { wasmEngine } from '../engines/wasm/engine.js';
import { loadLimits, runLimits } from './limits.js';
import { loadSeries, runSeries } from './series.js';

const native = nativeEngine.offers().find(({ refusal }) => refusal === null);
const cases: [string, Engine, Offer][] = [
  ['wasm:3.14', wasmEngine, wasmEngine.find('3.14') as Offer],
  ...(native === undefined ? [] : [[native.id, nativeEngine, native] as [string, Engine, Offer]]),
];

describe.each(cases)('%s', (_, engine, offer) => {
  const minor = minorNumber(offer.minor);
  const options = { ...DEFAULT_MEASURE, timeout: 120 };
  let session: Session;
  const limits = new Map<string, LimitOnInterpreter>();
  const series = new Map<string, SeriesOnInterpreter>();

  beforeAll(async () => {
    session = await engine.open(offer, null, { folders: [process.cwd()], time: false });
    await runLimits(session, loadLimits(), options, ({ id }, result) => {
      if (result !== null) limits.set(id, result);
    });
    await runSeries(session, loadSeries(), options, ({ id }, result) => series.set(id, result));
  }, 240_000);
  afterAll(() => session?.close());

  const measured = (id: string): unknown => limits.get(id)?.measured;

  it('keeps 80 lists and dicts, 100 floats, and as many ints and complex numbers from the version that has them', () => {
    expect(['list', 'dict', 'float'].map((kind) => measured(`freelist.${kind}`))).toEqual([80, 80, 100]);
    expect(measured('freelist.int')).toBe(minor >= 14 ? 100 : 0);
    expect(measured('freelist.int-two-digits')).toBe(0);
    expect(measured('freelist.complex')).toBe(minor >= 15 ? 100 : 0);
  });

  it('keeps 2,000 tuples of each size up to 19, and none of 21', () => {
    for (let size = 1; size <= 19; size++) expect(measured(`freelist.tuple-${size}`)).toBe(2000);
    expect(measured('freelist.tuple-21')).toBe(0);
  });

  it('caches the small ints, and the characters of Latin-1', () => {
    expect(measured('cache.ints')).toBe(minor >= 15 ? '-5 to 1024' : '-5 to 256');
    expect(measured('cache.characters')).toBe('0 to 255');
    expect(measured('cache.bytes')).toBe('0 to 255');
  });

  it('has one empty tuple, str and bytes object, and since 3.10 more than one empty frozenset', () => {
    const kinds = ['tuple', 'str', 'bytes', 'frozenset'];
    expect(kinds.map((kind) => measured(`singleton.empty-${kind}`))).toEqual([0, 0, 0, minor >= 10 ? 1 : 0]);
  });

  it('has the blocks, pools and arenas of the source, if it has pymalloc', () => {
    const blocks = [...limits].filter(([id]) => id.startsWith('pymalloc.blocks'));
    if (!session.sees.pymalloc) {
      expect([...limits.keys()].filter((id) => id.startsWith('pymalloc'))).toEqual([]);
      return;
    }
    expect(measured('pymalloc.largest')).toBe(512);
    expect(measured('pymalloc.classes')).toBe('every 16 from 48 to 512');
    expect(measured('pymalloc.pools')).toBe('63 or 64');
    expect(blocks.length).toBe(32);
    const pool = minor >= 10 ? 16_384 : 4096;
    for (const [id, result] of blocks) {
      expect(result.measured, id).toBe(Math.floor((pool - 48) / Number(id.split('-')[1])));
    }
  });

  it('says why where it measures nothing', () => {
    for (const [id, { measured, note }] of limits) if (measured === null) expect(note, id).not.toBeNull();
    expect(limits.get('freelist.asyncgen-value')).toMatchObject({ measured: null });
  });

  it('lets a list grow by an eighth', () => {
    const sizes = minor === 8 ? [0, 4, 8, 16, 25, 35, 46, 58, 72, 88] : [0, 4, 8, 16, 24, 32, 40, 52, 64, 76];
    const list = series.get('series.list');
    expect(list?.growthPoints.slice(0, 10)).toEqual(sizes);
    const word = session.interpreter.bits / 8;
    expect(list?.points[2]).toEqual({ items: 5, buffers: 1, resizes: 1, bytes: 4 * word, resizeBytes: 8 * word });
    expect(list?.points.at(-1)).toMatchObject({ items: 10_000, buffers: 1, resizes: minor === 8 ? 45 : 46 });
  });

  it('lets a dict and a set grow by tables, and a str at every addition', () => {
    const dict = series.get('series.dict');
    expect(dict?.growthPoints.filter((n) => n > 0).slice(0, 6)).toEqual([5, 10, 21, 42, 85, 170]);
    expect(dict?.points.at(-1)?.resizes).toBe(0);
    expect(series.get('series.set')?.growthPoints).toEqual([4, 18, 76, 306, 1228, 4914]);
    expect(series.get('series.str')?.points.at(-1)).toMatchObject({ buffers: 1, resizes: 9998 });
  });

  it('counts the same again', async () => {
    const some = loadLimits().filter(({ id }) => ['freelist.tuple-3', 'freelist.method', 'cache.ints'].includes(id));
    const again = new Map<string, unknown>();
    await runLimits(session, some, options, ({ id }, result) => again.set(id, result));
    await runSeries(session, loadSeries().slice(0, 1), options, ({ id }, result) => again.set(id, result));
    expect(again.size).toBe(4);
    for (const [id, result] of again) expect(result).toEqual(limits.get(id) ?? series.get(id));
  });
});
