/** Runs the built command line for real. What a test starts or makes is ended and removed with its file. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const ROOT: string = join(dirname(fileURLToPath(import.meta.url)), '..');
export const BIN: string = join(ROOT, 'bin', 'pyallocs.js');

/** All six embedded interpreters, as results name them. */
export const ALL = ['wasm:3.10', 'wasm:3.11', 'wasm:3.12', 'wasm:3.13', 'wasm:3.14', 'wasm:3.15'] as const;

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Options {
  /** The current folder; a new empty one where none is given. */
  readonly cwd?: string;
  /** What standard input holds. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A process group of its own, as a shell gives to what is typed at its prompt. */
  readonly group?: boolean;
}

export interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

const started = new Set<ChildProcess>();
const folders: string[] = [];

afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** A folder of this test file, with these files in it. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'pyallocs-test-')));
  folders.push(path);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

/** Runs `pyallocs args…` to its end. */
export function pyallocs(args: readonly string[], options: Options = {}): Promise<Ended> {
  return run(process.execPath, [BIN, ...args], options);
}

export function run(command: string, args: readonly string[], options: Options = {}): Promise<Ended> {
  return start(command, args, options).ended;
}

/** Starts `pyallocs args…` and returns at once. */
export function startPyallocs(args: readonly string[], options: Options = {}): Running {
  return start(process.execPath, [BIN, ...args], options);
}

/** Starts a program and returns at once. */
export function start(command: string, args: readonly string[], { cwd, input, env, group }: Options): Running {
  const child = spawn(command, args, {
    cwd: cwd ?? folder(),
    env: { ...cleanEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: group ?? false,
  });
  started.add(child);
  child.stdin.on('error', () => {}); // it need not read its input
  child.stdin.end(input ?? '');
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      started.delete(child);
      resolve({ ...output, code, signal });
    });
  });
  return { child, pid: child.pid ?? Number.NaN, ended };
}

/** The environment without what changes our output (no colours, 100 columns) or what is chosen, and without what an npm around the tests left in it. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign =
    /^(FORCE_COLOR|VIRTUAL_ENV|PYTHON[A-Z]+|NODE_OPTIONS|INIT_CWD|npm_(?!config_).*|npm_config_(local_prefix|call|yes))$/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: '1', COLUMNS: '100' };
}

/** The address that `pyallocs serve` prints. */
export function addressOf({ child }: Running): Promise<string> {
  let printed = '';
  child.stdout.on('data', (text: string) => {
    printed += text;
  });
  return until('an address', () => /^(http:\S+)\n/.exec(printed)?.[1]);
}

/** The JSON that a command printed. */
export function parsed({ stdout, stderr }: Ended): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`this is not JSON:\n${stdout}\n${stderr}`);
  }
}

/** A cases file of these statements; the keys are the ids. */
export function casesFile(
  cases: Readonly<Record<string, string | { readonly setup: string; readonly statement: string }>>,
): string {
  const tables = Object.entries(cases).map(([id, one]) => {
    const { setup, statement } = typeof one === 'string' ? { setup: '', statement: one } : one;
    // A JSON string is a TOML string, apart from DEL.
    const quoted = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007f');
    return `[[case]]\nid = ${quoted(id)}\nsetup = ${quoted(setup)}\nstatement = ${quoted(statement)}\n`;
  });
  return tables.join('\n');
}

/** Asks again and again until the answer is not undefined; fails after a generous while. */
export async function until<T>(what: string, ask: () => T | undefined, seconds = 60): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await delay(50);
  }
}

/** Processes whose parent is this one. Linux only. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid);
}

function parentOf(pid: number): number | undefined {
  const [, parent] = statusOf(pid);
  return parent === undefined ? undefined : Number(parent);
}

/** Waits until none of these processes runs any more; one that only waits to be asked for its exit code does not. Linux only. */
export function allGone(pids: readonly number[]): Promise<true> {
  const running = (pid: number): boolean => ![undefined, 'Z', 'X'].includes(statusOf(pid)[0]);
  return until(`the processes ${pids.join(', ')} are gone`, () => (pids.some(running) ? undefined : true), 30);
}

/** State, parent and more of a process: what follows its name in /proc/…/stat; nothing when it is gone. */
function statusOf(pid: number): string[] {
  const stat = orUndefined(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat === undefined ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Whether a process runs worker.js; one that has ended does not, although its parent has not asked for its code yet. Linux only. */
export function isWorker(pid: number): boolean {
  return orUndefined(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.includes('worker.js') ?? false;
}

/** The worker process of a command that has this file open: its statement has begun. Linux only. */
export function workerReading(file: string, { pid }: Running): Promise<number> {
  const opened = (worker: number): boolean =>
    (orUndefined(() => readdirSync(`/proc/${worker}/fd`)) ?? []).some(
      (fd) => orUndefined(() => readlinkSync(`/proc/${worker}/fd/${fd}`)) === file,
    );
  return until(`a worker process reads ${file}`, () => childrenOf(pid).find(opened));
}

function orUndefined<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined; // the process is gone
  }
}
