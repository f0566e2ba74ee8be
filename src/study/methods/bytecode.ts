/** dis: what the version compiles a statement and the functions of its setup to, and what it makes of that after warming up. */
import { type Bytecode, bytecodeSchema } from '../../engines/bytecode.js';
import type { Session } from '../../engines/engine.js';
import { executionsOf, type Subject } from '../../engines/subject.js';
import { askMethod } from './ask.js';

const EXECUTIONS = 1000;
const EVENTS = 100_000;

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
  return askMethod(session, 'bytecode', asked, bytecodeSchema);
}
