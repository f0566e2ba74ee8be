/** What a program came to in the interpreter, as its result. Nothing here needs Node. */
import type { Refusal } from '../../core/outcome.js';
import type { Exit, ProgramOutcome, ProgramWarning } from '../../core/program.js';
import type { Ran } from './program.js';

export function failedProgram(exit: Exit | null, code: string, message: string): ProgramOutcome {
  return { outcome: 'failed', exit, error: { code, message } };
}

const REPLACED: Refusal = {
  code: 'hooks-replaced',
  message:
    "the program replaced pyallocs' hooks with its own, as tracemalloc.start() and tracemalloc.stop() do; count it without them",
};

/** `pid`: of the process that it ran in. */
export function countedProgram(ran: Ran, pid: number, command: readonly string[]): ProgramOutcome {
  if (!ran.intact) return { outcome: 'refused', reason: REPLACED };
  const { exit, counts, byType, startup, shutdown, seconds, wrong } = ran;
  const numbers = {
    exit,
    counts,
    byType,
    startup,
    shutdown,
    regions: [],
    processes: [{ pid, parent: null, command, counts, exit }],
    threads: 1,
    seconds,
    runs: null,
    varies: {},
    warnings: warningsOf(ran),
  };
  if (wrong === null) return { outcome: 'exact', ...numbers };
  return { outcome: 'varying', why: { code: 'inexact', message: `the count is not exact: ${wrong}` }, ...numbers };
}

/** How many modules a sentence names. */
const NAMED = 5;

function warningsOf({ compiled, regions }: Ran): readonly ProgramWarning[] {
  const without: ProgramWarning = {
    code: 'no-regions',
    message:
      'the embedded Python does not count named regions; a Python of this machine does, for instance with -p python3',
  };
  return [...(regions ? [without] : []), ...compiledWarning(compiled)];
}

function compiledWarning(compiled: readonly string[]): readonly ProgramWarning[] {
  if (compiled.length === 0) return [];
  const names = compiled.slice(0, NAMED).join(', ') + (compiled.length > NAMED ? ' and more' : '');
  return [
    {
      code: 'library-compiled',
      message: `the embedded Python keeps its standard library as source, so the counts include compiling what was imported (${names})`,
    },
  ];
}
