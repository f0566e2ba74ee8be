/** The host's side of a worker process: starting it with as few rights as Node can give, asking it, ending it. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Exit } from '../../core/program.js';
import { ended, started } from '../processes.js';
import type { Answer, Request } from './messages.js';

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Files that a worker process needs, the same from src/ and dist/. */
export const WORKER_FILES: {
  readonly worker: string;
  readonly core: string;
  readonly harness: string;
  readonly program: string;
  readonly module: string;
  readonly instructions: string;
} = {
  worker: join(PACKAGE, 'dist', 'engines', 'wasm', 'worker.js'),
  core: join(PACKAGE, 'dist', 'agent', 'pyallocs.wasm'),
  harness: join(PACKAGE, 'python', 'harness.py'),
  program: join(PACKAGE, 'python', 'program.py'),
  module: join(PACKAGE, 'python', 'pyallocs', '__init__.py'),
  instructions: join(PACKAGE, 'python', 'instructions.py'),
};

export type Reply =
  | Exclude<Answer, { kind: 'crashed' }>
  | (Extract<Answer, { kind: 'crashed' }> & {
      /** How the process ended; null: it still ran. */
      readonly exit: Exit | null;
    })
  | { readonly kind: 'timeout' };

export interface WorkerRights {
  /** Folders it may read. */
  readonly readable: readonly string[];
  /** Folders it may change. */
  readonly writable?: readonly string[];
  /** Whether it has our standard streams; otherwise it has none, and what it writes to standard error is kept. */
  readonly streams?: boolean;
}

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #stderr = '';
  #alive = true;
  #answered: ((answer: Reply) => void) | null = null;

  /** It may start no process, and see and change only what its rights name. */
  constructor({ readable, writable = [], streams = false }: WorkerRights) {
    this.#child = fork(WORKER_FILES.worker, [], {
      execArgv: permissions(readable, writable),
      env: process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] } : {},
      stdio: streams ? ['inherit', 'inherit', 'inherit', 'ipc'] : ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    started(this);
    const watcher = watch(this.#child);
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4000);
    });
    this.#child.on('message', (answer: Answer) =>
      this.#answer(answer.kind === 'crashed' ? { ...answer, exit: null } : answer),
    );
    this.#child.on('error', (error) => this.#answer({ kind: 'crashed', message: error.message, exit: null }));
    this.#gone = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        this.#alive = false;
        ended(this);
        watcher?.kill('SIGKILL');
        this.#answer({ kind: 'crashed', message: this.#lastWords(code, signal), exit: { code, signal } });
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get alive(): boolean {
    return this.#alive;
  }

  #answer(answer: Reply): void {
    this.#answered?.(answer);
    this.#answered = null;
  }

  #lastWords(code: number | null, signal: string | null): string {
    const fatal = /^(?:FATAL ERROR|#\s+Fatal error).*|RangeError.*|.*[Oo]ut of memory.*/m.exec(this.#stderr)?.[0];
    return (
      fatal?.trim() ?? (signal === null ? `its process ended with code ${code}` : `its process ended by ${signal}`)
    );
  }

  /** Asks, and waits at most `timeout` seconds (null: as long as it takes); then, and when the interpreter crashed, the process is gone. */
  async ask(request: Request, timeout: number | null): Promise<Reply> {
    if (!this.alive) return { kind: 'crashed', message: 'its process is gone', exit: null };
    let timer: NodeJS.Timeout | undefined;
    const reply = await new Promise<Reply>((resolve) => {
      this.#answered = resolve;
      if (timeout !== null)
        timer = setTimeout(() => resolve({ kind: 'timeout' }), Math.min(timeout * 1000, 2 ** 31 - 1));
      this.#child.send(request, (error) => {
        if (error) this.#answer({ kind: 'crashed', message: error.message, exit: null });
      });
    });
    clearTimeout(timer);
    if (reply.kind === 'timeout' || reply.kind === 'crashed') await this.end();
    return reply;
  }

  /** What the process wrote to its error stream, the end of it. */
  get stderr(): string {
    return this.#stderr;
  }

  /** The same since this was asked last. */
  takeStderr(): string {
    const text = this.#stderr;
    this.#stderr = '';
    return text;
  }

  /** Sends a signal on. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }
}

/**
 * Ends a worker when this process dies without a chance to do so: an endless loop in Python would never notice. A shell
 * waits for a pipe to break that only we hold. (A thread of the worker could do it as well, but a process that may start
 * threads has no limits: Node's permission model does not hold in them. Windows has no such shell: there, a worker that
 * is in an endless loop outlives a pyallocs that was killed.)
 */
function watch(child: ChildProcess): ChildProcess | null {
  if (process.platform === 'win32' || child.pid === undefined) return null;
  const script = 'read _; kill -9 "$1" 2>/dev/null';
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: {},
  });
  watcher.on('error', () => {}); // without a shell there is no watcher
  watcher.stdin.on('error', () => {});
  watcher.unref();
  return watcher;
}

/** Node's permission model: called experimental up to Node 22.12, and there without a flag to be silent about it. */
function permissions(readable: readonly string[], writable: readonly string[]): string[] {
  const stable = process.allowedNodeEnvironmentFlags.has('--permission');
  return [
    stable ? '--permission' : '--experimental-permission',
    ...outermost([PACKAGE, ...readable]).map((folder) => `--allow-fs-read=${folder}`),
    ...outermost(writable).map((folder) => `--allow-fs-write=${folder}`),
    '--disallow-code-generation-from-strings', // what Python reaches of JavaScript stays what Pyodide hands out
    '--no-warnings',
  ];
}

/** Folders without those inside another one of them: Node 20 aborts when it is given both. */
export function outermost(folders: readonly string[]): string[] {
  const slashed = (folder: string): string => (folder.endsWith(sep) ? folder : folder + sep);
  const all = [...new Set(folders)];
  return all.filter((inner) => !all.some((outer) => outer !== inner && slashed(inner).startsWith(slashed(outer))));
}
