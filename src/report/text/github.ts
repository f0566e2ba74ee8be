/** A check as workflow commands of GitHub: annotations at a line of the budget, or of the script. */
import { assertUnreachable } from '../../core/assert.js';
import type { CheckCase, CheckResult } from '../../core/check.js';
import { fieldName, moreCommand, numberOf, updateCommand } from './check.js';
import { shownName } from './interpreter.js';
import { plural } from './numbers.js';
import { printable } from './style.js';

export interface GithubText {
  /** Whether to be better than the budget is an error. */
  readonly ratchet: boolean;
  /** A file as the repository names it; null: it is not in there. */
  readonly inRepository: (file: string) => string | null;
}

/** One line each; none for what is within its budget. */
export function githubAnnotations(result: CheckResult, options: GithubText): string[] {
  return result.cases.flatMap((one) => {
    const level = levelOf(one, options);
    if (level === null) return [];
    const site = one.sites?.[0];
    const script = site === undefined ? null : options.inRepository(site.file);
    const [file, line] = script === null ? [options.inRepository(result.file), one.line] : [script, site?.line];
    const place = file === null ? [] : [`file=${property(file)}`, `line=${line}`];
    const title = `title=${property(`Allocations of ${one.id.split('\n')[0]}: ${one.verdict}`)}`;
    return [`::${level} ${[...place, title].join(',')}::${data(messageOf(one, result.file).join('\n'))}`];
  });
}

function levelOf({ verdict }: CheckCase, { ratchet }: GithubText): 'error' | 'notice' | null {
  switch (verdict) {
    case 'within':
      return null;
    case 'better':
      return ratchet ? 'error' : 'notice';
    case 'over':
    case 'varying':
    case 'failed':
    case 'refused':
      return 'error';
    default:
      return assertUnreachable(verdict);
  }
}

function messageOf(one: CheckCase, budget: string): string[] {
  const name = shownName(one.interpreter);
  if (one.reason !== null) return [`${name}: ${one.reason.message}`];
  const told = one.limits.filter(({ ok, better }) => (one.verdict === 'over' ? !ok : better));
  return [
    ...told.map(
      ({ field, limit, measured, moved }) =>
        `${fieldName(field)}: ${numberOf(measured, moved)}, limit ${limit} (${name})`,
    ),
    ...(one.sites ?? []).slice(0, 1).map(({ creations }) => `${plural(creations, 'object')} at this line`),
    one.verdict === 'over' ? `More: ${moreCommand(one)}` : `To lower the budget: ${updateCommand(budget)}`,
  ];
}

/** Control characters are shown: a line that a program chose must not become a command. */
const data = (text: string): string =>
  printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
