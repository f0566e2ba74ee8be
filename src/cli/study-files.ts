/** The files that a study leaves in its folder. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, PyallocsError } from '../core/errors.js';
import type { StudyResult, StudyTimings } from '../core/study.js';
import { studyTables } from '../report/export/study-tables.js';
import { studyPage } from '../report/html/study-page.js';
import { studyMarkdown } from '../report/markdown/study.js';
import { plainStudy } from '../report/text/plain-study.js';
import { makeFolders, writeText } from './files.js';

/** Built by `npm run build`. */
const TEMPLATE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'web', 'study.html');

/** Where a study is written to, and looked for. */
export const STUDY_FOLDER = 'pyallocs-study';

export const resultJson = (result: StudyResult): string => `${JSON.stringify(result, null, 1)}\n`;

/** Writes all of them, and says which: those of data/ as one. `timings`: null where nothing was timed. */
export function writeStudy(
  folder: string,
  result: StudyResult,
  timings: StudyTimings | null,
  runJson: string,
): string[] {
  const files: Record<string, string> = {
    'report.html': studyPage(template(), { study: result, timings }),
    'REPORT.md': studyMarkdown(result),
    'results.json': resultJson(result),
    'allocation_results.txt': plainStudy(result),
    ...(timings === null ? {} : { 'timings.json': `${JSON.stringify(timings, null, 1)}\n` }),
    'run.json': runJson,
  };
  const data = join(folder, 'data');
  makeFolders(data);
  for (const [name, content] of Object.entries(files)) writeText(join(folder, name), content);
  for (const [name, content] of Object.entries(studyTables(result, timings))) writeText(join(data, name), content);
  return [...Object.keys(files), 'data/*.csv'];
}

function template(): string {
  try {
    return readFileSync(TEMPLATE, 'utf8');
  } catch (cause) {
    throw new PyallocsError('not-built', `the page of studies is missing from this installation: ${TEMPLATE}`, {
      exitCode: EXIT.internal,
      cause,
    });
  }
}
