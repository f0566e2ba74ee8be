/** Which budget file is meant, and reading it. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Budget, budgetLine, hasBudget, parseBudget } from '../core/budget.js';
import { PyallocsError } from '../core/errors.js';
import { reason } from './files.js';

const OWN = 'pyallocs.toml';
const PROJECT = 'pyproject.toml';

/** `named`: what was typed; null: the one in the current folder. */
export function readBudget(named: string | null): Budget {
  if (named !== null) {
    const text = readUtf8(named);
    const project = basename(named) === PROJECT;
    if (project && !hasBudget(text, named))
      throw new PyallocsError('no-budget', `there is no [tool.pyallocs] in ${named}`);
    return parseBudget(text, named, project);
  }
  const [own, project] = [OWN, PROJECT].map((file) => (existsSync(file) ? readUtf8(file) : null));
  const inProject = project !== null && project !== undefined && hasBudget(project, PROJECT);
  if (own !== null && own !== undefined) {
    if (inProject)
      throw new PyallocsError(
        'two-budgets',
        `there are two budgets: ${OWN}, and [tool.pyallocs] in ${PROJECT}:${budgetLine(project)}; keep one, or name it: pyallocs check ${OWN}`,
      );
    return parseBudget(own, OWN, false);
  }
  if (inProject) return parseBudget(project, PROJECT, true);
  throw new PyallocsError(
    'no-budget',
    `there is no budget: no ${OWN} in this folder, and no [tool.pyallocs] in a ${PROJECT}; write [[case]] with a statement or a command into ${OWN}, then: pyallocs check --update`,
  );
}

function readUtf8(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new PyallocsError('unreadable', `${path} cannot be read: ${reason(cause)}`, { cause });
  }
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new PyallocsError('not-utf8', `${path} is not TOML: it is not UTF-8`);
  return text;
}
