/** Collapsed stacks, as flamegraph.pl, inferno and speedscope read them: `outer;inner 12`, one line per stack. */
import type { Measure, Recording } from '../../core/recording.js';
import { type FrameOptions, FrameTable } from './frames.js';

export function foldedLines(recording: Recording, measure: Measure, options: FrameOptions): string[] {
  const table = new FrameTable(recording, options);
  return table
    .weigh(measure)
    .map(({ frames, value }) => `${frames.map((frame) => table.frames[frame]?.name).join(';')} ${value}\n`)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
