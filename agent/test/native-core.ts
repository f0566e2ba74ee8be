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
import type { Tallied } from './sites-model.js';

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
export const buildNative = (): string => buildHost('scripted');

/** Builds agent/test/live.c; the path of the program. */
export const buildLive = (): string => buildHost('live');

function buildHost(name: string): string {
  mkdirSync(BUILD, { recursive: true });
  const program = join(BUILD, name);
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
    `test/${name}.c`,
  );
  if (errors !== '') throw new Error(errors);
  return program;
}

/** Builds core/thread_name.c as a library that ctypes can load. */
export function buildThreadName(library: string): void {
  const checked = ['-g', '-O1', '-fPIC', '-shared', '-fsanitize=undefined', '-fsanitize-undefined-trap-on-error'];
  const errors = cc(...STRICT, ...checked, '-o', library, 'core/thread_name.c');
  if (errors !== '') throw new Error(errors);
}

/** Builds agent/test/threads.c with ThreadSanitizer; the path of the program. */
export function buildThreads(): string {
  mkdirSync(BUILD, { recursive: true });
  const program = join(BUILD, 'threads');
  const core = coreSources().filter((source) => source.startsWith('core/') && source !== 'core/freestanding.c');
  const sources = [
    ...core,
    'layout/frames.c',
    'layout/layout.c',
    'native/book_memory.c',
    'native/memory.c',
    'native/recording.c',
    'native/thread.c',
    'native/thread_names.c',
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

/** Builds agent/test/site_script.c with sanitizers; the path of the program. */
export function buildSites(): string {
  mkdirSync(BUILD, { recursive: true });
  const program = join(BUILD, 'site_script');
  const sources = coreSources().filter((source) => source !== 'core/freestanding.c');
  const flags = [...STRICT, '-D_DEFAULT_SOURCE', '-g', '-O1', ...SANITIZERS];
  const errors = cc(...flags, '-o', program, ...sources, 'test/site_script.c');
  if (errors !== '') throw new Error(errors);
  return program;
}

/** What a book holds. */
export interface FoundSites {
  readonly counts: ReadonlyMap<string, Tallied>;
  readonly flags: number;
  readonly codes: number;
  readonly contexts: number;
  /** How often a table got no memory. */
  readonly refused: number;
  /** Code objects that were not copied as they are. */
  readonly badCopies: readonly string[];
  /** Codes or contexts that are there more than once. */
  readonly twice: readonly string[];
}

/** Carries a script out; what the book holds in the end. */
export function runSites(program: string, script: string): FoundSites {
  const { status, signal, stdout, stderr } = spawnSync(program, {
    input: script,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`the core ended with ${status ?? signal}\n${stderr}`);
  const codes = new Map<number, string>([[0, '']]);
  const paths = new Map<number, readonly string[]>([[0, []]]);
  const labels = new Map<number, string>();
  const counts = new Map<string, Tallied>();
  const seen = new Set<string>();
  const badCopies: string[] = [];
  const twice: string[] = [];
  const once = (what: string): void => {
    if (seen.has(what)) twice.push(what);
    seen.add(what);
  };
  const lines = stdout.split('\n');
  for (const line of lines) {
    const [word, ...rest] = line.split(' ');
    const numbers = rest.map(Number);
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = numbers;
    if (word === 'label') labels.set(a, rest[1] ?? '');
    if (word === 'code') {
      const [file, name] = rest.slice(5).map((text) => decodeHex(text));
      const identity = JSON.stringify([file, name, b, c, d]);
      once(`code ${identity}`);
      if (e !== 1) badCopies.push(identity);
      codes.set(a, identity);
    }
  }
  for (const line of lines) {
    const [word, ...rest] = line.split(' ');
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = rest.map(Number);
    if (word === 'context') {
      const step = c >= 0xfffffffe ? (labels.get(d) ?? '?') : `${codes.get(c)} ${d}`;
      once(`context ${b} ${c} ${d}`);
      paths.set(a, [...unwrap(paths.get(b), 'a context before its parent'), step]);
    }
    if (word === 'site') {
      const path = unwrap(paths.get(e), 'a site in no context');
      const key = [...path, `at ${a === 0 ? 'nothing' : `${codes.get(a)} ${b}`}`, `${c} ${d}`].join(' | ');
      const tallied = counts.get(key) ?? { count: 0, bytes: 0 };
      counts.set(key, { count: tallied.count + f, bytes: tallied.bytes + g });
    }
  }
  const [flags = 0, refused = 0] = (lines.find((line) => line.startsWith('end ')) ?? '')
    .split(' ')
    .slice(1)
    .map(Number);
  return { counts, flags, codes: codes.size - 1, contexts: paths.size - 1, refused, badCopies, twice };
}

/** UTF-8 with lone surrogates as three bytes, in hexadecimal. */
function decodeHex(text: string): string {
  const bytes = Buffer.from(text, 'hex');
  const units: string[] = [];
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i] ?? 0;
    const size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    let value = size === 1 ? first : first & (0xff >> (size + 1));
    for (const byte of bytes.subarray(i + 1, i + size)) value = (value << 6) | (byte & 63);
    units.push(String.fromCodePoint(value));
    i += size;
  }
  return units.join('');
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
