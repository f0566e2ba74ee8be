/** Where the events of an embedded program came from: what its interpreter recorded, with the text of instructions. */
import type { ProgramRun } from '../engine.js';
import { unpackBook } from '../packed-book.js';
import { type AskTexts, type CountedProgram, placedEvents, recordedRun } from '../recorded-run.js';
import type { ProcessBook, RawEvents, Where } from '../where.js';
import type { Recorded } from './recorder.js';

/** The only thread holds the GIL all the time: each event of the raw domain is at a site. */
const NO_RAW: RawEvents = { requests: 0, bytes: 0, resizes: 0, resizeBytes: 0, releases: 0 };

/** `ask`: null: nobody wants to know the texts. Files have the names that the interpreter knows them by. */
export function whereOf(result: CountedProgram, recorded: Recorded, ask: AskTexts | null): Promise<ProgramRun> {
  const python = result.interpreter.version;
  const books = result.processes.slice(0, 1).map(({ pid }) => processBook(recorded, pid, python));
  return recordedRun(result, books, python, ask);
}

/** The same of a statement, of which nothing else is known. `python`: the version. */
export async function whereOfStatement(recorded: Recorded, python: string, ask: AskTexts): Promise<Where> {
  return (await placedEvents([processBook(recorded, 0, python)], python, ask)).where;
}

const processBook = ({ book, types }: Recorded, pid: number, python: string): ProcessBook => ({
  pid,
  python,
  book: unpackBook(book),
  types,
  raw: NO_RAW,
});
