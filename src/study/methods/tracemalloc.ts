/**
 * tracemalloc, as it is usually asked: a snapshot before and one after many executions, compared by line. Only the lines of
 * tracemalloc itself are left out.
 */
import { z } from 'zod';
import type { MethodsResult } from '../../core/study.js';
import type { Session } from '../../engines/engine.js';
import { executionsOf, type Subject } from '../../engines/subject.js';
import { askMethod } from './ask.js';

const EXECUTIONS = 2000;
/** tracemalloc looks at each allocation, which takes its time. */
const EVENTS = 50_000;

const schema = z.strictObject({ executions: z.int(), blocks: z.int(), bytes: z.int() });

/** Null: the statement did not work out under it. */
export function askTracemalloc(
  session: Session,
  subjects: readonly Subject[],
): Promise<readonly MethodsResult['tracemalloc'][]> {
  const asked = subjects.map((subject) => ({
    setup: subject.experiment.setup,
    statement: subject.experiment.statement,
    executions: executionsOf(subject, EXECUTIONS, EVENTS),
  }));
  return askMethod(session, 'tracemalloc', asked, schema);
}
