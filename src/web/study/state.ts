/** The study, and what follows from it for all sections. */
import type { Interpreter } from '../../core/interpreter.js';
import type { StudyResult, StudyTimings } from '../../core/study.js';
import { shortNames, versionsText } from '../../core/study-versions.js';
import type { StudyPageData } from '../../report/html/study-page.js';
import { referenceOf, type VersionStep, versionSteps } from '../../report/text/study-words.js';
import { printable } from '../../report/text/style.js';

export interface PageState {
  readonly study: StudyResult;
  readonly timings: StudyTimings | null;
  /** The version that sentences speak of; null: there is none at all. */
  readonly reference: Interpreter | null;
  readonly steps: readonly VersionStep[];
  /** How an interpreter is called in a column. */
  readonly nameOf: (interpreter: string) => string;
  /** "3.10 to 3.13" */
  readonly versionsOf: (interpreters: Iterable<string>) => string;
}

export function pageState({ study, timings }: StudyPageData): PageState {
  const names = shortNames(study.interpreters);
  return {
    study,
    timings,
    reference: referenceOf(study),
    steps: versionSteps(study),
    nameOf: (id) => printable(names.get(id) ?? id),
    versionsOf: (ids) => printable(versionsText(study.interpreters, new Set(ids))),
  };
}
