/** The usual methods on one interpreter, each in a pass of its own, beside what was counted there. */
import type { CaseResult } from '../core/outcome.js';
import type { MethodsResult, StudyTimings } from '../core/study.js';
import type { Session } from '../engines/engine.js';
import type { Chosen } from '../engines/select.js';
import { subjectOf } from '../engines/subject.js';
import type { Experiment } from './experiments.js';
import { askBytecode } from './methods/bytecode.js';
import { disagreements } from './methods/disagreements.js';
import { askIds } from './methods/ids.js';
import { markedInstructions } from './methods/instructions.js';
import { recordMarks } from './methods/marks.js';
import { askTime } from './methods/time.js';
import { askTracemalloc } from './methods/tracemalloc.js';

/** Of one interpreter. */
export interface MethodsOnInterpreter {
  /** By the id of the experiment; none where nothing was counted. */
  readonly results: ReadonlyMap<string, MethodsResult>;
  readonly timings: StudyTimings['experiments'];
}

/** How often runMethods tells that it got further. */
export const METHOD_PASSES = 5;

/** `session`: opened with `time`. `further`: told after each pass. */
export async function runMethods(
  session: Session,
  chosen: Chosen,
  measured: readonly (readonly [Experiment, CaseResult])[],
  further: () => void,
): Promise<MethodsOnInterpreter> {
  const subjects = measured.flatMap(([experiment, result]) => subjectOf(experiment, result) ?? []);
  const passed = async <T>(pass: Promise<T>): Promise<T> => {
    const value = await pass;
    further();
    return value;
  };
  const tracemalloc = await passed(askTracemalloc(session, subjects));
  const ids = await passed(askIds(session, subjects));
  const bytecode = await passed(askBytecode(session, subjects));
  const timings = await passed(askTime(session, subjects));
  const marked = await passed(recordMarks(chosen, subjects));
  const interpreter = session.interpreter.id;
  const results = subjects.map((subject, i): [string, MethodsResult] => {
    const codes = bytecode[i] ?? null;
    const marks = marked.get(subject) ?? null;
    // Of a steady statement without marks what was recorded is not what was counted: nothing is shown rather than half.
    const known = codes !== null && (marks !== null || !subject.counted.steady);
    const said = {
      tracemalloc: tracemalloc[i] ?? null,
      ids: ids[i] ?? null,
      instructions: known ? markedInstructions(codes, marks) : null,
    };
    return [subject.experiment.id, { interpreter, ...said, disagreements: disagreements(subject.counted, said) }];
  });
  return { results: new Map(results), timings };
}
