/** A table for spreadsheets and data frames: a line per sample, with every field of it. */
import { measuresOf } from '../../core/pprof.js';
import type { Recording } from '../../core/recording.js';
import { csvRow } from './csv-row.js';
import { type FrameOptions, FrameTable, OUTSIDE } from './frames.js';

/** Of the innermost instruction. */
const PLACE = ['function', 'file', 'line', 'column', 'offset', 'opcode', 'argument'] as const;
const LABELS = ['type', 'origin', 'thread', 'region', 'pid'] as const;

/** Lines with their ends. What a sample does not have is an empty cell. The stack begins with the outermost frame. */
export function* csvLines(recording: Recording, { bytecode }: Pick<FrameOptions, 'bytecode'>): Generator<string> {
  const measures = measuresOf(recording);
  const table = new FrameTable(recording, { bytecode, types: false, ascii: true });
  yield csvRow([...PLACE, ...LABELS, ...measures, 'stack']);
  for (const sample of recording.samples) {
    const location = recording.locations[sample.stack[0] ?? -1];
    const code = recording.codes[location?.code ?? -1];
    const place = { ...location, function: code?.name, file: code?.file };
    const stack = table.stackOf(sample).map((frame) => table.frames[frame]?.name);
    yield csvRow([
      ...PLACE.map((column) => place[column]),
      ...LABELS.map((column) => sample[column]),
      ...measures.map((measure) => sample.values[measure] ?? 0),
      stack.join() === OUTSIDE ? '' : stack.join(';'),
    ]);
  }
}
