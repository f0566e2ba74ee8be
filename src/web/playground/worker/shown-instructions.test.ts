import { expect, test } from 'vitest';
import { type Counts, type TypeCounts, ZERO } from '../../../core/counts.js';
import { recordingFromText } from '../../../core/recording.testkit.js';
import type { Bytecode } from '../../../engines/bytecode.js';
import type { Mark } from '../../../engines/marks.js';
import { instructionsOfProgram, instructionsOfStatement } from './shown-instructions.js';

/** "2 BINARY_OP +" of a line, at offset 2. */
function code(name: string, text: Bytecode['text'], firstLine: number, ...rows: string[]): Bytecode {
  return {
    name,
    text,
    firstLine,
    instructions: rows.map((row, i) => {
      const [offset = '', opcode = '', argument = ''] = row.split(' ');
      return [firstLine + i, Number(offset), opcode, argument, null];
    }),
  };
}

const created = (count: number): Counts => ({
  ...ZERO,
  creations: { ...ZERO.creations, total: count as never, malloc: count as never },
  requests: count as never,
});

function mark(at: Partial<Mark>, count: number): Mark {
  const counts = created(count);
  const byType = [{ type: 'int', ...counts } as TypeCounts];
  return { function: '', firstLine: 0, text: 'statement', offset: 0, opcode: 'X', argument: '', counts, byType, ...at };
}

const brief = (shown: ReturnType<typeof instructionsOfStatement>) =>
  shown?.map(({ text, line, function: name, offset, opcode, counts }) =>
    [text ?? 'elsewhere', line ?? '-', name || '-', offset, opcode, counts?.creations.total ?? 'nothing'].join(' '),
  ) ?? null;

const STATEMENT = code('', 'statement', 1, '0 LOAD_FAST x', '2 BINARY_OP +', '4 CALL 0');

test('all instructions of a statement are there, whether anything happened at them or not', () => {
  expect(brief(instructionsOfStatement([STATEMENT], { executions: 100, marks: [] }))).toEqual([
    'code 1 - 0 LOAD_FAST nothing',
    'code 2 - 2 BINARY_OP nothing',
    'code 3 - 4 CALL nothing',
  ]);
});

test('counts are per execution, at their instruction, with their types', () => {
  const shown = instructionsOfStatement([STATEMENT], { executions: 100, marks: [mark({ offset: 2 }, 200)] });
  expect(brief(shown)?.[1]).toBe('code 2 - 2 BINARY_OP 2');
  expect(shown?.[1]?.byType.map(({ type, creations }) => [type, creations.total])).toEqual([['int', 2]]);
});

test('of the setup only its functions are shown, and two of the same name by their first lines', () => {
  const module = code('<module>', 'setup', 1, '0 MAKE_FUNCTION', '2 MAKE_FUNCTION');
  const [first, second] = [code('f', 'setup', 1, '0 BUILD_LIST'), code('f', 'setup', 5, '0 BUILD_MAP')];
  const marks = [mark({ function: 'f', firstLine: 5, text: 'setup' }, 100)];
  expect(brief(instructionsOfStatement([module, first, second], { executions: 100, marks }))).toEqual([
    'setup 1 f 0 BUILD_LIST nothing',
    'setup 5 f 0 BUILD_MAP 1',
  ]);
});

test('what is allocated in a library stands behind, at no line; those that create most, and not all of them', () => {
  const marks = Array.from({ length: 120 }, (_, i) =>
    mark({ text: null, function: `g${i}`, offset: i }, 100 * (i + 1)),
  );
  const shown = brief(instructionsOfStatement([STATEMENT], { executions: 100, marks })) ?? [];
  expect(shown).toHaveLength(103);
  expect(shown[3]).toBe('elsewhere - g119 119 X 120');
});

test('a count at an instruction that is not among those of the texts: nothing is shown rather than something wrong', () => {
  const marks = [mark({ offset: 6 }, 100)];
  expect(instructionsOfStatement([STATEMENT], { executions: 100, marks })).toBeNull();
});

test('of a program each instruction is charged with what it allocated itself, on every way to it', () => {
  const recording = recordingFromText(`
    <module>@program.py:9 > f@program.py:2 BUILD_LIST 0 | list freelist | creations=3
    <module>@program.py:8 > f@program.py:2 BUILD_LIST 0 | list malloc   | creations=1 requests=1 bytes=40
    <module>@program.py:9 CALL 0                         | -    malloc   | buffers=2 requests=2 bytes=16
    <module>@program.py:9 CALL 0 > loads@json.py:5 CALL  | str  malloc   | creations=7 requests=7 bytes=70
  `);
  const at = (name: string): number => {
    const place = recording.locations.find((location) => recording.codes[location.code]?.name === name);
    return place?.offset ?? -1;
  };
  const offset = at('f');
  const { firstLine } = recording.codes.find(({ name }) => name === 'f') ?? { firstLine: 0 };
  const f: Bytecode = {
    name: 'f',
    text: 'statement',
    firstLine,
    instructions: [
      [2, offset, 'BUILD_LIST', '0', null],
      [2, offset + 2, 'RETURN_VALUE', '', null],
    ],
  };
  const module: Bytecode = {
    name: '<module>',
    text: 'statement',
    firstLine: recording.codes.find(({ name }) => name === '<module>')?.firstLine ?? 0,
    instructions: recording.locations
      .filter((location) => recording.codes[location.code]?.name === '<module>')
      .map(({ line, offset: own, opcode, argument }) => [line, own, opcode, argument, null]),
  };
  const shown = instructionsOfProgram([module, f], recording, recording.codes[0]?.file ?? '') ?? [];
  const of = (name: string) => shown.filter((one) => one.function === name && one.counts !== null);
  expect(of('f').map(({ line, counts }) => [line, counts?.creations.total, counts?.creations.freelist])).toEqual([
    [2, 4, 3],
  ]);
  expect(of('<module>').map(({ line, counts }) => [line, counts?.buffers.total])).toEqual([[9, 2]]);
  expect(brief(of('loads'))).toEqual(
    ['elsewhere - loads 0 CALL 7'].map((text) => text.replace(' 0 ', ` ${at('loads')} `)),
  );
});
