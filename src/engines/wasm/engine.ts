/** The embedded engine: CPython for WebAssembly from npm, each interpreter in a worker process of its own. */
import { assertUnreachable } from '../../core/assert.js';
import { EXIT, PyallocsError } from '../../core/errors.js';
import type { Interpreter, Sees } from '../../core/interpreter.js';
import type { MeasuredError, Measurement, Refusal } from '../../core/outcome.js';
import type { SelfCheck } from '../../core/self-check.js';
import type { CountedRuns } from '../counted-runs.js';
import type { Engine, Evaluated, MeasureOptions, Offer, Session, SessionOptions, Statement } from '../engine.js';
import { selfCheckRefusal } from '../self-check.js';
import {
  distributionOf,
  installedEmbedded,
  noStart,
  notInstalled,
  packagesFolder,
  START_TIMEOUT,
} from './distribution.js';
import { EMBEDDED, embeddedInterpreter } from './embedded.js';
import type { Opened } from './interpreter.js';
import type { Request } from './messages.js';
import { EmbeddedSeries, runEmbedded } from './run.js';
import { type Reply, WORKER_FILES, WorkerProcess } from './worker-process.js';

const SEES: Sees = {
  creations: true,
  freelists: true,
  requests: true,
  resizes: true,
  releases: true,
  pymalloc: false,
  pools: false,
  arenas: false,
};

export const wasmEngine: Engine = {
  name: 'wasm',
  offers: installedEmbedded,
  find: (selector) => {
    const offer = EMBEDDED.find(({ minor, version }) => minor === selector || version === selector) ?? null;
    if (offer !== null && !installedEmbedded().includes(offer)) throw notInstalled(offer);
    return offer;
  },
  open: async (offer, label, options) => {
    const session = new EmbeddedSession(offer, label, options);
    await session.start();
    return session;
  },
  run: runEmbedded,
  series: (offer, label, { time }) => new EmbeddedSeries(offer, label, time),
};

class EmbeddedSession implements Session {
  readonly #distribution: string;
  readonly #label: string | null;
  readonly #offer: Offer;
  readonly #options: SessionOptions;
  #worker: WorkerProcess | null = null;
  #opened: Opened | null = null;
  #closed = false;

  constructor(offer: Offer, label: string | null, options: SessionOptions) {
    this.#offer = offer;
    this.#label = label;
    this.#distribution = distributionOf(offer);
    this.#options = options;
  }

  /** Starts the interpreter, unless it is there. */
  async start(): Promise<Opened> {
    if (this.#opened !== null && this.#worker?.alive) return this.#opened;
    this.#worker = new WorkerProcess({
      readable: [packagesFolder(this.#distribution), ...this.#options.folders],
    });
    const reply = await this.#worker.ask(
      {
        kind: 'open',
        distribution: this.#distribution,
        core: WORKER_FILES.core,
        harness: WORKER_FILES.harness,
        folders: this.#options.folders,
        time: this.#options.time,
        hashSeed: this.#options.hashSeed ?? 0,
      },
      START_TIMEOUT,
    );
    if (reply.kind !== 'opened' || reply.opened === null) throw noStart(this.#offer, reply, this.#worker);
    this.#opened = reply.opened;
    return reply.opened;
  }

  get interpreter(): Interpreter {
    return embeddedInterpreter(this.#offer, this.#label, this.#opened?.version ?? null);
  }

  get sees(): Sees {
    return SEES;
  }

  get selfCheck(): SelfCheck {
    return this.#opened?.selfCheck ?? { outcome: 'failed', cases: [] };
  }

  get refusal(): Refusal | null {
    return this.selfCheck.outcome === 'failed' ? selfCheckRefusal(this.#offer.id, this.selfCheck) : null;
  }

  async absentModules(): Promise<readonly string[]> {
    await this.start();
    const reply = await this.#worker?.ask({ kind: 'absent-modules' }, START_TIMEOUT);
    return reply?.kind === 'absent-modules' ? reply.modules : [];
  }

  async measure(statement: Statement, options: MeasureOptions): Promise<Measurement> {
    const reply = await this.#ask({ kind: 'measure', statement, options }, options.timeout);
    if ('outcome' in reply) return reply;
    if (reply.kind !== 'measured') return noNumbers(reply, options);
    if (!reply.measuring.reusable) await this.#worker?.end();
    return reply.measuring.measurement;
  }

  async countRuns(statement: Statement, runs: readonly number[], options: MeasureOptions): Promise<CountedRuns> {
    const reply = await this.#ask({ kind: 'count-runs', statement, runs }, options.timeout);
    if ('outcome' in reply) return reply;
    if (reply.kind !== 'counted') return noNumbers(reply, options);
    if (!reply.counting.reusable) await this.#worker?.end();
    return reply.counting.counted;
  }

  /** Asks the worker, started again if it is gone; why it was not asked, or no answer counts. */
  async #ask(request: Request, timeout: number): Promise<Reply | NoNumbers> {
    await this.start();
    const { refusal } = this;
    if (refusal !== null) return { outcome: 'refused', reason: refusal };
    const reply = await (this.#worker as WorkerProcess).ask(request, timeout);
    return this.#closed ? failed('crashed', 'the measurement was given up') : reply;
  }

  async evaluate(code: string, argument: string, timeout: number): Promise<Evaluated> {
    await this.start();
    const reply = await (this.#worker as WorkerProcess).ask({ kind: 'evaluate', code, argument }, timeout);
    if (this.#closed) return failed('crashed', 'the code was given up');
    if (reply.kind !== 'evaluated') return noAnswer(reply, timeout);
    if (!reply.reusable) await this.#worker?.end();
    return reply.evaluated;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.end();
  }
}

type NoNumbers = Extract<Measurement, { readonly outcome: 'refused' | 'failed' }>;
type Failed = Extract<Measurement, { readonly outcome: 'failed' }>;

/** A reply that holds no counts. */
function noNumbers(reply: Reply, { timeout }: MeasureOptions): Failed {
  return withoutAnswer(
    reply,
    `the statement was still running after ${timeout} s and was ended; give it more time with --timeout, or fewer executions with -n`,
    'the statement',
  );
}

const noAnswer = (reply: Reply, timeout: number): Failed =>
  withoutAnswer(reply, `the code was still running after ${timeout} s and was ended`, 'the code');

function withoutAnswer(reply: Reply, late: string, what: string): Failed {
  switch (reply.kind) {
    case 'timeout':
      return failed('timeout', late);
    case 'crashed':
      return failed('crashed', `${what} crashed the interpreter (${reply.message}); the next one gets a new one`);
    case 'opened':
    case 'measured':
    case 'counted':
    case 'evaluated':
    case 'ran':
    case 'timed':
    case 'absent-modules':
    case 'instructions':
      throw new PyallocsError('protocol', 'the worker process answered another question', {
        exitCode: EXIT.internal,
      });
    default:
      return assertUnreachable(reply);
  }
}

function failed(code: MeasuredError['code'], message: string): Failed {
  return { outcome: 'failed', error: { code, message, line: null, place: null } };
}
