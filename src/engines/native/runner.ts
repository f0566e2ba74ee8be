/** A statement in a native worker, ready to be run and counted. */
import type { Interval } from '../../core/interval.js';
import type { MeasuredError } from '../../core/outcome.js';
import type { Statement } from '../engine.js';
import {
  inexact,
  type PassEnd,
  refuse,
  StatementFailure,
  type StatementRunner,
  type Unfolded,
  wrongInterval,
} from '../runner.js';
import type { Recording, Tally } from './recording.js';
import type { Answer, WorkerProcess } from './worker-process.js';

/** The worker died, or time is up: the measurement is over. */
export class WorkerGone extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(answer.kind === 'died' ? answer.how : answer.kind);
    this.answer = answer;
  }
}

export interface NativeRunnerOptions {
  readonly worker: WorkerProcess;
  /** Of the process that answers; null for a worker without hooks. */
  readonly recording: Recording | null;
  readonly statement: Statement;
  readonly gc: boolean;
  readonly minor: number;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

export class NativeRunner implements StatementRunner {
  readonly #options: NativeRunnerOptions;
  #loaded = false;
  #next = 0;
  #unfinished = false;

  constructor(options: NativeRunnerOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    if (!this.#loaded) {
      const { setup, statement } = this.#options.statement;
      refuse(await this.#ask('ask', 'load', setup, statement, this.#options.gc ? 'gc' : ''));
      this.#loaded = true;
    }
    refuse(await this.#ask('ask', 'start'));
    this.#next = 0;
    this.#unfinished = false;
  }

  async settle(): Promise<void> {
    await this.#ask('ask', 'settle');
  }

  async plan(executions: readonly number[]): Promise<void> {
    await this.#checkRuns();
    await this.#ask('ask', 'plan', executions.join(','));
    this.#next = 0;
  }

  /** Asks whether a run so far ended early. */
  async #checkRuns(): Promise<void> {
    if (this.#next > 0 && (await this.#ask('ask', 'check', String(this.#next))) !== '') this.#unfinished = true;
  }

  async run(): Promise<number> {
    return Number(await this.#ask('run', String(this.#next++))) / 1e6;
  }

  async count(): Promise<Interval> {
    await this.#ask('count', String(this.#next++));
    return this.#read(null) ?? fail();
  }

  async countGrowth(n: number): Promise<readonly [Interval, Interval, Interval] | null> {
    await this.#checkRuns();
    const objects = (await this.#ask('ask', 'plan_growth', String(n))).split(',');
    this.#next = 0;
    for (const object of objects) {
      if ((await this.#ask('mark', object)) !== '1')
        throw inexact('an iterator of the harness is not known to the core');
    }
    await this.count();
    const points = objects.map((_, mark) => this.#read(mark));
    return points.some((point) => point === null) ? null : (points as unknown as [Interval, Interval, Interval]);
  }

  /** Reads and checks what was counted last, or the copy at a mark; null when that mark was not passed. */
  #read(mark: number | null): Tally | null {
    const { recording, minor } = this.#options;
    recording?.refresh();
    const tally = recording?.interval(mark) ?? null;
    if (tally === null) return null;
    const wrong = wrongInterval(tally, recording?.intervalFlags() ?? 0, tally.objectRequests, minor);
    if (wrong !== null) throw inexact(wrong);
    return tally;
  }

  async end(): Promise<PassEnd> {
    await this.#checkRuns();
    return { unfinished: this.#unfinished, collections: Number(await this.#ask('ask', 'finish')) };
  }

  async unfolded(): Promise<Unfolded | null> {
    const answer = await this.#ask('ask', 'unfolded');
    return answer === '' ? null : (JSON.parse(answer) as Unfolded);
  }

  async #ask(...fields: readonly string[]): Promise<string> {
    const answer = await this.#options.worker.ask(this.#options.deadline, ...fields);
    switch (answer.kind) {
      case 'answer':
        return answer.text;
      case 'raised':
        throw new StatementFailure(JSON.parse(answer.error) as MeasuredError);
      default:
        throw new WorkerGone(answer);
    }
  }
}

function fail(): never {
  throw inexact('the worker wrote no counters');
}
