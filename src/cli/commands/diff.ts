/** `pyallocs diff`: two results of the same kind, row by row. */
import { statSync } from 'node:fs';
import { Command } from 'commander';
import { type DiffResult, diffResults, hasGrowth, twoKinds } from '../../core/diff.js';
import type { NamedResult } from '../../core/diff-entries.js';
import { diffRecordings, type NamedRecording } from '../../core/diff-recordings.js';
import { EXIT, type ExitCode, PyallocsError } from '../../core/errors.js';
import type { Grouping } from '../../core/grouping.js';
import { parseResult, RESULT_LIMIT } from '../../core/result-files.js';
import { formatDiff } from '../../report/text/diff.js';
import { type GlobalOptions, outputStyle, print } from '../context.js';
import { checkWritable, readLimited, writeText } from '../files.js';
import { diffByOption } from '../grouping-options.js';
import { jsonOption, outputOption } from '../options.js';
import { isGzip, readRecording } from '../recording-files.js';
import { sourceReader } from '../sources.js';

interface DiffOptions {
  readonly by?: Grouping;
  readonly imports: boolean;
  readonly mine: boolean;
  readonly failOnGrowth: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

const DETAILS = `
Both files come from the same command: record, bench -o FILE, stat -o FILE, or study --out FOLDER (the folder will do).
What decides a row is the number of objects created; where those are equal, requests, then resizes, then bytes. Counts are
equal or they are not: there is no threshold.

Recordings may be of two versions of Python. Their lines are matched by function and text, not by number; where the source
is not what it was any more, by instructions and place in the function.

Examples:
  pyallocs bench 'f(x)' -s 'from mylib import f; x = 1' -o before.json      and later, with -o after.json:
  pyallocs diff before.json after.json                  what changed, and the types responsible
  pyallocs diff before.json after.json --fail-on-growth for CI
  pyallocs diff pyallocs.pb.gz.old pyallocs.pb.gz       the last two recordings, by function
  pyallocs diff old.pb.gz new.pb.gz --by line --mine    by line of the program

Exit code: 0 compared, 2 wrong usage or no result in a file. With --fail-on-growth, 3 something grew or is new, 1 nothing
did, but some of it could not be compared.`;

export function diffCommand(run: (code: ExitCode) => void): Command {
  return new Command('diff')
    .description(
      'Compare two recordings, or two results of bench, stat or study: old, new, difference, and the types responsible.',
    )
    .argument('<before>', 'a result; - reads it from standard input')
    .argument('<after>', 'another of the same kind')
    .option('--fail-on-growth', 'exit with 3 if anything costs more than before', false)
    .addOption(diffByOption())
    .option('--imports', 'of recordings: show what happens below imports like everything else', false)
    .option('--mine', 'of recordings: charge libraries to the code of the program that calls them', false)
    .addOption(jsonOption())
    .addOption(outputOption())
    .addHelpText('after', DETAILS)
    .action((before: string, after: string, options: DiffOptions, command: Command) => {
      run(diff(before, after, options, command.optsWithGlobals<GlobalOptions>()));
    });
}

function diff(before: string, after: string, options: DiffOptions, globals: GlobalOptions): ExitCode {
  if (before === '-' && after === '-')
    throw new PyallocsError('one-input', 'only one of the two results can come from standard input');
  if (options.output !== undefined) checkWritable(options.output);
  const result = compare(read(before), read(after), options);
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (options.output !== undefined) writeText(options.output, json);
  if (options.json === true) process.stdout.write(json);
  else print(formatDiff(result, outputStyle(globals)));
  if (!options.failOnGrowth) return EXIT.exact;
  if (hasGrowth(result)) return EXIT.differs;
  return result.uncompared.length > 0 ? EXIT.inexact : EXIT.exact;
}

type Side =
  | { readonly of: 'recording'; readonly side: NamedRecording }
  | { readonly of: 'result'; readonly side: NamedResult };

function compare(before: Side, after: Side, { by, imports, mine }: DiffOptions): DiffResult {
  if (before.of === 'recording' && after.of === 'recording')
    return diffRecordings(before.side, after.side, { by: by ?? 'function', imports, mine });
  if (before.of === 'result' && after.of === 'result') {
    if (by !== undefined || imports || mine)
      throw new PyallocsError('no-rows', '--by, --imports and --mine are for recordings; these are results');
    return diffResults(before.side, after.side);
  }
  throw twoKinds(kindOf(before), kindOf(after));
}

const kindOf = (one: Side): Parameters<typeof twoKinds>[0] =>
  one.of === 'recording' ? { name: one.side.name, of: one.of } : { name: one.side.name, of: one.side.file.of };

function read(path: string): Side {
  if (path !== '-' && isGzip(path) && !isPipe(path)) {
    const recording = readRecording(path);
    return { of: 'recording', side: { name: path, recording, source: sourceReader(recording) } };
  }
  const name = path === '-' ? 'standard input' : path;
  return { of: 'result', side: { name, file: parseResult(readLimited(path, 'results.json', RESULT_LIMIT), name) } };
}

/** What comes through a pipe is read as JSON: to find out what it is would be to take it from the pipe. */
const isPipe = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;
