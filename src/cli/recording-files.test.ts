import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodePprof } from '../core/pprof.js';
import type { Recording } from '../core/recording.js';
import { recordingFromText } from '../core/recording.testkit.js';
import { isGzip, readRecording, writeRecording } from './recording-files.js';

const RECORDING = recordingFromText('main@app.py:2 BUILD_LIST | list freelist | creations=1');
const OTHER = recordingFromText('main@app.py:2 BUILD_LIST | list freelist | creations=2');

const before = process.cwd();
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyallocs-recording-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

/** Written by version 1 of the format. A reader of today reads it, whatever was added to the format since. */
test('a file of version 1 is read', () => {
  const drawn = recordingFromText(`
    <module>@/home/me/project/app.py:9 CALL main > main@/home/me/project/app.py:4 BINARY_OP + | int freelist | creations=3 region=parse
    <module>@/home/me/project/app.py:9 CALL main > main@/home/me/project/app.py:5 BUILD_LIST 2 | list pymalloc | creations=1 requests=1 bytes=56
    <module>@/home/me/project/app.py:9 CALL main > main@/home/me/project/app.py:5 BUILD_LIST 2 | - malloc | buffers=1 requests=1 bytes=800 thread=Other
    - | dict - | releases=2 resizes=1 relocations=1 resizeBytes=64 pid=7
  `);
  const first: Recording = {
    ...drawn,
    exit: { code: null, signal: 'SIGKILL' },
    outcome: 'varying',
    why: { code: 'clash', message: 'another profiler took its place' },
    warnings: [{ code: 'fork', message: 'one process was killed' }],
    processes: [{ pid: 7, parent: 100, command: ['app.py'], counts: drawn.total, exit: null }],
    sources: [{ file: '/home/me/project/app.py', sha256: null }],
    locations: drawn.locations.map((location, i) => (i === 0 ? { ...location, line: null, column: null } : location)),
    codes: drawn.codes.map((code, i) => (i === 0 ? { ...code, file: '/home/me/project/caf\udce9.py' } : code)),
  };
  expect(readRecording(fileURLToPath(new URL('../../test/fixtures/recording-1.pb.gz', import.meta.url)))).toEqual(
    first,
  );
});

describe('writing a recording', () => {
  test('makes gzipped pprof that is read back as it was, with nothing beside it', () => {
    writeRecording('a.pb.gz', RECORDING);
    expect(gunzipSync(readFileSync('a.pb.gz'))).toEqual(Buffer.from(encodePprof(RECORDING)));
    expect(readRecording('a.pb.gz')).toEqual(RECORDING);
    expect(readdirSync('.')).toEqual(['a.pb.gz']);
  });

  test('twice replaces the file; under the default name one older copy stays', () => {
    for (const recording of [RECORDING, OTHER]) writeRecording('a.pb.gz', recording);
    expect(readdirSync('.')).toEqual(['a.pb.gz']);
    for (const recording of [OTHER, RECORDING, OTHER]) writeRecording('pyallocs.pb.gz', recording);
    expect(readdirSync('.')).toEqual(['a.pb.gz', 'pyallocs.pb.gz', 'pyallocs.pb.gz.old']);
    expect(readRecording()).toEqual(OTHER);
    expect(readRecording('pyallocs.pb.gz.old')).toEqual(RECORDING);
  });

  test('goes through a link, and keeps who may read the file', () => {
    writeRecording('a.pb.gz', RECORDING);
    chmodSync('a.pb.gz', 0o600);
    symlinkSync('a.pb.gz', 'link');
    writeRecording('link', OTHER);
    expect(readRecording('a.pb.gz')).toEqual(OTHER);
    expect(statSync('a.pb.gz').mode & 0o777).toBe(0o600);
  });

  test('to where it cannot be is a sentence, and leaves nothing', () => {
    expect(() => writeRecording('none/a.pb.gz', RECORDING)).toThrow(
      'none/a.pb.gz cannot be written: there is no folder none',
    );
    mkdirSync('sub');
    expect(() => writeRecording('sub', RECORDING)).toThrow('sub cannot be written: it is a folder');
    expect(readdirSync('sub')).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')('to a full disk is a sentence', () => {
    expect(() => writeRecording('/dev/full', RECORDING)).toThrow('/dev/full cannot be written: the disk is full');
  });

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('without permission is a sentence', () => {
    mkdirSync('sub', 0o555);
    expect(() => writeRecording('sub/a.pb.gz', RECORDING)).toThrow('sub/a.pb.gz cannot be written: permission denied');
  });
});

describe('reading a recording', () => {
  test('finds the default file, in a folder too', () => {
    expect(() => readRecording()).toThrow('there is no pyallocs.pb.gz here: pyallocs record script.py writes one');
    writeRecording('pyallocs.pb.gz', RECORDING);
    expect(readRecording()).toEqual(RECORDING);
    expect(readRecording(folder)).toEqual(RECORDING);
  });

  test('takes one that was unpacked', () => {
    writeFileSync('a.pb', encodePprof(RECORDING));
    expect(readRecording('a.pb')).toEqual(RECORDING);
  });

  test('says what a file is that holds none', () => {
    expect(() => readRecording('none.pb.gz')).toThrow('none.pb.gz cannot be read: it does not exist');
    const whole = gzipSync(encodePprof(RECORDING));
    const files: Readonly<Record<string, readonly [Uint8Array, string]>> = {
      'empty.pb.gz': [new Uint8Array(), 'empty.pb.gz is empty'],
      'app.py': [Buffer.from('import os\n'), 'app.py is no recording: it does not hold pprof data'],
      'app.py.gz': [gzipSync('import os\n'), 'app.py.gz is no recording: it does not hold pprof data'],
      'cut.pb.gz': [whole.subarray(0, -20), 'cut.pb.gz is truncated'],
      'head.pb.gz': [whole.subarray(0, 2), 'head.pb.gz is truncated'],
      'broken.pb.gz': [whole.map((byte, i) => (i === whole.length - 6 ? byte ^ 1 : byte)), 'broken.pb.gz is damaged'],
    };
    for (const [name, [content, sentence]] of Object.entries(files)) {
      writeFileSync(name, content);
      expect(() => readRecording(name)).toThrow(sentence);
    }
  });
});

test('a file that unpacks to more than a recording can be is refused', () => {
  writeFileSync('bomb.pb.gz', gzipSync(new Uint8Array(2 ** 20 + 1)));
  const sentence = 'bomb.pb.gz is no recording of pyallocs: it unpacks to more than 1 MiB';
  expect(() => readRecording('bomb.pb.gz', 2 ** 20)).toThrow(sentence);
});

test('gzip data is told from a source', () => {
  writeRecording('a.pb.gz', RECORDING);
  writeFileSync('app.py', 'import os\n');
  writeFileSync('empty', '');
  expect(['a.pb.gz', 'app.py', 'empty', 'none', '.'].map(isGzip)).toEqual([true, false, false, false, false]);
});
