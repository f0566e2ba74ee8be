/** Where the events of an embedded program came from: what its interpreter recorded, with the text of instructions. */
import type { ProgramRun } from '../engine.js';
import type { CodeCopy, InstructionAnswer } from '../instructions.js';
import { unpackBook } from '../packed-book.js';
import { type CountedProgram, recordedRun } from '../recorded-run.js';
import type { RawEvents } from '../where.js';
import type { Recorded } from './recorder.js';

/** The only thread holds the GIL all the time: each event of the raw domain is at a site. */
export const NO_RAW: RawEvents = { requests: 0, bytes: 0, resizes: 0, resizeBytes: 0, releases: 0 };

/** `ask`: what the instructions are; null: nobody wants to know. Files have the names that the interpreter knows them by. */
export function whereOf(
  result: CountedProgram,
  { book, types }: Recorded,
  ask: ((codes: readonly CodeCopy[]) => Promise<InstructionAnswer>) | null,
): Promise<ProgramRun> {
  const python = result.interpreter.version;
  const books = result.processes
    .slice(0, 1)
    .map(({ pid }) => ({ pid, python, book: unpackBook(book), types, raw: NO_RAW }));
  return recordedRun(result, books, python, ask);
}
