/** Signs and colours of the terminal, under the names they have in the pages: the origin is the message. */

/** What a sign stands for. */
export type Mark =
  | 'nothing'
  | 'freelist'
  | 'pymalloc'
  | 'malloc'
  | 'foreign'
  | 'buffer'
  | 'resize'
  | 'unseen'
  | 'inexact';

const SIGNS: Record<Mark, { readonly sign: string; readonly letter: string; readonly colour: number }> = {
  nothing: { sign: '·', letter: '.', colour: 244 },
  freelist: { sign: '○', letter: 'f', colour: 36 },
  pymalloc: { sign: '◐', letter: 'p', colour: 172 },
  malloc: { sign: '●', letter: 'm', colour: 166 },
  foreign: { sign: '◇', letter: 'x', colour: 244 },
  buffer: { sign: '▪', letter: 'b', colour: 74 },
  resize: { sign: '↔', letter: 'r', colour: 175 },
  unseen: { sign: '–', letter: '-', colour: 244 },
  inexact: { sign: '≈', letter: '~', colour: 166 },
};

export interface Style {
  /** Columns of the terminal; text is cut or wrapped to fit. */
  readonly width: number;
  readonly ascii: boolean;
  sign(mark: Mark): string;
  /** Colours text like the mark. */
  paint(mark: Mark, text: string): string;
  bold(text: string): string;
  dim(text: string): string;
  /** A bar of `part` of `whole`, at most `cells` wide; a sliver for what is too small to draw, nothing for nothing. */
  bar(part: number, whole: number, cells: number): string;
}

export interface StyleOptions {
  readonly colour: boolean;
  readonly ascii: boolean;
  readonly width: number;
}

const escaped = (codes: string, text: string): string => `\u001b[${codes}m${text}\u001b[0m`;

export function makeStyle({ colour, ascii, width }: StyleOptions): Style {
  const coded = (codes: string, text: string): string => (colour && text.trim() !== '' ? escaped(codes, text) : text);
  return {
    width,
    ascii,
    sign: (mark) => (ascii ? SIGNS[mark].letter : SIGNS[mark].sign),
    paint: (mark, text) => coded(`38;5;${SIGNS[mark].colour}`, text),
    bold: (text) => coded('1', text),
    dim: (text) => coded('38;5;244', text),
    bar: (part, whole, cells) => {
      if (part <= 0 || whole <= 0) return '';
      const full = Math.round((part / whole) * cells);
      return full > 0 ? (ascii ? '#' : '█').repeat(full) : ascii ? '|' : '▏';
    },
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const ESCAPES = /\u001b\[[0-9;]*m/g;

/** Columns that text takes; every character used here takes one. */
export function textWidth(text: string): number {
  return [...text.replace(ESCAPES, '')].length;
}

/** Text from outside, safe to print: control characters are shown, not obeyed. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (c) => {
    const code = c.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

/** A name from outside in one line of ours: line breaks and tabs are shown as well. */
export function printableName(name: string): string {
  return printable(name).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Text from outside on one line, cut to a width. */
export function oneLine(text: string, width: number, style: Pick<Style, 'ascii'>): string {
  const line = printable(text.trim())
    .replace(/\s*\n\s*/g, style.ascii ? ' | ' : ' ⏎ ')
    .replaceAll('\t', ' ');
  return cut(line, width, style);
}

/** A line of ours cut to a width with an ellipsis. Colours take no room, and end where the line does. */
export function cut(line: string, width: number, style: Pick<Style, 'ascii'>): string {
  if (textWidth(line) <= width) return line;
  const dots = ellipsis(style);
  let room = Math.max(1, width - dots.length);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  const parts = line.split(/(\u001b\[[0-9;]*m)/).map((part, i) => {
    if (i % 2 === 1) return part;
    const characters = [...part].slice(0, room);
    room -= characters.length;
    return characters.join('');
  });
  return parts.join('') + dots;
}

/** A name cut in its middle: of a path, its end says most. */
export function cutMiddle(name: string, width: number, style: Pick<Style, 'ascii'>): string {
  const characters = [...name];
  if (characters.length <= width) return name;
  const dots = ellipsis(style);
  const room = Math.max(1, width - dots.length);
  const head = Math.floor(room / 3);
  return characters.slice(0, head).join('') + dots + characters.slice(characters.length - (room - head)).join('');
}

/** Stands for what was left out. */
export function ellipsis({ ascii }: Pick<Style, 'ascii'>): string {
  return ascii ? '...' : '…';
}
