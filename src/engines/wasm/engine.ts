/** The embedded engine: CPython for WebAssembly from npm, each interpreter in a worker process of its own. */
import { assertUnreachable } from '../../core/assert.js';
import { EXIT, PyallocsError } from '../../core/errors.js';
import type { Interpreter, Sees } from '../../core/interpreter.js';
import type { MeasuredError, Measurement, Refusal } from '../../core/outcome.js';
import type { SelfCheck } from '../../core/self-check.js';
import type { Engine, MeasureOptions, Offer, Session, SessionOptions, Statement } from '../engine.js';
import { selfCheckRefusal } from '../self-check.js';
import { distributionOf, embeddedInterpreter, noStart, packagesFolder, START_TIMEOUT } from './distribution.js';
import { EMBEDDED } from './embedded.js';
import type { Opened } from './interpreter.js';
import { runEmbedded } from './run.js';
import { WORKER_FILES, WorkerProcess } from './worker-process.js';

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
  offers: () => EMBEDDED,
  find: (selector) => EMBEDDED.find(({ minor, version }) => minor === selector || version === selector) ?? null,
  open: async (offer, label, options) => {
    const session = new EmbeddedSession(offer, label, options);
    await session.start();
    return session;
  },
  run: runEmbedded,
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
    await this.start();
    const { refusal } = this;
    if (refusal !== null) return { outcome: 'refused', reason: refusal };
    const worker = this.#worker as WorkerProcess;
    const reply = await worker.ask({ kind: 'measure', statement, options }, options.timeout);
    if (this.#closed) return failed('crashed', 'the measurement was given up');
    switch (reply.kind) {
      case 'measured':
        if (!reply.measuring.reusable) await worker.end();
        return reply.measuring.measurement;
      case 'timeout':
        return failed(
          'timeout',
          `the statement was still running after ${options.timeout} s and was ended; give it more time with --timeout, or fewer executions with -n`,
        );
      case 'crashed':
        return failed(
          'crashed',
          `the statement crashed the interpreter (${reply.message}); the next one gets a new one`,
        );
      case 'opened':
      case 'ran':
      case 'absent-modules':
      case 'instructions':
        throw new PyallocsError('protocol', 'the worker process answered another question', {
          exitCode: EXIT.internal,
        });
      default:
        return assertUnreachable(reply);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.end();
  }
}

function failed(code: MeasuredError['code'], message: string): Measurement {
  return { outcome: 'failed', error: { code, message, line: null, place: null } };
}
