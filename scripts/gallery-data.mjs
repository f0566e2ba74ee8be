// The examples of the playground: the experiments of the study with the claims that rest on them, and what examples.toml says
// of the most surprising. The web layer does not know the study: the page gets them as data.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseToml } from '../dist/core/cases.js';
import { CLAIMS } from '../dist/study/claims/claims.js';
import { loadExperiments } from '../dist/study/experiments.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const FILE = 'src/web/playground/gallery/examples.toml';

/** A claim that rests on more than this says something of them together, and little of each. */
const MOST_EXPERIMENTS = 3;

// The page measures: a number in a question would answer it, and could be wrong.
const question = z
  .string()
  .regex(/^\D*(?:`[^`]+`\D*|\b1\b\D*)*\?$/, 'must end with a question mark, and have no numbers');
const versions = z.array(z.string().regex(/^3\.\d+$/)).default([]);
const file = z.strictObject({
  surprise: z.array(z.strictObject({ id: z.string(), question, versions })),
  program: z.array(
    z.strictObject({
      id: z.string().regex(/^program\.[a-z]+$/),
      question,
      title: z.string().min(1),
      shows: z.string().min(1),
      code: z.string().min(1),
      versions,
    }),
  ),
});

/** As src/web/playground/gallery/gallery-data.ts describes it. */
export function galleryData() {
  const parsed = file.safeParse(parseToml(readFileSync(join(root, FILE), 'utf8'), FILE));
  if (!parsed.success) throw new Error(`${FILE}: ${z.prettifyError(parsed.error)}`);
  const { surprise, program } = parsed.data;
  const { categories, experiments } = loadExperiments(join(root, 'src/study/experiments'));
  const example = ({ id, title, setup, statement, since, shows, category, compares }, chosen) => ({
    id,
    question: chosen?.question ?? null,
    title,
    mode: 'statement',
    setup: setup.trimEnd(),
    code: statement.trimEnd(),
    since,
    shows,
    category,
    compares,
    claims: CLAIMS.filter(
      (claim) => claim.experiments.length <= MOST_EXPERIMENTS && claim.experiments.includes(id),
    ).map((claim) => ({ id: claim.id, text: claim.text })),
    versions: chosen?.versions ?? [],
  });
  const surprises = surprise.map((chosen) => {
    const experiment = experiments.find(({ id }) => id === chosen.id);
    if (experiment === undefined) throw new Error(`${FILE}: there is no experiment ${chosen.id}`);
    return example(experiment, chosen);
  });
  const programs = program.map(({ id, question, title, shows, code, versions }) => ({
    ...example(
      { id, title, setup: '', statement: code, since: '3.8', shows, category: null, compares: null },
      { question, versions },
    ),
    mode: 'program',
  }));
  const others = experiments
    .filter(({ id }) => !surprise.some((chosen) => chosen.id === id))
    .map((one) => example(one));
  const examples = [...surprises, ...programs, ...others];
  const twice = examples.find(({ id }, i) => examples.findIndex((one) => one.id === id) !== i);
  if (twice !== undefined) throw new Error(`${FILE}: ${twice.id} is there twice`);
  return { categories, examples };
}
