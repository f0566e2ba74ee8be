/** What a version compiles code to, as python/methods.py tells it. */
import { z } from 'zod';

/** Line in its text, offset in bytes, opcode, argument, specialised form. */
type InstructionRow = [
  line: number | null,
  offset: number,
  opcode: string,
  argument: string,
  specialized: string | null,
];

/** A code object. */
export interface Bytecode {
  /** Qualified; '' for the function that holds a statement: then only the statement's own instructions. */
  readonly name: string;
  readonly firstLine: number;
  readonly text: 'statement' | 'setup';
  readonly instructions: readonly InstructionRow[];
}

const row = z.tuple([z.int().nullable(), z.int(), z.string(), z.string(), z.string().nullable()]);

export const bytecodeSchema: z.ZodType<readonly Bytecode[]> = z.array(
  z.strictObject({
    name: z.string(),
    firstLine: z.int(),
    text: z.enum(['statement', 'setup']),
    instructions: z.array(row),
  }),
);
