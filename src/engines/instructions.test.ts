import { expect, test } from 'vitest';
import {
  type Attempt,
  askInstructions,
  type CodeCopy,
  decodeAnswer,
  encodeQuestion,
  type InstructionQuestion,
} from './instructions.js';

const copy: CodeCopy = {
  file: 'caf\udce9.py',
  name: 'f',
  firstLine: 1,
  code: Uint8Array.of(0, 255, 128, 7),
  lineTable: Uint8Array.of(),
  names: ['x'],
  offsets: [2],
};
const question: InstructionQuestion = { codes: [copy], folder: '/' };
const told = { offset: 2, start: 0, line: 3, column: null, opcode: 'NOP', argument: '' };
const answer = (instruction: object): string =>
  JSON.stringify({ codes: [{ matched: true, instructions: [instruction] }] });

test('a question keeps every byte, and a file name that is no UTF-8', () => {
  const { codes } = JSON.parse(encodeQuestion(question, null)) as { codes: Record<string, string>[] };
  expect(codes[0]?.['file']).toBe(copy.file);
  expect([...Buffer.from(codes[0]?.['code'] ?? '', 'base64')]).toEqual([0, 255, 128, 7]);
  const large = { ...copy, code: new Uint8Array(20_001).map((_, i) => i) };
  const encoded = JSON.parse(encodeQuestion({ ...question, codes: [large] }, null)) as { codes: { code: string }[] };
  expect([...Buffer.from(encoded.codes[0]?.code ?? '', 'base64')]).toEqual([...large.code]);
});

test('an answer is read, and one to another question is not', () => {
  const { offset: _, ...text } = told;
  expect(decodeAnswer(answer(told), question)).toEqual([{ matched: true, instructions: [text] }]);
  for (const wrong of [
    'no JSON',
    '{"codes": []}',
    '{"codes": [{"matched": true, "instructions": []}]}',
    answer({ ...told, offset: 4 }),
    answer({ ...told, line: 'x' }),
    '{"error": "it did not like it"}',
  ]) {
    expect(() => decodeAnswer(wrong, question), wrong).toThrow('of no use');
  }
});

test('an interpreter that does not survive the sources is asked without them', async () => {
  const asked: (boolean | undefined)[] = [];
  const ask = async ({ compile }: InstructionQuestion): Promise<Attempt> => {
    asked.push(compile);
    return compile === false ? { text: answer(told) } : { why: 'SIGSEGV' };
  };
  const { texts, warning } = await askInstructions(question, ask);
  expect(asked).toEqual([undefined, false]);
  expect(texts[0]?.instructions[0]?.opcode).toBe('NOP');
  expect(warning).toEqual({ code: 'no-arguments', message: expect.stringContaining('SIGSEGV') });
});

test('nobody is asked about nothing', async () => {
  const ask = (): Promise<Attempt> => Promise.reject(new Error('asked'));
  expect(await askInstructions({ codes: [], folder: '/' }, ask)).toEqual({ texts: [], warning: null });
});
