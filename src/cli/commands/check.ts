/** `pyallocs check`: whether statements and programs keep within their budgets, for CI. */
import { Command, Option } from 'commander';
import { unwrap } from '../../core/assert.js';
import { atLine, type Budget, type BudgetCase, limitsFor, parseBudget } from '../../core/budget.js';
import { updateBudget } from '../../core/budget-update.js';
import { buildName, otherBuild } from '../../core/builds.js';
import { type CheckCase, type CheckResult, caseName, judge, type TypeCreations } from '../../core/check.js';
import { EXIT, type ExitCode, PyallocsError } from '../../core/errors.js';
import type { Interpreter } from '../../core/interpreter.js';
import { combinedReading } from '../../core/readings.js';
import { leftOut } from '../../engines/select.js';
import { formatUpdate } from '../../report/text/budget-update.js';
import { formatCheck, updateCommand } from '../../report/text/check.js';
import { commandWord } from '../../report/text/command.js';
import { printable } from '../../report/text/style.js';
import { readBudget } from '../budget-file.js';
import { type CaseMeasurement, type MeasureCases, measureCases } from '../budget-measure.js';
import { type Planned, planOf } from '../budget-plan.js';
import { sitesOf } from '../budget-sites.js';
import { type GlobalOptions, outputStyle, print, warn } from '../context.js';
import { ENGINES } from '../engines.js';
import { checkWritable, readableFolders, writeText } from '../files.js';
import { tellGithub } from '../github.js';
import { hashSeed, jsonOption, outputOption, pathOption, pythonOption, seconds } from '../options.js';
import { readsStandardInput } from '../program-arguments.js';
import { progressLine } from '../progress.js';
import { writeWhole } from '../whole-files.js';

interface CheckOptions {
  readonly python: string[];
  readonly path: string[];
  readonly strict: boolean;
  readonly update: boolean;
  readonly ratchet: boolean;
  readonly hashSeed: number;
  readonly steady: boolean;
  readonly timeout?: number;
  readonly github: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

const DETAILS = `
A budget file holds [[case]] tables: a statement (with id and setup, as in bench --file) or a command, and what it may
allocate. Limits of a statement are per execution, those of a command for the whole program, or for the region it names.

  [[case]]
  id = "parse"
  setup = "from mylib import parse"
  statement = "parse('a=1')"
  limits = { creations = "<= 3", types = { dict = 1 } }

  [case.python."3.14"]
  limits = { creations = 2 }

3 and "<= 3" are at most 3, "= 3" is exactly 3, and "2..3" allows a number that is not the same each time. There are
creations, types, requests, buffers, resizes, bytes, pools and arenas.

Exit code: 0 all within, 1 some case varies, failed or was refused, 2 wrong usage or configuration, 3 some case is over its
budget, 4 with --ratchet: better than the budget.`;

export function checkCommand(run: (code: ExitCode) => void): Command {
  return new Command('check')
    .description('Check allocation counts against a budget, for CI.')
    .argument('[file]', 'the budget (default: pyallocs.toml, or [tool.pyallocs] in pyproject.toml)')
    .addOption(
      pythonOption('the versions that a case names; where it names none, that of bench, for a command that of stat'),
    )
    .addOption(pathOption())
    .option('--update', 'measure, and write what was measured as the new budget', false)
    .addOption(
      new Option('--ratchet', 'fail with exit code 4 when the code is better than its budget')
        .default(false)
        .conflicts('update'),
    )
    .addOption(
      new Option('--strict', 'a case without limits, or measured on another build than its limits, is wrong')
        .default(false)
        .conflicts('update'),
    )
    .option('--hash-seed <n>', 'the hash seed of statements and programs', hashSeed, 0)
    .option('--no-steady', 'programs with the hash seed and the address layout that they would have anyway')
    .option(
      '--timeout <seconds>',
      'give up on a case after this time (default: 30 for a statement, 600 for a program)',
      seconds,
    )
    .addOption(
      new Option('--github', 'also print annotations for GitHub, and append a summary to $GITHUB_STEP_SUMMARY')
        .default(false)
        .conflicts(['json', 'update']),
    )
    .addOption(jsonOption())
    .addOption(outputOption())
    .addHelpText('after', DETAILS)
    .action(async (file: string | undefined, options: CheckOptions, command: Command) => {
      run(await check(file ?? null, options, command.optsWithGlobals<GlobalOptions>()));
    });
}

async function check(file: string | null, options: CheckOptions, globals: GlobalOptions): Promise<ExitCode> {
  const budget = readBudget(file);
  if (budget.cases.length === 0)
    throw atLine(
      budget.file,
      budget.tests[0]?.line ?? null,
      'there are only [[test]] tables, and pytest checks these: run pytest; a statement or a command for pyallocs check stands in [[case]]',
    );
  checkCommands(budget);
  const all = planOf(budget, options.python, ENGINES);
  if (options.update) checkWritable(budget.file);
  const plan = options.update ? all : withLimits(budget, all, options.strict);
  if (options.output !== undefined) checkWritable(options.output);
  const asked: MeasureCases = {
    folders: readableFolders(options.path),
    hashSeed: options.hashSeed,
    steady: options.steady,
    timeout: options.timeout ?? null,
  };
  for (const sentence of leftOut(ENGINES, options.python)) warn(printable(sentence));
  const result = options.update
    ? await update(budget, all, asked, options, globals)
    : {
        schema: 'pyallocs/check@1' as const,
        file: budget.file,
        cases: await checked(budget, plan, asked, options.strict),
      };
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (options.output !== undefined) writeText(options.output, json);
  if (options.json === true) process.stdout.write(json);
  else if (!options.update) print(formatCheck(result, { folder: process.cwd() }, outputStyle(globals)));
  if (options.github) tellGithub(result, options.ratchet);
  return exitCodeOf(result, options.ratchet);
}

async function checked(
  budget: Budget,
  plan: readonly Planned[],
  asked: MeasureCases,
  strict: boolean,
): Promise<CheckCase[]> {
  const progress = progressLine(plan.length);
  try {
    const measured = await measureCases(plan, asked, progress);
    if (strict) checkBuilds(budget, measured);
    const cases: CheckCase[] = [];
    for (const one of plan)
      cases.push(await caseOf(budget.file, one, unwrap(measured.get(one), 'all were measured'), asked));
    return cases;
  } finally {
    progress.end();
  }
}

/**
 * Measures everything in two fresh interpreters, whose hash seeds differ, and writes the new budget: whole, or not at all.
 * The answer is what a check of the new one says.
 */
async function update(
  budget: Budget,
  plan: readonly Planned[],
  asked: MeasureCases,
  options: CheckOptions,
  globals: GlobalOptions,
): Promise<CheckResult> {
  const progress = progressLine(2 * plan.length);
  const runs = await (async () => [
    await measureCases(plan, asked, progress),
    await measureCases(plan, { ...asked, hashSeed: asked.hashSeed === 1 ? 0 : 1 }, progress),
  ])().finally(() => progress.end());
  const measured = plan.map((one) => ({ one, all: runs.map((run) => unwrap(run.get(one), 'all were measured')) }));
  const without = measured.flatMap(({ one, all }) => {
    const failed = all.find(({ outcome }) => outcome !== 'measured');
    return failed === undefined || failed.outcome === 'measured' ? [] : [{ one, failed }];
  });
  if (without.length > 0) {
    const sentences = without.map(
      ({ one, failed }) =>
        `${budget.file}:${one.budgetCase.line}: ${caseName(one.budgetCase)} ${failed.outcome} on ${failed.interpreter.id}: ${failed.reason.message}`,
    );
    throw new PyallocsError('no-update', `${sentences.join('\n')}\nNothing was written`, { exitCode: EXIT.inexact });
  }
  const numbers = measured.map(({ one, all }) => {
    const counted = all.filter((each) => each.outcome === 'measured');
    const last = unwrap(counted.at(-1), 'nothing failed');
    return {
      one,
      interpreter: last.interpreter,
      types: typesOfAll(counted),
      reading: combinedReading(counted.map(({ reading }) => reading)),
    };
  });
  const { text, changes } = updateBudget(
    budget,
    budget.cases.map((budgetCase) => ({
      budgetCase,
      builds: numbers
        .filter(({ one }) => one.budgetCase === budgetCase)
        .map(({ one, interpreter, reading, types }) => ({
          minor: one.chosen.offer.minor,
          build: buildName(interpreter),
          reading,
          types,
        })),
    })),
  );
  if (text !== budget.text) writeWhole(budget.file, [text]);
  if (options.json !== true) print(formatUpdate(budget.file, changes, budget.cases.length, outputStyle(globals)));
  const now = parseBudget(text, budget.file, budget.root.length > 0);
  const cases = numbers.map(({ one, interpreter, reading, types }): CheckCase => {
    const budgetCase = unwrap(now.cases[budget.cases.indexOf(one.budgetCase)], 'it has the same cases');
    const judged = judge(limitsFor(budgetCase, one.chosen.offer.minor), reading, interpreter);
    return { ...aboutOf(budgetCase, interpreter), ...judged, types, sites: null };
  });
  return { schema: 'pyallocs/check@1', file: budget.file, cases };
}

/** Every type that any of them created: those of the first in their order. */
function typesOfAll(measured: readonly { readonly types: readonly TypeCreations[] }[]): TypeCreations[] {
  const all = new Map<string, TypeCreations>();
  for (const { types } of measured) for (const one of types) if (!all.has(one.type)) all.set(one.type, one);
  return [...all.values()];
}

/** Limits that were measured on other builds are no budget for this one. */
function checkBuilds({ file }: Budget, measured: ReadonlyMap<Planned, CaseMeasurement>): void {
  for (const [{ budgetCase, chosen }, { interpreter }] of measured) {
    const build = buildName(interpreter);
    if (budgetCase.builds.length === 0 || budgetCase.builds.includes(build)) continue;
    const python = commandWord(chosen.offer.path ?? chosen.offer.id);
    throw atLine(
      file,
      budgetCase.line,
      `${JSON.stringify(caseName(budgetCase))} has limits of ${budgetCase.builds.join(', ')}, this is ${build}, and --strict wants the same build; to measure it here: ${updateCommand(file)} -p ${python}`,
    );
  }
}

/** What a program reads from standard input is not in the budget. */
function checkCommands({ file, cases }: Budget): void {
  for (const { subject, line } of cases)
    if (subject.kind === 'command' && readsStandardInput(subject.command))
      throw atLine(file, line, 'the command would read its program from standard input; name a script, -m or -c');
}

/** The cases that have limits for their version; the others are told, or with `strict` are wrong. */
function withLimits(budget: Budget, plan: readonly Planned[], strict: boolean): Planned[] {
  const there = plan.filter(({ limits }) => limits.size > 0);
  if (there.length === 0 && !strict)
    throw new PyallocsError(
      'no-limits',
      `no case in ${budget.file} has limits; to measure and write them: ${updateCommand(budget.file)}`,
    );
  for (const { budgetCase, chosen, limits } of plan) {
    if (limits.size > 0) continue;
    const sentence = `${JSON.stringify(caseName(budgetCase))} has no limits for ${chosen.offer.minor}`;
    if (strict)
      throw atLine(
        budget.file,
        budgetCase.line,
        `${sentence}, and --strict wants them; to write them: ${updateCommand(budget.file)}`,
      );
    warn(printable(`${sentence}, so it is not checked`));
  }
  return there;
}

function aboutOf(budgetCase: BudgetCase, interpreter: Interpreter) {
  return {
    id: caseName(budgetCase),
    subject: budgetCase.subject,
    line: budgetCase.line,
    interpreter,
    recordedOn: otherBuild(budgetCase.builds, interpreter),
  };
}

async function caseOf(file: string, one: Planned, measured: CaseMeasurement, asked: MeasureCases): Promise<CheckCase> {
  const { budgetCase, limits } = one;
  const { interpreter } = measured;
  const about = aboutOf(budgetCase, interpreter);
  if (measured.outcome !== 'measured') {
    const { outcome: verdict, reason } = measured;
    return { ...about, verdict, limits: [], reason, types: [], sites: null };
  }
  const judged = judge(limits, measured.reading, interpreter);
  const sites = judged.verdict === 'over' ? await sitesOf(one, measured.counted, file, asked) : null;
  return { ...about, ...judged, types: measured.types, sites };
}

/** What is over comes first: it is certain. */
function exitCodeOf({ cases }: CheckResult, ratchet: boolean): ExitCode {
  const verdicts = new Set(cases.map(({ verdict }) => verdict));
  if (verdicts.has('over')) return EXIT.differs;
  if (verdicts.has('varying') || verdicts.has('failed') || verdicts.has('refused')) return EXIT.inexact;
  return ratchet && verdicts.has('better') ? EXIT.better : EXIT.exact;
}
