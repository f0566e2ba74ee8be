/** What each line of a text came to, from its instructions. */
import { addCounts, BUFFER_ROW, type Counts, isZero, type TypeCounts, ZERO } from '../../../core/counts.js';
import { cellParts, eventWords } from '../../../report/text/cell.js';
import { list, perOperation, plural } from '../../../report/text/numbers.js';
import { type Mark, printable } from '../../../report/text/style.js';
import { thin } from '../../components/numbers.js';
import type { ShownInstruction } from '../answer.js';
import type { Text } from '../question.js';
import type { Highlight } from '../state.js';

export interface LineCounts {
  readonly counts: Counts;
  /** Largest first, the row of buffers last. */
  readonly byType: readonly TypeCounts[];
  /** In the order in which they came, those of one function together. */
  readonly instructions: readonly ShownInstruction[];
}

/** By line; lines without an instruction are not in it. */
export function lineCounts(instructions: readonly ShownInstruction[], text: Text): ReadonlyMap<number, LineCounts> {
  const lines = new Map<number, ShownInstruction[]>();
  for (const one of instructions) {
    if (one.text !== text || one.line === null || !isCounted(one)) continue;
    const line = lines.get(one.line);
    if (line === undefined) lines.set(one.line, [one]);
    else line.push(one);
  }
  return new Map([...lines].map(([line, own]) => [line, countsOf(own)]));
}

/** Of a setup only its functions are: its own lines run before anything is counted, and would seem to allocate nothing. */
function isCounted({ text, function: name }: ShownInstruction): boolean {
  return text !== 'setup' || (name !== '' && name !== '<module>');
}

function countsOf(instructions: readonly ShownInstruction[]): LineCounts {
  const functions = [...new Set(instructions.map((one) => one.function))];
  const types = new Map<string, TypeCounts>();
  for (const row of instructions.flatMap(({ byType }) => byType)) {
    const before = types.get(row.type);
    types.set(row.type, before === undefined ? row : { ...addCounts(before, row), type: row.type });
  }
  return {
    counts: instructions.reduce((sum, { counts }) => (counts === null ? sum : addCounts(sum, counts)), ZERO),
    byType: [...types.values()].toSorted(
      (a, b) => Number(a.type === BUFFER_ROW) - Number(b.type === BUFFER_ROW) || shownEvents(b) - shownEvents(a),
    ),
    instructions: functions.flatMap((name) => instructions.filter((one) => one.function === name)),
  };
}

/** The events that have a sign: by these a line is hot. */
export function shownEvents({ creations, buffers, resizes }: Counts): number {
  return creations.total + buffers.total + resizes;
}

/** Whether what is pointed at elsewhere happens here. */
export function isLit(
  { counts, byType }: { readonly counts: Counts | null; readonly byType: readonly TypeCounts[] },
  highlight: Highlight | null,
): boolean {
  if (highlight === null || counts === null) return false;
  if (highlight.kind === 'type') return byType.some((row) => row.type === highlight.type && shownEvents(row) > 0);
  return highlight.origin === 'buffer' ? counts.buffers.total > 0 : counts.creations[highlight.origin] > 0;
}

/** As it is below a limit; from there on with three digits: 123k, 1.23M. The exact number is in the tooltip. */
export function narrowNumber(value: number, limit: number): string {
  if (value < limit) return thin(perOperation(value));
  const [size, letter] =
    value < 999_500 ? [value / 1e3, 'k'] : value < 999_500_000 ? [value / 1e6, 'M'] : [value / 1e9, 'G'];
  return `${thin(perOperation(Number(size.toPrecision(3))))}${letter}`;
}

/** "2 objects, 1 buffer"; "nothing" */
export function inWords(counts: Counts): string {
  return thin(eventWords(counts).join(', ')) || 'nothing';
}

const FROM: Readonly<Partial<Record<Mark, string>>> = {
  freelist: ' from a freelist',
  pymalloc: ' from pymalloc',
  malloc: ' from malloc',
  foreign: ' in foreign memory',
};

/** "1 list from a freelist, 1 buffer"; "" where nothing is allocated. */
export function typesInWords(byType: readonly TypeCounts[]): string {
  return byType
    .flatMap((row) =>
      cellParts(row).map(({ mark, count }) => {
        const from = FROM[mark];
        if (from !== undefined) return `${thin(plural(count, printable(row.type), printable(row.type)))}${from}`;
        return thin(plural(count, mark)) + (row.type === BUFFER_ROW ? '' : ` of ${printable(row.type)}`);
      }),
    )
    .join(', ');
}

/** A line read aloud when it unfolds. */
export function spokenLine(line: number, { counts, instructions }: LineCounts): string {
  const some = instructions.filter((one) => one.counts !== null && shownEvents(one.counts) > 0);
  const all = plural(instructions.length, 'instruction');
  const which = some.map(({ opcode, byType }) => `${opcode}: ${typesInWords(byType)}`);
  return which.length === 0
    ? `Line ${line}: ${isZero(counts) ? 'nothing' : inWords(counts)}, ${all}.`
    : `Line ${line}: ${inWords(counts)}. Of ${all}, ${list(which)}.`;
}
