/** `pyallocs stat`: the totals of a whole program. The program owns the streams; the summary stands last, on stderr. */
import { Command } from 'commander';
import { unwrap } from '../../core/assert.js';
import { EXIT, PyallocsError } from '../../core/errors.js';
import type { ProgramResult, StatComparison, StatResult } from '../../core/program.js';
import { combineRuns } from '../../core/runs.js';
import type { Engine, ProgramOptions } from '../../engines/engine.js';
import { type Chosen, leftOut } from '../../engines/select.js';
import type { FactsText } from '../../report/text/facts.js';
import { formatProgram } from '../../report/text/program.js';
import { formatPrograms } from '../../report/text/programs.js';
import { printable } from '../../report/text/style.js';
import { errorStyle, type GlobalOptions, warn } from '../context.js';
import { ENGINES } from '../engines.js';
import { programExitCode, signalCode } from '../exit-code.js';
import { checkWritable, writeText } from '../files.js';
import { jsonOption, outputOption, positiveInteger, programTimeoutOption, pythonOption } from '../options.js';
import { readsStandardInput } from '../program-arguments.js';
import { chooseForProgram } from '../program-interpreters.js';
import { type Guarded, withoutGuard } from '../signals.js';

export interface StatOptions extends FactsText {
  readonly python: string[];
  readonly repeat: number;
  readonly steady: boolean;
  readonly timeout?: number;
  readonly json?: boolean;
  readonly output?: string;
}

const DETAILS = `
The first word that is no option of pyallocs begins the program: what you would type after python. Options of Python
itself stand after --. The program has standard input, output and error to itself; the summary comes last on standard
error.

Examples:
  pyallocs stat script.py --verbose           a script and its arguments, in the Python that you use
  pyallocs stat -p 3.14 -m json.tool x.json   a module, in another Python
  pyallocs stat -c 'import asyncio'           a line
  pyallocs stat -- -X utf8 -O script.py       with options of Python
  pyallocs stat -r 3 --steady script.py       three runs: are the counts the same each time?
  pyallocs stat -p 3.13,3.14 script.py        two versions side by side
  pyallocs stat -o before.json script.py      for pyallocs diff before.json after.json

Exit code: that of the program, 128 + n if signal n ended it; 2 wrong usage, 125 pyallocs itself failed, 126 the
interpreter cannot be executed, 127 it was not found.`;

export function statCommand(run: (code: number) => void): Command {
  return new Command('stat')
    .description('Count the allocations of a whole program.')
    .usage('[options] script.py args… | -m module | -c code | - | -- anything after python')
    .argument('[program...]', 'what you would type after python')
    .addOption(
      pythonOption(
        'that of `python -m pyallocs` or of the active virtual environment, or else the first python3 on PATH',
      ),
    )
    .option('-r, --repeat <n>', 'runs of the program: do they agree?', positiveInteger, 1)
    .option('--steady', 'fix the hash seed and the address layout, so that the next run counts the same', false)
    .option('--startup', 'also show what was counted before the program began', false)
    .option('--shutdown', 'also show what was counted after it ended', false)
    .addOption(programTimeoutOption())
    .addOption(jsonOption('print the result as JSON on standard error, in place of the summary'))
    .addOption(outputOption())
    .addHelpText('after', DETAILS)
    .action(async (program: string[], options: StatOptions, command: Command) => {
      await stat(program, options, command.optsWithGlobals<GlobalOptions>(), ENGINES, run);
    });
}

/** `run` is told the exit code before the summary is written: a reader of it that goes away does not change the code. */
export async function stat(
  program: readonly string[],
  options: StatOptions,
  globals: GlobalOptions,
  engines: readonly Engine[],
  run: (code: number) => void,
): Promise<void> {
  if (program.length === 0) {
    throw new PyallocsError('no-program', 'no program was given; try: pyallocs stat script.py');
  }
  const chosen = chooseForProgram(engines, options.python);
  if (readsStandardInput(program) && options.repeat * chosen.length > 1) {
    throw new PyallocsError(
      'one-input',
      'a program from standard input can be run only once; write it to a file, or leave out -r and further interpreters',
    );
  }
  if (options.output !== undefined) checkWritable(options.output);
  for (const sentence of leftOut(engines, options.python)) warn(printable(sentence));
  const { results, stopped } = await runAll(program, options, chosen);
  const [first, ...others] = results;
  const only = unwrap(first, 'an interpreter was chosen');
  const result: StatResult | StatComparison =
    others.length === 0
      ? { schema: 'pyallocs/stat@1', ...only }
      : { schema: 'pyallocs/stat@1', command: program, results };
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (options.output !== undefined) writeText(options.output, json);
  run(results.map(programExitCode).find((code) => code !== EXIT.exact) ?? (stopped === null ? 0 : signalCode(stopped)));
  process.stderr.write(options.json === true ? json : `${summary(result, options, globals)}\n`);
}

function summary(result: StatResult | StatComparison, options: FactsText, globals: GlobalOptions): string {
  const style = errorStyle(globals);
  const text = 'results' in result ? formatPrograms(result, options, style) : formatProgram(result, options, style);
  return process.stderr.isTTY ? `\n${text}` : text; // apart from what the program wrote
}

/** One run after the other: each program has the streams to itself. A signal ends what would come next. */
async function runAll(
  command: readonly string[],
  { repeat, steady, timeout }: StatOptions,
  chosen: readonly Chosen[],
): Promise<{ readonly results: readonly ProgramResult[]; readonly stopped: Guarded | null }> {
  const options: ProgramOptions = { timeout: timeout ?? null, steady, record: null };
  const results: ProgramResult[] = [];
  for (const { engine, offer, label } of chosen) {
    const runs: ProgramResult[] = [];
    let stopped: Guarded | null = null;
    while (runs.length < repeat && stopped === null && hasNumbers(runs.at(-1))) {
      const { value, signals } = await withoutGuard(() => engine.run(offer, label, { command }, options));
      runs.push(value.result);
      stopped = signals[0] ?? null;
    }
    results.push(combineRuns(runs as [ProgramResult, ...ProgramResult[]], steady));
    if (stopped !== null) return { results, stopped };
  }
  return { results, stopped: null };
}

/** Whether another run makes sense after this one. */
function hasNumbers(run: ProgramResult | undefined): boolean {
  return run === undefined || run.outcome === 'exact' || run.outcome === 'varying';
}
