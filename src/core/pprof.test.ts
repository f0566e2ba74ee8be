import fc from 'fast-check';
import { Profile } from 'pprof-format';
import { describe, expect, test } from 'vitest';
import { PyallocsError } from './errors.js';
import { decodePprof, encodePprof, encodePprofOf } from './pprof.js';
import type { Recording } from './recording.js';
import { recordingFromText } from './recording.testkit.js';
import { anyRecording } from './recording-arbitrary.testkit.js';

const RECORDING = recordingFromText(`
  main@app.py:12 CALL load > load@app.py:4 BINARY_OP + | int pymalloc | creations=3 requests=3 bytes=96 region=parse/line
  main@app.py:12 CALL load > load@app.py:4 BINARY_OP + | int freelist | creations=5
  main@app.py:13 BUILD_LIST 0                          | - malloc     | buffers=1 requests=1 bytes=640 thread=Other pid=7
  -                                                    | dict -       | releases=2
`);

/** The sentence of the error; anything else that comes out fails the test. */
function refusal(bytes: Uint8Array): string {
  try {
    decodePprof(bytes, 'a.pb.gz');
  } catch (error) {
    if (error instanceof PyallocsError) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

/** The file with its comment changed. */
function withComment(change: (text: string) => string, recording: Recording = RECORDING): Uint8Array {
  const profile = Profile.decode(encodePprof(recording));
  const strings = profile.stringTable.strings.map((text) => (text.startsWith('#{') ? change(text) : text));
  profile.stringTable = Object.assign(new Profile().stringTable, {});
  for (const text of strings) profile.stringTable.dedup(text);
  return profile.encode();
}

describe('a recording as pprof', () => {
  test('without events has no sample', () => {
    const empty = recordingFromText('');
    expect(Profile.decode(encodePprof(empty)).sample).toEqual([]);
    expect(decodePprof(encodePprof(empty))).toEqual(empty);
  });

  test('has the sample types of the contract, in their order, and opens with creations', () => {
    const types = (recording: Recording): string[] => {
      const { sampleType, stringTable } = Profile.decode(encodePprof(recording));
      const text = (index: number | bigint): string => stringTable.strings[Number(index)] ?? '';
      return sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`);
    };
    const all = [
      ...['creations/count', 'requests/count', 'buffers/count', 'resizes/count', 'relocations/count'],
      ...['releases/count', 'bytes/bytes', 'resize_bytes/bytes'],
    ];
    const live = ['live_blocks/count', 'live_bytes/bytes', 'peak_blocks/count', 'peak_bytes/bytes'];
    expect(types(RECORDING)).toEqual(all);
    expect(types({ ...recordingFromText(''), live: true })).toEqual([...all, ...live]);
    const { defaultSampleType, stringTable } = Profile.decode(encodePprof(RECORDING));
    expect(stringTable.strings[Number(defaultSampleType)]).toBe('creations');
  });

  test('labels a sample with what it has, and with nothing else', () => {
    const { sample, stringTable } = Profile.decode(encodePprof(RECORDING));
    const labels = sample.map(({ label }) =>
      label.map(({ key, str, num }) => {
        const value = Number(str) > 0 ? stringTable.strings[Number(str)] : num;
        return `${stringTable.strings[Number(key)]}=${value}`;
      }),
    );
    expect(labels).toEqual([
      ['thread=MainThread', 'pid=100', 'type=int', 'origin=pymalloc', 'region=parse/line'],
      ['thread=MainThread', 'pid=100', 'type=int', 'origin=freelist'],
      ['thread=Other', 'pid=7', 'origin=malloc'],
      ['thread=MainThread', 'pid=100', 'type=dict'],
    ]);
  });

  test('gives an instruction the address number of its code << 24 | offset, with line and column', () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ name: `f${i}`, file: 'a.py', firstLine: i }));
    const last = { code: 299, offset: 2 ** 24 - 2, line: 7, column: 3, opcode: 'CALL', argument: '' };
    const recording = { ...recordingFromText(''), codes: many, locations: [last] };
    const [location] = Profile.decode(encodePprof(recording)).location;
    expect(location?.address).toBe((300n << 24n) | 0xfffffen);
    expect(location?.line).toEqual([expect.objectContaining({ functionId: 300, line: 7, column: 3 })]);
    expect(decodePprof(encodePprof(recording))).toEqual(recording);
  });

  test('gives functions of one name and place system names that differ', () => {
    const code = { name: '<lambda>', file: 'a.py', firstLine: 3 };
    const { function: functions, stringTable } = Profile.decode(
      encodePprof({ ...RECORDING, codes: [code, code, code], locations: [], samples: [] }),
    );
    const names = functions.map(({ systemName }) => stringTable.strings[Number(systemName)]);
    expect(names).toEqual(['<lambda> (a.py:3)', '<lambda> (a.py:3) #2', '<lambda> (a.py:3) #3']);
  });

  test('is read back as it was, whatever it holds, and equal recordings are equal bytes', () => {
    fc.assert(
      fc.property(anyRecording, (recording) => {
        const bytes = encodePprof(recording);
        const read = decodePprof(bytes);
        expect(read).toEqual(recording);
        expect(Buffer.compare(encodePprof(read), bytes)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps its texts where UTF-8 cannot hold them', () => {
    const code = { name: '\ufeffmain', file: 'caf\udce9.py', firstLine: 1 };
    const other = { ...code, file: 'caf\udcea.py' };
    const recording = { ...recordingFromText(''), codes: [code, other] };
    expect(decodePprof(encodePprof(recording)).codes).toEqual([code, other]);
  });

  test('of one measure leaves out what has none of it', () => {
    const profile = Profile.decode(encodePprofOf(RECORDING, 'requests'));
    expect(profile.sample.map(({ value }) => value)).toEqual([[3], [1]]);
    expect(refusal(encodePprofOf(RECORDING, 'requests'))).toMatch(
      /^a\.pb\.gz is a pprof profile that pyallocs did not record/,
    );
  });

  test('refuses to write what is no count', () => {
    const [sample, ...rest] = RECORDING.samples;
    for (const creations of [-1, 0.5, Number.NaN, 2 ** 53]) {
      const samples = sample ? [{ ...sample, values: { ...sample.values, creations } }, ...rest] : [];
      expect(() => encodePprof({ ...RECORDING, samples })).toThrow(`${creations} cannot be recorded`);
    }
  });
});

describe('a file that is no recording', () => {
  test('is named as what it is', () => {
    expect(refusal(new Uint8Array())).toMatch(/is empty/);
    expect(refusal(Buffer.from('import os\n'))).toMatch(/does not hold pprof data/);
    expect(refusal(Buffer.from('{"schema": "pyallocs/stat@1"}'))).toMatch(/does not hold pprof data/);
    const foreign = new Profile();
    const [type, unit] = ['alloc_objects', 'count'].map((text) => foreign.stringTable.dedup(text));
    foreign.sampleType = new Profile({ sampleType: [{ type: type ?? 0, unit: unit ?? 0 }] }).sampleType;
    expect(refusal(foreign.encode())).toMatch(/is a pprof profile that pyallocs did not record/);
  });

  test('but of another version names the version', () => {
    const newer = withComment((text) => text.replace('recording@1', 'recording@12'));
    expect(refusal(newer)).toMatch(
      /is a recording of version 12, and this pyallocs reads version 1: use a newer pyallocs/,
    );
    const none = withComment((text) => text.replace('recording@1', 'recording@x'));
    expect(refusal(none)).toMatch(/it has no version/);
  });

  test('but was one before another program changed it says so', () => {
    const filtered = Profile.decode(encodePprof(RECORDING));
    filtered.sample = filtered.sample.slice(1);
    expect(refusal(filtered.encode())).toMatch(/changed by another program \(some samples are missing\)/);
    const renumbered = Profile.decode(encodePprof(RECORDING));
    renumbered.location.reverse();
    expect(refusal(renumbered.encode())).toMatch(/its locations have other numbers/);
    expect(refusal(withComment((text) => text.replace('"seconds":', '"hours":')))).toMatch(/seconds: /);
    expect(refusal(withComment((text) => text.slice(0, -1)))).toMatch(/is not JSON/);
    expect(refusal(withComment((text) => text.replace(/"opcodes":\[\d+/, '"opcodes":[99')))).toMatch(
      /a location refers to text that is not there/,
    );
  });

  test('is truncated wherever it was cut', () => {
    const bytes = encodePprof(RECORDING);
    const first = 2 + (bytes[1] ?? 0);
    for (let length = 1; length < bytes.length; length++)
      expect(refusal(bytes.subarray(0, length))).toMatch(length < first ? /pprof data/ : /is truncated/);
  });

  test('comes out as a sentence: random bytes, flipped bits', () => {
    const only = (bytes: Uint8Array): void => {
      try {
        decodePprof(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(PyallocsError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), only), { numRuns: 2000 });
    const bytes = encodePprof(RECORDING);
    const flips = fc.array(fc.nat({ max: bytes.length * 8 - 1 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(flips, (bits) => {
        const flipped = bytes.slice();
        for (const bit of bits) flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        only(flipped);
      }),
      { numRuns: 5000 },
    );
  });

  test('with a number that has no end is refused at once', () => {
    const head = [0x0a, 0x02, 0x08, 0x01]; // a sample type
    const endless = new Uint8Array(1 << 24).fill(0xff);
    expect(refusal(Uint8Array.from([...head, 0x48, ...endless.subarray(0, 1000)]))).toMatch(/pprof data/);
    const sample = new Uint8Array(head.length + 5 + endless.length);
    sample.set([...head, 0x12, 0x80, 0x80, 0x80, 0x08]); // a sample of 2^24 bytes
    sample.set(endless, head.length + 5);
    expect(refusal(sample)).toMatch(/pprof data/);
  });
});
