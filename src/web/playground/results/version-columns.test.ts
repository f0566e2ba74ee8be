import { expect, test } from 'vitest';
import { failed } from '../../../report/text/results.testkit.js';
import type { Answer } from '../answer.js';
import { minorOf } from '../answer.js';
import { answerOf, programAnswer, statementAnswer } from '../answers.testkit.js';
import { sizeText, versionChanges, versionColumns, versionRows } from './version-columns.js';

const byVersion = (...answers: Answer[]): Map<string, Answer> => new Map(answers.map((one) => [minorOf(one), one]));

/** Cells of a row, those that differ from the left with a star. */
function row(answers: Map<string, Answer>, field: string): string[] {
  const rows = versionRows(versionColumns([...answers.keys()], answers, new Map(), false));
  const cells = rows.find((one) => one.field === field)?.cells.values() ?? [];
  return [...cells].map(({ text, differs }) => `${text}${differs ? '*' : ''}`);
}

test('what differs from the version to the left is marked, and zero is a dot', () => {
  const answers = byVersion(
    answerOf('3.12', ['1 int malloc']),
    answerOf('3.13', ['1 int malloc']),
    answerOf('3.14', ['1 int freelist']),
    answerOf('3.15', []),
  );
  expect(row(answers, 'creations')).toEqual(['1', '1', '1', '·*']);
  expect(row(answers, 'freelist')).toEqual(['·', '·', '1*', '·*']);
  expect(row(answers, 'requests')).toEqual(['1', '1', '·*', '·']);
  expect(row(answers, 'foreign')).toEqual([]);
});

test('a version without numbers is passed over by what is to its right', () => {
  const answers = byVersion(
    answerOf('3.12', ['1 int malloc']),
    statementAnswer(failed('3.13', 'E')),
    answerOf('3.14', ['1 int malloc']),
  );
  expect(row(answers, 'malloc')).toEqual(['1', '1']);
});

test('a version without an answer says what it waits for', () => {
  const status = new Map([['3.13', { status: 'unavailable', why: 'no' }]] as const);
  const words = versionColumns(['3.12', '3.13'], new Map(), status, true).map(
    (one) => one.counted === null && one.word,
  );
  expect(words).toEqual(['waiting', 'not loaded']);
});

test('changes are named in words, of statements and of programs', () => {
  expect(versionChanges([answerOf('3.13', ['1 int malloc']), answerOf('3.14', ['1 int freelist'])])).toEqual([
    { version: '3.14', parts: ['int from a freelist'] },
  ]);
  const programs = [programAnswer('3.13', ['3000 int malloc', '1 buffer']), programAnswer('3.14', ['2500 int malloc'])];
  expect(versionChanges(programs)).toEqual([
    { version: '3.14', parts: ['2\u202f500 int instead of 3\u202f000', 'no buffer'] },
  ]);
});

test('sizes below a KiB keep their fraction', () => {
  expect([sizeText(16), sizeText(5.5), sizeText(2048)]).toEqual(['16 B', '5.5 B', '2 KiB']);
});
