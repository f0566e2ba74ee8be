import { describe, expect, test } from 'vitest';
import { engineContract } from '../contract.testkit.js';
import { nativeEngine } from './engine.js';

const found = nativeEngine.offers().filter(({ refusal }) => refusal === null);

describe.skipIf(found.length === 0)('the native engine (skipped where there is no Python it can count)', () => {
  engineContract({ ...nativeEngine, offers: () => found });
  test('finds each interpreter once', () => {
    expect(new Set(found.map(({ path }) => path)).size).toBe(found.length);
  });
});
