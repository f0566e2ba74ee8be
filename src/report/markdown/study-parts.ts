/** The parts of REPORT.md beside the experiments. Nothing in it rests on a clock. */
import type { ExperimentResult, LimitOnInterpreter, StudyResult } from '../../core/study.js';
import { COSTS } from '../../core/study-advice.js';
import { beliefs, tallyVerdicts, verdictGroups, wrongBeliefs } from '../../core/study-claims.js';
import { isCounted, programSummaries } from '../../core/study-programs.js';
import { shortNames, versionsText } from '../../core/study-versions.js';
import { adviceRows } from '../text/advice.js';
import { resultCountsCell } from '../text/cell.js';
import { byteSize, integer, list, percent } from '../text/numbers.js';
import { limitText } from '../text/study-parts.js';
import {
  absentSentences,
  benchCommandLine,
  CHANGES_NOTE,
  COST_WORDS,
  changeWords,
  claimText,
  lastStep,
  lineToPaste,
  partialSentence,
  programsSentence,
  referenceOf,
  studyCommandLine,
  summaryCells,
  VERDICT_SIGNS,
  VERDICT_WORDS,
  versionName,
  versionSteps,
} from '../text/study-words.js';
import { makeStyle } from '../text/style.js';
import { code, escapeText } from './escape.js';

const STYLE = makeStyle({ colour: false, ascii: false, width: 100 });

/** A table; cells are Markdown already. The first column is aligned left, `right` says how the others are. */
function table(head: readonly string[], rows: readonly (readonly string[])[], right: boolean): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    `|---|${head
      .slice(1)
      .map(() => (right ? '---:|' : '---|'))
      .join('')}`,
    ...rows.map(line),
  ];
}

/** The first screen: the answer, what the last release changed, the beliefs that are wrong, a line to paste. */
export function answer(study: StudyResult): string[] {
  const names = shortNames(study.interpreters);
  const partial = partialSentence(study);
  const sentence = programsSentence(study, null);
  const step = lastStep(study);
  const interpreter = referenceOf(study);
  // What rests on time is not the same in the next run.
  const claims = study.claims.filter(({ restsOn }) => restsOn !== 'time');
  const tally = tallyVerdicts(claims, interpreter?.id ?? '');
  const wrong = interpreter === null ? [] : wrongBeliefs(study, interpreter.id, false);
  const summaries = programSummaries(study, null).map((summary) => {
    const cells = summaryCells(summary);
    const name = escapeText(names.get(summary.interpreter.id) ?? '');
    return [name, `${summary.programs}`, cells.creations, cells.freelist, cells.freelistRange];
  });
  return [
    ...(partial === null ? [] : [`**${partial}**`, '']),
    ...(sentence === null
      ? []
      : [
          `**${escapeText(sentence)}** How many that are per millisecond is in report.html.`,
          '',
          ...table(
            ['version', 'programs', 'objects created, median', 'never reach the allocator', 'range'],
            summaries,
            true,
          ),
          '',
        ]),
    ...(step === null || step.changes.length === 0
      ? []
      : [
          `**What the last release changed**, ${escapeText(step.title)}. ${CHANGES_NOTE}`,
          '',
          ...changeWords(step.changes).map((words) => `- ${escapeText(words)}`),
          '',
        ]),
    ...(wrong.length === 0 || interpreter === null
      ? []
      : [
          `**Beliefs that are wrong**: on ${escapeText(versionName(interpreter))}, ${tally.refuted} of ${claims.length} claims are refuted and ${tally.misleading} misleading. Of each belief, one:`,
          '',
          ...wrong.map(
            ({ claim, verdict }) =>
              `- ${VERDICT_SIGNS[verdict.verdict].sign} *${escapeText(claimText(claim))}*: ${VERDICT_WORDS[verdict.verdict]}. ${escapeText(verdict.because)}`,
          ),
          '',
        ]),
    ...(study.experiments.length === 0 ? [] : [`Try it: ${code(lineToPaste(study))}`]),
    ...absentSentences(study).flatMap((one) => ['', escapeText(one)]),
  ];
}

export function steps(study: StudyResult): string[] {
  const told = versionSteps(study).filter(({ changes }) => changes.length > 0);
  if (told.length === 0) return [];
  return [
    '## From version to version',
    '',
    CHANGES_NOTE,
    '',
    ...told.map(({ title, changes }) => `- **${escapeText(title)}**: ${escapeText(changeWords(changes).join('; '))}`),
  ];
}

/** Where a usual method says something else than the exact counts, with the versions it does so on. */
export function disagreements({ methods }: ExperimentResult, study: StudyResult): string[] {
  const found = new Map<string, string[]>();
  for (const { interpreter, disagreements } of methods) {
    for (const { method, sentence } of disagreements) {
      // A clock is not the same in the next run.
      if (method === 'time') continue;
      const words = `${METHODS[method]} misleads: ${sentence}`;
      found.set(words, [...(found.get(words) ?? []), interpreter]);
    }
  }
  return [...found].map(
    ([words, on]) => `  - ${escapeText(`${words} (${versionsText(study.interpreters, new Set(on))})`)}`,
  );
}

const METHODS = { tracemalloc: 'tracemalloc', id: 'id()', dis: 'Bytecode' } as const;

export const again = (experiment: ExperimentResult): string => `  - ${code(benchCommandLine(experiment, ['all']))}`;

/** The same for several versions once: [words, ids]. */
function grouped<T>(all: readonly T[], words: (one: T) => string, id: (one: T) => string): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const one of all) found.set(words(one), [...(found.get(words(one)) ?? []), id(one)]);
  return [...found];
}

export function growth({ series, interpreters }: StudyResult): string[] {
  if (series.length === 0) return [];
  return [
    '## How containers grow',
    '',
    'Growth points are numbers of items before an addition that asked for memory or resized a block. Only what grows is counted, not its items.',
    ...series.flatMap(({ id, title, shows, results }) => {
      const groups = new Map<string, (typeof results)[number][]>();
      for (const one of results) {
        const key = JSON.stringify([one.failed, one.growthPoints, one.points]);
        groups.set(key, [...(groups.get(key) ?? []), one]);
      }
      return [
        '',
        `### ${escapeText(title)}`,
        '',
        `${escapeText(shows)} Again: ${code(studyCommandLine(id))}`,
        ...[...groups.values()].flatMap((members) => {
          const [first] = members;
          if (first === undefined) return [];
          const ids = new Set(members.map(({ interpreter }) => interpreter));
          const points = first.growthPoints.map(integer).join(', ');
          return [
            '',
            `**${escapeText(versionsText(interpreters, ids))}**: ${first.failed === undefined ? `grows at ${points === '' ? 'no number of items' : points}${first.growthPoints.length < POINTS_KEPT ? '' : ' and further'}` : escapeText(first.failed)}`,
            '',
            ...table(
              ['items', 'buffers', 'resizes', 'asked for', 'asked for by resizes'],
              first.points.map((p) => [
                integer(p.items),
                integer(p.buffers),
                integer(p.resizes),
                byteSize(p.bytes),
                byteSize(p.resizeBytes),
              ]),
              true,
            ),
          ];
        }),
      ];
    }),
  ];
}

/** A series keeps no more than so many of its first growth points. */
const POINTS_KEPT = 100;

const GROUPS = {
  freelists: 'Freelists',
  caches: 'Caches',
  singletons: 'Singletons',
  pymalloc: 'pymalloc',
} as const;

export function limits(study: StudyResult): string[] {
  if (study.limits.length === 0) return [];
  const names = shortNames(study.interpreters);
  const cell = (results: readonly LimitOnInterpreter[], id: string): string => {
    const one = results.find(({ interpreter }) => interpreter === id);
    return one === undefined || (one.measured === null && one.source === null) ? '–' : escapeText(limitText(one));
  };
  return [
    '## Freelists, caches and pymalloc',
    '',
    'Measured; what the source of CPython says stands in brackets where it is another number.',
    ...(Object.keys(GROUPS) as (keyof typeof GROUPS)[]).flatMap((group) => {
      const rows = study.limits.filter((limit) => limit.group === group);
      if (rows.length === 0) return [];
      const notes = rows.flatMap(({ title, how, results }) => [
        `- **${escapeText(title)}**: ${escapeText(how)}`,
        ...grouped(
          results.filter(({ note }) => note !== null),
          ({ note }) => note ?? '',
          ({ interpreter }) => interpreter,
        ).map(([note, on]) => `  - ${escapeText(`${versionsText(study.interpreters, new Set(on))}: ${note}`)}`),
      ]);
      return [
        '',
        `### ${GROUPS[group]}`,
        '',
        ...table(
          ['', ...study.interpreters.map(({ id }) => escapeText(names.get(id) ?? id))],
          rows.map(({ title, unit, results }) => [
            `${escapeText(title)}, ${escapeText(unit)}`,
            ...study.interpreters.map(({ id }) => cell(results, id)),
          ]),
          true,
        ),
        '',
        ...notes,
      ];
    }),
  ];
}

export function programs(study: StudyResult): string[] {
  if (study.programs.length === 0) return [];
  const names = shortNames(study.interpreters);
  const ran = study.interpreters.filter(({ id }) =>
    study.programs.some(({ results }) => results.some(({ interpreter }) => interpreter === id)),
  );
  const failures = study.programs.flatMap(({ title, results }) =>
    grouped(
      results.filter((one) => !isCounted(one) || one.outcome === 'varying'),
      (one) => (isCounted(one) ? `varying: ${one.why ?? ''}` : `${one.outcome}: ${one.message}`),
      ({ interpreter }) => interpreter,
    ).map(([words, on]) => `- ${escapeText(`${title}, ${versionsText(study.interpreters, new Set(on))}: ${words}`)}`),
  );
  return [
    '## Real programs',
    '',
    'Objects created from the first instruction of a program to its last, and the share that freelists serve.',
    '',
    ...table(
      ['', ...ran.map(({ id }) => escapeText(names.get(id) ?? id))],
      study.programs.map(({ title, results }) => [
        escapeText(title),
        ...ran.map(({ id }) => {
          const one = results.find(({ interpreter }) => interpreter === id);
          if (one === undefined) return '–';
          if (!isCounted(one)) return one.outcome;
          const { total, freelist } = one.counts.creations;
          const sign = one.outcome === 'varying' ? '≈ ' : '';
          return `${sign}${integer(total)}${total === 0 ? '' : `<br>${percent(freelist, total)}`}`;
        }),
      ]),
      true,
    ),
    '',
    ...study.programs.map(
      ({ id, title, kind, about }) =>
        `- **${escapeText(title)}** (${kind}): ${escapeText(about)} Again: ${code(studyCommandLine(id))}`,
    ),
    ...(failures.length === 0 ? [] : ['', 'Not exact:', '', ...failures]),
  ];
}

export function observers(study: StudyResult): string[] {
  if (study.observers.length === 0) return [];
  const names = shortNames(study.interpreters);
  const notes = study.observers.flatMap(({ title, results }) =>
    grouped(
      results.filter(({ note }) => note !== null),
      ({ note }) => note ?? '',
      ({ interpreter }) => interpreter,
    ).map(([note, on]) => `- ${escapeText(`${title}, ${versionsText(study.interpreters, new Set(on))}: ${note}`)}`),
  );
  return [
    '## What watching does to the counts',
    '',
    'One call of the same function, counted while another tool watches it.',
    '',
    ...table(
      ['', ...study.interpreters.map(({ id }) => escapeText(names.get(id) ?? id))],
      study.observers.map(({ title, results }) => [
        escapeText(title),
        ...study.interpreters.map(({ id }) =>
          resultCountsCell(results.find(({ interpreter }) => interpreter === id)?.perCall ?? null, STYLE),
        ),
      ]),
      false,
    ),
    '',
    ...notes,
  ];
}

export function claims(study: StudyResult): string[] {
  if (study.claims.length === 0) return [];
  return [
    '## What people say',
    '',
    'Each claim was measured again on every version. ✓ confirmed, ✗ refuted, ! misleading (the figure can be had, and says something else than it seems to), ? not testable.',
    ...beliefs(study).flatMap(({ belief, claims }) => [
      '',
      `### ${escapeText(belief)}`,
      '',
      ...claims.flatMap((claim) => [
        `- *${escapeText(claimText(claim))}* (${code(claim.id)}, ${claim.source === 'blog' ? 'a blog post' : 'a study'})`,
        ...(claim.restsOn === 'time'
          ? ['  - rests on time: see report.html']
          : verdictGroups(claim).map(
              ({ verdict, because, interpreters }) =>
                `  - ${VERDICT_SIGNS[verdict].sign} **${VERDICT_WORDS[verdict]}**, ${escapeText(`${versionsText(study.interpreters, new Set(interpreters))}: ${because}`)}`,
            )),
      ]),
    ]),
  ];
}

export function advice(study: StudyResult): string[] {
  const interpreter = referenceOf(study);
  const rows = interpreter === null ? [] : adviceRows(study, interpreter.id);
  if (interpreter === null || rows.length === 0) return [];
  return [
    '## What to expect of a statement',
    '',
    `By what it asks of the allocator on ${escapeText(versionName(interpreter))}, measured; where another version differs, it says so.`,
    ...COSTS.flatMap((cost) => {
      const members = rows.filter((row) => row.cost === cost);
      if (members.length === 0) return [];
      return [
        '',
        `**${COST_WORDS[cost].title}**`,
        '',
        ...members.map(({ experiment, others }) => {
          const told = others.map(
            (other) => `${versionsText(study.interpreters, new Set(other.on))}: ${COST_WORDS[other.cost].short}`,
          );
          const otherwise = told.length === 0 ? '' : ` (${escapeText(list(told))})`;
          return `- ${code(experiment.statement)} ${escapeText(experiment.title)}${otherwise}`;
        }),
      ];
    }),
  ];
}
