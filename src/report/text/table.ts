/** Tables without borders: columns aligned by what they hold, cells measured without their colours. */
import { textWidth } from './style.js';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** The lines of a table. `indent` stands in front of each. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[], indent = ' '): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => textWidth(row[i] ?? ''))));
  return all.map((row) =>
    (indent + row.map((cell, i) => pad(cell, widths[i] ?? 0, columns[i]?.align ?? 'left')).join('  ')).trimEnd(),
  );
}

export function pad(cell: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(cell)));
  return align === 'left' ? cell + space : space + cell;
}

/** Wraps words to a width; the first line keeps its indentation, those after it begin with `hang`. */
export function wrap(text: string, width: number, hang = ''): string[] {
  const lines: string[] = [];
  const indent = /^ */.exec(text)?.[0] ?? '';
  const [first = '', ...words] = text.slice(indent.length).split(' ');
  let line = indent + first;
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (textWidth(longer) > width) {
      lines.push(line);
      line = hang + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
