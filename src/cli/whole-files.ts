/** Files that appear whole or not at all. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { PyallocsError } from '../core/errors.js';
import { checkWritable, reason } from './files.js';

/**
 * Writes a file beside its place and moves it there: whoever reads the path meanwhile sees the former file or the new one,
 * and a failure leaves the former. With `keepOlder`, the former stays beside it, as `.old`.
 */
export function writeWhole(
  path: string,
  parts: Iterable<string | Uint8Array>,
  { keepOlder }: { readonly keepOlder: boolean } = { keepOlder: false },
): void {
  checkWritable(path);
  const there = existsSync(path);
  let temporary: string | undefined;
  try {
    // A device or a pipe cannot be replaced. Of a link, what it points to is.
    if (there && !statSync(path).isFile()) {
      writeParts(openSync(path, 'w'), parts);
      return;
    }
    const target = there ? realpathSync(path) : path;
    const name = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
    const fd = openSync(name, 'wx', there ? statSync(target).mode : 0o666);
    temporary = name;
    writeParts(fd, parts, fsyncSync);
    if (keepOlder && there) keep(target, `${target}.old`);
    renameSync(temporary, target);
  } catch (cause) {
    if (cause instanceof PyallocsError) throw cause;
    throw new PyallocsError('unwritable', `${path} cannot be written: ${reason(cause)}`, { cause });
  } finally {
    if (temporary !== undefined) rmSync(temporary, { force: true });
  }
}

function writeParts(fd: number, parts: Iterable<string | Uint8Array>, then: (fd: number) => void = () => {}): void {
  try {
    for (const part of parts) writeFileSync(fd, part);
    then(fd);
  } finally {
    closeSync(fd);
  }
}

/** Gives a file its second name; the first stays until the new file takes it. */
function keep(path: string, older: string): void {
  try {
    rmSync(older, { force: true });
    linkSync(path, older);
  } catch {
    renameSync(path, older); // a file system without links
  }
}
