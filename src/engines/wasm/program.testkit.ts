/** Runs a program through the engine in a process of its own, so that its streams, folder and environment are known. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';
import type { ProgramCounts, ProgramResult } from '../../core/program.js';
import type { Stacks } from '../../core/recording.js';
import type { ProgramRun } from '../engine.js';

const ENGINE = pathToFileURL(join(import.meta.dirname, '../../../dist/engines/wasm/engine.js')).href;
const HOST = `
import { writeFileSync } from 'node:fs';
const { wasmEngine } = await import(${JSON.stringify(ENGINE)});
const [minor, options, ...command] = process.argv.slice(1);
const offer = wasmEngine.offers().find((one) => one.minor === minor);
const run = await wasmEngine.run(offer, null, { command }, JSON.parse(options));
writeFileSync(3, JSON.stringify(run));
`;

export interface Run extends ProgramRun {
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeout?: number;
  readonly steady?: boolean;
  readonly record?: Stacks;
  readonly live?: boolean;
  /** Called once the program has written to stdout, with the pid of the process that asked for it. */
  readonly onOutput?: (pid: number) => void;
}

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A new folder with these files. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pyallocs-program-')));
  made.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export async function runProgram(
  minor: string,
  cwd: string,
  command: readonly string[],
  { stdin = '', env = process.env, timeout, steady = false, record, live = false, onOutput }: RunOptions = {},
): Promise<Run> {
  const options = JSON.stringify({ timeout: timeout ?? null, steady, record: record ?? null, live });
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOST, minor, options, ...command], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const texts = ['', '', '', ''];
  [1, 2, 3].forEach((fd) => {
    child.stdio[fd]?.on('data', (chunk: Buffer) => {
      texts[fd] += chunk.toString('latin1');
      if (fd === 1) onOutput?.(child.pid as number);
    });
  });
  child.stdin?.end(stdin);
  await new Promise((resolve) => child.on('close', resolve));
  const [, stdout = '', stderr = '', answer = ''] = texts.map((text) => Buffer.from(text, 'latin1').toString());
  if (answer === '') throw new Error(`the engine gave no result: ${stderr}`);
  return { ...(JSON.parse(answer) as ProgramRun), stdout, stderr };
}

/** The result of a program that was counted exactly. */
export function exact({ result, stderr }: Run): ProgramResult & ProgramCounts & { readonly outcome: 'exact' } {
  if (result.outcome !== 'exact') throw new Error(`${JSON.stringify(result)}\n${stderr}`);
  return result;
}

/** Creations of each type. */
export function created(run: Run): Record<string, number> {
  const rows = exact(run).byType.filter(({ creations }) => creations.total > 0);
  return Object.fromEntries(rows.map(({ type, creations }) => [type, creations.total]));
}
