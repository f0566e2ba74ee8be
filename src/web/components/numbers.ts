/** Numbers as the pages show them: a thin space between thousands, where the terminal has a comma. */
import { byteSize, integer, signed } from '../../report/text/numbers.js';

/** A narrow space that does not break. */
const THIN = '\u202f';

/** Text of the terminal, its thousands apart as in the pages. */
export function thin(text: string): string {
  return text.replace(/(\d),(?=\d{3})/g, `$1${THIN}`);
}

export function whole(value: number): string {
  return thin(integer(value));
}

/** "+1 234", "−5", "0": with a real minus, as wide as the plus. */
export function signedWhole(value: number): string {
  return thin(signed(value, integer)).replace('-', '\u2212');
}

/** "12.3 MiB" where it is a size, otherwise the number. */
export function amount(value: number, bytes: boolean): string {
  return bytes ? thin(byteSize(value)) : whole(value);
}

/** The exact number with its unit. */
export function exactly(value: number, { word, one }: { readonly word: string; readonly one: string }): string {
  return `${whole(value)} ${value === 1 ? one : word}`;
}
