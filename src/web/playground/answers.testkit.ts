/** Answers for the tests of the playground, in the words of the results of reports. */
import type { CaseResult } from '../../core/outcome.js';
import { program } from '../../report/text/programs.testkit.js';
import { type Event, interpreter, result } from '../../report/text/results.testkit.js';
import type { ProgramAnswer, StatementAnswer } from './answer.js';

export function statementAnswer(of: CaseResult): StatementAnswer {
  return { mode: 'statement', result: of, pending: false, instructions: null, problem: null, ms: 1 };
}

/** Of a statement that makes these events in each execution. */
export const answerOf = (minor: string, events: readonly Event[]): StatementAnswer =>
  statementAnswer(result(minor, events));

export function programAnswer(minor: string, events: readonly Event[], code = 0): ProgramAnswer {
  const exit = { code, signal: null };
  return {
    mode: 'program',
    result: { ...program(events), interpreter: interpreter(minor), exit },
    recording: null,
    output: { parts: [], cut: false },
    instructions: null,
    problem: null,
    ms: 1,
  };
}
