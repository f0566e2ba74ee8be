/** The experiments: TOML files, one per category, that a contributor can extend without touching code. */
import { z } from 'zod';
import { EXIT, PyallocsError } from '../core/errors.js';
import { CATEGORIES, type CategoryAbout, type ExperimentAbout } from '../core/study.js';
import { dataFolder, readData } from './data.js';

export interface Experiment extends ExperimentAbout {
  /** First Python version that can have it: "3.12". */
  readonly since: string;
}

export interface Experiments {
  readonly categories: readonly CategoryAbout[];
  readonly experiments: readonly Experiment[];
}

const file = z.strictObject({
  category: z.enum(CATEGORIES),
  /** These two stand in one file of each category; further files only add experiments to it. */
  title: z.string().min(1).optional(),
  question: z.string().min(1).optional(),
  experiment: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)+$/),
      title: z.string().min(1),
      setup: z.string().default(''),
      statement: z.string().min(1),
      shows: z.string().min(1),
      since: z
        .string()
        .regex(/^3\.\d+$/)
        .default('3.8'),
      compares: z.string().nullable().default(null),
    }),
  ),
});

type ExperimentFile = z.infer<typeof file>;

/** Reads all of them, in the order of the categories; files that only add to a category come last in it. */
export function loadExperiments(folder: string = dataFolder('experiments')): Experiments {
  const order = (a: ExperimentFile, b: ExperimentFile): number =>
    CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category) ||
    Number(a.title === undefined) - Number(b.title === undefined);
  const files = readData(folder, file).sort(order);
  const experiments = files.flatMap(({ category, experiment }) => experiment.map((e) => ({ ...e, category })));
  checkIds(experiments);
  const categories = files.flatMap(({ category, title, question }) =>
    title === undefined || question === undefined ? [] : { category, title, question },
  );
  return { categories, experiments };
}

function checkIds(experiments: readonly Experiment[]): void {
  const ids = experiments.map(({ id }) => id);
  const bad =
    ids.find((id, i) => ids.indexOf(id) !== i) ??
    experiments.find(({ compares }) => compares !== null && !ids.includes(compares))?.id;
  if (bad !== undefined) {
    const message = `experiment ${bad}: its id is there twice, or what it compares with does not exist`;
    throw new PyallocsError('bad-experiments', message, { exitCode: EXIT.internal });
  }
}
