/** The active virtual environment. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Its Python; null when none is active, or there is none in it. */
export function activeEnvironment(): string | null {
  const folder = process.env['VIRTUAL_ENV'];
  if (folder === undefined || folder === '') return null;
  const path = join(folder, 'bin', 'python');
  return existsSync(path) ? path : null;
}
