/** What a check says to GitHub: annotations on standard output, and the summary of the job. */
import { appendFileSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { CheckResult } from '../core/check.js';
import { checkMarkdown } from '../report/markdown/check.js';
import { githubAnnotations } from '../report/text/github.js';
import { printable } from '../report/text/style.js';
import { print, warn } from './context.js';
import { reason } from './files.js';

export function tellGithub(result: CheckResult, ratchet: boolean): void {
  for (const line of githubAnnotations(result, { ratchet, inRepository })) print(line);
  const summary = process.env['GITHUB_STEP_SUMMARY'];
  if (summary === undefined || summary === '') return;
  try {
    appendFileSync(summary, checkMarkdown(result));
  } catch (error) {
    warn(printable(`the summary of the job, ${summary}, cannot be written: ${reason(error)}`));
  }
}

/** From the root of the repository on; null: it lies elsewhere, or nowhere. */
function inRepository(file: string): string | null {
  try {
    const root = realpathSync(process.env['GITHUB_WORKSPACE'] || '.');
    const path = relative(root, realpathSync(resolve(file)));
    return path === '' || path.startsWith('..') || isAbsolute(path) ? null : path.split(sep).join('/');
  } catch {
    return null;
  }
}
