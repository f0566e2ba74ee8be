/**
 * The native agent: the counting core as a shared object, for LD_PRELOAD. In a clone the build makes it, and the Python
 * distribution brings it along; from the npm package it is compiled at first need, into the user's cache folder, under a name
 * that changes with its sources.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, PyallocsError } from '../../core/errors.js';

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const SOURCES = join(PACKAGE, 'agent');
const BUILT = join(PACKAGE, 'dist', 'agent', 'libpyallocs.so');
/** In the Python distribution this package is the folder pyallocs/_command, and the agent stands beside it. */
const AROUND = join(PACKAGE, '..');

/**
 * How the agent is compiled, for this file and for python/hatch_build.py. -O2 without -march: the object may be used on another
 * machine. -fno-tree-slp-vectorize: two counters side by side are faster added one by one. Left out is what the C library has
 * functions of its own for.
 */
const BUILD = JSON.parse(readFileSync(join(SOURCES, 'native.json'), 'utf8')) as {
  readonly folders: readonly string[];
  readonly leftOut: readonly string[];
  readonly flags: readonly string[];
};

export const AGENT_FLAGS: readonly string[] = BUILD.flags;

/** Whether native interpreters can be counted on this kind of machine at all. */
export function isSupportedMachine(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** The C files of the agent, as the compiler is given them. */
export function agentSources(): string[] {
  return BUILD.folders
    .flatMap((folder) =>
      readdirSync(join(SOURCES, folder))
        .filter((name) => name.endsWith('.c'))
        .map((name) => `${folder}/${name}`)
        .sort(),
    )
    .filter((name) => !BUILD.leftOut.includes(name));
}

/** Changes with every file that the agent is made of, and with how it is compiled. */
export function agentHash(): string {
  const hash = createHash('sha256').update(AGENT_FLAGS.join(' '));
  for (const folder of BUILD.folders) {
    for (const name of readdirSync(join(SOURCES, folder)).sort()) {
      hash.update(`${folder}/${name}\0`).update(readFileSync(join(SOURCES, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** The folder for what can be made again. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'pyallocs');
}

/** The path of the agent; compiles it if need be. Throws PyallocsError with what to do about it. */
export function agentPath(): string {
  const given = process.env['PYALLOCS_AGENT_PATH'];
  if (given !== undefined && given !== '') {
    if (existsSync(given)) return given;
    throw new PyallocsError('no-agent', `PYALLOCS_AGENT_PATH names ${given}, which does not exist`);
  }
  if (!isSupportedMachine()) {
    throw new PyallocsError(
      'no-agent',
      `Pythons of this machine can be counted on Linux (x86-64) only; the embedded ones work here: -p wasm:3.14`,
    );
  }
  const beside = join(AROUND, 'libpyallocs.so');
  if (existsSync(join(AROUND, '_agent.py')) && existsSync(beside)) return preloadable(beside);
  const hash = agentHash();
  const stamp = `${BUILT}.hash`;
  if (existsSync(BUILT) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return preloadable(BUILT);
  const cached = join(cacheFolder(), `agent-${hash}`, 'libpyallocs.so');
  if (!existsSync(cached)) compileAgent(cached);
  return preloadable(cached);
}

/** LD_PRELOAD cannot name a path with a space, a colon or a $ in it (ld.so(8)): there, a copy in the cache folder is taken. */
function preloadable(path: string): string {
  const separator = /[ :$]/;
  if (!separator.test(path)) return path;
  const copy = join(cacheFolder(), `agent-${agentHash()}`, 'libpyallocs.so');
  if (separator.test(copy)) {
    throw new PyallocsError(
      'no-agent',
      `the native agent cannot be loaded from ${copy}, whose name has a space, a colon or a $ in it; set XDG_CACHE_HOME to a folder without`,
      { exitCode: EXIT.internal },
    );
  }
  if (!existsSync(copy)) putInPlace(copy, (made) => copyFileSync(path, made));
  return copy;
}

/** Compiles the agent to a file. */
export function compileAgent(output: string): void {
  putInPlace(output, compile);
}

/** Makes a file in one step for whoever looks: two at once do no harm. */
function putInPlace(output: string, make: (path: string) => void): void {
  const folder = dirname(output);
  let temporary: string;
  try {
    mkdirSync(folder, { recursive: true });
    temporary = mkdtempSync(join(folder, 'build-'));
  } catch (cause) {
    throw new PyallocsError(
      'no-agent',
      `the folder ${folder} for the native agent cannot be written; set XDG_CACHE_HOME to one that can`,
      { exitCode: EXIT.internal, cause },
    );
  }
  try {
    const made = join(temporary, 'libpyallocs.so');
    make(made);
    renameSync(made, output);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function compile(output: string): void {
  const result = spawnSync('cc', [...AGENT_FLAGS, '-o', output, ...agentSources()], { cwd: SOURCES, encoding: 'utf8' });
  if (result.error !== undefined) {
    throw new PyallocsError(
      'no-compiler',
      'counting a Python of this machine needs a C compiler once, and there is no cc; install one (Debian, Ubuntu: apt install gcc libc6-dev; Fedora: dnf install gcc), or use an embedded Python: -p wasm:3.14',
      { exitCode: EXIT.internal, cause: result.error },
    );
  }
  if (result.status !== 0) {
    const first = result.stderr.split('\n').find((line) => line.includes('error')) ?? result.stderr.split('\n')[0];
    throw new PyallocsError(
      'no-compiler',
      `the C compiler could not build the native agent (${first?.trim()}); --debug shows all it said; the embedded Pythons work without it: -p wasm:3.14`,
      { exitCode: EXIT.internal, cause: result.stderr },
    );
  }
}
