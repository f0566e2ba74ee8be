import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ORIGINS } from '../../core/counts.js';
import { ProgramFiles } from '../../core/program-files.js';
import { type Recording, SAMPLE_FIELDS, type Sample } from '../../core/recording.js';
import { recordingFromText } from '../../core/recording.testkit.js';
import { FIELDS, OUTSIDE, packRecording } from '../../report/html/packed-recording.js';
import { differences, type Side } from './differences.js';
import { sampleLocations } from './groups.js';
import { type Filter, NO_FILTER, selectedValues, sumOf } from './measure.js';
import { homeOf, type Profile, shortPath, unpackRecording } from './profile.js';

const unpacked = (recording: Recording): Profile =>
  unpackRecording(JSON.parse(JSON.stringify(packRecording(recording))));

/** The samples of a profile as the recording had them. */
function samplesOf({ samples, nodes, types, strings, codes, locations }: Profile): Sample[] {
  return Array.from({ length: samples.length }, (_, i) => {
    const stack: number[] = [];
    for (let node = samples.node[i] ?? 0; node !== 0; node = nodes.parent[node] ?? 0)
      stack.push(nodes.location[node] ?? -1);
    const outside = codes[locations.code[stack[0] ?? -1] ?? -1]?.name === OUTSIDE;
    const region = samples.region[i] ?? 0;
    return {
      stack: outside ? [] : stack,
      type: samples.type[i] === 0 ? null : (types[samples.type[i] ?? 0] ?? ''),
      origin: ORIGINS[(samples.origin[i] ?? 0) - 1] ?? null,
      thread: strings[samples.thread[i] ?? 0] ?? '',
      region: region === 0 ? null : (strings[region - 1] ?? ''),
      pid: samples.pid[i] ?? 0,
      values: Object.fromEntries(
        FIELDS.flatMap((field) => (field.match(/^(live|peak)/) ? [] : [[field, samples.values[field][i] ?? 0]])),
      ) as Sample['values'],
    };
  });
}

const someSamples: fc.Arbitrary<Sample[]> = fc.array(
  fc.record({
    stack: fc.array(fc.nat(4), { maxLength: 5 }),
    type: fc.constantFrom(null, 'int', 'str', '(buffer)', ''),
    origin: fc.constantFrom(null, ...ORIGINS),
    thread: fc.constantFrom('MainThread', 'int'),
    region: fc.constantFrom(null, 'load', 'load/parse'),
    pid: fc.integer({ min: 1, max: 2 ** 22 }),
    values: fc.record(Object.fromEntries(SAMPLE_FIELDS.map((field) => [field, fc.maxSafeNat()]))),
  }) as fc.Arbitrary<Sample>,
);

const withSamples = (samples: readonly Sample[]): Recording => ({
  ...recordingFromText('a@x.py:1 > b@x.py:2 > c@y.py:3 > d@y.py:4 > e@z.py:5 | int freelist | creations=1'),
  samples,
});

test('what is packed comes back as it was', () => {
  fc.assert(
    fc.property(someSamples, (samples) => {
      const recording = withSamples(samples);
      const profile = unpacked(recording);
      expect(samplesOf(profile)).toEqual(samples);
      expect(profile.codes.filter(({ name }) => name !== OUTSIDE)).toEqual(recording.codes);
      const { code, offset, line } = profile.locations;
      recording.locations.forEach((one, i) => {
        expect([code[i], offset[i], line[i]]).toEqual([one.code, one.offset, one.line]);
      });
    }),
  );
});

test('no sample, no stack', () => {
  const profile = unpacked(withSamples([]));
  expect([profile.samples.length, profile.nodes.parent.length]).toEqual([0, 1]);
});

test('names are shown, not obeyed', () => {
  const profile = unpacked(recordingFromText('f\u001b[2J\u202e@x.py:1 | in\u0007t freelist | creations=1'));
  expect([profile.codes[0]?.name, profile.types[1]]).toEqual(['f\\x1b[2J\\u202e', 'in\\x07t']);
});

describe('a filter', () => {
  const profile = unpacked(
    recordingFromText(`
      f@x.py:1 | int freelist | creations=1
      f@x.py:1 | int pymalloc | creations=2 requests=2
      f@x.py:1 | str malloc   | creations=4 requests=4 thread=T region=r pid=7
      f@x.py:1 | - malloc     | buffers=8 requests=8
      f@x.py:1 | - pymalloc   | buffers=16 requests=16
      f@x.py:1 | - -          | releases=32
    `),
  );
  const requests = (filter: Partial<Filter>): number =>
    sumOf(selectedValues(profile, 'requests', { ...NO_FILTER, ...filter }));

  test('of nothing keeps all', () => expect(requests({})).toBe(2 + 4 + 8 + 16));
  test('by who served objects leaves buffers out', () => expect(requests({ kind: 'malloc' })).toBe(4));
  test('by buffers keeps those of both', () => expect(requests({ kind: 'buffer' })).toBe(8 + 16));
  test('by the system keeps objects and buffers', () => expect(requests({ kind: 'system' })).toBe(4 + 8));
  test('by a type keeps that one', () => expect(requests({ type: 'int' })).toBe(2));
  test('by the row of buffers keeps those', () => expect(requests({ type: '(buffer)' })).toBe(8 + 16));
  test('by thread, region and process', () => {
    for (const one of [{ thread: 'T' }, { region: 'r' }, { pid: 7 }]) expect(requests(one)).toBe(4);
  });
  test('by what this recording does not have keeps nothing', () => {
    for (const one of [{ type: 'set' }, { thread: 'U' }, { region: 's' }, { pid: 1 }]) expect(requests(one)).toBe(0);
  });
});

test('a path is told from the folder of the program, or from that of the libraries', () => {
  const files = new ProgramFiles(recordingFromText('', { folder: '/home/me/p', command: ['x.py'] }));
  const told = (file: string): string => `${shortPath(file, files)}, ${homeOf(file, files)}`;
  expect(told('/home/me/p/app/x.py')).toBe('app/x.py, program');
  expect(told('app.py')).toBe('app.py, program');
  expect(told('<string>')).toBe('<string>, program');
  expect(told('/home/me/p2/x.py')).toBe('/home/me/p2/x.py, library');
  expect(told('/usr/lib/python3.14/json/decoder.py')).toBe('python3.14/json/decoder.py, library');
  expect(told('/home/me/p/.venv/lib/python3.14/site-packages/a/b.py')).toBe('site-packages/a/b.py, library');
  expect(told('/opt/lib/python3.14/site-packages/a/b.py')).toBe('site-packages/a/b.py, library');
  expect(told('<frozen importlib._bootstrap>')).toBe('<frozen importlib._bootstrap>, interpreter');
});

describe('differences', () => {
  const side = (text: string, more: Partial<Recording> = {}): Side => {
    const profile = unpacked(recordingFromText(text, more));
    return { profile, values: profile.samples.values.creations, locations: sampleLocations(profile) };
  };

  test('none where all is the same', () => {
    const same = 'f@x.py:1 | int freelist | creations=1';
    expect(differences(side(same), side(same), 'function')).toEqual({ rows: [], unchanged: 1, moved: new Map() });
  });

  test('functions are the same after their lines moved, in another folder, on another version', () => {
    const before = side('f@/a/x.py:1 > g@/usr/lib/python3.13/json/decoder.py:9 | int freelist | creations=3', {
      folder: '/a',
    });
    const after = side('f@/b/x.py:7 > g@/usr/lib/python3.14/json/decoder.py:2 | int freelist | creations=5', {
      folder: '/b',
    });
    expect(differences(before, after, 'function').rows).toEqual([
      { key: 'g', place: 'python3/json/decoder.py', before: 3, after: 5, change: 'more' },
    ]);
  });

  test('come to the difference of the totals, by whatever they are grouped', () => {
    fc.assert(
      fc.property(someSamples, someSamples, fc.constantFrom('function', 'type', 'file'), (a, b, by) => {
        const small = (samples: Sample[]): Sample[] =>
          samples.map((one) => ({ ...one, values: { ...one.values, creations: one.values.creations % 1000 } }));
        const [before, after] = [a, b].map((samples) => {
          const profile = unpacked(withSamples(small(samples)));
          return { profile, values: profile.samples.values.creations, locations: sampleLocations(profile) };
        }) as [Side, Side];
        const sum = differences(before, after, by as 'function').rows.reduce(
          (all, row) => all + row.after - row.before,
          0,
        );
        expect(sum).toBe(sumOf(after.values) - sumOf(before.values));
      }),
    );
  });
});
