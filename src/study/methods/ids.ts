/** id(): how many of many results have an address of their own, all of them kept alive, and each dropped before the next. */
import { z } from 'zod';
import type { MethodsResult } from '../../core/study.js';
import type { Session } from '../../engines/engine.js';
import { executionsOf, type Subject } from '../../engines/subject.js';
import { askMethod } from './ask.js';

const RESULTS = 1000;
const EVENTS = 200_000;

const schema = z.strictObject({ results: z.int(), kept: z.int(), dropped: z.int() }).nullable();

/** Null: the statement assigns to no name and its value is None, or it did not work out. */
export function askIds(session: Session, subjects: readonly Subject[]): Promise<readonly MethodsResult['ids'][]> {
  const asked = subjects.map((subject) => ({
    setup: subject.experiment.setup,
    statement: subject.experiment.statement,
    executions: executionsOf(subject, RESULTS, EVENTS),
  }));
  return askMethod(session, 'ids', asked, schema);
}
