/** Per instruction, in the embedded interpreters: a recording of a program says what its table says of their versions. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { minorNumber } from '../../src/core/interpreter.js';
import { EMBEDDED } from '../../src/engines/wasm/embedded.js';
import { folder } from '../cli.js';
import { attributed, differences } from './attribution.js';
import { ENVIRONMENT, embeddedRows, KNOWN, type Known } from './expected.js';
import { embeddedListing } from './listing.js';
import { annotateFile, record } from './record.js';

/** The first comment or empty line below the first becomes this: the embedded interpreters do not import it at their start. */
const WARMING = 'import sitecustomize';

/** A copy of a program that is warmed, and the line on which. */
function warmed({ name, path }: Known): { readonly program: string; readonly line: number } {
  const lines = readFileSync(path, 'utf8').split('\n');
  const at = lines.findIndex((text, i) => i > 0 && (text === '' || text.startsWith('#')));
  lines[at] = WARMING;
  return { program: join(folder({ [name]: lines.join('\n') }), name), line: at + 1 };
}

describe.each(EMBEDDED.map(({ id, version }) => [id, version] as const))('in %s', (id, version) => {
  test.each(KNOWN)('each instruction of $name makes what the table says, to the unit', async (known) => {
    const { program, line } = warmed(known);
    const listing = await embeddedListing(id, program);
    const recorded = await record(id, [program], { env: ENVIRONMENT });
    const found = attributed(await annotateFile(recorded, known.name)).filter((one) => one.line !== line);
    expect(differences(found, embeddedRows(id, known, minorNumber(version)), listing)).toEqual([]);
  });
});
