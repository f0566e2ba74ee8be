/** `pyallocs export`: a recording in a format of another tool. */
import { Command, Option } from 'commander';
import { assertUnreachable } from '../../core/assert.js';
import { EXIT, type ExitCode, PyallocsError } from '../../core/errors.js';
import { encodePprofOf, measuresOf } from '../../core/pprof.js';
import { LIVE_FIELDS, type Measure, type Recording, SAMPLE_FIELDS } from '../../core/recording.js';
import { csvLines } from '../../report/export/csv.js';
import { foldedLines } from '../../report/export/folded.js';
import type { FrameOptions } from '../../report/export/frames.js';
import { toSpeedscope } from '../../report/export/speedscope.js';
import { type GlobalOptions, warn } from '../context.js';
import { checkWritable } from '../files.js';
import { collect } from '../options.js';
import { compressed, DEFAULT_RECORDING, readRecording } from '../recording-files.js';
import { writeWhole } from '../whole-files.js';

const FORMATS = ['folded', 'speedscope', 'csv', 'pprof'] as const;
type Format = (typeof FORMATS)[number];

interface ExportOptions {
  readonly format: Format;
  readonly by: readonly string[];
  readonly bytecode: boolean;
  readonly types: boolean;
  readonly output?: string;
}

/** As typed: resize-bytes. */
const measureName = (measure: Measure): string => measure.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const MEASURES: readonly Measure[] = [...SAMPLE_FIELDS, ...LIVE_FIELDS];

const DETAILS = `
Formats:
  folded       a line per stack, "outer;inner 12", for flamegraph.pl, inferno and whatever else draws flame graphs
  speedscope   for https://www.speedscope.app, one profile per --by (default: creations, requests and bytes)
  csv          a line per sample with every field, for spreadsheets and data frames
  pprof        gzipped pprof of one measure, for tools that show only the first; a recording itself is pprof of all

Measures (--by): ${SAMPLE_FIELDS.map(measureName).join(', ')};
of a recording made with --live also ${LIVE_FIELDS.map(measureName).join(', ')}.

Examples:
  pyallocs export --format folded | flamegraph.pl >objects.svg         objects created
  pyallocs export --format folded --by bytes --types -o bytes.folded   bytes asked for, by what they were for
  pyallocs export run.pb.gz --format speedscope -o run.speedscope.json
  pyallocs export --format csv -o samples.csv

Exit code: 0 done, 1 done, but the numbers of the recording are not exact, 2 wrong usage or no recording.`;

export function exportCommand(run: (code: ExitCode) => void): Command {
  return new Command('export')
    .description(
      'Write a recording in a format of other tools: collapsed stacks, speedscope, CSV, pprof of one measure.',
    )
    .argument('[file]', `a recording; - reads it from standard input (default: ${DEFAULT_RECORDING})`)
    .addOption(new Option('--format <format>', 'what to write').choices(FORMATS).makeOptionMandatory())
    .addOption(
      new Option('--by <measure>', 'what to count (speedscope: repeatable or comma-separated)')
        .argParser(collect)
        .default([], 'creations'),
    )
    .option('--bytecode', 'a frame per bytecode instruction, not per line', false)
    .option('--types', 'folded, speedscope: add what was created, and from where, as innermost frame', false)
    .option('-o, --output <file>', 'write to a file instead of standard output')
    .addHelpText('after', DETAILS)
    .action((file: string | undefined, options: ExportOptions, command: Command) => {
      run(exportRecording(file, options, command.optsWithGlobals<GlobalOptions>()));
    });
}

function exportRecording(file: string | undefined, options: ExportOptions, globals: GlobalOptions): ExitCode {
  const { format, output } = options;
  if (output !== undefined) checkWritable(output);
  else if (format === 'pprof' && process.stdout.isTTY === true)
    throw new PyallocsError('terminal', 'pprof is binary data and not for a terminal: name a file with -o FILE');
  const measures = measuresAsked(options);
  checkOptions(options);
  const recording = readRecording(file);
  checkLive(recording, measures);
  const parts = formatted(recording, measures, options, globals);
  if (output !== undefined) writeWhole(output, chunks(parts));
  else for (const chunk of chunks(parts)) process.stdout.write(chunk);
  warnOfNothing(recording, measures, format);
  if (recording.outcome === 'exact') return EXIT.exact;
  warn(`the recording is not exact: ${recording.why?.message ?? 'it does not say why'}`);
  return EXIT.inexact;
}

/** The measures that were typed, or those of the format. */
function measuresAsked({ format, by }: ExportOptions): readonly Measure[] {
  const asked = by.flatMap((names) => names.split(',')).map(measureOf);
  switch (format) {
    case 'folded':
    case 'pprof':
      if (asked.length > 1)
        throw new PyallocsError(
          'one-measure',
          `${format} holds one measure: give --by once; speedscope and csv hold several`,
        );
      return asked.length > 0 ? asked : ['creations'];
    case 'speedscope':
      return asked.length > 0 ? [...new Set(asked)] : ['creations', 'requests', 'bytes'];
    case 'csv':
      if (asked.length > 0)
        throw new PyallocsError('all-measures', 'csv has a column for every measure: leave out --by');
      return [];
    default:
      return assertUnreachable(format);
  }
}

/** resize-bytes, resize_bytes as pprof has it, and resizeBytes as JSON has it. */
function measureOf(name: string): Measure {
  const typed = name.trim().toLowerCase().replace(/[-_]/g, '');
  const measure = MEASURES.find((one) => one.toLowerCase() === typed);
  if (measure !== undefined) return measure;
  const known = MEASURES.map(measureName).join(', ');
  throw new PyallocsError(
    'no-measure',
    `there is no measure ${JSON.stringify(name)} to export --by: there are ${known}`,
  );
}

function checkOptions({ format, bytecode, types }: ExportOptions): void {
  if (types && format === 'pprof')
    throw new PyallocsError('no-frames', 'pprof has types and origins as labels: go tool pprof -tagleaf=type,origin');
  if (types && format === 'csv')
    throw new PyallocsError('no-frames', 'csv has types and origins in columns of their own: leave out --types');
  if (bytecode && format === 'pprof')
    throw new PyallocsError('no-frames', 'pprof has every instruction as a location: go tool pprof -addresses');
}

function checkLive(recording: Recording, measures: readonly Measure[]): void {
  const has = new Set(measuresOf(recording));
  const missing = measures.find((measure) => !has.has(measure));
  if (missing === undefined) return;
  const sentence = `the recording has no ${measureName(missing)}: it was made without --live; pyallocs record --live counts them`;
  throw new PyallocsError('not-live', sentence);
}

function formatted(
  recording: Recording,
  measures: readonly Measure[],
  { format, bytecode, types }: ExportOptions,
  { ascii }: GlobalOptions,
): Iterable<string | Uint8Array> {
  const frames: FrameOptions = { bytecode, types, ascii };
  const measure = measures[0] ?? 'creations';
  switch (format) {
    case 'folded':
      return foldedLines(recording, measure, frames);
    case 'speedscope':
      return [`${JSON.stringify(toSpeedscope(recording, measures, frames))}\n`];
    case 'csv':
      return csvLines(recording, frames);
    case 'pprof':
      return [compressed(encodePprofOf(recording, measure))];
    default:
      return assertUnreachable(format);
  }
}

/** Lines together, so that they are not written one by one; all of them may be more than one string can hold. */
function* chunks(parts: Iterable<string | Uint8Array>): Generator<string | Uint8Array> {
  let text = '';
  for (const part of parts) {
    if (typeof part !== 'string') yield part;
    else text += part;
    if (text.length < 2 ** 20) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

function warnOfNothing({ samples }: Recording, measures: readonly Measure[], format: Format): void {
  if (samples.length === 0) warn('the recording has no event');
  else if (format !== 'csv') {
    const none = measures.filter((measure) => samples.every(({ values }) => (values[measure] ?? 0) === 0));
    if (none.length > 0) warn(`the recording has no ${none.map(measureName).join(', ')}`);
  }
}
