/**
 * A column of whole numbers as text, short and safe inside HTML: digits to the base 32, the lowest first, each a character
 * of base64; a digit that another one follows has 32 added. So source maps have it, here without a sign.
 *
 *     [0, 1, 31, 32, 1000]  →  "A" "B" "f" "gB" "of"
 */
const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const DIGITS = new Uint8Array(128);
for (let i = 0; i < CHARACTERS.length; i++) DIGITS[CHARACTERS.charCodeAt(i)] = i;

export function packColumn(values: ArrayLike<number>): string {
  let text = '';
  for (let i = 0; i < values.length; i++) {
    let rest = values[i] ?? 0;
    if (!Number.isSafeInteger(rest) || rest < 0) throw new Error(`internal error: ${rest} is no count`);
    do {
      const digit = rest % 32;
      rest = (rest - digit) / 32;
      text += CHARACTERS.charAt(rest > 0 ? digit + 32 : digit);
    } while (rest > 0);
  }
  return text;
}

/** Into an array that has the length of the column. */
export function unpackColumn<T extends Int32Array | Float64Array>(text: string, into: T): T {
  let at = 0;
  for (let i = 0; i < into.length; i++) {
    let value = 0;
    for (let scale = 1; ; scale *= 32) {
      const digit = DIGITS[text.charCodeAt(at++)] ?? 0;
      value += (digit & 31) * scale;
      if (digit < 32) break;
    }
    into[i] = value;
  }
  return into;
}
