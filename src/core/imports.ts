/** Imports, as they are seen in stacks. */
import type { Counts } from './counts.js';
import type { Code, Recording } from './recording.js';
import { Tally } from './tally.js';

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

/** What happened below an import, of what was recorded with callers. */
export function importedCounts({
  codes,
  locations,
  samples,
}: Pick<Recording, 'codes' | 'locations' | 'samples'>): Counts {
  const machinery = codes.map(isImportMachinery);
  const isImport = locations.map(({ code }) => machinery[code] === true);
  const tally = new Tally();
  for (const sample of samples) if (sample.stack.some((location) => isImport[location])) tally.add(sample);
  return tally.counts();
}
