/** Numbers as the format of pprof has them: seven bits per byte, the lowest first, the highest bit set in all but the last. */

/** Reads a number that is known to end. */
export function numberAt(bytes: Uint8Array, from: number): number {
  let value = 0;
  for (let at = from, scale = 1; ; at++, scale *= 0x80) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
}

/** Bytes that a number takes. */
export function wireSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest /= 0x80) size++;
  return size;
}

const ROOM = 256;
/** Bytes that a tag and a number take at most. */
const LONGEST = 11;

/** Bytes that grow as they are written. */
export class WireWriter {
  #bytes = new Uint8Array(ROOM);
  #used = 0;

  /** A tag, and the number or the length that comes after it. */
  field(tag: number, value: number): void {
    this.#reserve(LONGEST);
    this.#bytes[this.#used++] = tag;
    this.number(value);
  }

  number(value: number): void {
    this.#reserve(LONGEST);
    let rest = value;
    while (rest >= 2 ** 31) {
      this.#bytes[this.#used++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest >= 0x80) {
      this.#bytes[this.#used++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#used++] = rest;
  }

  bytes(more: Uint8Array): void {
    this.#reserve(more.length);
    this.#bytes.set(more, this.#used);
    this.#used += more.length;
  }

  /** All that was written. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  #reserve(more: number): void {
    if (this.#used + more <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * this.#bytes.length + more);
    larger.set(this.written());
    this.#bytes = larger;
  }
}
