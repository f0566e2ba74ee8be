/** An interpreter in which nothing is counted, for one question. Nothing here needs Node. */
import { CPython } from './cpython.js';
import { LinearMemory } from './memory.js';
import { embeddedOpcodes } from './opcodes.js';
import { type FileSystem, type LoadPyodide, loadWithMemory } from './pyodide.js';
import { watchedGlobals } from './side-effects.js';

export interface BareOptions {
  readonly load: LoadPyodide;
  readonly indexURL: string;
  readonly mount: (fs: FileSystem) => void;
}

/** What python/instructions.py, given as `script`, answers to a request. */
export async function instructionsOf(options: BareOptions, script: string, request: string): Promise<string> {
  const quiet = (): void => {};
  const { load, indexURL } = options;
  const { pyodide, memory } = await loadWithMemory(
    load,
    { indexURL, jsglobals: watchedGlobals().object, stdin: () => null, stdout: quiet, stderr: quiet },
    {},
  );
  const python = new CPython(pyodide._module, new LinearMemory(memory));
  options.mount(pyodide.FS);
  return answerIn(python, script, request);
}

/** The same in an interpreter that is there: what it has imported and defined by then does not matter. */
export function answerIn(python: CPython, script: string, request: string): string {
  const opcodes = JSON.stringify(embeddedOpcodes(python));
  python.execute(script, 'instructions.py');
  return python.ask('answer', request, opcodes);
}
