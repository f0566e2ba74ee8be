/** Runs the experiments on the chosen interpreters. */
import { minorNumber } from '../core/interpreter.js';
import type { ExperimentResult, StudyResult } from '../core/study.js';
import type { MeasureOptions, SessionOptions } from '../engines/engine.js';
import { measureAll, type Progress } from '../engines/measure.js';
import type { Chosen } from '../engines/select.js';
import type { Experiment, Experiments } from './experiments.js';

export interface StudyOptions {
  readonly session: SessionOptions;
  readonly measure: MeasureOptions;
}

/** Whether a version can have an experiment: newer syntax is a gap, not a failure. */
function applies(experiment: Experiment, { offer }: Chosen): boolean {
  return minorNumber(offer.minor) >= minorNumber(experiment.since);
}

/** How many measurements a study takes. */
export function studySize({ experiments }: Experiments, chosen: readonly Chosen[]): number {
  return experiments.flatMap((experiment) => chosen.filter((one) => applies(experiment, one))).length;
}

export async function runStudy(
  { categories, experiments }: Experiments,
  chosen: readonly Chosen[],
  { session, measure }: StudyOptions,
  progress: Progress,
): Promise<StudyResult> {
  const results = await measureAll(experiments, chosen, session, measure, progress, applies);
  const measured = experiments.map(
    ({ id, category, title, statement, setup, shows, compares }, i): ExperimentResult => ({
      id,
      category,
      title,
      statement,
      setup,
      shows,
      compares,
      results: results[i] ?? [],
    }),
  );
  const interpreters = new Map(results.flat().map(({ interpreter }) => [interpreter.id, interpreter]));
  const ordered = chosen.flatMap(({ offer }) => interpreters.get(offer.id) ?? []);
  return { schema: 'pyallocs/study@1', interpreters: ordered, categories, experiments: measured };
}
