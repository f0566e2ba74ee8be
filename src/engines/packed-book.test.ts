import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Book, Context, CopiedCode, LiveFigures, Owner, Site } from './book.js';
import { packBook, unpackBook } from './packed-book.js';

const index = fc.nat(0xffffffff);
const code: fc.Arbitrary<CopiedCode> = fc.record({
  file: fc.string({ unit: 'binary' }),
  name: fc.string(),
  firstLine: fc.nat(),
  bytecode: fc.uint8Array(),
  lineTable: fc.uint8Array(),
  names: fc.array(fc.string()),
});
const context: fc.Arbitrary<Context> = fc.oneof(
  fc.record({ kind: fc.constant('instruction' as const), parent: index, code: index, offset: index }),
  fc.record({
    kind: fc.constantFrom('thread' as const, 'region' as const),
    parent: index,
    label: fc.option(fc.string()),
  }),
);
const whole = fc.maxSafeNat();
const site: fc.Arbitrary<Site> = fc.record({
  code: index,
  offset: index,
  row: index,
  kind: fc.nat(15),
  context: index,
  count: whole,
  bytes: whole,
});
const figures: fc.Arbitrary<LiveFigures> = fc.record({
  blocks: whole,
  bytes: whole,
  peakBlocks: whole,
  peakBytes: whole,
});
const owner: fc.Arbitrary<Owner> = fc.record({
  code: index,
  offset: index,
  row: index,
  kind: fc.nat(15),
  context: index,
  figures,
});
const book: fc.Arbitrary<Book> = fc.record({
  codes: fc.array(fc.option(code)),
  contexts: fc.array(fc.option(context)),
  sites: fc.array(site),
  live: fc.option(fc.record({ all: figures, raw: figures, owners: fc.array(owner) })),
});

test('a book that was packed, sent and unpacked is the same', () => {
  fc.assert(
    fc.property(book, (one) => {
      expect(unpackBook(deserialize(serialize(packBook(one))))).toEqual(one);
    }),
  );
});
