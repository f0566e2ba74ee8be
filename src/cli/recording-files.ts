/** Recordings on disk: gzipped pprof. What goes wrong is a sentence with the path in it. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PyallocsError } from '../core/errors.js';
import { decodePprof, encodePprof } from '../core/pprof.js';
import type { Recording } from '../core/recording.js';
import { readLimitedBytes } from './files.js';
import { writeWhole } from './whole-files.js';

/** What `record` writes and the others read where no file is named. */
export const DEFAULT_RECORDING = 'pyallocs.pb.gz';

/** Of the file, and of what is in it: 100,000 sites take about ten MB. */
const LIMIT = 2 ** 30;

/** Reads a recording; "-" is standard input, a folder stands for the default file in it. */
export function readRecording(path: string = DEFAULT_RECORDING, limit: number = LIMIT): Recording {
  if (path === DEFAULT_RECORDING && !existsSync(path)) {
    const sentence = `there is no ${DEFAULT_RECORDING} here: pyallocs record script.py writes one; or name a recording`;
    throw new PyallocsError('no-recording', sentence);
  }
  const name = path === '-' ? 'standard input' : path;
  const file = readLimitedBytes(path, DEFAULT_RECORDING, limit);
  return decodePprof(startsAsGzip(file) ? gunzip(file, name, limit) : file, name);
}

/** Writes a recording, whole or not at all. Where it has the default name, the former is kept beside it, as `.old`. */
export function writeRecording(path: string, recording: Recording): void {
  writeWhole(path, [compressed(encodePprof(recording))], { keepOlder: path === DEFAULT_RECORDING });
}

/** As gzip makes it on every machine: level 6, without a time. */
export const compressed = (data: Uint8Array): Uint8Array => gzipSync(data, { level: 6 });

/**
 * Whether a first positional is the recording and not a source: it is gzip data, or a pipe, of which it cannot be found out.
 */
export function isGzip(path: string): boolean {
  try {
    const about = statSync(path);
    if (about.isFIFO()) return true;
    if (!about.isFile()) return false;
    const fd = openSync(path, 'r');
    try {
      const head = Buffer.alloc(2);
      readSync(fd, head);
      return startsAsGzip(head);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false; // not there, or not to be read: whoever reads it says so
  }
}

const startsAsGzip = (data: Uint8Array): boolean => data[0] === 0x1f && data[1] === 0x8b;

function gunzip(data: Uint8Array, name: string, limit: number): Uint8Array {
  try {
    return gunzipSync(data, { maxOutputLength: limit });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      const sentence = `${name} is no recording of pyallocs: it unpacks to more than ${limit / 2 ** 20} MiB`;
      throw new PyallocsError('too-large', sentence, { cause });
    }
    const sentence =
      code === 'Z_BUF_ERROR'
        ? `${name} is truncated: its end is missing; record it again, or copy it again`
        : `${name} is damaged: its compressed data cannot be read; record it again, or copy it again`;
    throw new PyallocsError('damaged-recording', sentence, { cause });
  }
}
