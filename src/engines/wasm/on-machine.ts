/** Where the events of a program came from, with the files of this machine under their paths here. */
import type { Offer, ProgramRun } from '../engine.js';
import type { AskTexts, CountedProgram } from '../recorded-run.js';
import type { Where } from '../where.js';
import { embeddedInstructions } from './instructions.js';
import type { ParsedCommand } from './program-command.js';
import { machinePath, type ProgramFolder } from './program-folders.js';
import type { Recorded } from './recorder.js';
import { whereOf } from './where.js';
import type { WorkerProcess } from './worker-process.js';

/** `folders`: those that the program saw, the working folder first. `worker`: where it ran. `texts`: of instructions. */
export async function whereOnMachine(
  result: CountedProgram,
  recorded: Recorded,
  offer: Offer,
  { form, what }: ParsedCommand,
  folders: readonly ProgramFolder[],
  worker: WorkerProcess,
  texts: boolean,
): Promise<ProgramRun> {
  const sources = form === 'command' ? { '<string>': what } : {};
  const ask: AskTexts = (codes) =>
    embeddedInstructions(offer, folders, { codes, folder: folders[0]?.path ?? '/', sources }, worker);
  const run = await whereOf(result, recorded, texts ? ask : null);
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
