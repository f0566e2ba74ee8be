/** What went wrong in the reader's code, and where: in the words of Python, with what to do about it on this page. */
import type { MeasuredError } from '../../../core/outcome.js';
import type { Exit } from '../../../core/program.js';
import type { Output, Problem } from '../answer.js';

/** What the interpreter calls a program. */
export const PROGRAM = 'program.py';

/** Of an error in a statement or its setup. */
export function problemOf({ message, line, place }: MeasuredError): Problem {
  const at = place === null || line === null ? null : { text: place.in === 'setup' ? 'setup' : 'code', line };
  return { at: at as Problem['at'], message: advised(message) };
}

/** Of a program that ended with a traceback: what that says of it last. */
export function problemOfProgram(exit: Exit, output: Output): Problem | null {
  if (exit.code !== 1) return null;
  const text = output.parts.map(({ stream, text: written }) => (stream === 'error' ? written : '')).join('');
  const message = text
    .trimEnd()
    .split('\n')
    .findLast((line) => /^[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Warning|Group)?(?::|$)/.test(line));
  if (message === undefined) return null;
  const lines = [...text.matchAll(/^ {2}File "(?:[^"\n]*\/)?program\.py", line (\d+)/gm)];
  const line = Number(lines.at(-1)?.[1] ?? 0);
  return { at: line > 0 ? { text: 'code', line } : null, message: advised(message) };
}

/** A sentence of Python, with what this page knows about it. */
function advised(message: string): string {
  const absent = /^ModuleNotFoundError: .*?'([^']+)'/.exec(message)?.[1];
  if (absent !== undefined) {
    return `${message.split('\n')[0]}: this page has the standard library only. On the command line, pyallocs bench -p python3 counts with the modules of your Python`;
  }
  if (message.startsWith('EOFError')) return `${message}: this page has nothing to read for input()`;
  if (message.includes("has no attribute '_ssock'")) {
    return `${message}: the event loops of asyncio need sockets, which are not in these builds`;
  }
  return message;
}
