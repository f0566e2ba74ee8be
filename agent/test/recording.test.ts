import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { addCounts, type Counts, ZERO } from '../../src/core/counts.js';
import { brokenIdentity } from '../../src/core/interval.js';
import { Model } from './model.js';
import { record } from './recording.js';
import { WasmCore } from './wasm-core.js';

/** Something of everything: parsing, strings and tuples that are resized, classes that come and go, __del__, recursion. */
const PROGRAM = `
import gc, json
def classes():
    for i in range(60):
        name = f'C{i % 20}'
        C = type(name, (), {'__slots__': ('x',)} if i % 3 else {'x': 1})
        instances = [C() for _ in range(20)]
        class Meta(type): pass
        class D(C, metaclass=Meta): pass
        instances.append(D())
        del C, D, Meta, instances
        if i % 10 == 9:
            gc.collect()
    gc.collect()

def texts():
    text, data = '', b''
    for i in range(300):
        text += str(i)
        data += bytes([i % 256]) * (i % 7)
    return len(text) + len(tuple(c for c in text)) + len(json.loads(json.dumps([text, {text: 1.5}])))

class Phoenix:
    alive = []
    def __del__(self):
        Phoenix.alive.append(self)

def phoenixes():
    for _ in range(30):
        Phoenix()
    Phoenix.alive.clear()

def deep(n):
    locals_of_many_sizes = (n, str(n), [n])
    return n and deep(n - 1) if n % 2 else n and deeper(n - 1, n, n, n)

def deeper(n, a, b, c):
    d, e, f = [a, b], {a: b}, (b, c)
    return deep(n)

def parse():
    document = [{'id': i, 'name': f'name {i}', 'tags': ['a', 'b', str(i)], 'value': i / 3, 'more': {'x': None}} for i in range(100)]
    for _ in range(2):
        assert json.loads(json.dumps(document)) == document
        big = [list(range(1000)) for _ in range(4)]
        sorted(x for row in big for x in row)
    bytearray(1 << 20).extend(bytes(1 << 20))

classes(); texts(); phoenixes(); deep(150); parse()
`;

describe.each([10, 11, 12, 13, 14, 15])('a recorded program on 3.%i', (minor) => {
  test('comes to the same numbers in the model and in the core', async () => {
    const { events, recorded, flags, space } = await record(minor, PROGRAM, 3);
    expect(flags).toBe(0);
    expect(recorded).toBeGreaterThan(20_000);
    const core = await WasmCore.load(space);
    const model = new Model();
    let total: Counts = ZERO;
    let resurrections = 0;
    for (const [index, event] of events.entries()) {
      const expected = model.apply(event);
      const found = core.apply(event);
      if (!isDeepStrictEqual(found, expected)) {
        expect({ index, event, answer: found }).toEqual({ index, event, answer: expected });
      }
      if (expected === null || typeof expected === 'boolean' || expected.counters === null) continue;
      const { counters } = expected;
      expect(brokenIdentity(counters)).toBeNull();
      if (minor >= 13) expect(counters.objectRequests).toBe(counters.counts.creations.malloc);
      expect(counters.byType.get('C7')).toMatchObject({ creations: { total: 60 }, releases: 60 });
      total = addCounts(total, counters.counts);
      resurrections += counters.resurrections;
    }
    const { creations, buffers, relocations, resizes, releases } = total;
    for (const value of [creations.freelist, creations.malloc, buffers.malloc, relocations, resizes, releases]) {
      expect(value).toBeGreaterThan(100);
    }
    expect(creations.foreign).toBe(0);
    expect(resurrections).toBe(minor <= 12 ? 90 : 0);
  });
});
