/** What a study found beside its experiments, in the terminal: programs, growth, limits, observers, claims. */
import type { LimitOnInterpreter, StudyResult, StudyTimings } from '../../core/study.js';
import { beliefs, isConfirmed, tallyVerdicts, versionsByVerdict, wrongBeliefs } from '../../core/study-claims.js';
import { programSummaries } from '../../core/study-programs.js';
import { shortNames, versionsText } from '../../core/study-versions.js';
import { resultCountsCell } from './cell.js';
import { integer, list, percent, plural } from './numbers.js';
import {
  absentSentences,
  changeWords,
  claimText,
  lastStep,
  lineToPaste,
  partialSentence,
  programsSentence,
  referenceOf,
  summaryCells,
  VERDICT_SIGNS,
  VERDICT_WORDS,
} from './study-words.js';
import { oneLine, printable, type Style } from './style.js';
import { type Column, tableLines, wrap } from './table.js';

/** Above the matrix: how often programs allocate, what the last release changed, what is believed wrongly, what to type. */
export function answerLines(study: StudyResult, timings: StudyTimings | null, style: Style): string[] {
  const partial = partialSentence(study);
  const sentence = programsSentence(study, timings);
  const step = lastStep(study);
  const interpreter = referenceOf(study);
  const tally = tallyVerdicts(study.claims, interpreter?.id ?? '');
  const wrong = interpreter === null ? [] : wrongBeliefs(study, interpreter.id, true);
  const parts = [
    partial === null ? [] : wrap(style.paint('inexact', partial), style.width),
    sentence === null ? [] : [...wrap(sentence, style.width), '', ...summaryLines(study, timings)],
    step === null || step.changes.length === 0
      ? []
      : [
          style.bold(`${asciiArrow(step.title, style)}  what the last release changed`),
          ...changeWords(step.changes).flatMap((words) => wrap(` ${words}`, style.width, '   ')),
        ],
    wrong.length === 0
      ? []
      : [
          style.bold(
            `Beliefs that are wrong: ${plural(tally.refuted, 'claim')} refuted, ${tally.misleading} misleading`,
          ),
          ...wrong.flatMap(({ claim, verdict }) =>
            wrap(
              ` ${verdictMark(verdict.verdict, style)} ${claimText(claim)}: ${printable(verdict.because)}`,
              style.width,
              '   ',
            ),
          ),
        ],
    [`Try: ${style.bold(lineToPaste(study))}`],
    absentSentences(study).flatMap((one) => wrap(style.paint('inexact', one), style.width)),
  ];
  return parts.filter((part) => part.length > 0).flatMap((part, i) => (i === 0 ? part : ['', ...part]));
}

const asciiArrow = (title: string, { ascii }: Style): string => (ascii ? title.replace('→', '->') : title);

const verdictMark = (verdict: keyof typeof VERDICT_SIGNS, { ascii }: Style): string =>
  ascii ? VERDICT_SIGNS[verdict].letter : VERDICT_SIGNS[verdict].sign;

function summaryLines(study: StudyResult, timings: StudyTimings | null): string[] {
  const names = shortNames(study.interpreters);
  const summaries = programSummaries(study, timings);
  const timed = summaries.some(({ perMs }) => perMs !== null);
  const columns: Column[] = [
    { title: '', align: 'left' },
    { title: timed ? 'objects per ms' : 'objects', align: 'right' },
    { title: 'from freelists', align: 'right' },
    { title: 'of programs', align: 'right' },
  ];
  return tableLines(
    columns,
    summaries.map((summary) => {
      const cells = summaryCells(summary);
      return [
        printable(names.get(summary.interpreter.id) ?? ''),
        timed ? cells.perMs : cells.creations,
        cells.freelist,
        integer(summary.programs),
      ];
    }),
  );
}

/** Below the matrix, a section each; a part that the study does not have is left out. */
export function partsLines(study: StudyResult, style: Style): string[] {
  const sections: [string, string[]][] = [
    ['How containers grow', growthLines(study, style)],
    [
      'Freelists, caches and pymalloc: measured (and what the source says, where that is another number)',
      limitLines(study, style),
    ],
    ['Real programs: objects created, and how many of them freelists serve', programLines(study, style)],
    ['What watching does to the counts of one call', observerLines(study, style)],
    ['What people say, where it is not simply confirmed', claimLines(study, style)],
  ];
  return sections.flatMap(([title, lines]) =>
    lines.length === 0 ? [] : ['', ...wrap(title, style.width).map((line) => style.bold(line)), ...lines],
  );
}

const POINTS_SHOWN = 12;

function growthLines({ series, interpreters }: StudyResult, style: Style): string[] {
  return series.flatMap(({ title, results }) => {
    const groups = new Map<string, string[]>();
    for (const { interpreter, growthPoints, failed } of results) {
      const shown = growthPoints.slice(0, POINTS_SHOWN).map(integer).join(' ');
      const more = growthPoints.length - POINTS_SHOWN;
      const words =
        failed !== undefined
          ? `(failed: ${printable(failed)})`
          : growthPoints.length === 0
            ? 'never'
            : `${shown}${more > 0 ? ` and ${more} more` : ''}`;
      groups.set(words, [...(groups.get(words) ?? []), interpreter]);
    }
    return [...groups].flatMap(([words, ids]) =>
      wrap(` ${printable(title)}, ${versionsText(interpreters, new Set(ids))}: at ${words}`, style.width, '   '),
    );
  });
}

/** Versions that say the same stand together: "100 (3.10 to 3.15)". */
function limitLines({ limits, interpreters }: StudyResult, style: Style): string[] {
  return limits.flatMap(({ title, unit, results }) => {
    const groups = new Map<string, string[]>();
    for (const one of results) {
      const words = limitText(one);
      groups.set(words, [...(groups.get(words) ?? []), one.interpreter]);
    }
    const told = [...groups].map(([words, ids]) =>
      groups.size === 1 ? words : `${words} (${versionsText(interpreters, new Set(ids))})`,
    );
    return wrap(` ${printable(title)}: ${told.join(', ')} ${printable(unit)}`, style.width, '   ');
  });
}

/** "99, source 100"; "none" */
export function limitText({ measured, source }: LimitOnInterpreter): string {
  const text = (value: number | string | null): string =>
    value === null ? 'none' : typeof value === 'number' ? integer(value) : printable(value);
  const differs = source !== null && String(source) !== String(measured);
  return differs ? `${text(measured)} [source: ${text(source)}]` : text(measured);
}

function programLines(study: StudyResult, style: Style): string[] {
  const names = shortNames(study.interpreters);
  return study.programs.flatMap(({ title, results }) => {
    const told = results.map((one) => {
      const name = printable(names.get(one.interpreter) ?? one.interpreter);
      if (!('counts' in one)) return `${name} ${one.outcome}: ${printable(one.message)}`;
      const { total, freelist } = one.counts.creations;
      const served = total === 0 ? '' : ` (${percent(freelist, total)})`;
      return `${name} ${one.outcome === 'varying' ? style.sign('inexact') : ''}${integer(total)}${served}`;
    });
    return wrap(` ${printable(title)}: ${told.join(', ')}`, style.width, '   ');
  });
}

function observerLines(study: StudyResult, style: Style): string[] {
  const names = shortNames(study.interpreters);
  if (study.observers.length === 0) return [];
  const rows = study.observers.map(({ title, results }) => [
    oneLine(title, 28, style),
    ...study.interpreters.map(({ id }) =>
      resultCountsCell(results.find(({ interpreter }) => interpreter === id)?.perCall ?? null, style),
    ),
  ]);
  const heads = study.interpreters.map(({ id }) => printable(names.get(id) ?? id));
  const lines = tableLines(
    ['', ...heads].map((title) => ({ title, align: 'left' as const })),
    rows,
  );
  return lines;
}

/** A line per claim that is not confirmed everywhere, by belief, the versions of each verdict together. */
function claimLines(study: StudyResult, style: Style): string[] {
  if (study.claims.length === 0) return [];
  const confirmed = study.claims.filter(isConfirmed);
  const lines = beliefs(study).flatMap(({ belief, claims }) => {
    const open = claims.filter((claim) => !isConfirmed(claim));
    return open.length === 0
      ? []
      : [
          ...wrap(` ${style.bold(printable(belief))}`, style.width, '   '),
          ...open.flatMap((claim) => {
            const verdicts = [...versionsByVerdict(claim)].map(
              ([verdict, ids]) =>
                `${verdictMark(verdict, style)} ${VERDICT_WORDS[verdict]} ${versionsText(study.interpreters, ids)}`,
            );
            const clock = claim.restsOn === 'time' ? ' (rests on time)' : '';
            return wrap(`   ${claimText(claim)}: ${list(verdicts)}${clock}`, style.width, '     ');
          }),
        ];
  });
  const rest = `${plural(confirmed.length, 'claim')} confirmed on every version ${confirmed.length === 1 ? 'is' : 'are'} not listed here; REPORT.md has them, with the reasons and numbers of all.`;
  return [...lines, ...(confirmed.length === 0 ? [] : wrap(` ${rest}`, style.width, ' '))];
}
