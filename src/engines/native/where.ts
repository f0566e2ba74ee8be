/** Where the events of a native program came from: what its processes recorded, with the text of instructions. */
import { minorVersion } from '../../core/interpreter.js';
import type { Stacks } from '../../core/recording.js';
import type { ProgramRun } from '../engine.js';
import type { CodeCopy, InstructionAnswer } from '../instructions.js';
import { type CountedProgram, recordedRun } from '../recorded-run.js';
import { nativeInstructions } from './instructions.js';
import type { ProcessRecord } from './process-records.js';
import type { Python } from './pythons.js';

const WORDS: Readonly<Record<Stacks, string>> = { none: 'no-stacks', folded: 'stacks', full: 'full-recursion' };

/** What tells the agent to record: agent/native/entry.c. */
export function recordVariables(stacks: Stacks, live: boolean, { about }: Python): Record<string, string> {
  const { version, opcodes } = about;
  return {
    PYALLOCS_RECORD: live ? `${WORDS[stacks]} live` : WORDS[stacks],
    PYALLOCS_OPCODES: opcodes === null ? '' : `${minorVersion(version)} ${opcodes.base} ${opcodes.caches}`,
  };
}

/** The result, with where its events came from; what is wrong with the latter makes it vary. `texts`: of instructions. */
export async function whereOf(
  result: CountedProgram,
  records: readonly ProcessRecord[],
  python: Python,
  first: ProcessRecord | undefined,
  texts: boolean,
): Promise<ProgramRun> {
  const books = records.flatMap(({ book, types, raw, head, program, torn }) =>
    book === null
      ? []
      : [
          {
            pid: head.pid,
            python: head.pythonVersion,
            book,
            types,
            raw,
            byType: program.byType,
            killed: head.state !== 'exited' && !torn,
          },
        ],
  );
  const ask = (codes: readonly CodeCopy[]): Promise<InstructionAnswer> =>
    nativeInstructions(python, { codes, folder: process.cwd(), sources: sourcesOf(result.command) });
  return recordedRun(result, books, first?.head.pythonVersion ?? '', texts ? ask : null);
}

/** The code of -c has no file. */
function sourcesOf(command: readonly string[]): Record<string, string> {
  const at = command.indexOf('-c');
  const code = at < 0 ? undefined : command[at + 1];
  return code === undefined ? {} : { '<string>': code };
}
