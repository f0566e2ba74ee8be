/** The source files of a recording, as they are at this moment. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Code, SourceFile } from '../core/recording.js';

/** Larger ones are no sources. */
const LARGEST = 1 << 26;

/** Each file of the code objects once, in their order. `elsewhere`: those that are not of this machine. */
export function sourceFiles(
  codes: readonly Code[],
  folder: string,
  elsewhere: readonly string[],
): readonly SourceFile[] {
  return [...new Set(codes.map(({ file }) => file))].map((file) => ({
    file,
    sha256: elsewhere.includes(file) ? null : digestOf(resolve(folder, file)),
  }));
}

function digestOf(path: string): string | null {
  try {
    const about = statSync(path);
    if (!about.isFile() || about.size > LARGEST) return null;
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return null;
  }
}
