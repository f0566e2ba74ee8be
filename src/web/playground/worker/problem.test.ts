import { expect, test } from 'vitest';
import type { MeasuredError } from '../../../core/outcome.js';
import type { Output } from '../answer.js';
import { problemOf, problemOfProgram } from './problem.js';

const FAILED = { code: 1, signal: null };

const errors = (...texts: string[]): Output => ({
  parts: texts.map((text) => ({ stream: 'error', text })),
  cut: false,
});

function error(message: string, more: Partial<MeasuredError> = {}): MeasuredError {
  return { code: 'python-exception', message, line: null, place: null, ...more };
}

const TRACEBACK = `Traceback (most recent call last):
  File "/playground/program.py", line 7, in <module>
    f()
    ~^^
  File "/playground/program.py", line 2, in f
    return json.loads(text)
  File "/lib/python314.zip/json/__init__.py", line 352, in loads
    return _default_decoder.decode(s)
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
`;

test('a program that ended well has no problem, nor one that chose its exit code', () => {
  expect(problemOfProgram({ code: 0, signal: null }, errors('ValueError: only printed\n'))).toBeNull();
  expect(problemOfProgram({ code: 3, signal: null }, errors('bye\n'))).toBeNull();
  expect(problemOfProgram({ code: null, signal: 'SIGKILL' }, errors())).toBeNull();
  expect(problemOfProgram(FAILED, errors())).toBeNull();
});

test('a traceback is told by its last line, at the last line of the program that is in it', () => {
  expect(problemOfProgram(FAILED, errors(TRACEBACK))).toEqual({
    at: { text: 'code', line: 2 },
    message: 'json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)',
  });
});

test('what was printed beforehand, to either stream and in pieces, is no part of it', () => {
  const [first = '', ...rest] = TRACEBACK.split(/(?=\n)/);
  const { parts } = errors('Warning: careful\n', first, ...rest);
  const output: Output = { parts: [{ stream: 'out', text: 'KeyError: 1\n' }, ...parts], cut: false };
  expect(problemOfProgram(FAILED, output)?.message).toMatch(/^json\.decoder\.JSONDecodeError/);
});

test('an exception without a message, and one of no line', () => {
  expect(problemOfProgram(FAILED, errors('MemoryError\n'))).toEqual({ at: null, message: 'MemoryError' });
});

test('of a statement it stands at its line, in the text where that is', () => {
  const at = (text: 'setup' | 'statement') => ({ in: text, column: null, source: null }) as never;
  expect(problemOf(error('NameError: x', { line: 2, place: at('setup') }))).toEqual({
    at: { text: 'setup', line: 2 },
    message: 'NameError: x',
  });
  expect(problemOf(error('NameError: x', { line: 2, place: at('statement') })).at).toEqual({ text: 'code', line: 2 });
  expect(problemOf(error('the statement holds no code'))).toEqual({ at: null, message: 'the statement holds no code' });
});

test('what this page cannot do is said with the message', () => {
  expect(problemOf(error("ModuleNotFoundError: No module named 'numpy'\nsome advice")).message).toBe(
    "ModuleNotFoundError: No module named 'numpy': this page has the standard library only. On the command line, pyallocs bench -p python3 counts with the modules of your Python",
  );
  expect(problemOf(error('EOFError: EOF when reading a line')).message).toBe(
    'EOFError: EOF when reading a line: this page has nothing to read for input()',
  );
  expect(problemOf(error("AttributeError: 'L' object has no attribute '_ssock'")).message).toMatch(/need sockets/);
});
