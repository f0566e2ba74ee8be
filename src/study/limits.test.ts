import { describe, expect, it } from 'vitest';
import { sourceFor } from './limit-source.js';
import { loadLimits } from './limits.js';
import { ranges } from './limits-caches.js';
import { distances, steps } from './limits-pymalloc.js';

describe('the limits', () => {
  const limits = loadLimits();

  it('have ids of their own', () => {
    expect(new Set(limits.map(({ id }) => id)).size).toBe(limits.length);
  });

  it('hold a freelist for each size of tuple, and one size beyond', () => {
    const sizes = Array.from({ length: 21 }, (_, i) => `freelist.tuple-${i + 1}`);
    expect(limits.map(({ id }) => id).filter((id) => /tuple-\d/.test(id))).toEqual(sizes);
  });

  it('have a source for every version, oldest first', () => {
    for (const { id, source } of limits) {
      const minors = source.map(({ since }) => Number(since.split('.')[1]));
      expect(minors[0], id).toBe(8);
      expect(minors, id).toEqual([...minors].sort((a, b) => a - b));
    }
  });
});

describe('what the source says', () => {
  const rows = [
    { since: '3.8', file: 'Objects/longobject.c' },
    { since: '3.14', value: 100, file: 'Include/internal/pycore_freelist_state.h' },
    { since: '3.15', file: 'Objects/longobject.c', unread: true as const },
  ];

  it('is that of the newest row that is not newer', () => {
    expect(sourceFor(rows, '3.14.2')).toMatchObject({
      source: 100,
      sourceNote: 'Include/internal/pycore_freelist_state.h, 3.14',
    });
  });

  it('is null where there is none, where it was not read, and before the first row', () => {
    expect(sourceFor(rows, '3.13.0')).toMatchObject({
      source: null,
      sourceNote: 'Objects/longobject.c, 3.13: there is none',
    });
    expect(sourceFor(rows, '3.15.0rc1')).toMatchObject({
      source: null,
      sourceNote: 'Objects/longobject.c, 3.15: not read',
    });
    expect(sourceFor(rows, '3.7.0')).toMatchObject({ source: null, sourceNote: 'not read' });
  });
});

describe('texts of bounds', () => {
  it('put neighbouring values together', () => {
    expect(ranges([])).toBe('none');
    expect(ranges([-2, -1, 0, 1])).toBe('-2 to 1');
    expect(ranges([1, 2, 5, 7, 8])).toBe('1 to 2, 5, 7 to 8');
  });

  it('say what is regular in a list of sizes', () => {
    expect(steps([16, 32, 48, 64])).toBe('every 16 from 16 to 64');
    expect(steps([16, 32, 40])).toBe('16, 32, 40');
  });

  it('are counted from one event to the next', () => {
    expect(distances([0, 1, 0, 0, 1, 0, 2])).toEqual([3, 2]);
    expect(distances([0, 0])).toEqual([]);
  });
});
