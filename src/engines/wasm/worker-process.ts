/** The host's side of a worker process: starting it with as few rights as Node can give, asking it, ending it. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answer, Request } from './messages.js';

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Files that a worker process needs, the same from src/ and dist/. */
export const WORKER_FILES: { readonly worker: string; readonly core: string; readonly harness: string } = {
  worker: join(PACKAGE, 'dist', 'engines', 'wasm', 'worker.js'),
  core: join(PACKAGE, 'dist', 'agent', 'pyallocs.wasm'),
  harness: join(PACKAGE, 'python', 'harness.py'),
};

export type Reply = Answer | { readonly kind: 'timeout' };

/** All that are running: Ctrl-C and a crash of ours end them. */
const running = new Set<WorkerProcess>();

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #stderr = '';
  #answered: ((answer: Answer) => void) | null = null;

  /** `readable`: the folders it may read. It may write nothing and start no process. */
  constructor(readable: readonly string[]) {
    this.#child = fork(WORKER_FILES.worker, [], {
      execArgv: permissions(readable),
      env: process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] } : {},
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    running.add(this);
    const watcher = watch(this.#child);
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4000);
    });
    this.#child.on('message', (answer: Answer) => this.#answer(answer));
    this.#child.on('error', (error) => this.#answer({ kind: 'crashed', message: error.message }));
    this.#gone = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        running.delete(this);
        watcher?.kill('SIGKILL');
        this.#answer({ kind: 'crashed', message: this.#lastWords(code, signal) });
        resolve();
      });
    });
  }

  get alive(): boolean {
    return running.has(this);
  }

  #answer(answer: Answer): void {
    this.#answered?.(answer);
    this.#answered = null;
  }

  #lastWords(code: number | null, signal: string | null): string {
    const fatal = /^(?:FATAL ERROR|#\s+Fatal error).*|RangeError.*|.*[Oo]ut of memory.*/m.exec(this.#stderr)?.[0];
    return (
      fatal?.trim() ?? (signal === null ? `its process ended with code ${code}` : `its process ended by ${signal}`)
    );
  }

  /** Asks, and waits at most `timeout` seconds; then, and when the interpreter crashed, the process is gone. */
  async ask(request: Request, timeout: number): Promise<Reply> {
    if (!this.alive) return { kind: 'crashed', message: 'its process is gone' };
    let timer: NodeJS.Timeout | undefined;
    const reply = await new Promise<Reply>((resolve) => {
      this.#answered = resolve;
      timer = setTimeout(() => resolve({ kind: 'timeout' }), timeout * 1000);
      this.#child.send(request, (error) => error && this.#answer({ kind: 'crashed', message: error.message }));
    });
    clearTimeout(timer);
    if (reply.kind === 'timeout' || reply.kind === 'crashed') await this.end();
    return reply;
  }

  /** What the process wrote to its error stream, the end of it. */
  get stderr(): string {
    return this.#stderr;
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }
}

/** Ends every worker process at once, without waiting. */
export function endAllWorkers(): void {
  for (const worker of running) void worker.end();
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
function permissions(readable: readonly string[]): string[] {
  const stable = process.allowedNodeEnvironmentFlags.has('--permission');
  return [
    stable ? '--permission' : '--experimental-permission',
    ...outermost([PACKAGE, ...readable]).map((folder) => `--allow-fs-read=${folder}`),
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
