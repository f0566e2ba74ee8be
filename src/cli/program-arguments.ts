/**
 * Where our options end and the program begins, in what is typed after `stat`:
 *
 *     stat -p 3.13 --json script.py -x   →  [-p 3.13 --json]  [script.py -x]
 *     stat -r 3 -m json.tool --json      →  [-r 3]            [-m json.tool --json]
 *     stat -- -O -X utf8 script.py       →  []                [-O -X utf8 script.py]
 *
 * The first word that is no option begins the program, and so do -m, -c and -, which belong to it.
 */

/** Commands that run a program, and therefore own only what stands in front of it. */
const VERBS: readonly string[] = ['stat', 'record'];

export interface Split {
  readonly ours: readonly string[];
  readonly program: readonly string[];
}

/** `withValue`: our options that take the next word, such as -p and --python. */
export function splitProgram(words: readonly string[], withValue: ReadonlySet<string>): Split {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') return { ours: words.slice(0, i), program: words.slice(i + 1) };
    if (!word.startsWith('-') || word === '-' || /^-[mc]/.test(word))
      return { ours: words.slice(0, i), program: words.slice(i) };
    if (withValue.has(word)) i++;
  }
  return { ours: words, program: [] };
}

/** The whole command line with -- in front of the program, for a parser that would look for our options in it. */
export function separateProgram(argv: readonly string[], withValue: ReadonlySet<string>): string[] {
  const verb = argv.findIndex((word) => !word.startsWith('-'));
  if (verb === -1 || !VERBS.includes(argv[verb] ?? '')) return [...argv];
  const { ours, program } = splitProgram(argv.slice(verb + 1), withValue);
  return [...argv.slice(0, verb + 1), ...ours, ...(program.length === 0 ? [] : ['--', ...program])];
}

/** Python's own options that take the next word. */
const PYTHON_WITH_VALUE: readonly string[] = ['-W', '-X', '-Q', '--check-hash-based-pycs'];

/** Whether Python would read the program itself from standard input: `-`, or nothing but options. */
export function readsStandardInput(program: readonly string[]): boolean {
  for (let i = 0; i < program.length; i++) {
    const word = program[i] ?? '';
    if (word === '-') return true;
    if (word === '--') return i + 1 === program.length || program[i + 1] === '-';
    if (!word.startsWith('-') || /^-[A-Za-z]*[mc]/.test(word)) return false;
    if (PYTHON_WITH_VALUE.includes(word)) i++;
  }
  return true;
}
