import { describe, expect, it } from 'vitest';
import { type Counts, ZERO } from '../core/counts.js';
import { bytes, count } from '../core/units.js';
import { growthOf, loadSeries, type Step } from './series.js';

const quiet = (items: number): Step => ({ items, counts: ZERO });

function costs(requests: number, resizes: number, size: number): Step {
  const sizes = { bytes: bytes(requests * size), resizeBytes: bytes(resizes * size) };
  const counts: Counts = { ...ZERO, requests: count(requests), resizes: count(resizes), ...sizes };
  return { items: 1, counts };
}

describe('growth', () => {
  it('is nothing where nothing is asked for', () => {
    const { growthPoints, points } = growthOf([quiet(1), quiet(1)]);
    expect(growthPoints).toEqual([]);
    expect(points.map(({ items, buffers, resizes, bytes: asked }) => [items, buffers, resizes, asked])).toEqual([
      [1, 0, 0, 0],
      [2, 0, 0, 0],
    ]);
  });

  it('sums up the costs to each size', () => {
    const { growthPoints, points } = growthOf([costs(1, 0, 32), quiet(1), quiet(3), costs(0, 1, 64), quiet(4)]);
    expect(growthPoints).toEqual([0, 5]);
    expect(points).toEqual([
      { items: 1, buffers: 1, resizes: 0, bytes: 32, resizeBytes: 0 },
      { items: 2, buffers: 1, resizes: 0, bytes: 32, resizeBytes: 0 },
      { items: 5, buffers: 1, resizes: 0, bytes: 32, resizeBytes: 0 },
      { items: 10, buffers: 1, resizes: 1, bytes: 32, resizeBytes: 64 },
    ]);
  });

  it('names the first hundred points', () => {
    const all = Array.from({ length: 150 }, () => costs(0, 1, 10));
    const { growthPoints, points } = growthOf(all);
    expect(growthPoints).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(points.at(-1)).toMatchObject({ items: 100, resizes: 100 });
  });

  it('is refused where additions that were counted together are not quiet', () => {
    expect(() => growthOf([{ ...costs(1, 0, 32), items: 20 }])).toThrow('asked for memory when repeated');
  });
});

describe('the series', () => {
  it('are those of the containers that grow', () => {
    expect(loadSeries().map(({ what }) => what)).toEqual(['list', 'dict', 'set', 'str', 'bytearray', 'BytesIO']);
  });
});
