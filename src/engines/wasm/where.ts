/** Where the events of an embedded program came from: what its interpreter recorded, with the text of instructions. */
import type { Offer, ProgramRun } from '../engine.js';
import type { CodeCopy, InstructionAnswer } from '../instructions.js';
import { unpackBook } from '../packed-book.js';
import { type CountedProgram, recordedRun } from '../recorded-run.js';
import type { RawEvents, Where } from '../where.js';
import { embeddedInstructions } from './instructions.js';
import type { ParsedCommand } from './program-command.js';
import { machinePath, type ProgramFolder } from './program-folders.js';
import type { Recorded } from './recorder.js';
import type { WorkerProcess } from './worker-process.js';

/** The only thread holds the GIL all the time: each event of the raw domain is at a site. */
const NO_RAW: RawEvents = { requests: 0, bytes: 0, resizes: 0, resizeBytes: 0, releases: 0 };

/** `folders`: those that the program saw, the working folder first. `worker`: where it ran. `texts`: of instructions. */
export async function whereOf(
  result: CountedProgram,
  { book, types }: Recorded,
  offer: Offer,
  { form, what }: ParsedCommand,
  folders: readonly ProgramFolder[],
  worker: WorkerProcess,
  texts: boolean,
): Promise<ProgramRun> {
  const python = result.interpreter.version;
  const books = result.processes
    .slice(0, 1)
    .map(({ pid }) => ({ pid, python, book: unpackBook(book), types, raw: NO_RAW }));
  const sources = form === 'command' ? { '<string>': what } : {};
  const ask = (codes: readonly CodeCopy[]): Promise<InstructionAnswer> =>
    embeddedInstructions(offer, folders, { codes, folder: folders[0]?.path ?? '/', sources }, worker);
  const run = await recordedRun(result, books, python, texts ? ask : null);
  return run.where === null ? run : { ...run, ...onMachine(run.where, folders) };
}

/** Files of the folders that the program saw under their paths on this machine; all others are the interpreter's own. */
function onMachine(where: Where, folders: readonly ProgramFolder[]): Pick<ProgramRun, 'where' | 'interpreterFiles'> {
  const own = new Set<string>();
  const codes = where.codes.map((code) => {
    if (!code.file.startsWith('/')) return code; // relative, or no file at all
    const file = machinePath(code.file, folders);
    if (file === null) own.add(code.file);
    return file === null ? code : { ...code, file };
  });
  return { where: { ...where, codes }, interpreterFiles: [...own] };
}
