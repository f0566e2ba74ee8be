/** Imports, as they are seen in stacks. */
import type { Code } from './recording.js';

/** "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>"; their files where they are not frozen. */
const MACHINERY =
  /^<frozen importlib\._bootstrap(?:_external)?>$|(?:^|[\\/])importlib[\\/]_bootstrap(?:_external)?\.py$/;

/**
 * Whether a code object belongs to the import system. C calls `_find_and_load` for a module that is not there yet and
 * `_handle_fromlist` for a submodule (Python/import.c, 3.8 to 3.15); whatever a module executes at its import stands below.
 */
export function isImportMachinery({ file }: Pick<Code, 'file'>): boolean {
  return MACHINERY.test(file);
}
