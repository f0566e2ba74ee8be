/** What was once found out about an interpreter, in a file of the user's cache folder. Losing it only costs time. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './agent.js';

/** Where something is kept that holds as long as all of `key` does. */
export function rememberedFile(key: readonly unknown[], ending: string): string {
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 24);
  return join(cacheFolder(), 'interpreters', name + ending);
}

/** What is kept there; null when nothing is. */
export function recall(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Keeps it, in one step for whoever reads. Where it cannot be kept it is found out again next time. */
export function remember(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  } catch {
    // see above
  }
}
