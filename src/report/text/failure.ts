/** Why a result has no numbers, or numbers that cannot be trusted: sentences. */
import { interpreterName } from '../../core/interpreter.js';
import type { CaseResult, MeasuredError } from '../../core/outcome.js';
import { list } from './numbers.js';
import { printable } from './style.js';

/** One entry per different reason, with the interpreters it holds for; nothing for exact results. */
export function failureLines(results: readonly CaseResult[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const result of results) {
    const reason = reasonOf(result);
    if (reason !== null) reasons.set(reason, [...(reasons.get(reason) ?? []), interpreterName(result.interpreter)]);
  }
  return [...reasons].flatMap(([reason, interpreters]) => `${list(interpreters)} ${reason}`.split('\n'));
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
      return `failed: ${errorText(result.error)}`;
  }
}

/** "SyntaxError: invalid syntax (statement, line 1)", with Python's excerpt and caret below if there is one. */
export function errorText({ message, line, place }: MeasuredError): string {
  const where = place === null || line === null ? '' : ` (${place.in}, line ${line})`;
  const excerpt = (place?.excerpt ?? []).map((text) => `\n${printable(text)}`).join('');
  return printable(message) + where + excerpt;
}
