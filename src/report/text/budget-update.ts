/** What an update of a budget changed: a line for each limit. */
import type { LimitChange } from '../../core/budget-update.js';
import { limitText } from '../../core/limits.js';
import { fieldName } from './check.js';
import { plural } from './numbers.js';
import { cut, oneLine, printable, type Style } from './style.js';
import { tableLines } from './table.js';

const NAME_WIDTH = 36;

/** Ends without a line break. */
export function formatUpdate(file: string, changes: readonly LimitChange[], cases: number, style: Style): string {
  const versions = changes.some(({ minor }) => minor !== null);
  const columns = Array.from({ length: versions ? 4 : 3 }, () => ({ title: '', align: 'left' as const }));
  const rows = changes.map(({ id, line, minor, field, before, after }, i) => [
    changes[i - 1]?.line === line ? '' : oneLine(id, NAME_WIDTH, style),
    ...(versions ? [minor ?? ''] : []),
    fieldName(field),
    before === null ? `${limitText(after)} (new)` : `${limitText(before)} → ${limitText(after)}`,
  ]);
  const [, ...lines] = tableLines(columns, rows);
  const shown = lines.map((line) => cut(style.ascii ? line.replace('→', '->') : line, style.width, style));
  const end =
    changes.length === 0
      ? `${printable(file)}: every limit of ${plural(cases, 'case')} is what was measured`
      : `${printable(file)} is written: ${plural(changes.length, 'limit')} changed`;
  return [...shown, ...(shown.length > 0 ? [''] : []), end].join('\n');
}
