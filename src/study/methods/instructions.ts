/** The bytecode of a statement with what each instruction allocates: what dis shows, joined with what a recording found. */
import { divideCounts } from '../../core/counts.js';
import type { MarkedInstruction } from '../../core/study.js';
import type { Bytecode } from '../../engines/bytecode.js';
import type { Mark, Marked } from '../../engines/marks.js';

/**
 * `marked`: null: shown without counts, as of a statement whose executions do not cost the same. First the statement, then
 * the functions of its text and setup in which something was allocated, whole, then instructions of other functions that
 * allocated. Null: something was allocated at an instruction that is not shown.
 */
export function markedInstructions(
  codes: readonly Bytecode[],
  marked: Marked | null,
): readonly MarkedInstruction[] | null {
  const marks = marked?.marks ?? [];
  const executions = marked?.executions ?? 1;
  const left = new Set(marks);
  const rows: MarkedInstruction[] = [];
  const done = new Set<string>();
  for (const { name, firstLine, text, instructions } of codes) {
    const own = (mark: Mark): boolean =>
      mark.text === text && mark.function === name && (name === '' || mark.firstLine === firstLine);
    const mine = marks.filter(own);
    const key = `${text} ${name} ${firstLine}`;
    if (done.has(key) || (name !== '' && mine.length === 0)) continue;
    done.add(key);
    for (const [line, offset, opcode, argument, specialized] of instructions) {
      const mark = mine.find((one) => one.offset === offset);
      if (mark !== undefined) left.delete(mark);
      rows.push({
        function: name,
        line: name === '' ? line : null,
        offset,
        opcode,
        argument,
        specialized,
        ...costs(mark, executions),
      });
    }
  }
  if ([...left].some(({ text }) => text !== null)) return null;
  const others = [...left].toSorted(
    (a, b) => (a.function < b.function ? -1 : a.function > b.function ? 1 : 0) || a.offset - b.offset,
  );
  for (const mark of others) {
    const { offset, opcode, argument } = mark;
    const place = { function: mark.function, line: null, offset, opcode, argument, specialized: null };
    rows.push({ ...place, ...costs(mark, executions) });
  }
  return rows;
}

function costs(mark: Mark | undefined, executions: number): Pick<MarkedInstruction, 'perOp' | 'types'> {
  if (mark === undefined) return { perOp: null, types: [] };
  return {
    perOp: divideCounts(mark.counts, executions),
    types: mark.byType
      .filter(({ creations }) => creations.total !== 0)
      .map(({ type, creations }) => ({ type, creations: creations.total / executions }))
      .sort((a, b) => b.creations - a.creations || (a.type < b.type ? -1 : 1)),
  };
}
