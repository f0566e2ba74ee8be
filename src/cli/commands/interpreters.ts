/** `pyallocs interpreters`: which Pythons can be measured, what each can see, and whether it counts right. */
import { Command } from 'commander';
import { EXIT, type ExitCode } from '../../core/errors.js';
import type { InterpreterReport, InterpretersResult } from '../../core/interpreters.js';
import { inParallel } from '../../engines/measure.js';
import { type Chosen, selectInterpreters, selectorsOf } from '../../engines/select.js';
import { formatInterpreters } from '../../report/text/interpreters.js';
import { type GlobalOptions, outputStyle, print } from '../context.js';
import { ENGINES } from '../engines.js';
import { writeText } from '../files.js';
import { jsonOption, outputOption, pythonOption } from '../options.js';
import { progressLine } from '../progress.js';

interface InterpretersOptions {
  readonly python: string[];
  readonly json: boolean;
  readonly output?: string;
}

export function interpretersCommand(run: (code: ExitCode) => void): Command {
  return new Command('interpreters')
    .description('List the Pythons that can be measured, what each can see, and the result of its self-check.')
    .addOption(pythonOption('all'))
    .addOption(jsonOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit code: 0 every self-check passed, 1 one failed, or one that you named cannot be counted.',
    )
    .action(async (options: InterpretersOptions, command: Command) => {
      run(await interpreters(options, command.optsWithGlobals<GlobalOptions>()));
    });
}

async function interpreters(options: InterpretersOptions, globals: GlobalOptions): Promise<ExitCode> {
  const chosen = selectInterpreters(ENGINES, options.python, 'all', true);
  const progress = progressLine(chosen.length);
  const reports = await inParallel(chosen, async (one) => {
    progress.started(one.offer.id);
    const about = await report(one);
    progress.measured(one.offer.id);
    progress.finished(one.offer.id);
    return about;
  }).finally(() => progress.end());
  const result: InterpretersResult = { schema: 'pyallocs/interpreters@1', interpreters: reports };
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (options.output !== undefined) writeText(options.output, json);
  if (options.json) process.stdout.write(json);
  else print(formatInterpreters(result, outputStyle(globals)));
  const all = options.python.length === 0 || options.python.some((selector) => /\ball\b/.test(selector));
  return reports.every((one) => isWell(one, all)) ? EXIT.exact : EXIT.inexact;
}

/** One that cannot be counted is no news in a list of `all` there are. */
function isWell({ selfCheck, refusal }: InterpreterReport, all: boolean): boolean {
  return selfCheck.outcome === 'passed' || (all && refusal?.code !== 'self-check');
}

async function report(chosen: Chosen): Promise<InterpreterReport> {
  const { engine, offer, label } = chosen;
  const session = await engine.open(offer, label, { folders: [], time: false });
  try {
    const { interpreter, sees, selfCheck, refusal } = session;
    const absentModules = await session.absentModules();
    return { ...interpreter, selectors: selectorsOf(chosen, ENGINES), sees, absentModules, selfCheck, refusal };
  } finally {
    await session.close();
  }
}
