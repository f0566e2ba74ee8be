import { describe, expect, test } from 'vitest';
import { diffResults } from '../../core/diff.js';
import { commonParts, partChanges } from '../../core/diff-studies.js';
import type { StudyResult } from '../../core/study.js';
import { wholeStudy } from '../study.testkit.js';
import { result } from './results.testkit.js';
import { formatStudyComparison } from './study-comparison.js';
import { makeStyle } from './style.js';

const STUDY = wholeStudy();

const changes = (after: StudyResult, before = STUDY): unknown[] => {
  const common = commonParts(before, after);
  return partChanges(common.before, common.after);
};

test('a study and itself: nothing changed', () => {
  expect(changes(STUDY)).toEqual([]);
  expect(commonParts(STUDY, STUDY).onlyInOne).toEqual([]);
});

describe('what changed beside the experiments', () => {
  test('a growth point, a limit, a program, a verdict', () => {
    const [growth, ...series] = STUDY.series;
    const [limit, ...limits] = STUDY.limits;
    const [claim, ...claims] = STUDY.claims;
    const after = {
      ...STUDY,
      series: [{ ...growth, results: growth?.results.map((one) => ({ ...one, growthPoints: [0, 4] })) }, ...series],
      limits: [{ ...limit, results: limit?.results.map((one) => ({ ...one, measured: 99 })) }, ...limits],
      claims: [{ ...claim, verdicts: claim?.verdicts.map((one) => ({ ...one, verdict: 'refuted' })) }, ...claims],
    } as StudyResult;
    const found = changes(after) as { part: string; key: string; before: string; after: string }[];
    expect(found.map(({ part, key, after }) => `${part} ${key} ${after}`)).toEqual([
      ...[12, 13, 14, 15].map((minor) => `series list.growth @ wasm:3.${minor} grows at 0, 4`),
      ...[12, 13, 14, 15].map((minor) => `limit freelist.float @ wasm:3.${minor} 99`),
      ...[12, 13, 14].map((minor) => `claim int.cache-range @ wasm:3.${minor} refuted`),
    ]);
  });

  test('a verdict that rests on time is none', () => {
    const claims = STUDY.claims.map((claim) =>
      claim.restsOn === 'time'
        ? { ...claim, verdicts: claim.verdicts.map((one) => ({ ...one, verdict: 'confirmed' as const })) }
        : claim,
    );
    expect(changes({ ...STUDY, claims })).toEqual([]);
  });
});

test('what only one study has is said, and no change', () => {
  const after = { ...STUDY, experiments: STUDY.experiments.slice(0, 2), programs: [] };
  const common = commonParts(STUDY, after);
  expect(common.onlyInOne).toEqual([
    '3 experiments are only in the former study',
    '6 programs are only in the former study',
  ]);
  expect(common.before.experiments.map(({ id }) => id)).toEqual(['int.add-small', 'int.add-large']);
});

test('two studies of one interpreter each are compared whatever those are', () => {
  const alone = (minor: string): StudyResult => {
    const study = wholeStudy();
    const id = `wasm:${minor}`;
    return {
      ...study,
      interpreters: study.interpreters.filter((one) => one.id === id),
      experiments: study.experiments.map((one) => ({
        ...one,
        results: one.results.filter(({ interpreter }) => interpreter.id === id),
      })),
    };
  };
  const common = commonParts(alone('3.13'), alone('3.14'));
  expect(common.onlyInOne).toEqual([]);
  const keys = partChanges(common.before, common.after).map(({ part, key }) => `${part} ${key}`);
  expect(keys).toContain('series dict.growth');
  expect(keys).toContain('claim int.freelist');
});

test('reads as the differences of experiments, and then the others', () => {
  const after = {
    ...STUDY,
    experiments: STUDY.experiments.map((one) =>
      one.id === 'str.concat'
        ? { ...one, results: one.results.map(() => result('3.12', ['2 str malloc'])).slice(0, 1) }
        : one,
    ),
  };
  const text = formatStudyComparison(
    {
      experiments: diffResults(
        { name: 'old', file: { of: 'study', result: STUDY } },
        { name: 'new', file: { of: 'study', result: after } },
      ),
      parts: [{ part: 'limit', key: 'freelist.int', before: '99', after: '100' }],
      onlyInOne: ['1 program is only in the new study'],
    },
    makeStyle({ colour: false, ascii: false, width: 100 }),
  );
  expect(text).toMatch(/more +str\.concat @ wasm:3\.12 +1 +2 +\+1 +objects\/op/);
  expect(text).toMatch(/ limit freelist\.int\n {3}before {2}99\n {3}after {3}100\n\nNot compared: 1 program is only/);
});
