/** dis: what the version compiles a statement and the functions of its setup to, and what it makes of that after warming up. */
import { z } from 'zod';
import type { Session } from '../../engines/engine.js';
import { askMethod } from './ask.js';
import { executionsOf, type Subject } from './subject.js';

const EXECUTIONS = 1000;
const EVENTS = 100_000;

/** Line in the statement, offset in bytes, opcode, argument, specialised form. */
type InstructionRow = [
  line: number | null,
  offset: number,
  opcode: string,
  argument: string,
  specialized: string | null,
];

/** A code object of an experiment. */
export interface Bytecode {
  /** Qualified; '' for the function that holds the statement: then only the statement's own instructions. */
  readonly name: string;
  readonly firstLine: number;
  readonly instructions: readonly InstructionRow[];
}

const codeSchema: z.ZodType<Bytecode> = z.strictObject({
  name: z.string(),
  firstLine: z.int(),
  instructions: z.array(z.tuple([z.int().nullable(), z.int(), z.string(), z.string(), z.string().nullable()])),
});

/** Null: the statement did not work out. */
export function askBytecode(
  session: Session,
  subjects: readonly Subject[],
): Promise<readonly (readonly Bytecode[] | null)[]> {
  const asked = subjects.map((subject) => ({
    setup: subject.experiment.setup,
    statement: subject.experiment.statement,
    executions: executionsOf(subject, EXECUTIONS, EVENTS),
  }));
  return askMethod(session, 'bytecode', asked, z.array(codeSchema));
}
