import { expect, test } from 'vitest';
import { failed, growing, result } from '../../../report/text/results.testkit.js';
import type { Answer } from '../answer.js';
import { answerOf, programAnswer, statementAnswer } from '../answers.testkit.js';
import { answerSentence, exitSentence, problemText, reasonOf, spokenAnswer } from './answer-words.js';

function said(answer: Answer): string {
  const sentence = answerSentence(answer);
  return sentence === null ? '' : sentence.lead + sentence.rest;
}

test('the empty statement creates nothing', () => {
  expect(said(answerOf('3.14', []))).toBe('Each execution creates no object: no request to an allocator.');
});

test('an object of a freelist asks no allocator', () => {
  expect(said(answerOf('3.14', ['1 int freelist']))).toBe(
    'Each execution creates 1 object, from a freelist: no request to an allocator.',
  );
  expect(said(answerOf('3.14', ['2 int freelist']))).toBe(
    'Each execution creates 2 objects, all from a freelist: no request to an allocator.',
  );
});

test('origins, buffers, requests and resizes stand in one sentence', () => {
  expect(said(answerOf('3.14', ['1 list freelist', '2 int malloc', '1 buffer', '1 resize']))).toBe(
    'Each execution creates 3 objects, 1 from a freelist and 2 from malloc, and takes 1 buffer: 3 requests to an allocator for 0 bytes, and 1 resize.',
  );
});

test('what is no whole number is an average, what is not exact has its sign', () => {
  expect(said(answerOf('3.14', ['0.25 int malloc']))).toMatch(
    /^On average, each execution creates 0\.25 objects, from/,
  );
  const varying = {
    ...result('3.14', ['1 int malloc']),
    outcome: 'varying',
    samples: [],
    why: { code: 'gc', message: 'w' },
  };
  expect(said(statementAnswer(varying as never))).toMatch(/^Each execution creates ≈\u00a01 object, /);
});

test('a cost that grows says how', () => {
  expect(said(statementAnswer(growing('3.14')))).toBe(
    'The cost is not constant: 1 resize in the first 1\u202f000 executions, 1 resize in the next 1\u202f000.',
  );
});

test('a program tells what it created in all, and how it ended', () => {
  const answer = programAnswer('3.14', ['1500 int freelist', '500 str malloc'], 3);
  expect(said(answer)).toMatch(/^2\u202f000 objects created, 75 % without asking the allocator/);
  expect(exitSentence(answer)).toBe('The program ended with exit code 3. What it did until then is counted.');
  expect(exitSentence(programAnswer('3.14', []))).toBeNull();
});

test('a failure is a sentence with the line and the caret, and no advice of the command line', () => {
  const syntax = failed('3.14', "SyntaxError: '(' was never closed", ['    f(', '     ^']);
  expect(reasonOf(statementAnswer(syntax))).toEqual({
    title: 'Failed',
    message: "SyntaxError: '(' was never closed (statement, line 1)",
    excerpt: '    f(\n     ^',
  });
  // What the page knows about an error stands in its problem, and is told once.
  const problem = { at: null, message: 'EOFError: nothing to read' };
  const read = reasonOf({ ...statementAnswer(failed('3.14', 'EOFError')), problem });
  expect(read?.message).toBe('EOFError: nothing to read (statement, line 1)');
  expect(answerSentence(statementAnswer(syntax))).toBeNull();
});

test('a problem names its line, and its text where there are two', () => {
  const problem = { at: { text: 'setup', line: 2 }, message: 'NameError: x' } as const;
  expect(problemText(problem, 'statement')).toBe('NameError: x (setup, line 2)');
  expect(problemText({ ...problem, at: { text: 'code', line: 7 } }, 'program')).toBe('NameError: x (line 7)');
  expect(problemText({ ...problem, at: null }, 'program')).toBe('NameError: x');
});

test('what is read aloud names the version and the number', () => {
  expect(spokenAnswer(answerOf('3.14', ['1 int freelist']))).toBe('1 object per execution on 3.14');
  expect(spokenAnswer(answerOf('3.15', []))).toBe('no object per execution on 3.15');
  expect(spokenAnswer(statementAnswer(failed('3.10', 'E')))).toBe('failed on 3.10');
});
