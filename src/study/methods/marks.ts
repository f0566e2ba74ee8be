/** What each instruction of the experiments allocates per execution: one program with all of them is recorded. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minorNumber } from '../../core/interpreter.js';
import { type Marked, MarksProgram } from '../../engines/marks.js';
import type { Chosen } from '../../engines/select.js';
import type { Subject } from '../../engines/subject.js';
import { pythonFile } from './ask.js';

/** Seconds for the program with all experiments. */
const TIMEOUT = 300;

/** Runs the program. Missing: not steady, or what was recorded is not what was counted. */
export async function recordMarks(
  { engine, offer, label }: Chosen,
  subjects: readonly Subject[],
): Promise<ReadonlyMap<Subject, Marked>> {
  const program = new MarksProgram(subjects, minorNumber(offer.minor));
  if (program.empty) return new Map();
  const folder = mkdtempSync(join(tmpdir(), 'pyallocs-study-'));
  try {
    const script = join(folder, 'marks.py');
    writeFileSync(script, program.source(pythonFile('harness.py'), pythonFile('marks.py')));
    const options = { timeout: TIMEOUT, steady: true, record: 'folded' as const };
    const { where } = await engine.run(offer, label, { command: [script] }, options);
    return where === null ? new Map() : program.marked(where);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
