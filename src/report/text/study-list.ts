/** What a study can be made of: names for --only, by kind. */
import { printable, type Style } from './style.js';
import { tableLines, wrap } from './table.js';

export interface ListedPart {
  /** The category of an experiment, or what kind of part it is: asks for all of them. */
  readonly kind: string;
  readonly name: string;
  readonly title: string;
}

export function formatStudyList(parts: readonly ListedPart[], style: Style): string {
  const kinds = [...new Set(parts.map(({ kind }) => kind))];
  return kinds
    .map((kind) => {
      const members = parts.filter((part) => part.kind === kind);
      const [, ...lines] = tableLines(
        ['', ''].map((title) => ({ title, align: 'left' as const })),
        members.map(({ name, title }) => [name, printable(title)]),
      );
      const width = Math.max(...members.map(({ name }) => name.length)) + 3;
      return [style.bold(kind), ...lines.flatMap((line) => wrap(line, style.width, ' '.repeat(width)))].join('\n');
    })
    .join('\n\n');
}
