/** `pyallocs report`: the rows of a recording. */
import { Command } from 'commander';
import { EXIT, type ExitCode, PyallocsError } from '../../core/errors.js';
import type { Grouping } from '../../core/grouping.js';
import { makeReport, type ReportOptions } from '../../core/report.js';
import { reportMarkdown } from '../../report/markdown/report.js';
import { formatReport } from '../../report/text/recording-report.js';
import { printable } from '../../report/text/style.js';
import { type GlobalOptions, outputStyle, print } from '../context.js';
import { checkWritable, writeText } from '../files.js';
import { byOption, fileOption, originOption, rowLimit, sortOption, typeOption } from '../grouping-options.js';
import { writeHtmlReport } from '../html-report.js';
import { jsonOption, outputOption } from '../options.js';
import { recordingArguments } from '../recording-arguments.js';
import { DEFAULT_RECORDING, readRecording } from '../recording-files.js';

interface Options extends Pick<ReportOptions, 'sort' | 'cumulative' | 'imports' | 'mine'> {
  readonly by: Grouping[];
  readonly type: string[];
  readonly origin: ReportOptions['origins'][number][];
  readonly file: string[];
  readonly under?: string;
  readonly limit?: number;
  readonly markdown: boolean;
  readonly html?: string;
  readonly json?: boolean;
  readonly output?: string;
}

const ROWS = 20;
const NESTED = 5;

const DETAILS = `
Without FILE, ${DEFAULT_RECORDING} is read. A row is what happened in its line, function and so on itself; --cumulative adds
what they called. The limit of rows is for text and Markdown only: --json has all of them.

Examples:
  pyallocs report                                     the lines that create the most objects
  pyallocs report --by type --by line                 each type, and where it comes from
  pyallocs report --by function --cumulative          with what each function calls
  pyallocs report --by instruction --file app.py      down to the bytecode
  pyallocs report --by package --imports              what importing costs, by package
  pyallocs report --mine --sort bytes                 libraries charged to the lines that call them
  pyallocs report --under parse --type dict,list --by line   of one function only
  pyallocs report other.pb.gz --json > report.json    another recording, as JSON
  pyallocs report --html out.html                     a page: flame graph, source, types
  pyallocs report --html out.html old.pb.gz new.pb.gz      the same, with what changed

Exit code: 0 the recording is exact, 1 it is varying, 2 wrong usage or no recording in the file.`;

export function reportCommand(run: (code: ExitCode) => void): Command {
  return new Command('report')
    .description('Show a recording by line, function, file, package, instruction, type, origin, thread or region.')
    .argument('[file]', `the recording (default: ${DEFAULT_RECORDING})`)
    .argument('[after]', 'with --html: a later one; the page then shows what changed')
    .addOption(byOption())
    .addOption(sortOption())
    .option('--cumulative', 'count each event for every caller as well', false)
    .addOption(typeOption())
    .addOption(originOption())
    .addOption(fileOption())
    .option('--under <function>', 'only what this function does, itself or through others')
    .option('--imports', 'show what happens below imports like everything else, not as one row', false)
    .option('--mine', 'charge libraries and the standard library to the lines of the program that call them', false)
    .option('--limit <rows>', `rows to show, or all (default: ${ROWS}, and ${NESTED} within each)`, rowLimit)
    .option('--markdown', 'print a table in Markdown', false)
    .option('--html <out>', 'write a page to look at in a browser; with two recordings, what changed')
    .addOption(jsonOption())
    .addOption(outputOption())
    .addHelpText('after', DETAILS)
    .action((file: string | undefined, after: string | undefined, options: Options, command: Command) => {
      run(
        options.html === undefined
          ? report(file, after, options, command.optsWithGlobals<GlobalOptions>())
          : page(options.html, file, after),
      );
    });
}

/** One file for a browser. Of two recordings the second is shown, with what changed since the first. */
function page(out: string, file: string | undefined, after: string | undefined): ExitCode {
  const first = readRecording(file);
  const recording = after === undefined ? first : readRecording(after);
  writeHtmlReport(out, recording, after === undefined ? null : first);
  process.stderr.write(`wrote ${printable(out)}\n`);
  return recording.outcome === 'exact' ? EXIT.exact : EXIT.inexact;
}

function report(
  first: string | undefined,
  after: string | undefined,
  options: Options,
  globals: GlobalOptions,
): ExitCode {
  if (after !== undefined) {
    const sentence = 'report shows one recording; pyallocs diff BEFORE AFTER compares two, and so does --html OUT';
    throw new PyallocsError('usage', sentence);
  }
  const { file, source } = recordingArguments(first, undefined);
  if (options.output !== undefined) checkWritable(options.output);
  const { by, sort, cumulative, imports, mine, type, origin, under, limit } = options;
  const result = makeReport(readRecording(file), {
    by: by.length === 0 ? ['line'] : by,
    sort,
    cumulative,
    imports,
    mine,
    types: type.flatMap((one) => one.split(',')),
    origins: origin,
    files: [...options.file, ...(source === null ? [] : [source])],
    under: under ?? null,
  });
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (options.output !== undefined) writeText(options.output, json);
  const text = {
    limits: { rows: limit ?? ROWS, nested: limit ?? NESTED },
    file: file === DEFAULT_RECORDING ? null : file,
  };
  if (options.json === true) process.stdout.write(json);
  else print(options.markdown ? reportMarkdown(result, text) : formatReport(result, text, outputStyle(globals)));
  return result.outcome === 'exact' ? EXIT.exact : EXIT.inexact;
}
