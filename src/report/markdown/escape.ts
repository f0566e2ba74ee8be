/** Text from outside in Markdown. */
import { printable } from '../text/style.js';

/** Text that Markdown shows as it is. */
export function escapeText(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|&~]/g, (character) => `\\${character}`).replace(/\s*\n\s*/g, ' ');
}

/** Code in a cell of a table: there a bar needs a backslash, which elsewhere would be shown. */
export function cellCode(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

/** Code on one line. */
export function code(text: string): string {
  const line = printable(text.trim()).replace(/\s*\n\s*/g, ' ⏎ ');
  const ticks = '`'.repeat(Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const space = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${ticks}${space}${line}${space}${ticks}`;
}
