/** The source texts of a recording, as they are on this machine now. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ReadSource, SourceText } from '../core/annotate.js';
import type { Recording } from '../core/recording.js';

/** Larger files are no source that anybody reads. */
const LIMIT = 16 * 2 ** 20;

/**
 * Reads each file once. Only what the recording knows to have been a source, and what is a plain file, is opened: a
 * recording may come from anybody, and names what it likes.
 */
export function sourceReader({ folder, sources }: Pick<Recording, 'folder' | 'sources'>): ReadSource {
  const recorded = new Map(sources.map(({ file, sha256 }) => [file, sha256]));
  const known = new Map<string, SourceText | null>();
  return (file) => {
    const found = known.get(file);
    if (found !== undefined) return found;
    const text = typeof recorded.get(file) === 'string' ? readSource(resolve(folder, file)) : null;
    known.set(file, text);
    return text;
  };
}

function readSource(path: string): SourceText | null {
  try {
    const about = statSync(path);
    if (!about.isFile() || about.size > LIMIT) return null;
    const content = readFileSync(path);
    return { text: decoded(content), sha256: createHash('sha256').update(content).digest('hex') };
  } catch {
    return null; // it is gone, or cannot be read: numbers only
  }
}

/** As UTF-8; what is none, as Latin-1, of which every byte is a character. */
function decoded(content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return content.toString('latin1');
  }
}
