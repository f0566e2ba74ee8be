/** `pyallocs study`: the whole investigation. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { allExact } from '../../core/bench.js';
import { EXIT, type ExitCode } from '../../core/errors.js';
import { DEFAULT_MEASURE } from '../../engines/engine.js';
import { leftOut, selectInterpreters } from '../../engines/select.js';
import { studyMarkdown } from '../../report/markdown/study.js';
import { plainStudy } from '../../report/text/plain-study.js';
import { formatStudy } from '../../report/text/study.js';
import { printable } from '../../report/text/style.js';
import { chooseExperiments, loadExperiments } from '../../study/experiments.js';
import { runStudy, studySize } from '../../study/study.js';
import { type GlobalOptions, outputStyle, print, warn } from '../context.js';
import { ENGINES } from '../engines.js';
import { outputFolder, readableFolders, writeText } from '../files.js';
import { collect, jsonOption, pathOption, pythonOption, timeoutOption } from '../options.js';
import { progressLine } from '../progress.js';

interface StudyOptions {
  readonly python: string[];
  readonly only: string[];
  readonly out: string;
  readonly path: string[];
  readonly timeout: number;
  readonly json: boolean;
}

const DETAILS = `
Files in the output folder:
  results.json             every count, by type; the same bytes for the same interpreters
  REPORT.md                the same for a reader
  allocation_results.txt   plain numbers in a stable order: compare two runs with diff
  run.json                 date, machine and durations

Examples:
  pyallocs study                                  all experiments on all embedded interpreters
  pyallocs study -p 3.13,3.14 --only integers     one category on two versions
  pyallocs study --only list. --only int.add-large

Exit code: 0 everything is exact, 1 some result varies, failed or was refused, 2 wrong usage.`;

export function studyCommand(run: (code: ExitCode) => void): Command {
  return new Command('study')
    .description('Measure every experiment on every interpreter, and write the report.')
    .addOption(pythonOption('all embedded ones'))
    .option('--only <which>', 'a category, an experiment, or all whose id begins with NAME. (repeatable)', collect, [])
    .option('--out <folder>', 'where to write the results', 'pyallocs-study')
    .addOption(pathOption())
    .addOption(timeoutOption())
    .addOption(jsonOption())
    .addHelpText('after', DETAILS)
    .action(async (options: StudyOptions, command: Command) => {
      run(await study(options, command.optsWithGlobals<GlobalOptions>()));
    });
}

async function study(options: StudyOptions, globals: GlobalOptions): Promise<ExitCode> {
  const started = new Date();
  const experiments = chooseExperiments(loadExperiments(), options.only);
  const chosen = selectInterpreters(ENGINES, options.python, 'embedded');
  const folders = readableFolders(options.path);
  outputFolder(options.out, 'run.json', runJson(started, null));
  for (const sentence of leftOut(ENGINES, options.python)) warn(printable(sentence));
  const progress = progressLine(studySize(experiments, chosen));
  const measure = { ...DEFAULT_MEASURE, timeout: options.timeout };
  const settings = { session: { folders, time: false }, measure };
  const result = await runStudy(experiments, chosen, settings, progress).finally(() => progress.end());
  const files: Record<string, string> = {
    'results.json': `${JSON.stringify(result, null, 1)}\n`,
    'REPORT.md': studyMarkdown(result),
    'allocation_results.txt': plainStudy(result),
    'run.json': runJson(started, new Date()),
  };
  for (const [name, content] of Object.entries(files)) writeText(join(options.out, name), content);
  if (options.json) process.stdout.write(files['results.json'] ?? '');
  else
    print(
      `${formatStudy(result, outputStyle(globals))}\n\nWritten to ${options.out}: ${Object.keys(files).join(', ')}.`,
    );
  return allExact(result.experiments.flatMap(({ results }) => results)) ? EXIT.exact : EXIT.inexact;
}

/** All that differs between two runs with the same result; no end while the study still runs. */
function runJson(started: Date, ended: Date | null): string {
  const run = {
    started: started.toISOString(),
    seconds: ended === null ? null : (ended.getTime() - started.getTime()) / 1000,
    machine: { platform: process.platform, arch: process.arch, cpu: cpus()[0]?.model ?? null, cores: cpus().length },
    node: process.version,
  };
  return `${JSON.stringify(run, null, 2)}\n`;
}
