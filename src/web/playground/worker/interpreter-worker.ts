/** The page's side of one worker: an interpreter that is loaded, asked one question at a time, and ended when it must be. */
import type { Answer, Output } from '../answer.js';
import type { Growth } from '../growth.js';
import type { Question } from '../question.js';
import type { Status } from './interpreters.js';
import { OUTPUT_LIMIT } from './printed-output.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

/** Why an interpreter did not live to the end of a request. */
export interface Death {
  readonly code: 'timeout' | 'cancelled' | 'crashed';
  /** A sentence. */
  readonly why: string;
  /** What it had printed. */
  readonly output: Output;
}

/** When a request is given up. */
interface Limit {
  readonly seconds: number;
  /** The sentence for it. */
  readonly late: string;
}

/** What a worker opens. */
interface Wanted {
  readonly version: string;
  /** Address of the distribution, with a slash at its end. */
  readonly folder: string;
  /** How much of it the worker counts while it comes. */
  readonly bytes: number;
}

/** How a request came to its end. */
export type End = { readonly reusable: boolean } | Death;

export class InterpreterWorker {
  /** Whether it can be asked. Never fails. */
  readonly opened: Promise<boolean>;
  readonly #told: (status: Status) => void;
  #worker: Worker | null = null;
  #alive = true;
  #listener: ((message: FromWorker) => void) | null = null;
  #ended: ((end: End) => void) | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #requests = 0;
  #printed: Output['parts'][number][] = [];

  /** It is started when `before` is over. */
  constructor(wanted: Wanted, before: Promise<unknown>, told: (status: Status) => void) {
    this.#told = told;
    this.opened = this.#open(wanted, before);
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Whether code runs in it. */
  get busy(): boolean {
    return this.#ended !== null;
  }

  /** A number for each request, the one that runs now or ran last. */
  get request(): number {
    return this.#requests;
  }

  async #open({ version, folder, bytes }: Wanted, before: Promise<unknown>): Promise<boolean> {
    await before;
    if (!this.#alive) return false;
    this.#told({ status: 'loading', loaded: 0, total: bytes });
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.#worker = worker;
    const why = await new Promise<string | null>((resolve) => {
      worker.addEventListener('error', (event) => {
        resolve(event.message || 'its script could not be loaded');
        this.#take({ kind: 'crashed', message: event.message });
      });
      worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind === 'progress') this.#told({ status: 'loading', loaded: data.loaded, total: bytes });
        else if (data.kind === 'opened') resolve(null);
        else {
          if (data.kind === 'crashed') resolve(data.message);
          this.#take(data);
        }
      });
      this.#send({ kind: 'open', version, folder });
    });
    if (why === null) {
      this.#told({ status: 'ready' });
      return true;
    }
    this.#stop();
    this.#told({ status: 'unavailable', why: `Python ${version} could not be loaded: ${why}` });
    return false;
  }

  /** One question at a time: it waits for the one before. */
  ask(question: Question, limit: Limit, take: (answer: Answer) => void): Promise<End> {
    return this.#request({ kind: 'ask', question }, limit, (message) => {
      if (message.kind === 'answer') take(message.answer);
    });
  }

  growth(question: Question, limit: Limit, take: (growth: Growth) => void): Promise<End> {
    return this.#request({ kind: 'growth', question }, limit, (message) => {
      if (message.kind === 'growth') take(message.growth);
    });
  }

  async #request(request: ToWorker, limit: Limit, take: (message: FromWorker) => void): Promise<End> {
    const before = this.#last;
    const end = before.then(() => this.#requestNow(request, limit, take));
    this.#last = end;
    return end;
  }

  async #requestNow(request: ToWorker, limit: Limit, take: (message: FromWorker) => void): Promise<End> {
    if (!this.#alive) return { code: 'crashed', why: 'The interpreter is gone.', output: { parts: [], cut: false } };
    this.#requests++;
    this.#printed = [];
    this.#told({ status: 'running' });
    const end = await new Promise<End>((resolve) => {
      this.#listener = take;
      const timer = setTimeout(() => this.end('timeout', limit.late), limit.seconds * 1000);
      this.#ended = (how) => {
        clearTimeout(timer);
        resolve(how);
      };
      this.#send(request);
    });
    this.#ended = null;
    this.#listener = null;
    if (this.#alive) this.#told({ status: 'ready' });
    return end;
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case 'output':
        this.#printed.push(message.output);
        break;
      case 'done':
        if (!message.reusable) this.#stop();
        this.#ended?.({ reusable: message.reusable });
        break;
      case 'crashed':
        this.end('crashed', `The interpreter did not survive it: ${message.message}.`);
        break;
      default:
        this.#listener?.(message);
    }
  }

  /** Ends it, and with it what runs in it. */
  end(code: Death['code'], why: string): void {
    const parts = this.#printed;
    const cut = parts.reduce((sum, { text }) => sum + text.length, 0) >= OUTPUT_LIMIT;
    this.#stop();
    this.#ended?.({ code, why, output: { parts, cut } });
  }

  #stop(): void {
    this.#alive = false;
    this.#worker?.terminate();
    this.#told({ status: 'absent' });
  }

  #send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }
}
