/** The world a command runs in: streams, colours, width. Commands reach the outside through this. */
import { makeStyle, type Style } from '../report/text/style.js';

export interface GlobalOptions {
  readonly ascii: boolean;
  readonly debug: boolean;
}

/** Whether a stream shows colours: a terminal, unless NO_COLOR is set; FORCE_COLOR overrules the terminal. */
export function hasColour(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && TERM !== 'dumb';
}

/** The style of standard output. */
export const outputStyle = (globals: GlobalOptions): Style => streamStyle(process.stdout, globals);

/** The style of the error stream, for what is an answer and stands there: the summary of a program. */
export const errorStyle = (globals: GlobalOptions): Style => streamStyle(process.stderr, globals);

/** Where a stream is no terminal, lines are as wide as they need to be, within reason. */
function streamStyle(stream: NodeJS.WriteStream, { ascii }: GlobalOptions): Style {
  const width = stream.isTTY ? stream.columns : Number(process.env['COLUMNS']) || 120;
  return makeStyle({ colour: hasColour(stream), ascii, width: Math.max(40, width) });
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A warning, on the error stream. */
export function warn(text: string): void {
  process.stderr.write(`pyallocs: ${text}\n`);
}
