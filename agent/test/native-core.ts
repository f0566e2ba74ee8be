/** The core built by the C compiler of this machine, 64-bit, driven by agent/test/scripted.c: all events in, all answers out. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unwrap } from '../../src/core/assert.js';
import type { Counts } from '../../src/core/counts.js';
import { countsOfWords } from '../../src/engines/wire.js';
import { type Answer, type Event, encode, type Snapshot } from './events.js';

const AGENT = fileURLToPath(new URL('..', import.meta.url));
const BUILD = fileURLToPath(new URL('../../build', import.meta.url));
const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'];
const STRICT = ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-I.'];

/** Whether this machine has a C compiler. */
export const hasCompiler = (): boolean => spawnSync('cc', ['--version']).status === 0;

function cc(...args: string[]): string {
  const { status, stderr } = spawnSync('cc', args, { cwd: AGENT, encoding: 'utf8' });
  return status === 0 ? '' : `cc ${args.join(' ')}\n${stderr}`;
}

/** The sources of the core and what stands beside it. */
export function coreSources(): readonly string[] {
  const folders = ['core', 'layout'];
  const found = folders.flatMap((folder) =>
    readdirSync(join(AGENT, folder))
      .filter((name) => name.endsWith('.c'))
      .map((name) => `${folder}/${name}`),
  );
  return [...found, 'wasm/memory.c'];
}

/** What the compiler has against one file built without a C library; empty when nothing. */
export function compileFreestanding(source: string): string {
  return cc(...STRICT, '-O2', '-ffreestanding', '-fno-builtin', '-fPIC', '-c', '-o', '/dev/null', source);
}

/** Builds the scripted host; the path of the program. */
export function buildNative(): string {
  mkdirSync(BUILD, { recursive: true });
  const program = join(BUILD, 'scripted');
  // The C library has functions of its own for what freestanding.c defines.
  const sources = coreSources().filter((source) => source !== 'core/freestanding.c');
  const errors = cc(
    ...STRICT,
    '-D_DEFAULT_SOURCE',
    '-g',
    '-O1',
    ...SANITIZERS,
    '-o',
    program,
    ...sources,
    'test/scripted.c',
  );
  if (errors !== '') throw new Error(errors);
  return program;
}

/** Builds agent/test/threads.c with ThreadSanitizer; the path of the program. */
export function buildThreads(): string {
  mkdirSync(BUILD, { recursive: true });
  const program = join(BUILD, 'threads');
  const core = coreSources().filter((source) => source.startsWith('core/') && source !== 'core/freestanding.c');
  const sources = [
    ...core,
    'layout/layout.c',
    'native/memory.c',
    'native/recording.c',
    'native/thread.c',
    'native/python.c',
  ];
  const flags = [...STRICT, '-D_GNU_SOURCE', '-g', '-O1', '-fsanitize=thread'];
  const errors = cc(...flags, '-o', program, ...sources, 'test/threads.c');
  if (errors !== '') throw new Error(errors);
  return program;
}

/** Runs it: what it printed, and what the sanitizer said. */
export function runThreads(program: string, threads: number, events: number): { said: string; sanitizer: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pyallocs-threads-'));
  try {
    const { stdout, stderr } = spawnSync(program, [folder, `${threads}`, `${events}`], { encoding: 'utf8' });
    return { said: stdout.trim(), sanitizer: stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The text the program reads. */
export function textOf(events: readonly Event[]): string {
  return events
    .map((event) => `${encode(event).join(' ')} ${event.kind === 'define' ? event.type.name : ''}\n`)
    .join('');
}

/** Runs all events in one process; the answers that are not null, in their order. */
export function runNative(program: string, events: readonly Event[]): readonly Answer[] {
  const result = spawnSync(program, { input: textOf(events), encoding: 'utf8', maxBuffer: 1 << 30 });
  if (result.status !== 0)
    throw new Error(`the native core ended with ${result.status ?? result.signal}\n${result.stderr}`);
  return parse(result.stdout.split('\n'));
}

function parse(lines: readonly string[]): readonly Answer[] {
  const answers: Answer[] = [];
  let snapshot: (Snapshot & { readonly byType: Map<string, Counts> }) | null = null;
  for (const line of lines) {
    const [word, ...fields] = line.split(' ');
    const numbers = fields.map(Number);
    const at = (index: number): number => unwrap(numbers[index], `too few numbers in: ${line}`);
    if (word === 'result') answers.push(at(0) === 1);
    if (word === 'end') {
      answers.push({ counters: snapshot });
      snapshot = null;
    }
    if (word === 'totals') {
      snapshot = {
        counts: countsOfWords(at),
        byType: new Map(),
        objectRequests: at(12),
        objectClaims: at(13),
        resurrections: at(14),
        seen: at(15),
        flags: at(16),
      };
    }
    if (word === 'row') snapshot?.byType.set(fields.slice(12).join(' '), countsOfWords(at));
  }
  return answers;
}
