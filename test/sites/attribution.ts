/** What a recording says of each instruction of a program, beside the table that says what it must be. */
import type { Row } from './expected.js';
import type { Instruction } from './listing.js';
import type { AnnotatedFile } from './record.js';

/** Creations of a type by one instruction. */
export interface Attributed extends Row {
  readonly function: string;
  readonly offset: number;
}

export function attributed({ lines }: Pick<AnnotatedFile, 'lines'>): Attributed[] {
  return lines.flatMap(({ line, instructions }) =>
    instructions.flatMap(({ function: name, offset, opcode, byType }) =>
      byType
        .filter(({ creations }) => creations.total > 0)
        .map(({ type, creations }) => ({
          line: line ?? 0,
          function: name,
          offset,
          opcode,
          type,
          creations: creations.total,
        })),
    ),
  );
}

/**
 * Everything in which a recording is not what the table and the interpreter's own `dis` say, as sentences; nothing when it is
 * right to the unit. An instruction must stand at its offset, on its line, in its function.
 */
export function differences(
  found: readonly Attributed[],
  expected: readonly Row[],
  listing: readonly Instruction[],
): string[] {
  const there = new Set(listing.map((one) => place(one, one.line)));
  const misplaced = found
    .filter((one) => !there.has(place(one, one.line)))
    .map((one) => `no ${one.opcode} at ${one.function}+${one.offset} on line ${one.line}`);
  const sums = [found, expected].map(sumByKey);
  const keys = [...new Set(sums.flatMap((sum) => [...sum.keys()]))];
  const wrong = keys.flatMap((key) => {
    const [is = 0, wanted = 0] = sums.map((sum) => sum.get(key) ?? 0);
    return is === wanted ? [] : [`line ${key}: ${wanted} expected, ${is} found`];
  });
  return [...misplaced, ...wrong];
}

const place = (one: Pick<Attributed, 'function' | 'offset' | 'opcode'>, line: number | null): string =>
  `${one.function}+${one.offset} ${one.opcode} ${line}`;

function sumByKey(rows: readonly Row[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { line, opcode, type, creations } of rows) {
    const key = `${line} ${opcode} ${type}`;
    sums.set(key, (sums.get(key) ?? 0) + creations);
  }
  return sums;
}
