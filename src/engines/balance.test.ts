import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addCounts, BUFFER_ROW, type Counts, countFields, ORIGINS, type Origin, ZERO } from '../core/counts.js';
import { countsOf, SAMPLE_FIELDS } from '../core/recording.js';
import { type Entry, eventsIn, moveDeficits, noValues, restOf, type Values } from './balance.js';

const entry = (
  code: number | null,
  wanted: number,
  type: string | null,
  origin: Origin | null,
  values: Partial<Values>,
): Entry => ({ place: code === null ? null : { code, wanted }, type, origin, values: { ...noValues(), ...values } });

const buffers = (code: number, wanted: number, n: number, size = 64 * n): Entry =>
  entry(code, wanted, null, 'pymalloc', { buffers: n, requests: n, bytes: size });

test('memory taken at one instruction and made an object at another is a buffer of neither', () => {
  const [taken, made] = [buffers(1, 0, 3), buffers(1, 1, -2)];
  moveDeficits([taken, made]);
  expect([taken.values, made.values]).toEqual([buffers(1, 0, 1).values, noValues()]);
});

test('a deficit is taken from the same instruction first, then from the same code, then from others', () => {
  const all = [buffers(2, 0, 5), buffers(1, 0, 1), buffers(1, 1, 1), buffers(1, 1, -4)];
  moveDeficits(all);
  expect(all.map(({ values }) => values.buffers)).toEqual([3, 0, 0, 0]);
});

test('another type or origin gives nothing, and what nobody has stays', () => {
  const all = [
    entry(1, 0, null, 'malloc', { buffers: 5 }),
    entry(1, 0, 'int', 'pymalloc', { creations: 5 }),
    buffers(1, 1, -4),
  ];
  moveDeficits(all);
  expect(all.map(({ values }) => [values.buffers, values.creations])).toEqual([
    [5, 0],
    [0, 5],
    [-4, 0],
  ]);
});

const anyEntry: fc.Arbitrary<Entry> = fc
  .record({
    code: fc.option(fc.nat(2)),
    wanted: fc.nat(2),
    type: fc.constantFrom(null, 'int', 'str'),
    origin: fc.constantFrom<(Origin | null)[]>(null, ...ORIGINS),
    n: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ code, wanted, type, origin, n }) => {
    if (origin === null) return entry(code, wanted, type, null, { resizes: n, releases: 2 * n, resizeBytes: 9 * n });
    if (type !== null) {
      const served = origin === 'pymalloc' || origin === 'malloc';
      return entry(code, wanted, type, origin, { creations: n, ...(served ? { requests: n, bytes: 16 * n } : {}) });
    }
    const by = origin === 'malloc' ? 'malloc' : 'pymalloc';
    return entry(code, wanted, null, by, { buffers: n, requests: n, bytes: 8 * n });
  });

const sumOf = (entries: readonly Entry[]): Values => {
  const sum = noValues();
  for (const { values } of entries) for (const field of SAMPLE_FIELDS) sum[field] += values[field];
  return sum;
};

test('sums stay what they are, and nothing is below zero where the sum is not', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 12 }), fc.array(fc.nat(20), { maxLength: 12 }), (entries, moved) => {
      // Moves between entries of one kind, as requests are that become objects elsewhere.
      moved.forEach((n, i) => {
        const from = entries[i];
        const to = entries.findLast((one) => one.type === from?.type && one.origin === from?.origin);
        if (from === undefined || to === undefined) return;
        for (const field of SAMPLE_FIELDS) {
          if (from.values[field] === 0) continue;
          from.values[field] += n;
          to.values[field] -= n;
        }
      });
      const before = sumOf(entries);
      moveDeficits(entries);
      expect(sumOf(entries)).toEqual(before);
      const below = entries.filter(({ values }) => SAMPLE_FIELDS.some((field) => values[field] < 0));
      expect(below).toEqual([]);
    }),
  );
});

/** The rows of what is at sites. */
function rowsOf(entries: readonly Entry[]): Map<string, Counts> {
  const rows = new Map<string, Counts>();
  for (const { type, origin, values } of entries) {
    const name = type ?? BUFFER_ROW;
    rows.set(name, addCounts(rows.get(name) ?? ZERO, countsOf({ origin, values })));
  }
  return rows;
}

test('when all is at sites, there is no rest', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 12 }), (entries) => {
      expect(restOf(entries, rowsOf(entries))).toEqual([]);
    }),
  );
});

test('what is missing at sites is the rest: rows and sites come to the same', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 12 }), fc.array(anyEntry, { maxLength: 3 }), (entries, lost) => {
      const rows = rowsOf([...entries, ...lost]);
      const rest = restOf(entries, rows);
      const found = rowsOf([...entries, ...rest]);
      for (const [type, row] of rows)
        expect([type, countFields(found.get(type) ?? ZERO)]).toEqual([type, countFields(row)]);
      expect(rest.every(({ place }) => place === null)).toBe(true);
      expect(eventsIn(rest)).toBe(eventsIn(lost));
    }),
  );
});

test('a process ended between the creation of an object and its site: the object is at no site, its request no buffer', () => {
  // The rows know that the last request became an int; its site still has it as a buffer.
  const entries = [buffers(1, 0, 2), entry(1, 0, 'int', 'pymalloc', { creations: 1, requests: 1, bytes: 32 })];
  const rows = rowsOf([buffers(1, 0, 1), entry(1, 0, 'int', 'pymalloc', { creations: 2, requests: 2, bytes: 96 })]);
  const all = [...entries, ...restOf(entries, rows)];
  moveDeficits(all);
  expect(all.filter(({ values }) => SAMPLE_FIELDS.some((field) => values[field] !== 0))).toEqual([
    buffers(1, 0, 1),
    entry(1, 0, 'int', 'pymalloc', { creations: 1, requests: 1, bytes: 32 }),
    entry(null, 0, 'int', 'pymalloc', { creations: 1, requests: 1, bytes: 64 }),
  ]);
});
