/** `pyallocs interpreters`: which Pythons can be measured, what each can see, and whether it counts right. */
import { Command } from 'commander';
import { EXIT, type ExitCode } from '../../core/errors.js';
import type { InterpreterReport, InterpretersResult } from '../../core/interpreters.js';
import { inParallel } from '../../engines/measure.js';
import { type Chosen, selectInterpreters } from '../../engines/select.js';
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
    .addHelpText('after', '\nExit code: 0 every self-check passed, 1 one failed.')
    .action(async (options: InterpretersOptions, command: Command) => {
      run(await interpreters(options, command.optsWithGlobals<GlobalOptions>()));
    });
}

async function interpreters(options: InterpretersOptions, globals: GlobalOptions): Promise<ExitCode> {
  const chosen = selectInterpreters(ENGINES, options.python, 'all');
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
  return reports.every(({ selfCheck }) => selfCheck.outcome === 'passed') ? EXIT.exact : EXIT.inexact;
}

async function report({ engine, offer, label }: Chosen): Promise<InterpreterReport> {
  const session = await engine.open(offer, label, { folders: [], time: false });
  try {
    const { interpreter, sees, selfCheck } = session;
    const absentModules = await session.absentModules();
    return {
      ...interpreter,
      selectors: [offer.minor, `${engine.name}:${offer.minor}`],
      sees,
      absentModules,
      selfCheck,
    };
  } finally {
    await session.close();
  }
}
