/** Two studies: what both measured, and what came out otherwise beside the experiments. */
import { type Counts, countFields } from './counts.js';
import type { StudyResult } from './study.js';

/** What both studies have, in each of them, and how much only one of them has. */
export interface CommonParts {
  readonly before: StudyResult;
  readonly after: StudyResult;
  /** "12 experiments are only in the former study" */
  readonly onlyInOne: readonly string[];
}

type Parted = { readonly id: string };
type OnOne = { readonly interpreter: string };

/** Studies of one interpreter each are compared whatever those are: another build, another version. */
export function commonParts(before: StudyResult, after: StudyResult): CommonParts {
  const [old] = before.interpreters;
  const [now] = after.interpreters;
  const alone = before.interpreters.length === 1 && after.interpreters.length === 1;
  const shared = before.interpreters
    .map(({ id }) => id)
    .filter((id) => after.interpreters.some((one) => one.id === id));
  const idsOf = (only: StudyResult['interpreters'][number] | undefined): ReadonlySet<string> =>
    new Set(alone && only !== undefined ? [only.id] : shared);
  const onlyInOne: string[] = [];
  const say = (count: number, what: string, where: string): void => {
    if (count > 0) onlyInOne.push(`${count} ${what}${count === 1 ? ' is' : 's are'} only in the ${where} study`);
  };
  const missing = (a: readonly Parted[], b: readonly Parted[]): number =>
    a.filter(({ id }) => !b.some((one) => one.id === id)).length;
  if (!alone) {
    say(missing(before.interpreters, after.interpreters), 'interpreter', 'former');
    say(missing(after.interpreters, before.interpreters), 'interpreter', 'new');
  }
  for (const [part, what] of PARTS) {
    say(missing(before[part], after[part]), what, 'former');
    say(missing(after[part], before[part]), what, 'new');
  }
  const restricted = (study: StudyResult, other: StudyResult, ids: ReadonlySet<string>): StudyResult => {
    const on = <T extends OnOne>(results: readonly T[]): T[] =>
      results.filter(({ interpreter }) => ids.has(interpreter));
    const both = <T extends Parted>(mine: readonly T[], theirs: readonly Parted[]): T[] =>
      mine.filter(({ id }) => theirs.some((one) => one.id === id));
    return {
      ...study,
      interpreters: study.interpreters.filter(({ id }) => ids.has(id)),
      experiments: both(study.experiments, other.experiments).map((one) => ({
        ...one,
        results: one.results.filter(({ interpreter }) => ids.has(interpreter.id)),
      })),
      series: both(study.series, other.series).map((one) => ({ ...one, results: on(one.results) })),
      limits: both(study.limits, other.limits).map((one) => ({ ...one, results: on(one.results) })),
      programs: both(study.programs, other.programs).map((one) => ({ ...one, results: on(one.results) })),
      observers: both(study.observers, other.observers).map((one) => ({ ...one, results: on(one.results) })),
      claims: both(study.claims, other.claims).map((one) => ({ ...one, verdicts: on(one.verdicts) })),
    };
  };
  return { before: restricted(before, after, idsOf(old)), after: restricted(after, before, idsOf(now)), onlyInOne };
}

const PARTS = [
  ['experiments', 'experiment'],
  ['series', 'series'],
  ['limits', 'limit'],
  ['programs', 'program'],
  ['observers', 'observer'],
  ['claims', 'claim'],
] as const;

/** Something beside the experiments that came out otherwise. */
export interface PartChange {
  readonly part: 'series' | 'limit' | 'program' | 'observer' | 'claim';
  /** Its id; " @ " and the interpreter follow where there are several. */
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/** Of two studies that hold the same parts. A verdict that rests on time is no count, and left out. */
export function partChanges(before: StudyResult, after: StudyResult): PartChange[] {
  const [old, now] = [partTexts(before), partTexts(after)];
  return [...now].flatMap(([key, one]) => {
    const other = old.get(key);
    return other === undefined || other.text === one.text
      ? []
      : [{ part: one.part, key: one.key, before: other.text, after: one.text }];
  });
}

interface PartText {
  readonly part: PartChange['part'];
  readonly key: string;
  readonly text: string;
}

/** Every number beside the experiments as text, by what it is of. */
function partTexts(study: StudyResult): Map<string, PartText> {
  const found = new Map<string, PartText>();
  const several = study.interpreters.length > 1;
  const add = (part: PartChange['part'], id: string, interpreter: string, text: string): void => {
    const key = several ? `${id} @ ${interpreter}` : id;
    found.set(`${part} ${key}`, { part, key, text });
  };
  for (const { id, results } of study.series)
    for (const { interpreter, growthPoints } of results)
      add('series', id, interpreter, growthPoints.length === 0 ? 'never grows' : `grows at ${growthPoints.join(', ')}`);
  for (const { id, results } of study.limits)
    for (const { interpreter, measured } of results) add('limit', id, interpreter, String(measured ?? 'none'));
  // What varies differs between two runs of one interpreter.
  for (const { id, results } of study.programs)
    for (const one of results)
      if ('counts' in one && one.outcome === 'exact') add('program', id, one.interpreter, programText(one.counts));
  for (const { id, results } of study.observers)
    for (const { interpreter, perCall } of results)
      if (perCall !== null) add('observer', id, interpreter, countsText(perCall));
  for (const { id, restsOn, verdicts } of study.claims)
    for (const { interpreter, verdict } of verdicts) if (restsOn !== 'time') add('claim', id, interpreter, verdict);
  return found;
}

const programText = (c: Counts): string =>
  `${c.creations.total} objects, ${c.creations.freelist} from freelists, ${c.requests} requests, ${c.resizes} resizes`;

/** Of one call: each field that an observer could change. */
function countsText(c: Counts): string {
  const { creations } = c;
  const fields = [creations.total, creations.freelist, c.buffers.total, c.requests, c.resizes];
  return countFields(c).every((field) => !field)
    ? 'nothing'
    : ['objects', 'from freelists', 'buffers', 'requests', 'resizes']
        .map((word, i) => `${fields[i]} ${word}`)
        .join(', ');
}
