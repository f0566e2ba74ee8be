/** Which types a line of the reader's code allocates. */
import type { ShownInstruction } from '../answer.js';
import type { Line } from '../question.js';

export function typesOnLine(instructions: readonly ShownInstruction[] | null, line: Line | null): ReadonlySet<string> {
  if (instructions === null || line === null) return new Set();
  const there = instructions.filter(({ text, line: at }) => text === line.text && at === line.line);
  return new Set(there.flatMap(({ byType }) => byType.map(({ type }) => type)));
}
