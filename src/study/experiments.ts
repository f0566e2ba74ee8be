/** The experiments: TOML files, one per category, that a contributor can extend without touching code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { issueSentence, parseToml } from '../core/cases.js';
import { EXIT, PyallocsError } from '../core/errors.js';
import { CATEGORIES, type Category, type CategoryAbout, type ExperimentAbout } from '../core/study.js';

export interface Experiment extends ExperimentAbout {
  /** First Python version that can have it: "3.12". */
  readonly since: string;
  /** Executions to count one by one, for growth points; 0: none. */
  readonly points: number;
}

export interface Experiments {
  readonly categories: readonly CategoryAbout[];
  readonly experiments: readonly Experiment[];
}

const file = z.strictObject({
  category: z.enum(CATEGORIES),
  title: z.string().min(1),
  question: z.string().min(1),
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
      points: z.int().positive().default(0),
    }),
  ),
});

const FOLDER = fileURLToPath(new URL('./experiments/', import.meta.url));

/** Reads all of them, in the order of the categories and of the files. */
export function loadExperiments(folder: string = FOLDER): Experiments {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.toml'))
    .sort()
    .map((name) => parseFile(readFileSync(join(folder, name), 'utf8'), name));
  const order = (a: { category: Category }, b: { category: Category }): number =>
    CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category);
  const experiments = files
    .sort(order)
    .flatMap(({ category, experiment }) => experiment.map((e) => ({ ...e, category })));
  checkIds(experiments);
  return { categories: files.map(({ category, title, question }) => ({ category, title, question })), experiments };
}

function parseFile(text: string, name: string): z.infer<typeof file> {
  const parsed = file.safeParse(parseToml(text, name));
  if (parsed.success) return parsed.data;
  throw new PyallocsError('bad-experiments', `${name}: ${issueSentence(parsed.error)}`, { exitCode: EXIT.internal });
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

/** Those whose category or id was asked for; a name with a dot at its end takes all that begin with it. Empty: all. */
export function chooseExperiments(all: Experiments, only: readonly string[]): Experiments {
  if (only.length === 0) return all;
  const wanted = (name: string, { id, category }: Experiment): boolean =>
    name === category || name === id || (name.endsWith('.') && id.startsWith(name));
  const unknown = only.find((name) => !all.experiments.some((experiment) => wanted(name, experiment)));
  if (unknown !== undefined) {
    const message = `there is no category or experiment ${unknown}; categories: ${CATEGORIES.join(', ')}; ids are like ${all.experiments[0]?.id}`;
    throw new PyallocsError('unknown-experiment', message);
  }
  const experiments = all.experiments.filter((experiment) => only.some((name) => wanted(name, experiment)));
  const categories = all.categories.filter(({ category }) => experiments.some((e) => e.category === category));
  return { categories, experiments };
}
