/** A native interpreter, ready to measure statements: a worker process, and a fork of it for each statement. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, PyallocsError } from '../../core/errors.js';
import { type Interpreter, minorNumber, type Sees } from '../../core/interpreter.js';
import { hasNumbers, type MeasuredError, type Measurement, type Refusal, type TimePerOp } from '../../core/outcome.js';
import type { SelfCheck } from '../../core/self-check.js';
import { type CountedRuns, countRuns } from '../counted-runs.js';
import type { Evaluated, MeasureOptions, Session, SessionOptions, Statement } from '../engine.js';
import { evaluated } from '../evaluated.js';
import { measureStatement } from '../protocol.js';
import { StatementFailure, type StatementRunner } from '../runner.js';
import { selfCheck, selfCheckRefusal } from '../self-check.js';
import { timeStatement } from '../time.js';
import { Recording, withAllocator } from './recording.js';
import { refusalSentence } from './refusals.js';
import { NativeRunner, WorkerGone } from './runner.js';
import { textOf, WorkerProcess } from './worker-process.js';

const HARNESS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'python', 'harness.py');
/** Seconds in which an interpreter must have started. */
const START_TIMEOUT = 60;

const NATIVE_SEES: Sees = {
  creations: true,
  freelists: true,
  requests: true,
  resizes: true,
  releases: true,
  pymalloc: true,
  pools: true,
  arenas: true,
};

const NOTHING: Sees = {
  creations: false,
  freelists: false,
  requests: false,
  resizes: false,
  releases: false,
  pymalloc: false,
  pools: false,
  arenas: false,
};

type NoNumbers = Extract<Measurement, { readonly outcome: 'refused' | 'failed' }>;

export class NativeSession implements Session {
  readonly #python: string;
  readonly #options: SessionOptions;
  #interpreter: Interpreter;
  #refusal: Refusal | null;
  #hooked: WorkerProcess | null = null;
  #unhooked: WorkerProcess | null = null;
  #selfCheck: SelfCheck = { outcome: 'failed', cases: [] };
  #closed = false;

  /** `python`: what is started. */
  constructor(python: string, interpreter: Interpreter, refusal: Refusal | null, options: SessionOptions) {
    this.#python = python;
    this.#interpreter = interpreter;
    this.#refusal = refusal;
    this.#options = options;
  }

  get interpreter(): Interpreter {
    return this.#interpreter;
  }

  get sees(): Sees {
    if (this.#refusal !== null) return NOTHING;
    return this.#interpreter.pymalloc ? NATIVE_SEES : { ...NATIVE_SEES, pymalloc: false, pools: false, arenas: false };
  }

  get selfCheck(): SelfCheck {
    return this.#selfCheck;
  }

  get refusal(): Refusal | null {
    return this.#refusal;
  }

  /** Starts the interpreter and checks it, unless it cannot be counted. One that does not start is refused. */
  async open(): Promise<void> {
    try {
      if (this.#refusal === null) await this.#check();
    } catch (error) {
      if (!(error instanceof PyallocsError && error.code === 'no-start')) throw error;
      this.#refusal = { code: 'no-start', message: error.message };
    }
  }

  async #check(): Promise<void> {
    const worker = await this.#worker();
    if (this.#refusal !== null) return;
    const minor = minorNumber(this.#interpreter.version);
    let recording: Recording | null = null;
    try {
      this.#selfCheck = await selfCheck(minor, async (statement) => {
        recording?.close();
        recording = null;
        worker.leave();
        recording = await forked(worker, Date.now() + START_TIMEOUT * 1000);
        return new NativeRunner({
          worker,
          recording,
          statement,
          gc: false,
          minor,
          deadline: Date.now() + START_TIMEOUT * 1000,
        });
      });
    } catch (error) {
      if (error instanceof StatementFailure || error instanceof WorkerGone) throw this.#noStart(error.message, worker);
      throw error;
    } finally {
      (recording as Recording | null)?.close();
      worker.leave();
    }
    if (this.#selfCheck.outcome === 'failed') this.#refusal = selfCheckRefusal(this.#interpreter.id, this.#selfCheck);
  }

  #noStart(why: string, worker: WorkerProcess): PyallocsError {
    const said = worker.stderr.split('\n').at(-1) ?? '';
    return new PyallocsError(
      'no-start',
      `${this.#python} could not be measured: ${why}${said === '' ? '' : ` (${said})`}`,
      {
        exitCode: EXIT.internal,
        ...(worker.stderr === '' ? {} : { cause: worker.stderr }),
      },
    );
  }

  /** The worker with hooks, with the harness in it. */
  async #worker(): Promise<WorkerProcess> {
    if (this.#hooked?.alive) return this.#hooked;
    const worker = await this.#start(false);
    this.#hooked = worker;
    const [path] = worker.session.recordings();
    if (path === undefined) throw this.#noStart('the agent was not loaded', worker);
    const recording = new Recording(path);
    const { head } = recording;
    recording.close();
    this.#interpreter = withAllocator(this.#interpreter, head);
    if (head.refused !== 0) this.#refusal = { code: 'unsupported', message: refusalSentence(head.refused) };
    return worker;
  }

  async #start(unhooked: boolean): Promise<WorkerProcess> {
    const deadline = Date.now() + START_TIMEOUT * 1000;
    const [folder = process.cwd()] = this.#options.folders;
    const worker = new WorkerProcess({ python: this.#python, folder, unhooked, hashSeed: this.#options.hashSeed ?? 0 });
    const ask = async (...fields: string[]): Promise<string> => {
      const answer = await worker.ask(deadline, ...fields);
      if (answer.kind === 'died') throw this.#noStart(answer.how, worker);
      return textOf(answer, `${this.#python} could not be measured`);
    };
    try {
      await ask('execute', readFileSync(HARNESS, 'utf8'));
      await ask('ask', 'prepare_interpreter', JSON.stringify(this.#options.folders));
    } catch (error) {
      await worker.end();
      throw error;
    }
    return worker;
  }

  async absentModules(): Promise<readonly string[]> {
    if (this.#refusal !== null) return [];
    const worker = await this.#worker();
    const answer = await worker.ask(Date.now() + START_TIMEOUT * 1000, 'ask', 'absent_modules');
    return JSON.parse(textOf(answer, `${this.#python} could not be asked for its modules`)) as string[];
  }

  async measure(statement: Statement, options: MeasureOptions): Promise<Measurement> {
    if (this.#refusal !== null) return { outcome: 'refused', reason: this.#refusal };
    const deadline = Date.now() + options.timeout * 1000;
    const measurement = await this.#count(statement, options, deadline, (runner) =>
      measureStatement(runner, {
        iterations: options.iterations,
        gc: options.gc,
      }),
    );
    if (!options.time || !hasNumbers(measurement)) return measurement;
    const timePerOp = await this.#time(await this.#timer(), statement, options, deadline).catch((error: unknown) => {
      if (error instanceof WorkerGone || error instanceof StatementFailure) return null; // it does not fail always
      throw error;
    });
    return { ...measurement, timePerOp };
  }

  async countRuns(statement: Statement, runs: readonly number[], options: MeasureOptions): Promise<CountedRuns> {
    if (this.#refusal !== null) return { outcome: 'refused', reason: this.#refusal };
    const deadline = Date.now() + options.timeout * 1000;
    return this.#count(statement, { ...options, gc: false }, deadline, (runner) => countRuns(runner, runs));
  }

  /** Counts in a fork of the worker, as `count` says; the hooks must still be there afterwards. */
  async #count<T>(
    statement: Statement,
    options: MeasureOptions,
    deadline: number,
    count: (runner: StatementRunner) => Promise<T>,
  ): Promise<T | NoNumbers> {
    try {
      return await this.#countIn(await this.#worker(), statement, options, deadline, count);
    } catch (error) {
      if (error instanceof WorkerGone) return this.#gone(error, options);
      throw error;
    }
  }

  async #countIn<T>(
    worker: WorkerProcess,
    statement: Statement,
    options: MeasureOptions,
    deadline: number,
    count: (runner: StatementRunner) => Promise<T>,
  ): Promise<T | NoNumbers> {
    const minor = minorNumber(this.#interpreter.version);
    const recording = await forked(worker, deadline);
    try {
      const runner = new NativeRunner({ worker, recording, statement, gc: options.gc, minor, deadline });
      const counted = await count(runner);
      const intact = await worker.ask(deadline, 'intact');
      if (intact.kind !== 'answer') throw new WorkerGone(intact);
      if (intact.text === '1') return counted;
      const message = "the statement replaced pyallocs' hooks with its own; measure it without them";
      return { outcome: 'refused', reason: { code: 'hooks-replaced', message } };
    } finally {
      recording?.close();
      worker.leave();
    }
  }

  async #time(
    worker: WorkerProcess,
    statement: Statement,
    options: MeasureOptions,
    deadline: number,
  ): Promise<TimePerOp> {
    await forked(worker, deadline);
    try {
      const minor = minorNumber(this.#interpreter.version);
      return await timeStatement(
        new NativeRunner({ worker, recording: null, statement, gc: options.gc, minor, deadline }),
        options,
      );
    } finally {
      worker.leave();
    }
  }

  /** The worker without hooks, with the harness in it. */
  async #timer(): Promise<WorkerProcess> {
    if (!this.#unhooked?.alive) this.#unhooked = await this.#start(true);
    return this.#unhooked;
  }

  async evaluate(code: string, argument: string, timeout: number): Promise<Evaluated> {
    if (this.#refusal?.code === 'no-start') return failed('crashed', this.#refusal.message);
    const worker = await this.#timer();
    const deadline = Date.now() + timeout * 1000;
    try {
      await forked(worker, deadline);
      const answer = await worker.ask(deadline, 'ask', 'evaluate', code, argument);
      if (answer.kind === 'answer') return evaluated(answer.text);
      throw new WorkerGone(answer);
    } catch (error) {
      if (!(error instanceof WorkerGone)) throw error;
      const { answer } = error;
      if (this.#closed) return failed('crashed', 'the code was given up');
      if (answer.kind === 'timeout')
        return failed('timeout', `the code was still running after ${timeout} s and was ended`);
      return failed('crashed', `the code ended the interpreter (${answer.kind === 'died' ? answer.how : answer.kind})`);
    } finally {
      worker.leave();
    }
  }

  #gone({ answer }: WorkerGone, options: MeasureOptions): NoNumbers {
    if (this.#closed) return failed('crashed', 'the measurement was given up');
    if (answer.kind === 'timeout') {
      return failed(
        'timeout',
        `the statement was still running after ${options.timeout} s and was ended; give it more time with --timeout, or fewer executions with -n`,
      );
    }
    const how = answer.kind === 'died' ? answer.how : answer.kind;
    return failed('crashed', `the statement ended the interpreter (${how}); the next one gets a new one`);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#hooked?.end(), this.#unhooked?.end()]);
  }
}

/** Forks the worker: what follows goes to the child. Its recording; null when it has none. */
async function forked(worker: WorkerProcess, deadline: number): Promise<Recording | null> {
  const answer = await worker.ask(deadline, 'fork');
  if (answer.kind !== 'answer') throw new WorkerGone(answer);
  const [why] = worker.session.unrecorded();
  if (why !== undefined) throw new WorkerGone({ kind: 'died', how: why });
  const path = answer.text.slice(answer.text.indexOf(' ') + 1);
  return path === '' ? null : new Recording(path);
}

function failed(code: MeasuredError['code'], message: string): Extract<Measurement, { outcome: 'failed' }> {
  return { outcome: 'failed', error: { code, message, line: null, place: null } };
}
