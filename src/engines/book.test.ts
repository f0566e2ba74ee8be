/** Whatever the book of a recording holds, reading it ends: with what it says, or with a sentence. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PyallocsError } from '../core/errors.js';
import { type Book, type BookMemory, bookSize, readBook } from './book.js';
import { liveAddsUp } from './where.js';

const SIZE = 4096;
const [BOOK, LIVE, OWNERS] = [0, 256, 512];
const FIGURES = 40;

/** A book of a process that followed live blocks: no sites, two owners. */
function written(word: 4 | 8): ArrayBuffer {
  const memory = new ArrayBuffer(SIZE);
  const view = new DataView(memory);
  const pointer = (at: number, to: number): void =>
    word === 8 ? view.setBigUint64(at, BigInt(to), true) : view.setUint32(at, to, true);
  const numbers = (at: number, ...all: number[]): void =>
    all.forEach((one, i) => {
      view.setBigUint64(at + i * 8, BigInt(one), true);
    });
  pointer(BOOK + (word === 8 ? 56 : 48), LIVE);
  // The epoch, all owners, the raw domain, how many owners there are.
  numbers(LIVE, 7, 3, 130, 4, 250, 0, 2, 9000, 1, 8000, 7, 2);
  pointer(LIVE + 8 + 2 * FIGURES + 8, OWNERS);
  // Place, row << 4 | kind, context; then what it has and had in an epoch.
  const owner = (i: number, what: number, ...figures: number[]): void => {
    view.setUint32(OWNERS + i * 56 + 8, what, true);
    numbers(OWNERS + i * 56 + 16, ...figures);
  };
  owner(1, (5 << 4) | 1, 1, 30, 2, 150, 7); // changed since the maximum
  owner(2, 6, 2, 100, 1, 1, 6); // not changed since
  return memory;
}

function read(memory: ArrayBuffer, word: 4 | 8): Book {
  const inside: BookMemory = {
    word,
    read: (address, size) => {
      if (!(address >= 0 && address + size <= SIZE))
        throw new PyallocsError('bad-recording', 'an address leads nowhere');
      return new DataView(memory, address, size);
    },
    upTo: (address, most) => {
      if (!(address >= 0 && address < SIZE)) throw new PyallocsError('bad-recording', 'an address leads nowhere');
      return new DataView(memory, address, Math.min(most, SIZE - address));
    },
  };
  return readBook(inside, new DataView(memory, BOOK, bookSize(word)));
}

describe.each([4, 8] as const)('a book of an interpreter with pointers of %i bytes', (word) => {
  test('says what lives, and what lived at the maximum', () => {
    const { live } = read(written(word), word);
    expect(live).toEqual({
      all: { blocks: 3, bytes: 130, peakBlocks: 4, peakBytes: 250 },
      raw: { blocks: 2, bytes: 9000, peakBlocks: 1, peakBytes: 8000 },
      owners: [
        {
          code: 0,
          offset: 0,
          row: 5,
          kind: 1,
          context: 0,
          figures: { blocks: 1, bytes: 30, peakBlocks: 2, peakBytes: 150 },
        },
        {
          code: 0,
          offset: 0,
          row: 0,
          kind: 6,
          context: 0,
          figures: { blocks: 2, bytes: 100, peakBlocks: 2, peakBytes: 100 },
        },
      ],
    });
    if (live === null) throw new Error('live blocks are missing');
    expect(liveAddsUp(live)).toBe(true);
    const [first, ...rest] = live.owners;
    expect(liveAddsUp({ ...live, owners: rest })).toBe(false);
    expect(first === undefined ? [] : liveAddsUp({ ...live, owners: [first, first] })).toBe(false);
  });

  test('with other words in it is read or refused', () => {
    const words = fc.array(
      fc.tuple(
        fc.oneof(fc.nat(bookSize(word) / 4 - 1), fc.integer({ min: LIVE / 4, max: 200 })),
        fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 1, 255, 0x7fffffff, 0xffffffff)),
      ),
      { minLength: 1, maxLength: 4 },
    );
    const seen = new Set<string>();
    fc.assert(
      fc.property(words, (changes) => {
        const memory = written(word);
        for (const [at, to] of changes) new DataView(memory).setUint32(at * 4, to, true);
        try {
          read(memory, word);
          seen.add('read');
        } catch (error) {
          if (!(error instanceof PyallocsError) || error.code !== 'bad-recording') throw error;
          seen.add('refused');
        }
      }),
      { numRuns: 3000 },
    );
    expect([...seen].sort()).toEqual(['read', 'refused']);
  });
});
