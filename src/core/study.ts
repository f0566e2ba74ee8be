/** The result of `study`: what results.json holds. Date, machine and durations stand elsewhere, so that runs compare equal. */
import type { Interpreter } from './interpreter.js';
import type { CaseResult } from './outcome.js';

/** The categories of findings, in the order of the report. */
export const CATEGORIES = ['integers', 'strings', 'containers', 'objects', 'calls', 'singletons'] as const;

export type Category = (typeof CATEGORIES)[number];

export interface CategoryAbout {
  readonly category: Category;
  readonly title: string;
  /** What the reader wants to know. */
  readonly question: string;
}

/** What an experiment is, as its file and its results tell it. */
export interface ExperimentAbout {
  readonly id: string;
  readonly category: Category;
  readonly title: string;
  readonly statement: string;
  readonly setup: string;
  /** What it shows, in a sentence or two that hold on every version. */
  readonly shows: string;
  /** The experiment its title compares it with, or null. */
  readonly compares: string | null;
}

export interface ExperimentResult extends ExperimentAbout {
  /** One per interpreter that can have it, in the order of `interpreters`. */
  readonly results: readonly CaseResult[];
}

export interface StudyResult {
  readonly schema: 'pyallocs/study@1';
  readonly interpreters: readonly Interpreter[];
  readonly categories: readonly CategoryAbout[];
  readonly experiments: readonly ExperimentResult[];
}
