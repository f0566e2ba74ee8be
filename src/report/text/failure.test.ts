import { expect, test } from 'vitest';
import type { CaseResult } from '../../core/outcome.js';
import { errorText, failureLines } from './failure.js';
import { failed, interpreter, result } from './results.testkit.js';

test('exact results have no reason', () => {
  expect(failureLines([result('3.13', ['1 int malloc'])])).toEqual([]);
});

test('the same reason is told once, with all the interpreters it holds for', () => {
  const results = [failed('3.12', 'NameError: x'), failed('3.13', 'NameError: y'), failed('3.14', 'NameError: x')];
  expect(failureLines(results)).toEqual([
    'wasm:3.12 and wasm:3.14 failed: NameError: x (statement, line 1)',
    'wasm:3.13 failed: NameError: y (statement, line 1)',
  ]);
});

test('each outcome has its word', () => {
  const refused: CaseResult = {
    interpreter: interpreter('3.13'),
    outcome: 'refused',
    reason: { code: 'self-check', message: 'no' },
  };
  const varying = {
    ...result('3.14', []),
    outcome: 'varying',
    samples: [],
    why: { code: 'unknown', message: 'it did' },
  } as CaseResult;
  expect(failureLines([refused, varying])).toEqual(['wasm:3.13 refused: no', 'wasm:3.14 varying: it did']);
});

test('the words are wrapped, the source and its caret are not', () => {
  const result = failed('3.14', 'SyntaxError: invalid syntax', ['    y = a +* b + c + d + e', '           ^']);
  expect(failureLines([result], 30)).toEqual([
    'wasm:3.14 failed: SyntaxError:',
    '  invalid syntax (statement,',
    '  line 1)',
    '    y = a +* b + c + d + e',
    '           ^',
  ]);
});

test('of a very long line, the part around the caret is shown', () => {
  const line = `    ${'a'.repeat(1000)}+*${'b'.repeat(1000)}`;
  const caret = `${' '.repeat(1005)}^`;
  const [, source = '', below = ''] = errorText({
    code: 'syntax-error',
    message: 'SyntaxError: invalid syntax',
    line: 1,
    place: { in: 'statement', excerpt: [line, caret] },
  }).split('\n');
  expect(source.length).toBeLessThan(200);
  expect(source[below.indexOf('^')]).toBe('*');
});

test('control characters in a message or a source line are shown, not obeyed', () => {
  const lines = failureLines([failed('3.14', 'E: \u001b[31m\u009b', ['    \u001b[2J'])]);
  expect(lines).toEqual(['wasm:3.14 failed: E: \\x1b[31m\\x9b (statement, line 1)', '    \\x1b[2J']);
});
