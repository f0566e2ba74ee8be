/** A part of a study that an interpreter could not give: said beside what it could. */
import type { Interval } from '../core/interval.js';
import type { CountedRuns } from '../engines/counted-runs.js';

export class StudyGap extends Error {}

/** The counts of counted runs. Throws StudyGap when there are none. */
export function numbersOf(counted: CountedRuns): readonly Interval[] {
  switch (counted.outcome) {
    case 'counted':
      return counted.runs;
    case 'refused':
      throw new StudyGap(counted.reason.message);
    case 'failed':
      throw new StudyGap(counted.error.message.split('\n')[0] ?? '');
  }
}
