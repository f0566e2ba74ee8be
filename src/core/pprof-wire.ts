/**
 * Whether bytes can be a pprof profile at all. The library that decodes them trusts what it reads: it takes what there is of
 * a field that is cut off, and a number of any length. So the outermost message is walked once before.
 *
 *     tag (field << 3 | type)  type 0: a number, seven bits per byte      type 2: a length, and as many bytes
 */
import { numberAt } from './pprof-numbers.js';

/** Fields of a Profile in pprof's profile.proto that have a length: messages, strings, packed numbers. */
const LENGTH = new Set([1, 2, 3, 4, 5, 6, 11, 13]);
const SAMPLE_TYPE = 1;
const SAMPLE = 2;
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

/** In messages without strings every byte belongs to a number. */
function hasEndlessNumber(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from, run = 0; at < to; at++) {
    run = (bytes[at] ?? 0) >= 0x80 ? run + 1 : 0;
    if (run >= LONGEST) return true;
  }
  return false;
}

/** The samples of a profile that is whole, as ranges of its bytes, and all the rest of it. */
export function splitSamples(bytes: Uint8Array): {
  readonly samples: [from: number, to: number][];
  readonly rest: Uint8Array;
} {
  const samples: [number, number][] = [];
  const others: [number, number][] = [];
  for (let at = 0; at < bytes.length; ) {
    const from = at;
    const tag = bytes[at++] ?? 0;
    const value = at;
    while ((bytes[at] ?? 0) >= 0x80) at++;
    at++;
    if ((tag & 7) === 2) at += numberAt(bytes, value);
    const ranges = tag >> 3 === SAMPLE ? samples : others;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === from) last[1] = at;
    else ranges.push([from, at]);
  }
  const rest = new Uint8Array(others.reduce((size, [from, to]) => size + to - from, 0));
  let used = 0;
  for (const [from, to] of others) {
    rest.set(bytes.subarray(from, to), used);
    used += to - from;
  }
  return { samples, rest };
}
