/** Any recording, for properties. */
import fc from 'fast-check';
import { type Counts, ORIGINS, ZERO } from './counts.js';
import type { ProgramWarning } from './program.js';
import { LIVE_FIELDS, type Recording, SAMPLE_FIELDS } from './recording.js';
import { recordingFromText } from './recording.testkit.js';
import { bytes, count } from './units.js';

/** Names as Python may have them: control characters, markup, separators of formats, lone surrogates, nothing at all. */
const name = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\ufeffa', 'caf\udce9.py', '<module>', '=1+1', 'a;b', '\u001b[31m', '__proto__', 'a,"b"\r\n'),
);
const number = fc.oneof(fc.nat({ max: 1000 }), fc.maxSafeNat());
const small = fc.nat({ max: 3 });

const counts: fc.Arbitrary<Counts> = fc
  .record({ made: number, asked: number, size: number, pools: fc.option(number) })
  .map(({ made, asked, size, pools }) => ({
    ...ZERO,
    creations: { ...ZERO.creations, total: count(made), freelist: count(made) },
    requests: count(asked),
    bytes: bytes(size),
    pools: pools === null ? null : count(pools),
  }));

const exit = fc.record({ code: fc.option(fc.nat({ max: 255 })), signal: fc.option(fc.constant('SIGKILL')) });
const warning: fc.Arbitrary<ProgramWarning> = fc.record({ code: fc.constantFrom('fork', 'jit'), message: name });

const about: fc.Arbitrary<Partial<Recording>> = fc.record({
  command: fc.array(name, { maxLength: 3 }),
  folder: name,
  exit,
  outcome: fc.constantFrom('exact', 'varying'),
  why: fc.option(warning, { nil: null }),
  warnings: fc.array(warning, { maxLength: 2 }),
  seconds: fc.double({ min: 0, max: 1e6, noNaN: true }).map((seconds) => seconds + 0),
  total: counts,
  processes: fc.array(
    fc.record({
      pid: number,
      parent: fc.option(number),
      command: fc.array(name, { maxLength: 2 }),
      counts,
      exit: fc.option(exit),
    }),
    { maxLength: 2 },
  ),
  stacks: fc.constantFrom('none', 'folded', 'full'),
  approximate: fc.boolean(),
  sources: fc.array(fc.record({ file: name, sha256: fc.option(fc.constant('ab'.repeat(32))) }), { maxLength: 2 }),
});

const code = fc.record({ name, file: name, firstLine: fc.oneof(fc.nat({ max: 99 }), fc.integer()) });

const locations = (codes: number) =>
  fc.array(
    fc.record({
      code: fc.nat({ max: codes - 1 }),
      offset: fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 2 ** 24 - 1 })),
      line: fc.option(fc.oneof(fc.nat({ max: 99 }), fc.integer())),
      column: fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
      opcode: fc.oneof(fc.constantFrom('', 'CALL', 'BUILD_LIST'), name),
      argument: name,
    }),
    { maxLength: codes === 0 ? 0 : 6 },
  );

const samples = (locations: number, live: boolean) =>
  fc.array(
    fc.record({
      stack: fc.array(fc.nat({ max: Math.max(0, locations - 1) }), { maxLength: locations === 0 ? 0 : 5 }),
      type: fc.option(fc.oneof(fc.constantFrom('int', '(buffer)'), name)),
      origin: fc.option(fc.constantFrom(...ORIGINS)),
      thread: fc.oneof(fc.constant('MainThread'), name),
      region: fc.option(name),
      pid: fc.oneof(small, number),
      values: fc.record(
        Object.fromEntries([...SAMPLE_FIELDS, ...(live ? LIVE_FIELDS : [])].map((field) => [field, number])),
      ) as fc.Arbitrary<Recording['samples'][number]['values']>,
    }),
    { maxLength: 6 },
  );

export const anyRecording: fc.Arbitrary<Recording> = fc
  .record({ about, codes: fc.array(code, { maxLength: 4 }), live: fc.boolean() })
  .chain(({ about, codes, live }) =>
    locations(Math.max(1, codes.length)).chain((made) => {
      const locations = codes.length === 0 ? [] : made;
      return samples(locations.length, live).map((samples) =>
        recordingFromText('', { ...about, codes, live, locations, samples }),
      );
    }),
  );
