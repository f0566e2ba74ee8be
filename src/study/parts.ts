/** What a study is made of, and which of it was asked for. */

import { PyallocsError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { CATEGORIES } from '../core/study.js';
import type { Claim } from './claims/claim.js';
import { CLAIMS } from './claims/claims.js';
import { type Experiments, loadExperiments } from './experiments.js';
import { loadLimits } from './limits.js';
import type { Limit } from './measured-limit.js';
import { loadPrograms, type ProgramToRun } from './programs.js';
import { loadSeries, type Series } from './series.js';

export interface StudyParts extends Experiments {
  readonly series: readonly Series[];
  readonly limits: readonly Limit[];
  readonly programs: readonly ProgramToRun[];
  /** Whether to measure what observers do to counts. */
  readonly observers: boolean;
  readonly claims: readonly Claim[];
  /** Whether to ask interpreters what only claims need: questions to Python, and the loops of a blog post. */
  readonly questions: boolean;
}

/** Words that ask for all of a kind, beside the categories of experiments. */
const WORDS = ['series', 'limits', 'freelists', 'caches', 'pymalloc', 'programs', 'observers', 'claims'] as const;

/** What is counted statement by statement, and what claims can be judged by that. */
export function statementsOf(parts: StudyParts): StudyParts {
  return { ...parts, programs: [], observers: false, questions: false };
}

export function loadParts(): StudyParts {
  return {
    ...loadExperiments(),
    series: loadSeries(),
    limits: loadLimits(),
    programs: loadPrograms(),
    observers: true,
    claims: CLAIMS,
    questions: true,
  };
}

/** A name that can be asked for, and what stands behind it. */
export interface PartName {
  readonly kind: string;
  readonly name: string;
  readonly title: string;
}

/** All names but the words, in the order of the report. */
export function partNames(all: StudyParts): PartName[] {
  const named = (kind: string, parts: readonly { readonly id: string; readonly title: string }[]): PartName[] =>
    parts.map(({ id, title }) => ({ kind, name: id, title }));
  return [
    ...all.experiments.map(({ id, category, title }) => ({ kind: category, name: id, title })),
    ...named('series', all.series),
    ...all.limits.map(({ id, group, title }) => ({ kind: group, name: id, title })),
    ...named('programs', all.programs),
    ...all.claims.map(({ id, text }) => ({ kind: 'claims', name: id, title: text })),
  ];
}

/**
 * Those that were asked for: by a word, a category, an id, or the beginning of ids with its dot. A claim brings what it rests
 * on along. Empty: all. Throws PyallocsError for a name that nothing has.
 */
export function chooseParts(all: StudyParts, only: readonly string[]): StudyParts {
  if (only.length === 0) return all;
  const has = (id: string, words: readonly string[]): boolean =>
    only.some((name) => words.includes(name) || name === id || (name.endsWith('.') && id.startsWith(name)));
  checkNames(all, only);
  const claims = all.claims.filter(({ id }) => has(id, ['claims']));
  const claimed = new Set(claims.flatMap(({ experiments }) => experiments));
  const rest = claims.some(({ programs }) => programs === true);
  const experiments = all.experiments.filter(({ id, category }) => has(id, [category]) || claimed.has(id));
  return {
    categories: all.categories.filter(({ category }) => experiments.some((one) => one.category === category)),
    experiments,
    series: all.series.filter(({ id }) => has(id, ['series']) || claimed.has(id)),
    limits: all.limits.filter(({ id, group }) => has(id, ['limits', group]) || claimed.has(id)),
    programs: all.programs.filter(({ id }) => has(id, ['programs']) || claimed.has(id) || rest),
    observers: only.includes('observers'),
    claims,
    questions: claims.length > 0,
  };
}

function checkNames(all: StudyParts, only: readonly string[]): void {
  const ids = partNames(all).map(({ name }) => name);
  const words = [...CATEGORIES, ...WORDS];
  const unknown = only.find(
    (name) =>
      !([...words, ...ids] as readonly string[]).includes(name) &&
      !(name.endsWith('.') && ids.some((id) => id.startsWith(name))),
  );
  if (unknown === undefined) return;
  const close = nearest(unknown, [...words, ...ids]);
  const like = close.length === 0 ? '' : `; near it: ${close.join(', ')}`;
  const message = `nothing in the study is called ${unknown}${like}; pyallocs study --list shows all names`;
  throw new PyallocsError('unknown-experiment', message);
}
