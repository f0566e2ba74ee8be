/** A command as one would type it. */

/** What a shell would need quotes for. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** "python -c 'x = 1' --verbose": what stood after `python`, with the quotes that a shell needs. */
export function commandLine(command: readonly string[]): string {
  return ['python', ...command.map(commandWord)].join(' ');
}

/** With the quotes that a shell needs. */
export function commandWord(argument: string): string {
  return PLAIN.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** Longer words of a command are told by the end of their path, or cut. */
const LONG = 40;

/** "python …/bm_chaos/run_benchmark.py": enough to know it again, where all of it stands elsewhere. */
export function shortCommand(command: readonly string[]): string {
  const short = (word: string): string => {
    const end = /[^/]*\/[^/]+$/.exec(word)?.[0] ?? '';
    if ([...word].length <= LONG) return commandWord(word);
    return end !== '' && end.length < LONG && !/\s/.test(word) ? `…/${end}` : `${[...word].slice(0, LONG).join('')}…`;
  };
  return ['python', ...command.map(short)].join(' ');
}
