/** The part of a Pyodide distribution that the engine uses, the same in 0.22 to 315. Nothing here needs Node. */

/** Emscripten's module object: C functions by name with an underscore in front. Pointers are unsigned 32-bit numbers. */
export interface EmscriptenModule {
  readonly [cFunction: `_${string}`]: (...args: number[]) => number;
  readonly wasmTable: WebAssembly.Table;
}

/** Emscripten's errno constants follow WASI: wasi_snapshot_preview1.h. */
export const EROFS = 69;
export const EBADF = 8;
export const EIO = 29;
export const ENOSPC = 51;
export const EPIPE = 64;

export interface FileSystemNode {
  node_ops: Record<string, (...args: never[]) => unknown>;
  stream_ops: Record<string, (...args: never[]) => unknown>;
  mode: number;
}

/** An open file. */
export interface FileSystemStream {
  /** Ours: it keeps nothing of what is written to it. */
  readonly handsOn?: boolean;
  readonly stream_ops: Readonly<Record<string, unknown>>;
}

/** A file in memory has its times as numbers: one, or from 0.28 on three. */
export interface NamedNode {
  readonly name_next?: NamedNode;
  /** Shared by the nodes of one kind: files, folders, links, devices. */
  readonly node_ops: { getattr?: (node: unknown) => { readonly ino: number } };
  timestamp?: unknown;
  atime?: unknown;
  mtime?: unknown;
  ctime?: unknown;
}

export interface FileSystem {
  /** All nodes, in chains. */
  readonly nameTable: readonly (NamedNode | undefined)[];
  readonly filesystems: { readonly NODEFS?: FileSystemType };
  readonly ErrnoError: new (errno: number) => Error;
  readonly streams: readonly (FileSystemStream | null)[];
  mount(type: FileSystemType, options: Readonly<Record<string, unknown>>, mountPoint: string): unknown;
  mkdirTree(path: string): void;
  writeFile(path: string, text: string): void;
  chdir(path: string): void;
  cwd(): string;
  isDir(mode: number): boolean;
}

export interface FileSystemType {
  mount(mount: unknown): FileSystemNode;
  readonly node_ops: FileSystemNode['node_ops'];
  readonly stream_ops: FileSystemNode['stream_ops'];
}

export interface Pyodide {
  readonly _module: EmscriptenModule;
  readonly FS: FileSystem;
}

export interface PyodideOptions {
  /** Folder or URL of the distribution, ending in a slash. */
  readonly indexURL: string;
  /** What `import js` sees. */
  readonly jsglobals: object;
  readonly stdin: () => null;
  readonly stdout: (line: string) => void;
  readonly stderr: (line: string) => void;
  /** What stands after `python`: read for options and sys.argv, not run. */
  readonly args?: readonly string[];
}

export type LoadPyodide = (options: PyodideOptions) => Promise<Pyodide>;

/** What is read from the WebAssembly instance while it is made: Pyodide does not hand its memory out in every version. */
export interface LoadedPyodide {
  readonly pyodide: Pyodide;
  readonly memory: WebAssembly.Memory;
}

type Imports = Record<string, Record<string, WebAssembly.ImportValue>>;
type Environ = (a: number, b: number) => number;

/**
 * Loads a Pyodide and keeps hold of its memory. `environment` is added to what the interpreter sees as its environment
 * from its first instruction on; Pyodide's own option reaches the interpreter from 3.11 only.
 */
export async function loadWithMemory(
  load: LoadPyodide,
  options: PyodideOptions,
  environment: Readonly<Record<string, string>>,
): Promise<LoadedPyodide> {
  let memory: WebAssembly.Memory | undefined;
  const prepare = (imports: Imports | undefined): void => {
    const wasi = imports?.['wasi_snapshot_preview1'];
    if (wasi) addToEnvironment(wasi, environment, () => new Uint8Array((memory as WebAssembly.Memory).buffer));
  };
  // Others instantiate modules as well, Node's own loader among them: the interpreter is the one with Python in it.
  const see = ({ exports }: WebAssembly.Instance, imports: Imports | undefined): void => {
    if (!('PyMem_RawMalloc' in exports)) return;
    const found = imports?.['env']?.['memory'] ?? exports['memory'];
    if (found instanceof WebAssembly.Memory) memory = found;
  };
  const { instantiate, instantiateStreaming } = WebAssembly;
  const watched =
    (original: (...args: never[]) => Promise<unknown>) =>
    async (source: unknown, imports: Imports | undefined): Promise<unknown> => {
      prepare(imports);
      const result = (await original.call(WebAssembly, ...([source, imports] as never[]))) as
        | WebAssembly.Instance
        | WebAssembly.WebAssemblyInstantiatedSource;
      see(result instanceof WebAssembly.Instance ? result : result.instance, imports);
      return result;
    };
  try {
    Object.assign(WebAssembly, {
      instantiate: watched(instantiate as never),
      instantiateStreaming: watched(instantiateStreaming as never),
    });
    const pyodide = await load(options);
    if (memory === undefined) throw new Error('Pyodide showed no memory while it was loaded');
    return { pyodide, memory };
  } finally {
    Object.assign(WebAssembly, { instantiate, instantiateStreaming });
  }
}

/** Wraps WASI's two functions about the environment, so that they tell of more variables than the module knows. */
function addToEnvironment(
  wasi: Record<string, WebAssembly.ImportValue>,
  environment: Readonly<Record<string, string>>,
  bytes: () => Uint8Array,
): void {
  const sizes = wasi['environ_sizes_get'];
  const get = wasi['environ_get'];
  if (typeof sizes !== 'function' || typeof get !== 'function') return;
  const added = Object.entries(environment).map(([name, value]) => new TextEncoder().encode(`${name}=${value}\0`));
  const word = (address: number): number => new DataView(bytes().buffer).getUint32(address, true);
  const setWord = (address: number, value: number): void =>
    new DataView(bytes().buffer).setUint32(address, value, true);
  let count = 0;
  let size = 0;
  const measured: Environ = (countAt, sizeAt) => {
    const error = (sizes as Environ)(countAt, sizeAt);
    count = word(countAt >>> 0);
    size = word(sizeAt >>> 0);
    setWord(countAt >>> 0, count + added.length);
    setWord(
      sizeAt >>> 0,
      added.reduce((sum, text) => sum + text.length, size),
    );
    return error;
  };
  const filled: Environ = (pointers, buffer) => {
    const error = (get as Environ)(pointers, buffer);
    let at = (buffer >>> 0) + size;
    added.forEach((text, i) => {
      setWord((pointers >>> 0) + 4 * (count + i), at);
      bytes().set(text, at);
      at += text.length;
    });
    return error;
  };
  wasi['environ_sizes_get'] = measured;
  wasi['environ_get'] = filled;
}
