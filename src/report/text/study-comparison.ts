/** Two studies compared: what costs otherwise, then what else came out otherwise, then what only one of them has. */
import type { DiffResult } from '../../core/diff.js';
import type { PartChange } from '../../core/diff-studies.js';
import { formatDiff } from './diff.js';
import { plural } from './numbers.js';
import { cut, printable, type Style } from './style.js';
import { wrap } from './table.js';

/** Changes shown beside the experiments. */
const SHOWN = 60;
/** Of a list of growth points, what fits. */
const VALUE_WIDTH = 90;

export interface StudyComparison {
  readonly experiments: DiffResult;
  readonly parts: readonly PartChange[];
  readonly onlyInOne: readonly string[];
}

export function formatStudyComparison({ experiments, parts, onlyInOne }: StudyComparison, style: Style): string {
  const shown = parts.slice(0, SHOWN);
  const more = parts.length - shown.length;
  return [
    formatDiff(experiments, style),
    ...(parts.length === 0
      ? []
      : [
          '',
          style.bold('Beside the experiments'),
          ...shown.flatMap(({ part, key, before, after }) => [
            ` ${part} ${printable(key)}`,
            `   before  ${cut(printable(before), VALUE_WIDTH, style)}`,
            `   after   ${cut(printable(after), VALUE_WIDTH, style)}`,
          ]),
          ...(more > 0 ? [` and ${plural(more, 'more change')}; both results.json have them`] : []),
        ]),
    ...(onlyInOne.length === 0 ? [] : ['', ...onlyInOne.flatMap((one) => wrap(`Not compared: ${one}.`, style.width))]),
  ].join('\n');
}
