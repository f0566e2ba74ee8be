/** Links are for ever, and come from anybody. */

import fc from 'fast-check';
import { deflateSync, Inflate, strToU8 } from 'fflate';
import { describe, expect, test, vi } from 'vitest';
import type { Shared } from '../question.js';
import { VERSIONS } from '../state.js';
import fixtures from './link.fixtures.json' with { type: 'json' };
import { decodeLink, encodeLink, LINK_VERSION } from './link-code.js';

const DAMAGED = /^This link is damaged/;

const linkOf = (json: unknown): string => {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  return `1.${Buffer.from(deflateSync(strToU8(text))).toString('base64url')}`;
};

const sharedOf = (hash: string): Shared | null => {
  const decoded = decodeLink(hash);
  return decoded !== null && 'shared' in decoded ? decoded.shared : null;
};

const problemOf = (hash: string): string | null => {
  const decoded = decodeLink(hash);
  return decoded !== null && 'problem' in decoded ? decoded.problem : null;
};

describe('links that were made once', () => {
  test.each(fixtures)('$what', ({ link, shared }) => {
    expect(decodeLink(link)).toEqual({ shared });
  });

  test('there are some of every version of the format', () => {
    const versions = new Set(fixtures.map(({ link }) => Number(link.split('.')[0])));
    expect([...versions].sort()).toEqual(Array.from({ length: LINK_VERSION }, (_, i) => i + 1));
  });
});

test('whatever is shown comes back', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ unit: 'grapheme', maxLength: 400 }));
  const shared: fc.Arbitrary<Shared> = fc
    .record({
      code: text,
      setup: text,
      program: fc.boolean(),
      versions: fc.subarray([...VERSIONS], { minLength: 1 }),
      which: fc.nat(),
      line: fc.option(fc.record({ text: fc.constantFrom('code', 'setup'), line: fc.nat() })),
    })
    .map(({ code, setup, program, versions, which, line }) => {
      const at = line !== null && program ? { ...line, text: 'code' as const } : line;
      const lines = (at?.text === 'setup' ? setup : code).split('\n').length;
      return {
        question: { mode: program ? 'program' : 'statement', setup: program ? '' : setup, code },
        versions,
        shown: versions[which % versions.length] ?? '',
        line: at === null ? null : { ...at, line: 1 + (at.line % lines) },
      };
    });
  fc.assert(
    fc.property(shared, (one) => {
      const link = encodeLink(one) ?? '';
      expect(link).toMatch(/^1\.[\w-]+$/);
      expect(decodeLink(link)).toEqual({ shared: one });
    }),
  );
});

test('characters that have no UTF-8 come back as well', () => {
  const shared = {
    question: { mode: 'statement', setup: '\0\ud800', code: 's = "\udfff😀\u2028"' },
    versions: ['3.14'],
    shown: '3.14',
    line: null,
  } as const;
  expect(sharedOf(encodeLink(shared) ?? '')).toEqual(shared);
});

describe('from anybody', () => {
  test('no string throws, and what is no link of ours is none', () => {
    const strings = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }).map((text) => `1.${text}`),
      fc.base64String().map((text) => `1.${text.replace(/=/g, '')}`),
      fc.uint8Array().map((bytes) => `1.${Buffer.from(bytes).toString('base64url')}`),
      fc.jsonValue().map(linkOf),
      fc
        .record({ c: fc.anything(), s: fc.anything(), v: fc.anything(), w: fc.anything(), l: fc.anything() })
        .map((value) => linkOf(JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one)) ?? '')),
    );
    fc.assert(
      fc.property(strings, (hash) => {
        const decoded = decodeLink(hash);
        if (decoded === null) expect(hash).not.toMatch(/^\d{1,6}\./);
        else if ('problem' in decoded) expect(decoded.problem).toMatch(/\.$/);
        else {
          const { versions, shown, question, line } = decoded.shared;
          expect(versions).toEqual(VERSIONS.filter((version) => versions.includes(version)));
          expect(versions).toContain(shown);
          expect([typeof question.code, typeof question.setup]).toEqual(['string', 'string']);
          if (line !== null) expect(question[line.text].split('\n').length).toBeGreaterThanOrEqual(line.line);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['', 'examples', 'limits', 'examples-integers', 'example=call.star-args', '1', '.x', 'x1.y'])(
    'the anchor %j is none',
    (hash) => expect(decodeLink(hash)).toBeNull(),
  );

  test.each([
    '1.',
    '1.!',
    '1.AAAA',
    '0.q1ZKVrJSAgA',
    linkOf('{"c":'),
    linkOf([]),
    linkOf({ c: 1 }),
    linkOf({ c: '', s: 1 }),
  ])('damaged: %s', (hash) => expect(problemOf(hash)).toMatch(DAMAGED));

  test('cut at any place it is damaged, never a part of the code', () => {
    const link = linkOf({
      c: 'y = x + 1  # a little longer, and longer',
      s: 'x = 1000',
      v: ['3.13', '3.14'],
      w: '3.14',
    });
    for (let end = 2; end < link.length; end++) {
      const shared = sharedOf(link.slice(0, end));
      expect(shared?.question.code ?? null, link.slice(0, end)).toBeNull();
    }
  });

  test('what a sentence leaves at its end is not part of it', () => {
    for (const end of ['.', ')', ',', '>', ').']) expect(sharedOf(linkOf({ c: 'x' }) + end)?.question.code).toBe('x');
  });

  test('of a newer page', () => {
    expect(problemOf(`${LINK_VERSION + 1}.anything`)).toBe(
      'This link was made by a newer playground; reload the page.',
    );
    expect(problemOf('999999.')).toMatch(/newer/);
  });

  test('versions that this page does not have are left out; one stays', () => {
    expect(sharedOf(linkOf({ c: 'x', v: ['2.7', '3.13', '3.99', 3.1, '3.10'], w: '3.99' }))).toMatchObject({
      versions: ['3.10', '3.13'],
      shown: '3.13',
    });
    for (const v of [undefined, [], ['2.7'], 'all', { length: 2 }])
      expect(sharedOf(linkOf({ c: 'x', v }))).toMatchObject({ versions: ['3.14'], shown: '3.14' });
  });

  test('a line that is not there is none', () => {
    for (const l of [['code', 0], ['code', 3], ['code', 1.5], ['code', '1'], ['length', 1], 'code', [], {}])
      expect(sharedOf(linkOf({ c: 'a\nb', l }))?.line).toBeNull();
    expect(sharedOf(linkOf({ c: 'a\nb', l: ['code', 2] }))?.line).toEqual({ text: 'code', line: 2 });
  });

  test('a bomb is defused at once', () => {
    const bomb = `1.${Buffer.from(deflateSync(new Uint8Array(40_000_000).fill(32), { level: 9 })).toString('base64url')}`;
    expect(bomb.length).toBeLessThan(60_000);
    // 512 bytes at a time: it is over with the piece that makes it too large.
    const push = vi.spyOn(Inflate.prototype, 'push');
    expect(problemOf(bomb)).toMatch(DAMAGED);
    expect(push.mock.calls.length).toBeLessThanOrEqual(4);
    push.mockRestore();
  });

  test('a link of a megabyte is not even looked at', () => {
    expect(problemOf(`1.${'A'.repeat(1_000_000)}`)).toMatch(DAMAGED);
  });
});

test('what is too long for a link has none', () => {
  const random = Array.from({ length: 100_000 }, (_, i) => ((i * 2654435761) >>> 0).toString(36)).join(' ');
  const shared = { versions: ['3.14'], shown: '3.14', line: null };
  expect(encodeLink({ ...shared, question: { mode: 'program', setup: '', code: random } })).toBeNull();
  expect(encodeLink({ ...shared, question: { mode: 'program', setup: '', code: 'x'.repeat(2_000_000) } })).toBeNull();
});
