/** Why a result has no numbers, or numbers that cannot be trusted: sentences. */
import type { CaseResult, MeasuredError } from '../../core/outcome.js';
import { shownName } from './interpreter.js';
import { list } from './numbers.js';
import { printable } from './style.js';
import { wrap } from './table.js';

/** One entry per different reason, with the interpreters it holds for; nothing for exact results. Source lines are not wrapped. */
export function failureLines(results: readonly CaseResult[], width: number = Infinity): string[] {
  const reasons = new Map<string, string[]>();
  for (const result of results) {
    const reason = reasonOf(result);
    if (reason !== null) reasons.set(reason, [...(reasons.get(reason) ?? []), shownName(result.interpreter)]);
  }
  const lines = [...reasons].flatMap(([reason, interpreters]) => `${list(interpreters)} ${reason}`.split('\n'));
  return lines.flatMap((line) => (line.startsWith(SOURCE) ? [line] : wrap(line, width, '  ')));
}

function reasonOf(result: CaseResult): string | null {
  switch (result.outcome) {
    case 'exact':
      return null;
    case 'varying':
      return `varying: ${result.why.message}`;
    case 'refused':
      return `refused: ${result.reason.message}`;
    case 'failed':
      return `failed: ${errorText(result.error)}${missingModule(result)}`;
  }
}

/** What to do about a module that an embedded interpreter does not have; empty for every other error. */
function missingModule({ interpreter, error }: CaseResult & { readonly outcome: 'failed' }): string {
  const name = /^ModuleNotFoundError: No module named '([^']+)'/.exec(error.message)?.[1];
  if (name === undefined || interpreter.engine !== 'wasm') return '';
  return `; ${printable(name)} is not in the embedded Python: if it is pure Python, --path FOLDER makes it importable`;
}

/** What Python puts in front of a line of the source and the caret below it. */
const SOURCE = '    ';

/** "SyntaxError: invalid syntax (statement, line 1)", with Python's excerpt and caret below if there is one. */
export function errorText({ message, line, place }: MeasuredError): string {
  const where = place === null || line === null ? '' : ` (${place.in}, line ${line})`;
  const excerpt = aroundCaret(place?.excerpt ?? [])
    .map((text) => `\n${printable(text)}`)
    .join('');
  return printable(message) + where + excerpt;
}

const EXCERPT_LIMIT = 160;

/** Python's excerpt, its caret in the last line; of very long lines, what stands around the caret. */
function aroundCaret(excerpt: readonly string[]): readonly string[] {
  if (excerpt.every((line) => line.length <= EXCERPT_LIMIT)) return excerpt;
  const caret = Math.max(0, excerpt.at(-1)?.search(/\S/) ?? 0);
  const from = Math.max(SOURCE.length, caret - EXCERPT_LIMIT / 2);
  return excerpt.map((line) => SOURCE + line.slice(from, from + EXCERPT_LIMIT));
}
