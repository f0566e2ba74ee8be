/**
 * The host's side of a program: from what is typed after `python` to a result. The program has our streams, environment
 * and working folder, and may change what is in that folder; it reads the folders of the script and of PYTHONPATH; every
 * other file it makes is in memory only, and other files of the machine are not there.
 */

import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { assertUnreachable, unwrap } from '../../core/assert.js';
import { minorNumber } from '../../core/interpreter.js';
import type { Refusal } from '../../core/outcome.js';
import type { Exit, ProgramOutcome, ProgramResult } from '../../core/program.js';
import type { Offer, Program, ProgramOptions, ProgramRun, ProgramSeries, ProgramTime } from '../engine.js';
import { selfCheckRefusal } from '../self-check.js';
import { distributionOf, noStart, packagesFolder, START_TIMEOUT } from './distribution.js';
import { embeddedInterpreter } from './embedded.js';
import { whereOnMachine } from './on-machine.js';
import type { EmbeddedProgram } from './program.js';
import { type ParsedCommand, parseCommand } from './program-command.js';
import { embeddedPath, type ProgramFolder, programFolders } from './program-folders.js';
import { countedProgram, failedProgram } from './program-outcome.js';
import type { Recorded } from './recorder.js';

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

const ERRORS_COME_WITHIN_MS = 100;

/** A program and what it takes to run it. */
interface Prepared {
  readonly parsed: ParsedCommand;
  readonly inputs: Inputs;
  readonly folders: readonly ProgramFolder[];
  readonly ownStreams: boolean;
}

/** What the worker process said to the end. */
interface Ended {
  /** null: it did not start. */
  readonly version: string | null;
  readonly outcome: ProgramOutcome;
  readonly recorded: Recorded | null;
}

/** A worker process with an interpreter in it that was not used up. */
interface Opened {
  readonly worker: WorkerProcess;
  readonly version: string;
  /** Why it must not count; null: it may. */
  readonly refusal: Refusal | null;
  /** What it was started with: other programs with the same can run in it. */
  readonly key: string;
}

export async function runEmbedded(
  offer: Offer,
  label: string | null,
  program: Program,
  options: ProgramOptions,
): Promise<ProgramRun> {
  const series = new EmbeddedSeries(offer, label, false);
  try {
    return await series.run(program, options);
  } finally {
    await series.close();
  }
}

/** Programs one after the other, in one interpreter for as long as it can be put back as it was. */
export class EmbeddedSeries implements ProgramSeries {
  readonly #offer: Offer;
  readonly #label: string | null;
  readonly #time: boolean;
  #worker: WorkerProcess | null = null;
  #opened: Opened | null = null;

  /** `time`: whether programs will be timed. */
  constructor(offer: Offer, label: string | null, time: boolean) {
    this.#offer = offer;
    this.#label = label;
    this.#time = time;
  }

  async run(program: Program, options: ProgramOptions): Promise<ProgramRun> {
    const [offer, label, { command }] = [this.#offer, this.#label, program];
    const own = options.streams !== 'none';
    const prepared = this.#prepare(program, options.steady ? (options.hashSeed ?? 0) : null, own);
    if (typeof prepared === 'string') {
      const interpreter = embeddedInterpreter(offer, label, null);
      const reason: Refusal = { code: 'unsupported', message: prepared };
      return withoutWhere({ command, interpreter, outcome: 'refused', reason });
    }
    return this.#passingInterrupts(async () => {
      const { version, outcome, recorded } = await this.#count(prepared, program, options);
      const result: ProgramResult = { command, interpreter: embeddedInterpreter(offer, label, version), ...outcome };
      const errors = own ? '' : await this.#errors(result);
      if (recorded === null || (result.outcome !== 'exact' && result.outcome !== 'varying'))
        return { ...withoutWhere(result), errors };
      const worker = unwrap(this.#worker, 'a program ran in it');
      const texts = options.texts ?? true;
      const run = await whereOnMachine(result, recorded, offer, prepared.parsed, prepared.folders, worker, texts);
      return { ...run, errors };
    });
  }

  async time(program: Program, timeout: number): Promise<ProgramTime> {
    const prepared = this.#prepare(program, 0, true);
    if (typeof prepared === 'string') return { why: prepared };
    return this.#passingInterrupts(async () => {
      const opened = await this.#open(prepared);
      if ('outcome' in opened) return { why: 'the program was ended by Ctrl-C' };
      const { worker } = opened;
      const request = embeddedProgram(prepared, program.command);
      const reply = await worker.ask({ kind: 'time-program', program: request }, timeout);
      if (reply.kind !== 'timed' || !reply.reusable) this.#opened = null;
      if (reply.kind === 'timed') return reply.time;
      return { why: reply.kind === 'timeout' ? `it still ran after ${timeout} s` : 'it crashed the embedded Python' };
    });
  }

  async close(): Promise<void> {
    this.#opened = null;
    await this.#worker?.end();
  }

  /** What it wrote to a standard error that is not ours. It comes by another way than the result, and may come after it. */
  async #errors(result: ProgramResult): Promise<string> {
    if (result.outcome !== 'exact' || result.exit.code !== 0) await delay(ERRORS_COME_WITHIN_MS);
    return this.#worker?.takeStderr() ?? '';
  }

  /** `hashSeed`: null: that of the environment. A sentence: why it cannot be run. */
  #prepare({ command }: Program, hashSeed: number | null, ownStreams: boolean): Prepared | string {
    const parsed = parseCommand(command, minorNumber(this.#offer.minor));
    if (typeof parsed === 'string') return parsed;
    if (parsed.form === 'stdin' && ownStreams && isatty(0)) {
      return 'the embedded Python has no interactive mode; name a script, or write one to its stdin';
    }
    const inputs = programInputs(parsed, hashSeed);
    const folders = programFolders(parsed.form === 'script' ? parsed.what : null, inputs.path);
    return typeof folders === 'string' ? folders : { parsed, inputs, folders, ownStreams };
  }

  async #passingInterrupts<T>(work: () => Promise<T>): Promise<T> {
    const interrupt = (): void => this.#worker?.signal('SIGINT');
    process.on('SIGINT', interrupt);
    try {
      return await work();
    } finally {
      process.off('SIGINT', interrupt);
    }
  }

  /** The interpreter of the last program, or a new one; of an interrupt meanwhile, what it makes of the program. */
  async #open({
    parsed,
    inputs,
    folders,
    ownStreams,
  }: Prepared): Promise<Opened | { readonly outcome: ProgramOutcome }> {
    const key = JSON.stringify([parsed.options, inputs.starting, folders, ownStreams]);
    if (this.#opened !== null && this.#opened.key === key && this.#opened.worker.alive) return this.#opened;
    await this.close();
    const distribution = distributionOf(this.#offer);
    const worker = new WorkerProcess({
      readable: [packagesFolder(distribution), ...folders.map(({ folder }) => folder)],
      writable: folders.filter(({ writable }) => writable).map(({ folder }) => folder),
      streams: ownStreams,
    });
    this.#worker = worker;
    const opening = await worker.ask(
      {
        kind: 'open-program',
        distribution,
        core: WORKER_FILES.core,
        harness: WORKER_FILES.harness,
        folders,
        environment: inputs.starting,
        args: [...parsed.options, ...onPaths(parsed)],
        time: this.#time,
      },
      START_TIMEOUT,
    );
    if (opening.kind !== 'opened' || opening.opened === null) {
      if (opening.kind === 'crashed' && opening.exit?.signal === 'SIGINT') {
        return { outcome: interrupted(opening.exit) };
      }
      throw noStart(this.#offer, opening, worker);
    }
    const { version, selfCheck } = opening.opened;
    const refusal = selfCheck.outcome === 'failed' ? selfCheckRefusal(this.#offer.id, selfCheck) : null;
    this.#opened = { worker, version, refusal, key };
    return this.#opened;
  }

  async #count(prepared: Prepared, { command }: Program, options: ProgramOptions): Promise<Ended> {
    const opened = await this.#open(prepared);
    if ('outcome' in opened) return { version: null, outcome: opened.outcome, recorded: null };
    const { worker, version, refusal } = opened;
    if (refusal !== null) return { version, outcome: { outcome: 'refused', reason: refusal }, recorded: null };
    const program = embeddedProgram(prepared, command);
    const record = options.record === null ? null : { stacks: options.record, live: options.live === true };
    const reply = await worker.ask({ kind: 'run', program, record }, options.timeout);
    if (reply.kind !== 'ran' || !reply.reusable) this.#opened = null;
    const recorded = reply.kind === 'ran' ? reply.ran.recorded : null;
    return { version, outcome: outcomeOf(reply, worker.pid, command, options), recorded };
  }
}

const withoutWhere = (result: ProgramResult): ProgramRun => ({ result, where: null, interpreterFiles: [] });

function embeddedProgram(
  { parsed, inputs, folders, ownStreams }: Prepared,
  command: readonly string[],
): EmbeddedProgram {
  return {
    harness: readFileSync(WORKER_FILES.program, 'utf8'),
    module: readFileSync(WORKER_FILES.module, 'utf8'),
    command,
    argv: sysArgv(parsed),
    form: parsed.form,
    what: parsed.form === 'script' ? embeddedPath(parsed.what) : parsed.what,
    environment: inputs.environment,
    path: inputs.path.map(embeddedPath),
    warnings: [...inputs.warnings, ...parsed.warnings],
    terminals: [0, 1, 2].map((fd) => ownStreams && isatty(fd)),
    errors: errorsOf(inputs.environment),
    folders: folders.map(({ path }) => path),
  };
}

/** What the environment of this process gives to a program. */
interface Inputs {
  readonly environment: Readonly<Record<string, string>>;
  readonly starting: Readonly<Record<string, string>>;
  readonly path: readonly string[];
  readonly warnings: readonly string[];
}

function programInputs({ options }: ParsedCommand, hashSeed: number | null): Inputs {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value;
  if (hashSeed !== null) environment['PYTHONHASHSEED'] = String(hashSeed);
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

/** sys.argv as Python makes it: of -c and -m, what was given to them is left out. */
function sysArgv(parsed: ParsedCommand): readonly string[] {
  const words = onPaths(parsed);
  return parsed.form === 'command' || parsed.form === 'module' ? words.filter((_, i) => i !== 1) : words;
}

/** What stands after the options of Python, with the script under its path in the interpreter. */
function onPaths({ form, rest }: ParsedCommand): readonly string[] {
  return form === 'script' ? rest.map((word, i) => (i === 0 ? embeddedPath(word) : word)) : rest;
}

function outcomeOf(reply: Reply, pid: number, command: readonly string[], { timeout }: ProgramOptions): ProgramOutcome {
  switch (reply.kind) {
    case 'ran':
      return countedProgram(reply.ran, pid, command);
    case 'timeout':
      return failedProgram(
        { code: null, signal: 'SIGKILL' },
        'timeout',
        `the program was still running after ${timeout} s and was ended; give it more time with --timeout`,
      );
    case 'crashed':
      if (reply.exit?.signal === 'SIGINT') return interrupted(reply.exit);
      return failedProgram(
        reply.exit,
        'crashed',
        `the program crashed the embedded Python (${reply.message}); try -p python3`,
      );
    case 'opened':
    case 'timed':
    case 'measured':
    case 'counted':
    case 'evaluated':
    case 'absent-modules':
    case 'instructions':
      throw new Error(`the worker process answered another question: ${reply.kind}`);
    default:
      return assertUnreachable(reply);
  }
}

const interrupted = (exit: Exit): ProgramOutcome =>
  failedProgram(exit, 'interrupted', 'the program was ended by Ctrl-C');
