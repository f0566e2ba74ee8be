/** `pyallocs diff`: two results of the same kind, row by row. */
import { Command } from 'commander';
import { diffResults, hasGrowth } from '../../core/diff.js';
import type { NamedResult } from '../../core/diff-entries.js';
import { EXIT, type ExitCode, PyallocsError } from '../../core/errors.js';
import { parseResult, RESULT_LIMIT } from '../../core/result-files.js';
import { formatDiff } from '../../report/text/diff.js';
import { type GlobalOptions, outputStyle, print } from '../context.js';
import { checkWritable, readLimited, writeText } from '../files.js';
import { jsonOption, outputOption } from '../options.js';

interface DiffOptions {
  readonly failOnGrowth: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

const DETAILS = `
Both files are results of the same command: bench -o FILE, stat -o FILE, or the results.json of study --out FOLDER (the
folder will do). What decides a row is the number of objects created; where those are equal, requests, then resizes,
then bytes. Counts are equal or they are not: there is no threshold.

Examples:
  pyallocs bench 'f(x)' -s 'from mylib import f; x = 1' -o before.json      and later, with -o after.json:
  pyallocs diff before.json after.json                  what changed, and the types responsible
  pyallocs diff before.json after.json --fail-on-growth for CI

Exit code: 0 compared, 2 wrong usage or no result in a file. With --fail-on-growth, 3 something grew or is new, 1 nothing
did, but some of it could not be compared.`;

export function diffCommand(run: (code: ExitCode) => void): Command {
  return new Command('diff')
    .description('Compare two results of bench, stat or study: old, new, difference, and the types responsible.')
    .argument('<before>', 'a result; - reads it from standard input')
    .argument('<after>', 'another of the same kind')
    .option('--fail-on-growth', 'exit with 3 if anything costs more than before', false)
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
  const result = diffResults(read(before), read(after));
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (options.output !== undefined) writeText(options.output, json);
  if (options.json === true) process.stdout.write(json);
  else print(formatDiff(result, outputStyle(globals)));
  if (!options.failOnGrowth) return EXIT.exact;
  if (hasGrowth(result)) return EXIT.differs;
  return result.uncompared.length > 0 ? EXIT.inexact : EXIT.exact;
}

function read(path: string): NamedResult {
  const name = path === '-' ? 'standard input' : path;
  return { name, file: parseResult(readLimited(path, 'results.json', RESULT_LIMIT), name) };
}
