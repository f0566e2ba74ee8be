/** What `record` says last: the totals, and where to read on. */
import type { ProgramResult } from '../../core/program.js';
import type { Recording } from '../../core/recording.js';
import { type LiveCounts, Tally } from '../../core/tally.js';
import { funnelLines } from './funnel.js';
import { interpreterLine } from './interpreter.js';
import { isCounted, movedFields } from './moved.js';
import { byteSize, integer, plural } from './numbers.js';
import { headingLines, inexactLines, reasonOf } from './program.js';
import { printable, type Style } from './style.js';

/** `recording`: null when there is none. Ends without a line break. */
export function formatRecorded(result: ProgramResult, recording: Recording | null, file: string, style: Style): string {
  const { interpreter, command } = result;
  const lines = [...headingLines(interpreterLine(interpreter), command, style), ''];
  const reason = reasonOf(result);
  if (!isCounted(result) || recording === null) return [...lines, ...inexactLines(reason, style)].join('\n');
  if (reason !== '') lines.push(...inexactLines(`${style.sign('inexact')} ${reason}`, style), '');
  lines.push(...funnelLines(result.counts, interpreter, { of: null, moved: movedFields(result) }, style), '');
  for (const { message } of result.warnings) {
    lines.push(...inexactLines(`warning: ${printable(message)}`, style), '');
  }
  const { locations, samples } = recording;
  const live = sumOfLive(recording);
  if (live !== null) {
    const several = new Set(samples.map(({ pid }) => pid)).size > 1 ? ', each process at its own maximum' : '';
    const [now, most] = [blocks(live.liveBlocks, live.liveBytes), blocks(live.peakBlocks, live.peakBytes)];
    lines.push(`${now} live at the end, at most ${most}${several}`);
  }
  lines.push(`${plural(locations.length, 'instruction')}, ${integer(samples.length)} samples in ${printable(file)}`);
  const named = file === 'pyallocs.pb.gz' ? '' : ` ${printable(file)}`;
  lines.push(style.dim(`Where they come from: pyallocs report${named}; line by line: pyallocs annotate${named}`));
  return lines.join('\n');
}

function sumOfLive(recording: Recording): LiveCounts | null {
  const tally = new Tally();
  for (const sample of recording.samples) tally.add(sample);
  return tally.live(recording);
}

const blocks = (many: number, bytes: number): string => `${byteSize(bytes)} in ${plural(many, 'block')}`;
