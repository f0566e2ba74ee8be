/** Reading and writing what the user named: what goes wrong is a sentence with the path in it. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { PyallocsError } from '../core/errors.js';

const REASONS: Record<string, string> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of the path is not a folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EEXIST: 'there is a file of that name',
  EFBIG: 'it would be larger than is allowed here',
  EDQUOT: 'the quota is used up',
};

/** Why the file system refused. */
export function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

/** Text of a file, or of standard input for "-". */
export async function readText(path: string): Promise<string> {
  try {
    return path === '-' ? await text(process.stdin) : readFileSync(path, 'utf8');
  } catch (cause) {
    throw new PyallocsError('unreadable', `${path} cannot be read: ${reason(cause)}`, { cause });
  }
}

/**
 * Text of a file or pipe that may be anything: at most `limit` bytes are read. "-" is standard input; of a folder, the
 * file of that name in it.
 */
export function readLimited(path: string, inFolder: string, limit: number): string {
  return readLimitedBytes(path, inFolder, limit).toString('utf8');
}

export function readLimitedBytes(path: string, inFolder: string, limit: number): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    const file = path !== '-' && statSync(path).isDirectory() ? join(path, inFolder) : path;
    if (file !== path && !existsSync(file)) throw new Error(`it is a folder without ${inFolder}`);
    const fd = path === '-' ? 0 : openSync(file, 'r');
    try {
      const buffer = Buffer.allocUnsafe(2 ** 20);
      for (let n = readPart(fd, buffer); n > 0 && length <= limit; n = readPart(fd, buffer)) {
        parts.push(Buffer.from(buffer.subarray(0, n)));
        length += n;
      }
    } finally {
      if (fd !== 0) closeSync(fd);
    }
  } catch (cause) {
    throw new PyallocsError('unreadable', `${path} cannot be read: ${reason(cause)}`, { cause });
  }
  if (length > limit) {
    throw new PyallocsError('too-large', `${path} is larger than ${limit / 2 ** 20} MiB: it is no result of pyallocs`);
  }
  return Buffer.concat(parts);
}

/** How many bytes came; 0 at the end. */
function readPart(fd: number, buffer: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, buffer);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (code === 'EOF') return 0; // a closed pipe on Windows
      if (code !== 'EAGAIN') throw error; // a shared input may be set not to wait
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/** Fails now if a file could not be written later, after the work. */
export function checkWritable(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder)) {
    throw new PyallocsError('unwritable', `${path} cannot be written: there is no folder ${folder}`);
  }
  try {
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(path), { code: 'ENOTDIR' });
    if (existsSync(path) && statSync(path).isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' });
    accessSync(existsSync(path) ? path : folder, constants.W_OK);
  } catch (cause) {
    throw new PyallocsError('unwritable', `${path} cannot be written: ${reason(cause)}`, { cause });
  }
}

export function writeText(path: string, content: string): void {
  try {
    writeFileSync(path, content);
  } catch (cause) {
    throw new PyallocsError('unwritable', `${path} cannot be written: ${reason(cause)}`, { cause });
  }
}

/** Makes a folder for results with a first file in it: that it cannot be written to is known before the work begins. */
export function outputFolder(path: string, file: string, content: string): void {
  try {
    makeFolders(resolve(path));
  } catch (cause) {
    throw new PyallocsError('unwritable', `the folder ${path} cannot be made: ${reason(cause)}`, { cause });
  }
  writeText(join(path, file), content);
}

/** Makes a folder and those above it. (mkdirSync with `recursive` never returns for a folder below /proc.) */
export function makeFolders(path: string): void {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw Object.assign(new Error(path), { code: 'EEXIST' });
    return;
  }
  makeFolders(dirname(path));
  mkdirSync(path);
}

/** The folders a statement can read and import from: the current one, then those of --path. Links are resolved. */
export function readableFolders(paths: readonly string[]): string[] {
  return ['.', ...paths].map((path) => {
    try {
      const real = realpathSync(path);
      if (statSync(real).isDirectory()) return real;
    } catch (cause) {
      throw new PyallocsError('no-folder', `--path ${path} cannot be read: ${reason(cause)}`, { cause });
    }
    throw new PyallocsError('no-folder', `--path ${path} is not a folder`);
  });
}
