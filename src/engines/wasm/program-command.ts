/** What one types after `python`, taken apart: interpreter options, then a script, -m MOD, -c CODE or -, then arguments. */

export type ProgramForm = 'script' | 'module' | 'command' | 'stdin';

export interface ParsedCommand {
  /** Interpreter options that Python itself reads when it starts, one per entry. */
  readonly options: readonly string[];
  /** Those of -W, in order: applied when the program begins, so that they do not meet what Pyodide imports. */
  readonly warnings: readonly string[];
  readonly form: ProgramForm;
  /** The script, module or code; "" for stdin. */
  readonly what: string;
  /** What follows the options: the script, -m MOD, -c CODE or -, and the arguments. */
  readonly rest: readonly string[];
}

/** Options without a value that mean the same in the embedded Python. */
const FLAGS = 'bBEIOPqsSu';
const WITH_VALUE = 'WXmc';

/** Why Python's other options are not taken. */
const REFUSED: Readonly<Record<string, string>> = {
  i: 'it has no interactive mode',
  V: 'pyallocs interpreters tells its version',
  h: 'nothing would be counted',
  '?': 'nothing would be counted',
  v: 'the list of imports would be that of Pyodide',
  x: 'it runs whole files only',
  d: 'it is no debug build',
  t: 'it is an option of Python 2',
};

/** A parsed command, or the sentence that says why it cannot be run. */
export function parseCommand(command: readonly string[], minor: number): ParsedCommand | string {
  const options: string[] = [];
  const warnings: string[] = [];
  for (let i = 0; i < command.length; i++) {
    const word = command[i] as string;
    const rest = command.slice(i);
    if (word === '-') return { options, warnings, form: 'stdin', what: '', rest };
    if (!word.startsWith('-')) return { options, warnings, form: 'script', what: word, rest };
    if (word === '--check-hash-based-pycs') {
      options.push(word, command[++i] ?? '');
      continue;
    }
    if (word.startsWith('--')) return unsupported(word, 'see pyallocs stat --help for those of pyallocs');
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] as string;
      if (WITH_VALUE.includes(letter)) {
        const attached = word.slice(at + 1);
        const value = attached !== '' ? attached : command[++i];
        if (value === undefined) return `argument expected for the Python option -${letter}`;
        const after = command.slice(i + 1);
        if (letter === 'm') return { options, warnings, form: 'module', what: value, rest: ['-m', value, ...after] };
        if (letter === 'c') return { options, warnings, form: 'command', what: value, rest: ['-c', value, ...after] };
        if (letter === 'W') warnings.push(value);
        else if (/^tracemalloc\b/.test(value)) {
          return unsupported('-X tracemalloc', 'it takes the hooks that pyallocs counts with; run it without');
        } else options.push('-X', value);
        break;
      }
      if (!FLAGS.includes(letter) || (letter === 'P' && minor < 11)) {
        return unsupported(`-${letter}`, REFUSED[letter] ?? 'it does not know it');
      }
      options.push(`-${letter}`);
    }
  }
  return { options, warnings, form: 'stdin', what: '', rest: [] };
}

function unsupported(option: string, why: string): string {
  return `the embedded Python cannot run with ${option}: ${why}`;
}
