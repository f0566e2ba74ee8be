/**
 * What a statement may leave behind outside of the interpreter's memory. Restoring memory does not undo it, so an
 * interpreter in which any of it was seen is not used again.
 */
import type { FileSystem } from './pyodide.js';

export interface SideEffects {
  reset(): void;
  seen(): boolean;
}

/** Half past some second in 2023. */
const A_TIME = 1_700_000_000_500;
/** The largest integer that Python has only one of (_PY_NSMALLPOSINTS). */
const LARGEST_CACHED = 256;
/** Above the inode numbers of the files that an interpreter comes with. */
const INODES = 1 << 20;
/** Operations, each shared by all files of a kind, that already give inode numbers which are not small. */
const leveled = new WeakSet<object>();

/**
 * Gives every file in memory the same times, and inode numbers that are not small. Python makes an integer of each; one of
 * up to 256 is a cached one, so no new object: the nanoseconds when they happen to be 0, and the inode number of a folder
 * that was made early while an interpreter loaded, which is not the same one each time.
 */
export function levelStat({ nameTable }: FileSystem): void {
  for (const first of nameTable) {
    for (let node = first; node; node = node.name_next) {
      for (const time of ['timestamp', 'atime', 'mtime', 'ctime'] as const) {
        if (typeof node[time] === 'number') node[time] = A_TIME;
      }
      const { getattr } = node.node_ops;
      if (getattr === undefined || leveled.has(node.node_ops)) continue;
      leveled.add(node.node_ops);
      node.node_ops.getattr = (of) => {
        const attributes = getattr(of);
        return attributes.ino > LARGEST_CACHED ? attributes : { ...attributes, ino: attributes.ino + INODES };
      };
    }
  }
}

/** What `import js` shows to Python, and whether anything of it was used. */
export interface WatchedGlobals {
  readonly object: object;
  used: boolean;
}

/** The few globals that Pyodide itself needs. Python holds on to what it takes of them, in a table outside of its memory. */
export function watchedGlobals(): WatchedGlobals {
  const names = { Object, setTimeout, clearTimeout, setInterval, clearInterval };
  const globals: WatchedGlobals = {
    used: false,
    object: new Proxy(names, {
      get: (target, name) => {
        globals.used = true;
        return Reflect.get(target, name);
      },
    }),
  };
  return globals;
}

/** Whether a change to a file stays: what is written to a stream that only hands it on does not. */
const isKept = (file: unknown): boolean => !(file as { readonly handsOn?: boolean } | null)?.handsOn;

/** Operations of the file system that change it. */
const CHANGES = [
  'mkdir',
  'mknod',
  'rename',
  'rmdir',
  'symlink',
  'unlink',
  'write',
  'truncate',
  'chmod',
  'utime',
] as const;

/**
 * Watches for JavaScript objects that stand for Python ones (they are collected later, and would then free an object of a
 * restored memory), timers, changes to files, open files and the working folder.
 */
export function watchSideEffects(fs: FileSystem, globals: WatchedGlobals): SideEffects {
  let changed = false;
  const watch = (owner: object, name: string, counts = (_first: unknown): boolean => true): void => {
    const original: unknown = Reflect.get(owner, name);
    if (typeof original !== 'function') return;
    Reflect.set(owner, name, function watched(this: unknown, ...args: unknown[]): unknown {
      changed ||= counts(args[0]);
      return Reflect.apply(original, this, args);
    });
  };
  watch(FinalizationRegistry.prototype, 'register');
  watch(globalThis, 'setTimeout');
  watch(globalThis, 'setInterval');
  for (const name of CHANGES) watch(fs, name, isKept);
  const openStreams = (): string => fs.streams.map((stream) => (stream ? '1' : '0')).join('');
  const streams = openStreams().replace(/0+$/, '');
  const folder = fs.cwd();
  return {
    reset: () => {
      changed = false;
      globals.used = false;
    },
    seen: () => changed || globals.used || openStreams().replace(/0+$/, '') !== streams || fs.cwd() !== folder,
  };
}
