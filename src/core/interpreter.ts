/** An interpreter as results name it. `id` is unique within a result. */
export interface Interpreter {
  /** "wasm:3.14" for an embedded one. */
  readonly id: string;
  /** The name the user gave it with -p NAME=…, or null. */
  readonly label: string | null;
  /** "3.14.2", "3.15.0rc1". */
  readonly version: string;
  readonly implementation: string;
  readonly engine: 'wasm' | 'native';
  /** Size of a pointer. */
  readonly bits: 32 | 64;
  /** Whether requests of up to 512 bytes are served by pymalloc; otherwise all go to malloc. */
  readonly pymalloc: boolean;
  readonly freeThreaded: boolean;
  /** What sets this build apart from a release build, e.g. "debug"; empty for a plain one. */
  readonly build: readonly string[];
  /** The file that was named, or null for an embedded one. */
  readonly path: string | null;
}

/** What an engine can see in an interpreter. What it cannot see is null in results, never 0. */
export interface Sees {
  readonly creations: boolean;
  readonly freelists: boolean;
  readonly requests: boolean;
  readonly resizes: boolean;
  readonly releases: boolean;
  readonly pymalloc: boolean;
  readonly pools: boolean;
  readonly arenas: boolean;
}

/** "3.14" of "3.14.2". */
export function minorVersion(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** 14 of "3.14" and of "3.14.2". */
export function minorNumber(version: string): number {
  return Number(version.split('.')[1]);
}

/** How columns and sentences name it: the label if there is one. */
export function interpreterName(interpreter: Interpreter): string {
  return interpreter.label ?? interpreter.id;
}

/** Why an event may stand at an instruction beside its own; null: it never does. */
export function approximateBecause({ build, engine, version }: Interpreter): string | null {
  if (build.includes('jit')) return 'the interpreter ran machine code of its own (PYTHON_JIT=1)';
  // PREDICT of Python/ceval.c, up to 3.10, in a build without computed gotos: it does not store f_lasti.
  if (engine === 'wasm' && minorNumber(version) === 10) {
    return 'the embedded 3.10 goes on to some instructions without saying so, for instance from GET_ITER to FOR_ITER';
  }
  return null;
}
