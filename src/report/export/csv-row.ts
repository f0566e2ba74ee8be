/** Lines of CSV, for all tables that are written: RFC 4180, and no cell is a formula. */
import { plain } from './frames.js';

export type CsvCell = string | number | boolean | null | undefined;

/** A line with its end. What is null or undefined is an empty cell. */
export const csvRow = (cells: readonly CsvCell[]): string => `${cells.map(cell).join(',')}\r\n`;

function cell(value: CsvCell): string {
  if (typeof value !== 'string') return value === null || value === undefined ? '' : String(value);
  const text = guarded(plain(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * An apostrophe before what a spreadsheet would compute: a name of a recording is no formula. One also before an apostrophe,
 * so that it can be taken off again. A sign alone, as the argument of BINARY_OP, stays.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const guarded = (text: string): string =>
  /^(?:'|\s*[=+\-@\uff1d\uff0b\uff0d\uff20].)/u.test(text) ? `'${text}` : text;
