/** The matrix: rows are operations, columns interpreters; what differs from the version to the left is bold and told in words. */
import type { CaseResult } from '../../core/outcome.js';
import { resultCell, sameCell } from './cell.js';
import { rowChanges } from './changes.js';
import { oneLine, type Style, textWidth } from './style.js';
import { tableLines, wrap } from './table.js';

export interface MatrixRow {
  readonly label: string;
  /** By interpreter id; an interpreter that cannot have it has none. */
  readonly results: ReadonlyMap<string, CaseResult>;
}

export interface MatrixColumn {
  readonly id: string;
  readonly title: string;
}

const LABEL_LIMIT = 46;

export function matrixLines(rows: readonly MatrixRow[], columns: readonly MatrixColumn[], style: Style): string[] {
  const body = rows.map((row) => cells(row, columns, style));
  const widest = columns.map(({ title }, i) =>
    Math.max(textWidth(title), ...body.map((row) => textWidth(row[i] ?? ''))),
  );
  const room = style.width - 1 - widest.reduce((sum, width) => sum + width + 2, 0);
  const limit = Math.max(12, Math.min(LABEL_LIMIT, room));
  return tableLines(
    [{ title: '', align: 'left' }, ...columns.map(({ title }) => ({ title, align: 'left' as const }))],
    rows.map((row, i) => [oneLine(row.label, limit, style), ...(body[i] ?? [])]),
  );
}

function cells(row: MatrixRow, columns: readonly MatrixColumn[], style: Style): string[] {
  return columns.map(({ id }, i) => {
    const result = row.results.get(id);
    const left = row.results.get(columns[i - 1]?.id ?? '');
    return resultCell(result, style, left !== undefined && !sameCell(left, result));
  });
}

/** The changes between neighbouring columns, a line each: "y = x + 1  3.14: int from a freelist". */
export function matrixChangeLines(
  rows: readonly MatrixRow[],
  columns: readonly MatrixColumn[],
  style: Style,
): string[] {
  return rows.flatMap((row) => {
    const changes = rowChanges(columns.map(({ id }) => row.results.get(id)));
    const label = oneLine(row.label, LABEL_LIMIT, style);
    return changes.flatMap(({ interpreter, text }) =>
      wrap(` ${style.bold(interpreter)} ${style.dim(label)}  ${text}`, style.width, '      '),
    );
  });
}
