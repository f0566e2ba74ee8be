/** Makes folders of the machine visible to an interpreter, read-only: every operation that would change them fails. */
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

/** NODEFS with each node's operations replaced as it is made. */
function readOnlyNodeFs(fs: FileSystem): FileSystemType {
  const nodefs = fs.filesystems.NODEFS;
  if (nodefs === undefined) throw new Error('this Pyodide cannot read folders of the machine');
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
  const readOnly = (node: FileSystemNode): FileSystemNode =>
    Object.assign(node, { node_ops: nodeOps, stream_ops: streamOps });
  const lookup = nodefs.node_ops['lookup'] as unknown as (parent: unknown, name: string) => FileSystemNode;
  nodeOps['lookup'] = (parent: unknown, name: string) => readOnly(lookup(parent, name));
  return { ...nodefs, mount: (mount) => readOnly(nodefs.mount(mount)) };
}
