/** `report --html`: the page of a recording, written to a file. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, PyallocsError } from '../core/errors.js';
import type { Recording } from '../core/recording.js';
import { packRecording } from '../report/html/packed-recording.js';
import { recordingPage } from '../report/html/recording-page.js';
import { sourceExcerpts } from '../report/html/source-excerpts.js';
import { checkWritable, writeText } from './files.js';

/** Built by `npm run build`. */
const TEMPLATE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'web', 'recording.html');

/** What is larger is no source that anybody reads. */
const LARGEST_SOURCE = 16 * 2 ** 20;

/** `before` is the older recording that the other is compared with; null: none. */
export function writeHtmlReport(out: string, recording: Recording, before: Recording | null): void {
  checkWritable(out);
  const page = recordingPage(template(), {
    recording: packRecording(recording),
    before: before === null ? null : packRecording(before),
    texts: sourceExcerpts(recording, (file) => unchangedSource(recording, file)),
  });
  writeText(out, page);
}

function template(): string {
  try {
    return readFileSync(TEMPLATE, 'utf8');
  } catch (cause) {
    throw new PyallocsError('not-built', `the page of reports is missing from this installation: ${TEMPLATE}`, {
      exitCode: EXIT.internal,
      cause,
    });
  }
}

/** The text of a source file, if it is still what it was when the program ended; otherwise null. */
function unchangedSource({ folder, sources }: Recording, file: string): string | null {
  const recorded = sources.find((source) => source.file === file)?.sha256 ?? null;
  if (recorded === null) return null;
  try {
    const path = resolve(folder, file);
    const status = statSync(path);
    // A name in a recording can be that of anything; a device or a pipe has no end.
    if (!status.isFile() || status.size > LARGEST_SOURCE) return null;
    const content = readFileSync(path);
    const now = createHash('sha256').update(content).digest('hex');
    return now === recorded.toLowerCase() ? decoded(content) : null;
  } catch {
    return null; // gone, or not to be read: the same to the reader of the page
  }
}

/** As Python reads it: UTF-8, or what a comment in the first two lines says. */
function decoded(content: Buffer): string {
  const head = content.toString('latin1', 0, 400).split(/\r\n|\r|\n/, 2);
  const named = head.map((line) => /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line)?.[1]).find(Boolean);
  const name = named
    ?.toLowerCase()
    .replaceAll('_', '-')
    .replace(/^(?:iso-)?latin-1\b.*/, 'latin1');
  try {
    return new TextDecoder(name ?? 'utf-8').decode(content);
  } catch {
    return new TextDecoder('utf-8').decode(content); // a name that only Python knows
  }
}
