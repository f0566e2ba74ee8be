import { describe, expect, test } from 'vitest';
import { BUFFER_ROW, type Counts, type TypeCounts, ZERO } from '../../../core/counts.js';
import { count } from '../../../core/units.js';
import type { ShownInstruction } from '../answer.js';
import { inWords, isLit, lineCounts, narrowNumber, shownEvents, spokenLine, typesInWords } from './line-counts.js';

const created = (freelist: number, malloc: number = 0): Counts => ({
  ...ZERO,
  creations: { ...ZERO.creations, total: count(freelist + malloc), freelist: count(freelist), malloc: count(malloc) },
  requests: count(malloc),
});
const buffers = (n: number): Counts => ({
  ...ZERO,
  buffers: { total: count(n), pymalloc: count(0), malloc: count(n) },
  requests: count(n),
});
const ofType = (type: string, counts: Counts): TypeCounts => ({ type, ...counts });

function instruction(line: number | null, opcode: string, more: Partial<ShownInstruction> = {}): ShownInstruction {
  return {
    text: 'code',
    line,
    function: '',
    offset: 0,
    opcode,
    argument: '',
    specialized: null,
    counts: null,
    byType: [],
    ...more,
  };
}

// t = (x, y)
// s = [x]
const TUPLE = instruction(1, 'BUILD_TUPLE', { counts: created(1), byType: [ofType('tuple', created(1))] });
const LIST = instruction(2, 'BUILD_LIST', {
  counts: { ...created(1), ...{ buffers: buffers(1).buffers, requests: count(1) } },
  byType: [ofType(BUFFER_ROW, buffers(1)), ofType('list', created(1))],
});
const INSTRUCTIONS = [instruction(1, 'LOAD_FAST'), TUPLE, instruction(1, 'STORE_FAST'), LIST];

describe('counts of lines', () => {
  test('no instruction, no line', () => {
    expect(lineCounts([], 'code').size).toBe(0);
    expect(lineCounts([instruction(null, 'RESUME')], 'code').size).toBe(0);
    expect(lineCounts(INSTRUCTIONS, 'setup').size).toBe(0);
  });

  test('a line whose instructions allocate nothing is there, and has nothing', () => {
    const line = lineCounts([instruction(3, 'NOP')], 'code').get(3);
    expect(line?.counts).toEqual(ZERO);
    expect(line?.byType).toEqual([]);
    expect(line?.instructions).toHaveLength(1);
  });

  test('a line is the sum of its instructions, by type, buffers last', () => {
    const lines = lineCounts([...INSTRUCTIONS, LIST], 'code');
    expect([...lines.keys()]).toEqual([1, 2]);
    expect(lines.get(1)?.counts).toEqual(created(1));
    expect(lines.get(1)?.instructions.map(({ opcode }) => opcode)).toEqual(['LOAD_FAST', 'BUILD_TUPLE', 'STORE_FAST']);
    const two = lines.get(2);
    expect(two?.counts.creations.freelist).toBe(2);
    expect(two?.counts.buffers.total).toBe(2);
    expect(two?.byType).toEqual([ofType('list', created(2)), ofType(BUFFER_ROW, buffers(2))]);
  });

  test('instructions of one function stand together', () => {
    const names = ['f', 'f.<locals>.<lambda>', 'f'].map((name) => instruction(1, 'NOP', { function: name }));
    expect(
      lineCounts(names, 'code')
        .get(1)
        ?.instructions.map((one) => one.function),
    ).toEqual(['f', 'f', 'f.<locals>.<lambda>']);
  });

  test('of a setup, only the functions were counted', () => {
    const setup = ['', '<module>', 'f'].map((name, i) => instruction(i + 1, 'NOP', { text: 'setup', function: name }));
    expect([...lineCounts(setup, 'setup').keys()]).toEqual([3]);
  });
});

describe('what is pointed at', () => {
  test('a type is lit where it is created, not where it is only released', () => {
    expect(isLit(TUPLE, { kind: 'type', type: 'tuple' })).toBe(true);
    expect(isLit(TUPLE, { kind: 'type', type: 'list' })).toBe(false);
    const released = { ...ZERO, releases: count(1) };
    expect(isLit({ counts: released, byType: [ofType('list', released)] }, { kind: 'type', type: 'list' })).toBe(false);
  });

  test('an origin is lit where it served', () => {
    expect(isLit(LIST, { kind: 'origin', origin: 'buffer' })).toBe(true);
    expect(isLit(LIST, { kind: 'origin', origin: 'freelist' })).toBe(true);
    expect(isLit(LIST, { kind: 'origin', origin: 'malloc' })).toBe(false);
    expect(isLit(instruction(1, 'NOP'), { kind: 'origin', origin: 'malloc' })).toBe(false);
    expect(isLit(LIST, null)).toBe(false);
  });
});

describe('words', () => {
  test('nothing is nothing', () => {
    expect(inWords(ZERO)).toBe('nothing');
    expect(typesInWords([])).toBe('');
    expect(shownEvents(ZERO)).toBe(0);
    expect(spokenLine(3, { counts: ZERO, byType: [], instructions: [instruction(3, 'NOP')] })).toBe(
      'Line 3: nothing, 1 instruction.',
    );
  });

  test('types with who served them', () => {
    expect(inWords(LIST.counts ?? ZERO)).toBe('1 object, 1 buffer');
    expect(typesInWords(LIST.byType)).toBe('1 buffer, 1 list from a freelist');
    expect(typesInWords([ofType('int', created(2, 1)), ofType('bytes', { ...ZERO, resizes: count(3) })])).toBe(
      '2 int from a freelist, 1 int from malloc, 3 resizes of bytes',
    );
  });

  test('a line that unfolds is read aloud with the instructions that allocate', () => {
    expect(spokenLine(1, { counts: created(1), byType: TUPLE.byType, instructions: INSTRUCTIONS.slice(0, 3) })).toBe(
      'Line 1: 1 object. Of 3 instructions, BUILD_TUPLE: 1 tuple from a freelist.',
    );
  });

  test('numbers are exact while they are short', () => {
    const wide = [0, 0.0012, 99_999, 123_456, 999_499, 1_234_567, 2_000_000_000];
    expect(wide.map((value) => narrowNumber(value, 100_000))).toEqual([
      '0',
      '0.0012',
      '99\u202f999',
      '123k',
      '999k',
      '1.23M',
      '2G',
    ]);
    expect([999, 1000, 2904].map((value) => narrowNumber(value, 1000))).toEqual(['999', '1k', '2.9k']);
  });
});
