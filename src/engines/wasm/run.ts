/**
 * The host's side of a program: from what is typed after `python` to a result. The program has our streams, environment
 * and working folder, and may change what is in that folder; it reads the folders of the script and of PYTHONPATH; every
 * other file it makes is in memory only, and other files of the machine are not there.
 */

import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { isatty } from 'node:tty';
import { assertUnreachable } from '../../core/assert.js';
import { minorNumber } from '../../core/interpreter.js';
import type { Refusal } from '../../core/outcome.js';
import type { Exit, ProgramOutcome, ProgramResult, ProgramWarning } from '../../core/program.js';
import type { Offer, Program, ProgramOptions, ProgramRun } from '../engine.js';
import { selfCheckRefusal } from '../self-check.js';
import { distributionOf, embeddedInterpreter, noStart, packagesFolder, START_TIMEOUT } from './distribution.js';
import type { EmbeddedProgram, Ran } from './program.js';
import { type ParsedCommand, parseCommand } from './program-command.js';
import { embeddedPath, type ProgramFolder, programFolders } from './program-folders.js';
import type { Recorded } from './recorder.js';
import { whereOf } from './where.js';
import { type Reply, WORKER_FILES, WorkerProcess } from './worker-process.js';

/** Variables that Python reads while it starts. Those about paths and allocators would keep it from starting, or from counting. */
const STARTING = [
  'HASHSEED',
  'UTF8',
  'OPTIMIZE',
  'IOENCODING',
  'DEVMODE',
  'UNBUFFERED',
  'INTMAXSTRDIGITS',
  'SAFEPATH',
  'NODEBUGRANGES',
  'NOUSERSITE',
  'WARNDEFAULTENCODING',
  'FAULTHANDLER',
].map((name) => `PYTHON${name}`);

export async function runEmbedded(
  offer: Offer,
  label: string | null,
  program: Program,
  options: ProgramOptions,
): Promise<ProgramRun> {
  const { command } = program;
  const distribution = distributionOf(offer);
  const interpreter = embeddedInterpreter(offer, label, null);
  const refused = (message: string): ProgramRun =>
    withoutWhere({ command, interpreter, outcome: 'refused', reason: { code: 'unsupported', message } });
  const parsed = parseCommand(command, minorNumber(offer.minor));
  if (typeof parsed === 'string') return refused(parsed);
  if (parsed.form === 'stdin' && isatty(0)) {
    return refused('the embedded Python has no interactive mode; name a script, or write one to its stdin');
  }
  const inputs = programInputs(parsed, options.steady);
  const folders = programFolders(parsed.form === 'script' ? parsed.what : null, inputs.path);
  if (typeof folders === 'string') return refused(folders);

  const worker = new WorkerProcess({
    readable: [packagesFolder(distribution), ...folders.map(({ folder }) => folder)],
    writable: folders.filter(({ writable }) => writable).map(({ folder }) => folder),
    streams: true,
  });
  const interrupt = (): void => worker.signal('SIGINT');
  process.on('SIGINT', interrupt);
  try {
    const ended = await runIn(worker, offer, distribution, parsed, folders, inputs, options, command);
    const { outcome, version, recorded } = ended;
    const result: ProgramResult = { command, interpreter: embeddedInterpreter(offer, label, version), ...outcome };
    if (recorded === null || (result.outcome !== 'exact' && result.outcome !== 'varying')) return withoutWhere(result);
    return await whereOf(result, recorded, offer, parsed, folders, worker);
  } finally {
    process.off('SIGINT', interrupt);
    await worker.end();
  }
}

const withoutWhere = (result: ProgramResult): ProgramRun => ({ result, where: null, interpreterFiles: [] });

/** What the worker process said to the end. */
interface Ended {
  /** null: it did not start. */
  readonly version: string | null;
  readonly outcome: ProgramOutcome;
  readonly recorded: Recorded | null;
}

async function runIn(
  worker: WorkerProcess,
  offer: Offer,
  distribution: string,
  parsed: ParsedCommand,
  folders: readonly ProgramFolder[],
  inputs: Inputs,
  options: ProgramOptions,
  command: readonly string[],
): Promise<Ended> {
  const opening = await worker.ask(
    {
      kind: 'open-program',
      distribution,
      core: WORKER_FILES.core,
      harness: WORKER_FILES.harness,
      folders,
      environment: inputs.starting,
      args: [...parsed.options, ...onPaths(parsed)],
    },
    START_TIMEOUT,
  );
  if (opening.kind !== 'opened' || opening.opened === null) {
    if (opening.kind === 'crashed' && opening.exit?.signal === 'SIGINT') {
      return { version: null, outcome: interrupted(opening.exit), recorded: null };
    }
    throw noStart(offer, opening, worker);
  }
  const { version, selfCheck } = opening.opened;
  if (selfCheck.outcome === 'failed') {
    const reason = selfCheckRefusal(offer.id, selfCheck);
    return { version, outcome: { outcome: 'refused', reason }, recorded: null };
  }
  const program: EmbeddedProgram = {
    harness: readFileSync(WORKER_FILES.program, 'utf8'),
    module: readFileSync(WORKER_FILES.module, 'utf8'),
    command,
    form: parsed.form,
    what: parsed.form === 'script' ? embeddedPath(parsed.what) : parsed.what,
    environment: inputs.environment,
    path: inputs.path.map(embeddedPath),
    warnings: [...inputs.warnings, ...parsed.warnings],
    terminals: [0, 1, 2].map((fd) => isatty(fd)),
    errors: errorsOf(inputs.environment),
    folders: folders.map(({ path }) => path),
  };
  const record = options.record === null ? null : { stacks: options.record, live: options.live === true };
  const reply = await worker.ask({ kind: 'run', program, record }, options.timeout);
  const recorded = reply.kind === 'ran' ? reply.ran.recorded : null;
  return { version, outcome: outcomeOf(reply, worker.pid, command, options), recorded };
}

/** What the environment of this process gives to a program. */
interface Inputs {
  readonly environment: Readonly<Record<string, string>>;
  readonly starting: Readonly<Record<string, string>>;
  readonly path: readonly string[];
  readonly warnings: readonly string[];
}

function programInputs({ options }: ParsedCommand, steady: boolean): Inputs {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value;
  if (steady) environment['PYTHONHASHSEED'] = '0';
  const ignored = options.includes('-E') || options.includes('-I');
  const list = (name: string, separator: string): string[] =>
    ignored ? [] : (environment[name] ?? '').split(separator).filter((entry) => entry !== '');
  return {
    environment,
    starting: Object.fromEntries(
      STARTING.flatMap((name) => {
        const value = environment[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    path: list('PYTHONPATH', delimiter),
    warnings: list('PYTHONWARNINGS', ','),
  };
}

/** Python takes bytes as they come where the locale says nothing of an encoding: get_locale_errors of Python/pylifecycle.c. */
function errorsOf(environment: Readonly<Record<string, string>>): string {
  if (process.platform === 'win32') return 'strict';
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => environment[name] ?? '').find((value) => value !== '');
  return /^(?:C|POSIX|(?:C\.)?UTF-?8)?$/i.test(locale ?? '') ? 'surrogateescape' : 'strict';
}

/** sys.argv, with the script under its path in the interpreter. */
function onPaths({ form, rest }: ParsedCommand): readonly string[] {
  return form === 'script' ? rest.map((word, i) => (i === 0 ? embeddedPath(word) : word)) : rest;
}

function outcomeOf(reply: Reply, pid: number, command: readonly string[], { timeout }: ProgramOptions): ProgramOutcome {
  switch (reply.kind) {
    case 'ran':
      return counted(reply.ran, pid, command);
    case 'timeout':
      return failed(
        { code: null, signal: 'SIGKILL' },
        'timeout',
        `the program was still running after ${timeout} s and was ended; give it more time with --timeout`,
      );
    case 'crashed':
      if (reply.exit?.signal === 'SIGINT') return interrupted(reply.exit);
      return failed(
        reply.exit,
        'crashed',
        `the program crashed the embedded Python (${reply.message}); try -p python3`,
      );
    case 'opened':
    case 'measured':
    case 'absent-modules':
    case 'instructions':
      throw new Error(`the worker process answered another question: ${reply.kind}`);
    default:
      return assertUnreachable(reply);
  }
}

const interrupted = (exit: Exit): ProgramOutcome => failed(exit, 'interrupted', 'the program was ended by Ctrl-C');

function failed(exit: Exit | null, code: string, message: string): ProgramOutcome {
  return { outcome: 'failed', exit, error: { code, message } };
}

const REPLACED: Refusal = {
  code: 'hooks-replaced',
  message:
    "the program replaced pyallocs' hooks with its own, as tracemalloc.start() and tracemalloc.stop() do; count it without them",
};

function counted(ran: Ran, pid: number, command: readonly string[]): ProgramOutcome {
  if (!ran.intact) return { outcome: 'refused', reason: REPLACED };
  const { exit, counts, byType, startup, shutdown, seconds, wrong } = ran;
  const numbers = {
    exit,
    counts,
    byType,
    startup,
    shutdown,
    regions: [],
    processes: [{ pid, parent: null, command, counts, exit }],
    threads: 1,
    seconds,
    runs: null,
    varies: {},
    warnings: warningsOf(ran),
  };
  if (wrong === null) return { outcome: 'exact', ...numbers };
  return { outcome: 'varying', why: { code: 'inexact', message: `the count is not exact: ${wrong}` }, ...numbers };
}

/** How many modules a sentence names. */
const NAMED = 5;

function warningsOf({ compiled, regions }: Ran): readonly ProgramWarning[] {
  const without: ProgramWarning = {
    code: 'no-regions',
    message:
      'the embedded Python does not count named regions; a Python of this machine does, for instance with -p python3',
  };
  return [...(regions ? [without] : []), ...compiledWarning(compiled)];
}

function compiledWarning(compiled: readonly string[]): readonly ProgramWarning[] {
  if (compiled.length === 0) return [];
  const names = compiled.slice(0, NAMED).join(', ') + (compiled.length > NAMED ? ' and more' : '');
  return [
    {
      code: 'library-compiled',
      message: `the embedded Python keeps its standard library as source, so the counts include compiling what was imported (${names})`,
    },
  ];
}
