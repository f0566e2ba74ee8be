/**
 * Whether bytes can be a pprof profile at all. The library that decodes them trusts what it reads: it takes what there is of
 * a field that is cut off, and a number of any length. So the outermost message is walked once before.
 *
 *     tag (field << 3 | type)  type 0: a number, seven bits per byte      type 2: a length, and as many bytes
 */

/** Fields of a Profile in pprof's profile.proto that have a length: messages, strings, packed numbers. */
const LENGTH = new Set([1, 2, 3, 4, 5, 6, 11, 13]);
const SAMPLE_TYPE = 1;
const STRING = 6;
const COMMENT = 13;
const LAST = 15;

/** Bytes that a number of 64 bits takes at most. */
const LONGEST = 10;

/** `cut`: it begins as a profile does and ends too early. `foreign`: something else. */
export type Wire = 'whole' | 'cut' | 'foreign';

export function checkWire(bytes: Uint8Array): Wire {
  let at = 0;
  let whole = 0;
  while (at < bytes.length) {
    const tag = bytes[at++] ?? 0;
    const [field, type] = [tag >> 3, tag & 7];
    const expected = LENGTH.has(field) ? type === 2 || (field === COMMENT && type === 0) : type === 0;
    if (field === 0 || field > LAST || !expected || (whole === 0 && field !== SAMPLE_TYPE)) return 'foreign';
    const from = at;
    while (at < bytes.length && (bytes[at] ?? 0) >= 0x80) at++;
    if (at - from >= LONGEST) return 'foreign';
    if (at === bytes.length) return whole > 0 ? 'cut' : 'foreign';
    at++;
    if (type === 2) {
      const size = numberAt(bytes, from);
      if (size > bytes.length - at) return whole > 0 ? 'cut' : 'foreign';
      if (field !== STRING && hasEndlessNumber(bytes, at, at + size)) return 'foreign';
      at += size;
    }
    whole++;
  }
  return 'whole';
}

function numberAt(bytes: Uint8Array, from: number): number {
  let value = 0;
  for (let at = from, scale = 1; ; at++, scale *= 0x80) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
}

/** In messages without strings every byte belongs to a number. */
function hasEndlessNumber(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from, run = 0; at < to; at++) {
    run = (bytes[at] ?? 0) >= 0x80 ? run + 1 : 0;
    if (run >= LONGEST) return true;
  }
  return false;
}
