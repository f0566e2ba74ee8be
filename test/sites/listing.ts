/** The instructions of a program, as the interpreter's own `dis` names them: no code of pyallocs. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { pyallocs } from '../cli.js';
import { FOLDER } from './expected.js';

const whole = z.number().int().nonnegative();

const instruction = z.object({
  /** co_qualname; before 3.11 co_name. */
  function: z.string(),
  firstLine: whole,
  /** Of the code object, in bytes: two of equal name and line are told apart by it. */
  size: whole,
  /** With its EXTENDED_ARGs and its caches it takes the bytes from start up to end. */
  start: whole,
  offset: whole,
  end: whole,
  line: whole.nullable(),
  opcode: z.string(),
});
export type Instruction = z.infer<typeof instruction>;

export function listingOf(python: string, program: string): Instruction[] {
  const script = join(FOLDER, 'listing.py');
  return listed(python, spawnSync(python, ['-I', script, program], { encoding: 'utf8', timeout: 60_000 }));
}

/** The same in an embedded interpreter: `stat` is how one runs it. It sees the folder of the program. */
export async function embeddedListing(id: string, program: string): Promise<Instruction[]> {
  const script = join(FOLDER, 'listing.py');
  return listed(id, await pyallocs(['stat', '-p', id, script, program], { cwd: dirname(program) }));
}

function listed(
  python: string,
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string },
): Instruction[] {
  try {
    return z.array(instruction).parse(JSON.parse(stdout));
  } catch (cause) {
    throw new Error(`listing.py on ${python}: ${stderr}`, { cause });
  }
}
