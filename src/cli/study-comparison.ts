/** `study --compare`: the study that was just made, and a former one. */
import { diffResults } from '../core/diff.js';
import { commonParts, partChanges } from '../core/diff-studies.js';
import { PyallocsError } from '../core/errors.js';
import { parseResult, RESULT_LIMIT } from '../core/result-files.js';
import type { StudyResult } from '../core/study.js';
import type { StudyComparison } from '../report/text/study-comparison.js';
import { readLimited } from './files.js';

/** Read before the work begins: that it is no study is known then. */
export function readStudy(path: string): StudyResult {
  const file = parseResult(readLimited(path, 'results.json', RESULT_LIMIT), path);
  if (file.of === 'study') return file.result;
  throw new PyallocsError('no-study', `${path} is a ${file.of} result; --compare takes results.json of a study`);
}

export interface NamedStudy {
  readonly name: string;
  readonly study: StudyResult;
}

export function compareStudies(before: NamedStudy, after: NamedStudy): StudyComparison {
  const common = commonParts(before.study, after.study);
  const nothing = common.before.interpreters.length === 0 || PARTS.every((part) => common.after[part].length === 0);
  if (nothing) {
    throw new PyallocsError(
      'nothing-in-common',
      `${before.name} and this study have nothing in common: ${common.onlyInOne.join(', ')}`,
    );
  }
  return {
    experiments: diffResults(
      { name: before.name, file: { of: 'study', result: common.before } },
      { name: after.name, file: { of: 'study', result: common.after } },
    ),
    parts: partChanges(common.before, common.after),
    onlyInOne: common.onlyInOne,
  };
}

const PARTS = ['experiments', 'series', 'limits', 'programs', 'observers', 'claims'] as const;

/** Whether a count came out otherwise; verdicts follow from counts. */
export const countsDiffer = ({ experiments, parts }: StudyComparison): boolean =>
  experiments.rows.length > 0 || parts.length > 0;
