/** A program's result with where its events came from: what processes recorded, and what an interpreter says of it. */
import { countFields } from '../core/counts.js';
import { approximateBecause } from '../core/interpreter.js';
import type { ProgramResult, ProgramWarning } from '../core/program.js';
import type { Recording, SourceFile, Stacks } from '../core/recording.js';
import type { ProgramRun } from './engine.js';
import type { CodeCopy, CodeText, InstructionAnswer } from './instructions.js';
import { liveAddsUp, type ProcessBook, RecordedEvents, sumOfSamples, type Where } from './where.js';

export type CountedProgram = Extract<ProgramResult, { readonly outcome: 'exact' | 'varying' }>;

/** What instructions are, asked of the interpreter that ran them. */
export type AskTexts = (codes: readonly CodeCopy[]) => Promise<InstructionAnswer>;

/**
 * `ask`: what the instructions of the interpreter of this version in full are; null: nobody wants to know. What is wrong
 * with the events makes the result vary.
 */
export async function recordedRun(
  result: CountedProgram,
  books: readonly ProcessBook[],
  python: string,
  ask: AskTexts | null,
): Promise<ProgramRun> {
  const { where, warning, lost } = await placedEvents(books, python, ask);
  const warnings = [...result.warnings, ...(warning === null ? [] : [warning]), ...cutOff(lost)];
  const wrong = lostSites(lost) ?? wrongSum(result, where) ?? wrongLive(books);
  const run = { where, interpreterFiles: [] };
  if (wrong === null) return { ...run, result: { ...result, warnings } };
  if (result.outcome === 'varying') return { ...run, result: { ...result, warnings: [...warnings, wrong] } };
  return { ...run, result: { ...result, outcome: 'varying', why: wrong, warnings } };
}

/** The events of all processes at their instructions; what of them is at none, and why instructions may have no text. */
export async function placedEvents(
  books: readonly ProcessBook[],
  python: string,
  ask: AskTexts | null,
): Promise<{ readonly where: Where; readonly warning: ProgramWarning | null; readonly lost: readonly Lost[] }> {
  const events = new RecordedEvents();
  const lost = books.map((book): Lost => ({ book, count: events.add(book) }));
  const { copies, place } = events.codes.of(python);
  const { texts, warning } = ask === null ? { texts: [], warning: null } : await ask(copies);
  const all: CodeText[] = [];
  texts.forEach((text, i) => {
    all[place[i] ?? 0] = text;
  });
  return { where: events.where(all), warning, lost };
}

/** Events of a process that are at no site. */
export interface Lost {
  readonly book: ProcessBook;
  readonly count: number;
}

/** A process that was killed may have counted an event that did not get to its site: an object, and its request as a buffer. */
const isCutOff = ({ book: { killed }, count }: Lost): boolean => killed === true && count <= 2;

function cutOff(lost: readonly Lost[]): readonly ProgramWarning[] {
  return lost
    .filter((one) => one.count > 0 && isCutOff(one))
    .map(({ book }) => ({
      code: 'cut-off',
      message: `process ${book.pid} was ended in the middle of an event, which is counted and at no line`,
    }));
}

function lostSites(lost: readonly Lost[]): ProgramWarning | null {
  const first = lost.find((one) => one.count > 0 && !isCutOff(one));
  if (first === undefined) return null;
  const message = `${first.count} events of process ${first.book.pid} are counted and at no line`;
  return { code: 'sites', message };
}

/** Sites and totals are kept independently. */
function wrongSum({ counts }: CountedProgram, { samples }: Where): ProgramWarning | null {
  const found = countFields({ ...sumOfSamples(samples), pools: null, arenas: null });
  const expected = countFields(counts);
  if (found.every((value, i) => value === null || value === expected[i])) return null;
  return { code: 'sites', message: 'the sums over the sites are not the totals kept beside them' };
}

function wrongLive(books: readonly ProcessBook[]): ProgramWarning | null {
  if (books.every(({ book: { live } }) => live === null || liveAddsUp(live))) return null;
  return { code: 'sites', message: 'the live blocks of the sites are not the totals kept beside them' };
}

/** The recording of a run. `folder`: where the program was started. null: there are no numbers. */
export function recordingOf(
  { result, where }: ProgramRun,
  folder: string,
  stacks: Stacks,
  sourcesOf: (where: Where) => readonly SourceFile[],
): Recording | null {
  if (where === null || (result.outcome !== 'exact' && result.outcome !== 'varying')) return null;
  const { command, interpreter, exit, outcome, warnings, seconds, counts, processes } = result;
  return {
    command,
    folder,
    interpreter,
    exit,
    outcome,
    why: result.outcome === 'varying' ? result.why : null,
    warnings,
    seconds,
    total: counts,
    processes,
    stacks,
    approximate: approximateBecause(interpreter) !== null,
    sources: sourcesOf(where),
    ...where,
  };
}
