/** Makes folders of the machine visible to an interpreter; read-only: every operation that would change them fails. */

import type { ProgramFolder } from './program-folders.js';
import { EROFS, type FileSystem, type FileSystemNode, type FileSystemType } from './pyodide.js';

const MOUNTS = '/pyallocs';
const CHANGING = ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink'];
/** O_ACCMODE of musl. */
const ACCESS_MODE = 3;

/** Mounts the folders and makes the first the working folder. Returns their paths in the interpreter. */
export function mountReadOnly(fs: FileSystem, folders: readonly string[]): string[] {
  const paths = folders.map((folder, i) => {
    const path = `${MOUNTS}/${i}`;
    fs.mkdirTree(path);
    fs.mount(readOnlyNodeFs(fs), { root: folder }, path);
    return path;
  });
  if (paths[0] !== undefined) fs.chdir(paths[0]);
  return paths;
}

/** Mounts the folders of a program, each where the program expects it, and makes the first the working folder. */
export function mountProgramFolders(fs: FileSystem, folders: readonly ProgramFolder[]): void {
  // Outer folders first: a mount hides what was mounted below it before.
  const inOrder = [...folders].sort((a, b) => a.path.length - b.path.length);
  for (const { folder, path, writable } of inOrder) {
    fs.mkdirTree(path);
    fs.mount(writable ? nodeFs(fs) : readOnlyNodeFs(fs), { root: folder }, path);
  }
  if (folders[0] !== undefined) fs.chdir(folders[0].path);
}

function nodeFs(fs: FileSystem): FileSystemType {
  const nodefs = fs.filesystems.NODEFS;
  if (nodefs === undefined) throw new Error('this Pyodide cannot read folders of the machine');
  return withOps(nodefs, nodefs.node_ops, { ...nodefs.stream_ops, ...sharedFiles(fs, nodefs) });
}

/** Up to 3.10, closing a duplicate of an open file closes the file itself, which Python does to find a file's encoding. */
function sharedFiles(fs: FileSystem, nodefs: FileSystemType): FileSystemNode['stream_ops'] {
  if ('dup' in nodefs.stream_ops) return {};
  const close = nodefs.stream_ops['close'] as unknown as (stream: unknown) => void;
  return {
    close: (stream: { fd: number; nfd: number }): void => {
      const open = fs.streams as readonly (null | undefined | { readonly fd: number; readonly nfd?: number })[];
      if (!open.some((other) => other && other.fd !== stream.fd && other.nfd === stream.nfd)) close(stream);
    },
  };
}

/** NODEFS with each node's operations replaced as it is made. */
function withOps(
  nodefs: FileSystemType,
  node_ops: FileSystemNode['node_ops'],
  stream_ops: FileSystemNode['stream_ops'],
): FileSystemType {
  const nodeOps = { ...node_ops };
  const changed = (node: FileSystemNode): FileSystemNode => Object.assign(node, { node_ops: nodeOps, stream_ops });
  const lookup = nodefs.node_ops['lookup'] as unknown as (parent: unknown, name: string) => FileSystemNode;
  const make = node_ops['mknod'] as unknown as (...args: unknown[]) => FileSystemNode;
  nodeOps['lookup'] = (parent: unknown, name: string) => changed(lookup(parent, name));
  nodeOps['mknod'] = (...args: unknown[]) => changed(make(...args));
  return { ...nodefs, mount: (mount) => changed(nodefs.mount(mount)) };
}

function readOnlyNodeFs(fs: FileSystem): FileSystemType {
  const nodefs = nodeFs(fs);
  const refuse = (): never => {
    throw new fs.ErrnoError(EROFS);
  };
  const nodeOps: FileSystemNode['node_ops'] = { ...nodefs.node_ops };
  for (const name of CHANGING) nodeOps[name] = refuse;
  const streamOps: FileSystemNode['stream_ops'] = { ...nodefs.stream_ops };
  streamOps['write'] = refuse;
  streamOps['open'] = (stream: { flags: number }): void => {
    if ((stream.flags & ACCESS_MODE) !== 0) refuse();
    (nodefs.stream_ops['open'] as unknown as (stream: unknown) => void)(stream);
  };
  return withOps(nodefs, nodeOps, streamOps);
}
