/** What each instruction of the experiments allocates per execution: one program with all of them is recorded. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minorNumber } from '../../core/interpreter.js';
import type { ProgramRun } from '../../engines/engine.js';
import { type Marked, MarksProgram } from '../../engines/marks.js';
import type { Chosen } from '../../engines/select.js';
import type { Subject } from '../../engines/subject.js';
import { pythonFile } from './ask.js';

/** Seconds for the program with all experiments. */
const TIMEOUT = 300;

/** Runs the program. Missing: not steady, or what was recorded is not what was counted. */
export async function recordMarks(chosen: Chosen, subjects: readonly Subject[]): Promise<ReadonlyMap<Subject, Marked>> {
  const program = new MarksProgram(subjects, minorNumber(chosen.offer.minor));
  if (program.empty) return new Map();
  const { where } = await recordProgram(chosen, program, {});
  return where === null ? new Map() : program.marked(where);
}

export interface RecordMarks {
  /** These come first on sys.path. */
  readonly folders?: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
}

/** Runs a program that makes a recording of statements. */
export async function recordProgram(
  { engine, offer, label }: Chosen,
  program: MarksProgram,
  { folders = [], timeout = TIMEOUT }: RecordMarks,
): Promise<ProgramRun> {
  const folder = mkdtempSync(join(tmpdir(), 'pyallocs-study-'));
  try {
    const script = join(folder, 'marks.py');
    writeFileSync(script, program.source(pythonFile('harness.py'), pythonFile('marks.py'), folders));
    const options = { timeout, steady: true, record: 'folded' as const, streams: 'none' as const };
    return await engine.run(offer, label, { command: [script] }, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
