/** `pyallocs study`: the whole investigation. */
import { cpus } from 'node:os';
import { Command } from 'commander';
import { allExact } from '../../core/bench.js';
import { EXIT, type ExitCode } from '../../core/errors.js';
import type { StudyResult } from '../../core/study.js';
import { DEFAULT_MEASURE } from '../../engines/engine.js';
import { endAllProcesses } from '../../engines/processes.js';
import { leftOut, selectInterpreters } from '../../engines/select.js';
import { commandWord } from '../../report/text/command.js';
import { formatStudy } from '../../report/text/study.js';
import { formatStudyComparison } from '../../report/text/study-comparison.js';
import { formatStudyList } from '../../report/text/study-list.js';
import { printable } from '../../report/text/style.js';
import { chooseParts, loadParts, partNames, statementsOf } from '../../study/parts.js';
import { runStudy, studySize } from '../../study/study.js';
import { type GlobalOptions, outputStyle, print, warn } from '../context.js';
import { ENGINES } from '../engines.js';
import { outputFolder, readableFolders } from '../files.js';
import { collectNames, jsonOption, pathOption, pythonOption, timeoutOption } from '../options.js';
import { progressLine } from '../progress.js';
import { stoppable } from '../signals.js';
import { compareStudies, countsDiffer, readStudy } from '../study-comparison.js';
import { resultJson, STUDY_FOLDER, writeStudy } from '../study-files.js';

interface StudyOptions {
  readonly python: string[];
  readonly only: string[];
  readonly out: string;
  readonly path: string[];
  readonly timeout: number;
  readonly json: boolean;
  readonly list: boolean;
  readonly countsOnly: boolean;
  readonly compare?: string;
}

const DETAILS = `
Files in the output folder:
  report.html              everything, to read in a browser: one file that asks nothing of any network
  REPORT.md                the same as text, but for what rests on time
  results.json             every count, by type; the same bytes for the same interpreters
  allocation_results.txt   plain numbers in a stable order: compare two runs with diff
  timings.json             all that rests on a clock, if anything was timed
  data/*.csv               tables for a spreadsheet or a data frame
  run.json                 date, machine and durations

Ctrl-C ends a study early: what was measured by then is written, and marked as partial. A second one ends it at once.

Examples:
  pyallocs study                                  all experiments on all embedded interpreters
  pyallocs study -p 3.13,3.14 --only integers     one category on two versions
  pyallocs study --only claims                    what people say, and what it rests on
  pyallocs study --only list.,int.add-large       all whose id begins with list., and one more
  pyallocs study --compare before/results.json    what changed since another run

Exit code: 0 everything is exact, 1 some result varies, failed or was refused, 2 wrong usage, 3 with --compare: a count
changed, 130 ended early by Ctrl-C.`;

export function studyCommand(run: (code: ExitCode) => void): Command {
  return new Command('study')
    .description('Measure every experiment on every interpreter, and write the report.')
    .addOption(pythonOption('all embedded ones'))
    .option(
      '--only <which>',
      'a category, a kind of part (claims, programs, limits, series, observers), an id, or all whose id begins with NAME. (repeatable or comma-separated)',
      collectNames,
      [],
    )
    .option('--list', 'print the names for --only, and measure nothing', false)
    .option('--counts-only', 'leave out the usual methods and the clock; without --only, whole programs as well', false)
    .option('--out <folder>', 'where to write the results', STUDY_FOLDER)
    .option('--compare <results.json>', 'also list what changed since a former study; exit with 3 if a count did')
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
  const wanted = chooseParts(loadParts(), options.only);
  const parts = options.countsOnly && options.only.length === 0 ? statementsOf(wanted) : wanted;
  const style = outputStyle(globals);
  if (options.list) {
    print(formatStudyList(partNames(parts), style));
    return EXIT.exact;
  }
  const chosen = selectInterpreters(ENGINES, options.python, 'embedded');
  const folders = readableFolders(options.path);
  const former = options.compare === undefined ? null : { name: options.compare, study: readStudy(options.compare) };
  outputFolder(options.out, 'run.json', runJson(started, null, false));
  for (const sentence of leftOut(ENGINES, options.python)) warn(printable(sentence));
  const methods = !options.countsOnly;
  const progress = progressLine(studySize(parts, chosen, methods));
  const measure = { ...DEFAULT_MEASURE, timeout: options.timeout };
  const session = { folders, time: methods || parts.questions };
  const { value, stopped } = await stoppable((stop) => {
    // What runs at that moment is not waited for.
    stop.addEventListener('abort', endAllProcesses);
    return runStudy(parts, chosen, { session, measure, methods, stop }, progress);
  }).finally(() => progress.end());
  const { result } = value;
  const timings = value.timings.experiments.length + value.timings.programs.length > 0 ? value.timings : null;
  const files = writeStudy(options.out, result, timings, runJson(started, new Date(), stopped));
  const comparison = former === null || stopped ? null : compareStudies(former, { name: options.out, study: result });
  if (options.json) {
    process.stdout.write(resultJson(result));
  } else {
    print(formatStudy(result, timings, style));
    if (comparison !== null) print(`\n${formatStudyComparison(comparison, style)}`);
    print(`\nWritten to ${printable(options.out)}: ${files.join(', ')}.`);
    print(`Try a statement of your own in a browser: ${printable(serveCommand(options.out))}`);
  }
  if (stopped) {
    warn(`ended early: what is in ${printable(options.out)} is marked as partial`);
    return EXIT.interrupted;
  }
  if (comparison !== null && countsDiffer(comparison)) return EXIT.differs;
  return isExact(result) ? EXIT.exact : EXIT.inexact;
}

/** For the playground, which shows the report of this folder as well. */
function serveCommand(folder: string): string {
  return folder === STUDY_FOLDER ? 'pyallocs serve' : `pyallocs serve --study ${commandWord(folder)}`;
}

function isExact({ absent, experiments, programs }: StudyResult): boolean {
  return (
    absent.length === 0 &&
    allExact(experiments.flatMap(({ results }) => results)) &&
    programs.every(({ results }) => results.every(({ outcome }) => outcome === 'exact'))
  );
}

/** All that differs between two runs with the same result; no end while the study still runs. */
function runJson(started: Date, ended: Date | null, partial: boolean): string {
  const run = {
    ...(partial ? { partial } : {}),
    started: started.toISOString(),
    seconds: ended === null ? null : (ended.getTime() - started.getTime()) / 1000,
    machine: { platform: process.platform, arch: process.arch, cpu: cpus()[0]?.model ?? null, cores: cpus().length },
    node: process.version,
  };
  return `${JSON.stringify(run, null, 2)}\n`;
}
