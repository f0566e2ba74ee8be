/** A table for spreadsheets and data frames: a line per sample, with every field of it. RFC 4180. */
import { measuresOf } from '../../core/pprof.js';
import type { Recording } from '../../core/recording.js';
import { type FrameOptions, FrameTable, OUTSIDE, plain } from './frames.js';

/** Of the innermost instruction. */
const PLACE = ['function', 'file', 'line', 'column', 'offset', 'opcode', 'argument'] as const;
const LABELS = ['type', 'origin', 'thread', 'region', 'pid'] as const;

/** Lines with their ends. What a sample does not have is an empty cell. The stack begins with the outermost frame. */
export function* csvLines(recording: Recording, { bytecode }: Pick<FrameOptions, 'bytecode'>): Generator<string> {
  const measures = measuresOf(recording);
  const table = new FrameTable(recording, { bytecode, types: false, ascii: true });
  yield row([...PLACE, ...LABELS, ...measures, 'stack']);
  for (const sample of recording.samples) {
    const location = recording.locations[sample.stack[0] ?? -1];
    const code = recording.codes[location?.code ?? -1];
    const place = { ...location, function: code?.name, file: code?.file };
    const stack = table.stackOf(sample).map((frame) => table.frames[frame]?.name);
    yield row([
      ...PLACE.map((column) => place[column]),
      ...LABELS.map((column) => sample[column]),
      ...measures.map((measure) => sample.values[measure] ?? 0),
      stack.join() === OUTSIDE ? '' : stack.join(';'),
    ]);
  }
}

const row = (cells: readonly (string | number | null | undefined)[]): string => `${cells.map(cell).join(',')}\r\n`;

function cell(value: string | number | null | undefined): string {
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
