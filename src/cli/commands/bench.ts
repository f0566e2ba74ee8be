/** `pyallocs bench`: allocations per execution of a statement. */
import { Command, Option } from 'commander';
import { allExact, type BenchResult } from '../../core/bench.js';
import { type Case, parseCases } from '../../core/cases.js';
import { EXIT, type ExitCode, PyallocsError } from '../../core/errors.js';
import { hasNumbers } from '../../core/outcome.js';
import { DEFAULT_MEASURE } from '../../engines/engine.js';
import { measureAll } from '../../engines/measure.js';
import { leftOut, selectInterpreters } from '../../engines/select.js';
import { formatBench } from '../../report/text/bench.js';
import { printable } from '../../report/text/style.js';
import { type GlobalOptions, outputStyle, print, warn } from '../context.js';
import { ENGINES } from '../engines.js';
import { checkWritable, readableFolders, readText, writeText } from '../files.js';
import {
  collect,
  jsonOption,
  outputOption,
  pathOption,
  positiveInteger,
  pythonOption,
  timeoutOption,
} from '../options.js';
import { progressLine } from '../progress.js';

interface BenchOptions {
  readonly setup: string[];
  readonly execute: string[];
  readonly file?: string;
  readonly python: string[];
  readonly path: string[];
  readonly number?: number;
  readonly repeat: number;
  readonly timeout: number;
  readonly time?: boolean;
  readonly gc: boolean;
  readonly json: boolean;
  readonly output?: string;
}

const EXAMPLES = `
Examples:
  pyallocs bench 'y = x + 1' -s 'x = 1000'               one statement, newest embedded release
  pyallocs bench 'y = x + 1' -s 'x = 1000' -p all        on every interpreter, side by side
  pyallocs bench -e '[]' -e 'list()' -p 3.13,3.14        two statements, two versions
  pyallocs bench 'for i in x:' '    pass' -s 'x = "ab"'  several arguments are the lines of one statement
  pyallocs bench --file cases.toml --json                many statements from a file, for another program

Exit code: 0 everything is exact, 1 some result varies, failed or was refused, 2 wrong usage.`;

export function benchCommand(run: (code: ExitCode) => void): Command {
  return new Command('bench')
    .description('Count the allocations per execution of a statement, as timeit does for time.')
    .argument('[statement...]', 'the lines of one statement; - reads it from standard input')
    .option(
      '-s, --setup <code>',
      'run once before; what it binds is local to the statement (repeatable: more lines)',
      collect,
      [],
    )
    .option('-e, --execute <statement>', 'a statement of its own (repeatable)', collect, [])
    .option('--file <cases.toml>', 'statements from a TOML file of [[case]] tables: id, statement, setup')
    .addOption(
      pythonOption(
        'that of `python -m pyallocs` or of the active virtual environment, or else the newest embedded release',
      ),
    )
    .addOption(pathOption())
    .option('-n, --number <n>', 'executions per count (default: 1000, or fewer for heavy statements)', positiveInteger)
    .option('-r, --repeat <n>', 'runs that the time is the median of', positiveInteger, DEFAULT_MEASURE.repeats)
    .addOption(timeoutOption())
    .addOption(new Option('--time', 'measure time as well (on for a single statement as text)').conflicts('noTime'))
    .option('--no-time', 'do not measure time')
    .option('--gc', 'leave the cyclic garbage collector on while counting', false)
    .addOption(jsonOption())
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action(async (lines: string[], options: BenchOptions, command: Command) => {
      run(await bench(lines, options, command.optsWithGlobals<GlobalOptions>()));
    });
}

async function bench(lines: readonly string[], options: BenchOptions, globals: GlobalOptions): Promise<ExitCode> {
  const cases = await casesOf(lines, options);
  const chosen = selectInterpreters(ENGINES, options.python, 'statement');
  const time = options.time ?? (cases.length === 1 && !options.json && options.file === undefined);
  const folders = readableFolders(options.path);
  if (options.output !== undefined) checkWritable(options.output);
  for (const sentence of leftOut(ENGINES, options.python)) warn(printable(sentence));
  const progress = progressLine(cases.length * chosen.length);
  const results = await measureAll(
    cases,
    chosen,
    { folders, time },
    {
      iterations: options.number ?? null,
      time,
      repeats: options.repeat,
      gc: options.gc,
      timeout: options.timeout,
    },
    progress,
  ).finally(() => progress.end());
  const result: BenchResult = {
    schema: 'pyallocs/bench@1',
    cases: cases.map((one, i) => ({ ...one, results: results[i] ?? [] })),
  };
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (options.output !== undefined) writeText(options.output, json);
  if (options.json) process.stdout.write(json);
  else print(formatBench(result, outputStyle(globals)));
  for (const message of warnings(result)) warn(message);
  return allExact(results.flat()) ? EXIT.exact : EXIT.inexact;
}

/** Where the statements come from: arguments, -e, standard input or a file. */
async function casesOf(lines: readonly string[], options: BenchOptions): Promise<Case[]> {
  const setup = options.setup.join('\n');
  if (options.file !== undefined) {
    if (lines.length > 0 || options.execute.length > 0 || setup !== '') {
      throw new PyallocsError('two-sources', 'statements come from --file or from the command line, not from both');
    }
    return parseCases(await readText(options.file), options.file);
  }
  const joined = lines.length === 1 && lines[0] === '-' ? await readText('-') : lines.join('\n');
  const statements = [...(lines.length > 0 ? [joined] : []), ...options.execute];
  if (statements.length === 0) throw new PyallocsError('no-statement', `no statement was given; ${TRY}`);
  if (statements.some((statement) => statement.trim() === '')) {
    throw new PyallocsError('empty-statement', `the statement is empty; ${TRY}`);
  }
  return statements.map((statement) => ({ id: null, statement, setup }));
}

const TRY = "try: pyallocs bench 'y = x + 1' -s 'x = 1000'";

/** Each warning once, with the statement it belongs to if there are several. */
function warnings(result: BenchResult): Set<string> {
  const several = result.cases.length > 1;
  const messages = result.cases.flatMap(({ id, statement, results }) =>
    results
      .filter(hasNumbers)
      .flatMap(({ warnings }) => warnings.map(({ message }) => (several ? `${id ?? statement}: ${message}` : message))),
  );
  return new Set(messages.map(printable));
}
