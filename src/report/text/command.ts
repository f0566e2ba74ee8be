/** A command as one would type it. */

/** What a shell would need quotes for. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** "python -c 'x = 1' --verbose": what stood after `python`, with the quotes that a shell needs. */
export function commandLine(command: readonly string[]): string {
  return ['python', ...command.map(quoted)].join(' ');
}

function quoted(argument: string): string {
  return PLAIN.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
