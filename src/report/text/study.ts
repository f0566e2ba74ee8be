/** The text of a study in the terminal: a matrix per category, growth points, and the changes between versions in words. */
import { type CaseResult, hasNumbers } from '../../core/outcome.js';
import type { ExperimentResult, StudyResult, StudyTimings } from '../../core/study.js';
import { families } from '../../core/study-versions.js';
import { growthSentence } from './cell.js';
import { type Change, columnName, rowChanges } from './changes.js';
import { failureLines } from './failure.js';
import { interpretersLine, pymallocFootnote } from './interpreter.js';
import { type MatrixColumn, matrixLines } from './matrix.js';
import { list, plural } from './numbers.js';
import { answerLines, partsLines } from './study-parts.js';
import { oneLine, type Style } from './style.js';
import { wrap } from './table.js';

/** `timings`: null where nothing was timed. */
export function formatStudy(study: StudyResult, timings: StudyTimings | null, style: Style): string {
  const columns = studyColumns(study);
  const lines = [
    ...wrap(interpretersLine(study.interpreters), style.width).map((line) => style.bold(line)),
    '',
    ...answerLines(study, timings, style),
    '',
    ...wrap(summarySentence(study), style.width),
  ];
  for (const { category, title, question } of study.categories) {
    const experiments = study.experiments.filter((experiment) => experiment.category === category);
    lines.push('', style.bold(title), ...wrap(question, style.width).map((line) => style.dim(line)), '');
    const rows = experiments.map((e) => ({
      label: statementLabel(e),
      results: new Map(e.results.map((r) => [r.interpreter.id, r])),
    }));
    lines.push(...matrixLines(rows, columns, style));
    const changes = changeLines(experiments, style);
    if (changes.length > 0) lines.push('', ' What changed from one version to the next', ...changes);
    const growth = growthLines(experiments, style);
    if (growth.length > 0) lines.push('', ' Costs that are not constant', ...growth);
    const failures = experiments.flatMap((e) =>
      failureLines(e.results, style.width - e.id.length - 3).map((line) => ` ${e.id}: ${line}`),
    );
    if (failures.length > 0) lines.push('', ' Not exact', ...failures);
  }
  if (study.experiments.length > 0) lines.push('', ...legend(study, style));
  lines.push(...partsLines(study, style));
  return lines.join('\n');
}

/** The statement, and what sets it apart where the same one stands in several experiments: its setup, or its id. */
function statementLabel({ id, statement, setup }: ExperimentResult): string {
  const line = setup.trim();
  return line === '' ? statement : `${statement}   ${line.includes('\n') ? id : line}`;
}

export function studyColumns(study: StudyResult): MatrixColumn[] {
  return study.interpreters.map((interpreter) => ({ id: interpreter.id, title: columnName({ interpreter }) }));
}

/** The changes along the results of an experiment, each beside the version before it of the same kind of build. */
export function studyChanges(results: readonly CaseResult[]): Change[] {
  const byId = new Map(results.map((result) => [result.interpreter.id, result]));
  return families(results.map(({ interpreter }) => interpreter)).flatMap((members) =>
    rowChanges(members.map(({ id }) => byId.get(id))),
  );
}

/** How many experiments, how many differ between versions, whether all is exact. */
export function summarySentence(study: StudyResult): string {
  const results = study.experiments.flatMap((experiment) => experiment.results);
  const inexact = results.filter(({ outcome }) => outcome !== 'exact').length;
  const differ = study.experiments.filter((e) => studyChanges(e.results).length > 0).length;
  const versions = study.interpreters.length;
  if (study.experiments.length === 0) return `No experiment was asked for, on ${plural(versions, 'interpreter')}.`;
  const exact = inexact === 0 ? 'every count exact' : `${inexact} of ${results.length} counts not exact`;
  const compared = versions > 1 ? `; ${differ} of them ${differ === 1 ? 'does' : 'do'} not cost the same on all` : '';
  return `${plural(study.experiments.length, 'experiment')} on ${plural(versions, 'interpreter')}, ${exact}${compared}.`;
}

/** "3.14  ints come from a freelist" under the statement it belongs to. */
function changeLines(experiments: readonly ExperimentResult[], style: Style): string[] {
  return experiments.flatMap((experiment) => {
    const changes = studyChanges(experiment.results);
    if (changes.length === 0) return [];
    const told = changes.map(({ interpreter, text }) => `${style.bold(interpreter)} ${text}`).join('; ');
    return wrap(`   ${style.dim(oneLine(statementLabel(experiment), 40, style))}  ${told}`, style.width, '       ');
  });
}

/** What a growing experiment costs, once per different answer, with the versions it holds for. */
export function growthWords(experiment: ExperimentResult): { readonly versions: string; readonly sentence: string }[] {
  const sentences = new Map<string, string[]>();
  for (const result of experiment.results) {
    if (!hasNumbers(result) || result.growth === null) continue;
    const sentence = growthSentence(result.growth, result.counts);
    sentences.set(sentence, [...(sentences.get(sentence) ?? []), columnName(result)]);
  }
  const all = experiment.results.length;
  return [...sentences].map(([sentence, names]) => ({
    versions: names.length === all && all > 1 ? `all ${all}` : list(names),
    sentence,
  }));
}

function growthLines(experiments: readonly ExperimentResult[], style: Style): string[] {
  return experiments.flatMap((experiment) =>
    growthWords(experiment).flatMap(({ versions, sentence }) =>
      wrap(
        `   ${style.dim(oneLine(statementLabel(experiment), 40, style))}  ${style.bold(versions)} ${sentence}`,
        style.width,
        '       ',
      ),
    ),
  );
}

function legend(study: StudyResult, style: Style): string[] {
  const sign = (mark: Parameters<Style['sign']>[0], word: string): string =>
    `${style.paint(mark, style.sign(mark))} ${word}`;
  const pymalloc = study.interpreters.some((interpreter) => interpreter.pymalloc);
  const signs = [
    sign('nothing', 'nothing'),
    sign('freelist', 'object from a freelist'),
    ...(pymalloc ? [sign('pymalloc', 'object from pymalloc')] : []),
    sign('malloc', 'object from malloc'),
    sign('buffer', 'buffer'),
    sign('resize', 'resize'),
    sign('unseen', 'this version cannot have it'),
  ];
  const footnote = pymallocFootnote(study.interpreters);
  return [
    ...wrap(`${signs.join('   ')}   (per execution)`, style.width),
    ...(footnote === null ? [] : wrap(footnote, style.width)),
  ];
}
