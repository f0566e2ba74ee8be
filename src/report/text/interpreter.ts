/** How an interpreter is introduced: the first line of every text. */
import { type Interpreter, interpreterName } from '../../core/interpreter.js';
import { list } from './numbers.js';
import { printable } from './style.js';

/** The label or the id, safe to print: both may hold what the user typed. */
export function shownName(interpreter: Interpreter): string {
  return printable(interpreterName(interpreter));
}

/** "CPython 3.14.2 (wasm:3.14): embedded, 32 bits, no pymalloc" */
export function interpreterLine(interpreter: Interpreter): string {
  const about = [
    interpreter.engine === 'wasm' ? 'embedded' : 'native',
    `${interpreter.bits} bits`,
    ...(interpreter.pymalloc ? [] : ['no pymalloc']),
    ...(interpreter.freeThreaded ? ['free-threaded'] : []),
    ...interpreter.build,
  ];
  return `${implementationName(interpreter)} ${interpreter.version} (${shownName(interpreter)}): ${about.join(', ')}`;
}

/** CPython, PyPy; others as they call themselves. */
function implementationName({ implementation }: Interpreter): string {
  const names: Readonly<Record<string, string>> = { cpython: 'CPython', pypy: 'PyPy' };
  return names[implementation] ?? printable(implementation);
}

/** The same for several: "CPython 3.10.2, 3.11.3 and 3.12.7: embedded, 32 bits, no pymalloc" */
export function interpretersLine(interpreters: readonly Interpreter[]): string {
  const [first] = interpreters;
  if (first === undefined) return 'no interpreter';
  if (interpreters.length === 1) return interpreterLine(first);
  const named = interpreters.map((i) => (i.label === null ? i.version : `${i.version} (${shownName(i)})`));
  const alike = interpreters.every((i) => i.engine === first.engine && i.bits === first.bits);
  const about = alike ? interpreterLine(first).replace(/^[^:]*:?[^:]*\): /, ': ') : '';
  return `CPython ${list(named)}${about}`;
}

/** What cannot be seen in builds without pymalloc; null where it can. */
export function pymallocFootnote(interpreters: readonly Interpreter[]): string | null {
  return interpreters.some(({ pymalloc }) => !pymalloc)
    ? 'This build has no pymalloc: requests go to malloc, and there are no pools or arenas to see. A standard build serves requests of up to 512 bytes from pymalloc.'
    : null;
}
