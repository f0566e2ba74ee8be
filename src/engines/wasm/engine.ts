/** The embedded engine: CPython for WebAssembly from npm, each interpreter in a worker process of its own. */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { assertUnreachable } from '../../core/assert.js';
import { EXIT, PyallocsError } from '../../core/errors.js';
import type { Interpreter, Sees } from '../../core/interpreter.js';
import type { MeasuredError, Measurement } from '../../core/outcome.js';
import { type SelfCheck, wrongCases } from '../../core/self-check.js';
import type { Engine, MeasureOptions, Offer, Session, SessionOptions, Statement } from '../engine.js';
import { EMBEDDED, packageOf } from './embedded.js';
import type { Opened } from './interpreter.js';
import { type Reply, WORKER_FILES, WorkerProcess } from './worker-process.js';

/** Seconds in which an interpreter must have started: it takes 1 to 4. */
const START_TIMEOUT = 120;

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
  open: async (offer, label, options) => {
    const session = new EmbeddedSession(offer, label, options);
    await session.start();
    return session;
  },
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
    this.#worker = new WorkerProcess([packagesFolder(this.#distribution), ...this.#options.folders]);
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
    if (reply.kind !== 'opened' || reply.opened === null) throw this.#noStart(reply);
    this.#opened = reply.opened;
    return reply.opened;
  }

  #noStart(reply: Reply): PyallocsError {
    const why = reply.kind === 'crashed' ? reply.message : reply.kind === 'timeout' ? 'it took too long' : 'no layout';
    const stderr = this.#worker?.stderr.trim();
    return new PyallocsError('no-start', `the embedded Python ${this.#offer.minor} did not start: ${why}`, {
      exitCode: EXIT.internal,
      ...(stderr ? { cause: stderr } : {}),
    });
  }

  get interpreter(): Interpreter {
    return {
      id: this.#offer.id,
      label: this.#label,
      version: this.#opened?.version ?? this.#offer.version,
      implementation: 'cpython',
      engine: 'wasm',
      bits: 32,
      pymalloc: false,
      freeThreaded: false,
      build: [],
      path: null,
    };
  }

  get sees(): Sees {
    return SEES;
  }

  get selfCheck(): SelfCheck {
    return this.#opened?.selfCheck ?? { outcome: 'failed', cases: [] };
  }

  async absentModules(): Promise<readonly string[]> {
    await this.start();
    const reply = await this.#worker?.ask({ kind: 'absent-modules' }, START_TIMEOUT);
    return reply?.kind === 'absent-modules' ? reply.modules : [];
  }

  async measure(statement: Statement, options: MeasureOptions): Promise<Measurement> {
    await this.start();
    const check = this.selfCheck;
    if (check.outcome === 'failed') return { outcome: 'refused', reason: selfCheckRefusal(this.#offer, check) };
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
      case 'absent-modules':
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

function selfCheckRefusal(offer: Offer, check: SelfCheck): { code: 'self-check'; message: string } {
  const wrong = wrongCases(check.cases);
  const cases = wrong.map((c) => `${c.counts}: expected ${c.expected}, found ${c.found}`).join('; ');
  return { code: 'self-check', message: `${offer.id} did not pass its self-check (${cases})` };
}

/** Where npm put the distribution, links resolved: the worker process may read real paths only. */
function distributionOf(offer: Offer): string {
  const name = packageOf(offer);
  try {
    return realpathSync(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)));
  } catch (cause) {
    const message = `the npm package ${name} is not installed; run npm ci, or npm install pyallocs again`;
    throw new PyallocsError('no-distribution', message, { cause });
  }
}

/** The folder of all packages around a distribution: Pyodide 0.22 imports some of them, and each package manager puts them elsewhere in it. */
function packagesFolder(distribution: string): string {
  const parts = distribution.split(sep);
  const first = parts.indexOf('node_modules');
  return first < 0 ? distribution : parts.slice(0, first + 1).join(sep);
}
