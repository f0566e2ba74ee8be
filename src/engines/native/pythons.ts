/** The Pythons of this machine: on PATH, of pyenv and uv, in the folders of the system, and the active virtual environment. */
import { accessSync, constants, existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { Refusal } from '../../core/outcome.js';
import { activeEnvironment } from '../environment.js';
import { hostPython } from '../host.js';
import { type About, aboutPython, refusalOf } from './about.js';

export interface Python {
  /** As it is started: an absolute path. */
  readonly path: string;
  readonly about: About;
  readonly refusal: Refusal | null;
}

const NAME = /^python(?:3(?:\.\d+)?t?)?$/;
const SYSTEM = ['/usr/local/bin', '/usr/bin', '/bin'];

/** All that are found, each once, in the order in which they are looked for: PATH first. */
export function findPythons(): readonly Python[] {
  known ??= search();
  return known;
}

let known: Python[] | undefined;

function search(): Python[] {
  const found = new Map<string, Python>();
  for (const path of candidates()) {
    const about = aboutPython(path);
    if ('why' in about) continue;
    const key = identity(path, about);
    if (!found.has(key)) found.set(key, { path, about, refusal: refusalOf(about) });
  }
  return [...found.values()];
}

/** The same interpreter behind a link, a shim or another name is the same; a virtual environment is one of its own. */
function identity(path: string, { executable, prefix, version }: About): string {
  const real = realOrNull(executable) ?? realOrNull(path) ?? path;
  return `${real} ${prefix} ${version}`;
}

function realOrNull(path: string): string | null {
  try {
    return path === '' ? null : realpathSync(path);
  } catch {
    return null;
  }
}

function candidates(): string[] {
  const paths: string[] = [];
  for (const path of [hostPython(), activeEnvironment()]) if (path !== null) paths.push(path);
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter((part) => part.startsWith('/'))) {
    if (!isShims(folder)) paths.push(...pythonsIn(folder));
  }
  for (const folder of versionFolders()) paths.push(...pythonsIn(join(folder, 'bin')).slice(0, 1));
  for (const folder of SYSTEM) paths.push(...pythonsIn(folder));
  return [...new Set(paths)];
}

/** A shim of pyenv decides at every start which version it is: the versions themselves are listed. */
function isShims(folder: string): boolean {
  return folder.endsWith('/.pyenv/shims');
}

/** The Pythons in a folder: python3 first, then those with a version in their name. */
function pythonsIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
  const rank = (name: string): number => (name === 'python3' ? 0 : name === 'python' ? 2 : 1);
  return names
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => join(folder, name))
    .filter(isExecutable);
}

/** Where pyenv, uv and asdf put the versions they install. */
function versionFolders(): string[] {
  const roots = [
    join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions'),
    join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'uv', 'python'),
    join(homedir(), '.asdf', 'installs', 'python'),
  ];
  return roots.flatMap((root) => {
    try {
      return readdirSync(root)
        .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
        .map((name) => join(root, name));
    } catch {
      return [];
    }
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The file that a command on PATH is; a path as it is. Null when there is none. */
export function locate(command: string): string | null {
  if (command.includes('/')) return resolve(command);
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder === '' ? '.' : folder, command);
    if (existsSync(path) && isExecutable(path)) return resolve(path);
  }
  return null;
}
