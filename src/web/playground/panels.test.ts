import { expect, test } from 'vitest';
import { program } from '../../report/text/programs.testkit.js';
import { joinedParts } from './results/output-parts.js';
import { typesOnLine } from './results/types-on-line.js';
import { loadedText } from './run/loading-words.js';

test('what is loaded is told in megabytes, with the whole', () => {
  expect(loadedText(7_100_000, 13_600_000)).toBe('7.1 of 13.6 MB');
  expect(loadedText(13_600_000, 13_600_000)).toBe('13.6 MB, starting');
});

test('what is printed is cut where the stream changes', () => {
  const parts = (['out', 'out', 'error', 'out'] as const).map((stream, i) => ({ stream, text: `${i}` }));
  expect(joinedParts({ parts, cut: false }).map(({ stream, text }) => `${stream} ${text}`)).toEqual([
    'out 01',
    'error 2',
    'out 3',
  ]);
});

test('the types of a line are those of its instructions, in its own text', () => {
  const { byType } = program(['1 int malloc']);
  const shown = { function: '', offset: 0, opcode: 'X', argument: '', specialized: null, counts: null, byType };
  const instructions = [{ ...shown, text: 'code', line: 2 } as const, { ...shown, text: 'setup', line: 1 } as const];
  expect([...typesOnLine(instructions, { text: 'code', line: 2 })]).toEqual(['int']);
  expect(typesOnLine(instructions, { text: 'code', line: 1 }).size).toBe(0);
  expect(typesOnLine(null, { text: 'code', line: 2 }).size).toBe(0);
});
