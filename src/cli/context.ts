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

/** The style of standard output. Where it is no terminal, lines are as wide as they need to be, within reason. */
export function outputStyle({ ascii }: GlobalOptions): Style {
  const width = process.stdout.isTTY ? process.stdout.columns : Number(process.env['COLUMNS']) || 120;
  return makeStyle({ colour: hasColour(process.stdout), ascii, width: Math.max(40, width) });
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A warning, on the error stream. */
export function warn(text: string): void {
  process.stderr.write(`pyallocs: ${text}\n`);
}
