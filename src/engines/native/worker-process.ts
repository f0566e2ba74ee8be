/** The host's side of a worker: a Python that serves commands instead of running a program. agent/native/worker.h. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { EXIT, PyallocsError } from '../../core/errors.js';
import { ended, started } from '../processes.js';
import { agentPath } from './agent.js';
import { unrecordedSentence } from './refusals.js';

/** The file descriptor of the commands in the worker. */
const CHANNEL = 3;

/** What came of a command. */
export type Answer =
  | { readonly kind: 'answer'; readonly text: string }
  /** Python raised: the error as the harness describes it, as JSON. */
  | { readonly kind: 'raised'; readonly error: string }
  | { readonly kind: 'died'; readonly how: string }
  | { readonly kind: 'timeout' };

/** The Python package with the named regions. */
const MODULE: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'python', 'pyallocs');

/** What a pyallocs that counts this one says to its own agent. */
const SAID_TO_AGENTS = ['SESSION', 'MODULE', 'PARENT', 'STEADY', 'RECORD', 'OPCODES', 'WORKER'].map(
  (name) => `PYALLOCS_${name}`,
);

/** The environment in which a Python finds the agent. Where pyallocs itself is counted, its Pythons are its own. */
export function agentEnvironment(session: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const agent = agentPath();
  const { LD_PRELOAD: preloaded = '', PYALLOCS_AGENT: outer, ...others } = process.env;
  const theirs = preloaded.split(':').filter((entry) => entry !== '' && entry !== agent && entry !== outer);
  return {
    ...Object.fromEntries(Object.entries(others).filter(([name]) => !SAID_TO_AGENTS.includes(name))),
    LD_PRELOAD: [agent, ...theirs].join(':'),
    PYALLOCS_AGENT: agent,
    PYALLOCS_SESSION: session,
    PYALLOCS_MODULE: MODULE,
    ...more,
  };
}

/** A folder for the recordings of one run. */
export class SessionFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), 'pyallocs-'));

  /** Throws PyallocsError when the program has removed it. */
  recordings(): string[] {
    return this.#names()
      .filter((name) => name.endsWith('.pya'))
      .map((name) => join(this.path, name));
  }

  /** Why processes could not make their recordings, a sentence for each: give_up() of agent/native/recording.c. */
  unrecorded(): string[] {
    if (!existsSync(this.path)) return [];
    return this.#names().flatMap((name) => unrecordedSentence(name.slice(name.indexOf('.') + 1), this.path) ?? []);
  }

  #names(): string[] {
    try {
      return readdirSync(this.path);
    } catch (error) {
      const message = `${this.path}, where the counts were kept, was removed while the program ran; run it again without that`;
      throw new PyallocsError('session-removed', message, { exitCode: EXIT.internal, cause: error });
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface WorkerOptions {
  readonly python: string;
  readonly folder: string;
  /** Without hooks, to measure time. */
  readonly unhooked: boolean;
  /** Default 0. */
  readonly hashSeed?: number;
}

export class WorkerProcess {
  readonly session: SessionFolder = new SessionFolder();
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #gone: Promise<void>;
  #alive = true;
  #received: Buffer = Buffer.alloc(0);
  #stderr = '';
  #answered: ((answer: Answer) => void) | null = null;

  constructor({ python, folder, unhooked, hashSeed = 0 }: WorkerOptions) {
    const variables = {
      PYALLOCS_WORKER: unhooked ? `${CHANNEL} unhooked` : `${CHANNEL}`,
      PYTHONHASHSEED: String(hashSeed),
      PYALLOCS_STEADY: '1',
    };
    // Addresses are the same each time, for code that asks for them, and for pools and arenas. What the shell sets holds for
    // what it executes.
    this.#child = spawn('/bin/sh', ['-c', 'exec "$0"', python], {
      cwd: folder,
      env: agentEnvironment(this.session.path, variables),
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own: it ends together with what the statement starts
    });
    this.#channel = this.#child.stdio[CHANNEL] as Duplex;
    started(this);
    this.#channel?.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#channel?.on('error', () => {});
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4000);
    });
    this.#gone = new Promise((resolve) => {
      const over = (how: string): void => {
        if (!this.#alive) return;
        this.#alive = false;
        ended(this);
        this.session.remove();
        this.#answer({ kind: 'died', how });
        resolve();
      };
      this.#child.on('error', (error) => over(error.message));
      this.#child.on('exit', (code, signal) => over(this.session.unrecorded()[0] ?? signal ?? `exit code ${code}`));
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** What it wrote to its error stream, the end of it. */
  get stderr(): string {
    return this.#stderr.trim();
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const size = this.#received.readUInt32LE(0);
      if (this.#received.length < 4 + size) return;
      const text = this.#received.toString('utf8', 4, 4 + size);
      this.#received = this.#received.subarray(4 + size);
      if (text.startsWith('!')) this.#answer({ kind: 'raised', error: text.slice(1) });
      else if (text.startsWith('*')) this.#answer({ kind: 'died', how: waitStatus(Number(text.slice(1))) });
      else this.#answer({ kind: 'answer', text });
    }
  }

  #answer(answer: Answer): void {
    this.#answered?.(answer);
    this.#answered = null;
  }

  #send(fields: readonly string[]): void {
    const parts = fields.flatMap((field) => {
      const text = Buffer.from(field, 'utf8');
      return [length(text.length), text, Buffer.alloc(1)];
    });
    const payload = Buffer.concat(parts);
    this.#channel.write(Buffer.concat([length(payload.length), payload]));
  }

  /** Asks, and waits until `deadline` (milliseconds since the epoch); then the process is gone. */
  async ask(deadline: number, ...fields: readonly string[]): Promise<Answer> {
    if (!this.#alive) return { kind: 'died', how: 'it is gone' };
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<Answer>((resolve) => {
      this.#answered = resolve;
      timer = setTimeout(() => resolve({ kind: 'timeout' }), Math.max(0, deadline - Date.now()));
      this.#send(fields);
    });
    clearTimeout(timer);
    if (answer.kind === 'timeout') await this.end();
    return answer;
  }

  /** Ends the child that answers; the worker answers again. */
  leave(): void {
    if (this.#alive) this.#send(['leave']);
  }

  async end(): Promise<void> {
    if (this.#alive && this.#child.pid !== undefined) {
      try {
        process.kill(-this.#child.pid, 'SIGKILL');
      } catch {
        this.#child.kill('SIGKILL');
      }
    }
    await this.#gone;
  }
}

/** 32 bits, little-endian. */
function length(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

/** A status as waitpid(2) gives it, in words. */
function waitStatus(status: number): string {
  const signal = status & 127;
  return signal === 0 ? `exit code ${(status >> 8) & 255}` : `signal ${signal}`;
}

/** An answer that must be there. */
export function textOf(answer: Answer, what: string): string {
  if (answer.kind === 'answer') return answer.text;
  const why = answer.kind === 'died' ? answer.how : answer.kind === 'raised' ? answer.error : 'it took too long';
  throw new PyallocsError('no-start', `${what}: ${why}`);
}
