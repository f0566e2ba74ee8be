/** Who served an event: the parts of every bar, in the order in which they stand, with their signs and words. */
import { type Mark, makeStyle, type Style } from '../../report/text/style.js';

/** The order of ORIGINS, then buffers, then what has no origin: resizes, relocations, releases. */
export const KINDS = ['freelist', 'pymalloc', 'malloc', 'foreign', 'buffer', 'other'] as const;
export type Kind = (typeof KINDS)[number];

/** Values by kind, in the order of KINDS. */
export type ByKind = ArrayLike<number>;

/** The signs of the terminal, without its colours and widths. */
export const STYLE: Style = makeStyle({ colour: false, ascii: false, width: 1000 });

export function signOf(kind: Kind): string {
  return kind === 'other' ? '' : STYLE.sign(kind satisfies Mark);
}

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  freelist: 'freelist',
  pymalloc: 'pymalloc',
  malloc: 'malloc',
  foreign: 'foreign memory',
  buffer: 'buffer',
  other: 'no origin',
};
