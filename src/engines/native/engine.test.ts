import { describe, expect, test } from 'vitest';
import { engineContract } from '../contract.testkit.js';
import { DEFAULT_MEASURE } from '../engine.js';
import { nativeEngine } from './engine.js';

const found = nativeEngine.offers().filter(({ refusal }) => refusal === null);

describe.skipIf(found.length === 0)('the native engine (skipped where there is no Python it can count)', () => {
  engineContract({ ...nativeEngine, offers: () => found });
  test('finds each interpreter once', () => {
    expect(new Set(found.map(({ path }) => path)).size).toBe(found.length);
  });

  test.each(found)('$id: a region in a statement does nothing, as without pyallocs', async (offer) => {
    const session = await nativeEngine.open(offer, null, { folders: [], time: false });
    try {
      const statement = { setup: 'import pyallocs; r = pyallocs.region("a")', statement: 'with r: x = object()' };
      const measured = await session.measure(statement, DEFAULT_MEASURE);
      if (measured.outcome !== 'exact') throw new Error(JSON.stringify(measured));
      const row = measured.byType.find(({ type }) => type === 'object');
      expect(row?.creations.total).toBe(measured.iterations);
    } finally {
      await session.close();
    }
  });
});
