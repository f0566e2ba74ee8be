/** Which folders of the machine a program sees in the embedded interpreter, and under which paths. */
import { realpathSync, statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { outermost } from './worker-process.js';

export interface ProgramFolder {
  /** On this machine, links resolved. */
  readonly folder: string;
  /** In the interpreter. */
  readonly path: string;
  /** Whether the program may change it. */
  readonly writable: boolean;
}

/** Folders of the interpreter's own that none of the machine can cover. */
const RESERVED = /^\/(?:dev|proc|lib)?$|^\/(?:dev|proc|lib\/python3[^/]*)(?:\/|$)/;

/** A path of this machine as the interpreter has it: the same, but `C:\a\b` is `/c/a/b`. */
export function embeddedPath(path: string): string {
  if (sep === '/') return path;
  return path.replaceAll('\\', '/').replace(/^([A-Za-z]):/, (_, drive: string) => `/${drive.toLowerCase()}`);
}

/** The path on this machine of what the interpreter has under an absolute path; null: it is the interpreter's own. */
export function machinePath(path: string, folders: readonly ProgramFolder[]): string | null {
  const within = folders.find((one) => path === one.path || path.startsWith(`${one.path}/`));
  if (within === undefined) return null;
  return within.folder + path.slice(within.path.length).replaceAll('/', sep);
}

/**
 * The working folder, which the program may change, and the folders of the script and of PYTHONPATH, which it may read.
 * A sentence when the working folder cannot be shown.
 */
export function programFolders(script: string | null, path: readonly string[]): readonly ProgramFolder[] | string {
  const working = realpathSync(process.cwd());
  if (RESERVED.test(embeddedPath(working))) {
    return `the embedded Python has a ${working} of its own; start pyallocs in another folder`;
  }
  const wanted = [...path, ...(script === null ? [] : [script])].flatMap(places);
  const outer = outermost([working, ...wanted]);
  const others = wanted.filter((folder) => folder !== working && outer.includes(folder));
  // A folder around the working one is mounted first, read-only, and the working one over it.
  return [working, ...new Set(others)]
    .filter((folder) => !RESERVED.test(embeddedPath(folder)))
    .map((folder) => ({ folder, path: embeddedPath(folder), writable: folder === working }));
}

/** The folders in which a file lies, as it is named and with links resolved; a folder lies in itself. */
function places(name: string): string[] {
  try {
    const folder = (path: string): string => (statSync(path).isDirectory() ? path : dirname(path));
    const named = resolve(name);
    return [folder(named), folder(realpathSync(named)), realpathSync(folder(named))];
  } catch {
    return []; // what is not there is told by Python
  }
}
