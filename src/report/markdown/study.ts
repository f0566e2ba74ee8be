/** REPORT.md: the study for a reader, the same bytes for the same results. */
import type { ExperimentResult, StudyResult } from '../../core/study.js';
import { resultCell, sameCell } from '../text/cell.js';
import { failureLines } from '../text/failure.js';
import { pymallocFootnote } from '../text/interpreter.js';
import { growthWords, studyChanges, studyColumns, summarySentence } from '../text/study.js';
import { STUDY_TITLE } from '../text/study-words.js';
import { makeStyle } from '../text/style.js';
import { cellCode, code, escapeText } from './escape.js';
import {
  advice,
  again,
  answer,
  claims,
  disagreements,
  growth,
  limits,
  observers,
  programs,
  steps,
} from './study-parts.js';

const STYLE = makeStyle({ colour: false, ascii: false, width: 100 });

export function studyMarkdown(study: StudyResult): string {
  const lines = [
    `# ${STUDY_TITLE}`,
    '',
    ...answer(study),
    '',
    ...steps(study),
    '',
    '## The statements',
    '',
    summarySentence(study),
    '',
    'A cell is what one execution of the statement costs: ○ objects served by a freelist, ◐ by pymalloc, ● by malloc, ▪ buffers (requests that never become an object: list items, dict keys), ↔ resizes, · nothing, – not possible in this version. **Bold**: differs from the version to its left. "grows": the cost is not the same each time; the lines below the table say how it grows.',
    '',
    '| interpreter | version | engine | bits | pymalloc |',
    '|---|---|---|---|---|',
    ...study.interpreters.map(
      (i) =>
        `| ${cellCode(i.id)} | CPython ${i.version} | ${i.engine === 'wasm' ? 'embedded' : 'native'} | ${i.bits} | ${i.pymalloc ? 'yes' : 'no'} |`,
    ),
    '',
    pymallocFootnote(study.interpreters) ?? '',
  ];
  for (const { category, title, question } of study.categories) {
    const experiments = study.experiments.filter((experiment) => experiment.category === category);
    lines.push('', `### ${escapeText(title)}`, '', question, '', ...matrix(study, experiments));
    lines.push('', ...experiments.flatMap((experiment) => about(experiment, study)));
  }
  for (const part of [growth, limits, programs, observers, claims, advice]) lines.push('', ...part(study));
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

function matrix(study: StudyResult, experiments: readonly ExperimentResult[]): string[] {
  const columns = studyColumns(study);
  const rows = experiments.map((experiment) => {
    const results = new Map(experiment.results.map((result) => [result.interpreter.id, result]));
    const cells = columns.map(({ id }, i) => {
      const result = results.get(id);
      const left = results.get(columns[i - 1]?.id ?? '');
      const text = resultCell(result, STYLE);
      return left === undefined || sameCell(left, result) ? text : `**${text}**`;
    });
    return `| ${cellCode(experiment.statement)}<br>${escapeText(experiment.title)} | ${cells.join(' | ')} |`;
  });
  return [
    `| | ${columns.map(({ title }) => escapeText(title)).join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...rows,
  ];
}

function about(experiment: ExperimentResult, study: StudyResult): string[] {
  const setup = experiment.setup.trim() === '' ? '' : ` with ${code(experiment.setup)}`;
  const changes = studyChanges(experiment.results).map(
    ({ interpreter, text }) => `  - ${escapeText(`${interpreter}: ${text}`)}`,
  );
  const growth = growthWords(experiment).map(
    ({ versions, sentence }) => `  - ${escapeText(`${versions}: ${sentence}`)}`,
  );
  const failures = failureLines(experiment.results).map((line) => `  - ${escapeText(line)}`);
  return [
    `- **${escapeText(experiment.title)}** (${code(experiment.id)}): ${code(experiment.statement)}${setup}. ${escapeText(experiment.shows)}`,
    ...changes,
    ...growth,
    ...failures,
    ...disagreements(experiment, study),
    again(experiment),
  ];
}
