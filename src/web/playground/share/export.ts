/** What can be taken away of an answered question: the results as JSON, and the commands that measure it again. */
import type { BenchResult } from '../../../core/bench.js';
import type { CaseResult } from '../../../core/outcome.js';
import type { ProgramResult } from '../../../core/program.js';
import { makeReport, type ReportResult } from '../../../core/report.js';
import { commandWord } from '../../../report/text/command.js';
import { benchCommandLine } from '../../../report/text/study-words.js';
import { printable } from '../../../report/text/style.js';
import type { Answer, ProgramAnswer, StatementAnswer } from '../answer.js';
import type { Question } from '../question.js';
import { VERSIONS } from '../state.js';

/** A question with the answers that have come. */
export interface Answered {
  readonly question: Question;
  /** Oldest version first; at least one. */
  readonly answers: readonly Answer[];
  /** The version that is looked at. */
  readonly shown: string;
}

/** What a program is called in the commands. */
export const PROGRAM_FILE = 'program.py';

/** The commands that measure it again; a program has to be saved first. */
export function commandLines({ mode, code, setup }: Question, versions: readonly string[], shown: string): string[] {
  if (mode === 'statement') {
    const line = benchCommandLine(
      { statement: code, setup },
      versions.length === VERSIONS.length ? ['wasm:all'] : versions.map((version) => `wasm:${version}`),
    );
    return [printable(line)];
  }
  const file = commandWord(PROGRAM_FILE);
  return [`pyallocs record -p wasm:${shown} ${file}`, `pyallocs annotate ${file}`];
}

/** As `bench --json` prints it: one case. */
export function benchResult({ question, answers }: Answered): BenchResult {
  const { code, setup } = question;
  return { schema: 'pyallocs/bench@1', cases: [{ id: null, statement: code, setup, results: caseResults(answers) }] };
}

/** As `report --json --by type` prints it, of the version that is looked at; null: it has no numbers. */
export function reportResult({ answers, shown }: Answered): ReportResult | null {
  const recording = programAnswers(answers).find(({ version }) => version === shown)?.answer.recording ?? null;
  if (recording === null) return null;
  return makeReport(recording, {
    by: ['type'],
    sort: 'creations',
    cumulative: false,
    imports: false,
    mine: false,
    types: [],
    origins: [],
    files: [],
    under: null,
  });
}

/** null: there is nothing to export yet. */
export function exportedJson(answered: Answered): string | null {
  const result = answered.question.mode === 'statement' ? benchResult(answered) : reportResult(answered);
  return result === null ? null : `${JSON.stringify(result, null, 2)}\n`;
}

export const caseResults = (answers: readonly Answer[]): CaseResult[] =>
  answers.filter((answer): answer is StatementAnswer => answer.mode === 'statement').map(({ result }) => result);

export const programResults = (answers: readonly Answer[]): ProgramResult[] =>
  programAnswers(answers).map(({ answer }) => answer.result);

function programAnswers(answers: readonly Answer[]): { readonly version: string; readonly answer: ProgramAnswer }[] {
  return answers
    .filter((answer): answer is ProgramAnswer => answer.mode === 'program')
    .map((answer) => ({ version: answer.result.interpreter.id.replace(/^wasm:/, ''), answer }));
}
