import { describe, expect, test } from 'vitest';
import { buildName, otherBuild } from './builds.js';
import { judge, type Verdict } from './check.js';
import type { Interpreter } from './interpreter.js';
import { type Limit, type LimitField, limitText, limitToken, parseLimit } from './limits.js';
import type { Reading, Seen, Unknown } from './readings.js';

const PYTHON: Interpreter = {
  id: 'wasm:3.14',
  label: null,
  version: '3.14.2',
  implementation: 'cpython',
  engine: 'wasm',
  bits: 32,
  pymalloc: false,
  freeThreaded: false,
  build: [],
  path: null,
};

const limit = (text: string | number): Limit => {
  const parsed = parseLimit(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
};

/** "3" is 3, "2..3" moved between them. */
function reading(values: Readonly<Record<string, string>>): Reading {
  return (field): Seen | Unknown => {
    const text = values[field] ?? '0';
    if (text === 'unseen' || text === 'growing' || text === 'moved') return { why: text };
    const [min, max = min] = text.split('..').map(Number);
    return { min: min ?? 0, max: max ?? 0 };
  };
}

const judged = (limits: Readonly<Record<string, string | number>>, values: Readonly<Record<string, string>>) =>
  judge(
    new Map(Object.entries(limits).map(([field, one]) => [field as LimitField, limit(one)])),
    reading(values),
    PYTHON,
  );

describe('a limit', () => {
  test.each([
    [0, '<= 0'],
    [3, '<= 3'],
    ['3', '<= 3'],
    [' <=  3 ', '<= 3'],
    ['=3', '= 3'],
    ['2..3', '2..3'],
    ['0.5', '<= 0.5'],
  ])('%j means %s', (written, means) => expect(limitText(limit(written))).toBe(means));

  test('is written anew in the way that it was written', () => {
    expect(limitToken(limit(4), limit(3), '3')).toBe('4');
    expect(limitToken(limit(4), limit('<= 3'), "'<=3'")).toBe("'<=4'");
    expect(limitToken(limit('= 4'), limit('= 3'), '"= 3"')).toBe('"= 4"');
    expect(limitToken(limit('2..3'), limit('= 3'), '"= 3"')).toBe('"2..3"');
    expect(limitToken(limit(3), limit('2..3'), '"2..3"')).toBe('3');
    expect(limitToken(limit(4), limit(16), '0x10')).toBe('4');
  });
});

describe('the verdict', () => {
  test.each<[Verdict, string | number, string]>([
    ['within', 0, '0'],
    ['within', 3, '3'],
    ['better', 3, '2'],
    ['over', 3, '4'],
    ['within', '= 3', '3'],
    ['over', '= 3', '2'],
    ['over', '= 3', '4'],
    ['within', '2..3', '2'],
    ['within', '2..3', '3'],
    ['within', '2..3', '2..3'],
    ['better', '2..3', '1'],
    ['better', '2..3', '1..1'],
    ['within', '2..3', '1..3'],
    ['over', '2..3', '4'],
    ['over', '2..3', '3..4'],
    ['varying', 3, '2..3'],
    ['varying', 3, '3..4'],
    ['over', 3, '4..5'],
    ['varying', '= 3', '2..4'],
    ['over', '= 3', '4..5'],
    ['varying', 3, 'growing'],
    ['varying', 3, 'moved'],
    ['refused', 3, 'unseen'],
  ])('is %s for a limit of %j where %s was measured', (verdict, allowed, measured) => {
    const found = judged({ creations: allowed }, { creations: measured });
    expect([found.verdict, found.limits.length]).toEqual([verdict, 1]);
    expect(found.reason === null).toBe(['within', 'better', 'over'].includes(verdict));
    expect(found.limits[0]?.ok).toBe(verdict === 'within' || verdict === 'better');
  });

  test('of several limits is over where one is, then varying, then better', () => {
    const limits = { creations: 3, 'types.int': 1, resizes: 1 };
    expect(judged(limits, { creations: '2', 'types.int': '2', resizes: '0..1' }).verdict).toBe('over');
    expect(judged(limits, { creations: '2', 'types.int': '1', resizes: '0..1' }).verdict).toBe('varying');
    expect(judged(limits, { creations: '2', 'types.int': '1', resizes: '1' }).verdict).toBe('better');
    expect(judged(limits, { creations: '3', 'types.int': '1', resizes: '1' }).verdict).toBe('within');
  });
});

test('another build of a version is known by its patch release, its engine and what sets it apart', () => {
  expect(buildName({ ...PYTHON, build: ['debug'] })).toBe('wasm:3.14.2 debug');
  expect(otherBuild([], PYTHON)).toBeNull();
  expect(otherBuild(['wasm:3.13.1', 'wasm:3.14.2'], PYTHON)).toBeNull();
  expect(otherBuild(['native:3.14.2', 'wasm:3.14.1'], PYTHON)).toBe('wasm:3.14.1');
  expect(otherBuild(['native:3.14.2'], PYTHON)).toBe('native:3.14.2');
  expect(otherBuild(['native:3.1.2', 'wasm:3.13.2'], PYTHON)).toBeNull();
});
