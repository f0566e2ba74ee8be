import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packJson, unpackJson } from './packed-json.js';

const roundTrip = (value: unknown): unknown => unpackJson(JSON.parse(JSON.stringify(packJson(value))) as never);

test('nothing, scalars and empty things come back', () => {
  for (const value of [null, 0, -1.5, '', 'x'.repeat(100), true, [], {}, [[]], [[[]], {}], { a: [] }])
    expect(roundTrip(value)).toEqual(value);
});

test('any JSON comes back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.parse(JSON.stringify(value)) as unknown;
      expect(roundTrip(json)).toEqual(json);
    }),
  );
});

test('keys that are special elsewhere are keys', () => {
  const value = JSON.parse('{"__proto__": {"a": 1}, "constructor": [2]}') as unknown;
  expect(JSON.stringify(roundTrip(value))).toBe(JSON.stringify(value));
});

test('what is there many times is stored once', () => {
  const one = { interpreter: 'wasm:3.14', counts: { creations: 1000, freelist: 1000 } };
  const many = Array.from({ length: 1000 }, () => ({ ...one, counts: { ...one.counts } }));
  expect(JSON.stringify(packJson(many)).length).toBeLessThan(6000);
  expect(roundTrip(many)).toEqual(many);
});

test('a key that is undefined is no key', () => {
  expect(roundTrip({ a: undefined, b: 1 })).toEqual({ b: 1 });
});
