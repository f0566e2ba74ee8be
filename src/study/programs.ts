/** Whole programs: scripts and a TOML file that says what each is. Loads them, and runs them on the chosen interpreters. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { issueSentence, parseToml } from '../core/cases.js';
import { EXIT, PyallocsError } from '../core/errors.js';
import { importedCounts } from '../core/imports.js';
import { type Interpreter, minorNumber } from '../core/interpreter.js';
import type { ProgramResult } from '../core/program.js';
import { combineRuns } from '../core/runs.js';
import type { ProgramOnInterpreter, StudyProgram } from '../core/study.js';
import type { Program, ProgramSeries } from '../engines/engine.js';
import type { Chosen } from '../engines/select.js';
import type { Where } from '../engines/where.js';
import { creationNs, type ProgramTiming, timingOf } from './program-times.js';

const KINDS = ['cpu', 'io', 'text', 'data', 'web', 'async', 'startup'] as const satisfies StudyProgram['kind'][];

/** A program of the study. */
export interface ProgramToRun extends Omit<StudyProgram, 'results'> {
  /** Its path. */
  readonly script: string;
  /** Whether embedded Pythons run it. */
  readonly embedded: boolean;
  /** First Python version that can run it: "3.8". */
  readonly since: string;
}

export interface ProgramsOptions {
  /** Seconds after which a run is given up. */
  readonly timeout: number;
  /** Whether to time them as well. */
  readonly time: boolean;
}

const file = z.strictObject({
  program: z.array(
    z.strictObject({
      id: z.string().regex(/^program(\.[a-z0-9]+(-[a-z0-9]+)*)+$/),
      title: z.string().min(1),
      script: z.string().regex(/^\w+\.py$/),
      kind: z.enum(KINDS),
      about: z.string().min(1),
      embedded: z.boolean(),
      since: z
        .string()
        .regex(/^3\.\d+$/)
        .default('3.8'),
    }),
  ),
});

const FOLDER = fileURLToPath(new URL('./programs/', import.meta.url));

/** Reads all of them, in the order of the file. */
export function loadPrograms(folder: string = FOLDER): readonly ProgramToRun[] {
  const name = 'programs.toml';
  const parsed = file.safeParse(parseToml(readFileSync(join(folder, name), 'utf8'), name));
  if (!parsed.success) {
    throw new PyallocsError('bad-programs', `${name}: ${issueSentence(parsed.error)}`, { exitCode: EXIT.internal });
  }
  const { program: programs } = parsed.data;
  const twice = programs.find(({ id }, i) => programs.findIndex((other) => other.id === id) !== i);
  if (twice !== undefined) {
    throw new PyallocsError('bad-programs', `${name}: ${twice.id} is there twice`, { exitCode: EXIT.internal });
  }
  return programs.map((one) => ({ ...one, script: join(folder, one.script) }));
}

/** A gap where a version, or an embedded Python, does not have it. */
function applies({ since, embedded }: ProgramToRun, { engine, offer }: Chosen): boolean {
  return minorNumber(offer.minor) >= minorNumber(since) && (embedded || engine.name !== 'wasm');
}

/** How many steps of progress they take. */
export function programsSize(programs: readonly ProgramToRun[], chosen: readonly Chosen[]): number {
  return chosen.flatMap((one) => programs.filter((program) => applies(program, one))).length;
}

/** What a program came to on one interpreter; `timing`: null when it was not timed. */
export interface ProgramRan {
  readonly interpreter: Interpreter;
  readonly result: ProgramOnInterpreter;
  readonly timing: ProgramTiming | null;
}

/** Runs programs on one interpreter, and hands each result over. */
export async function runPrograms(
  chosen: Chosen,
  series: ProgramSeries,
  programs: readonly ProgramToRun[],
  { timeout, time }: ProgramsOptions,
  take: (program: ProgramToRun, ran: ProgramRan) => void,
): Promise<void> {
  const applied = programs.filter((program) => applies(program, chosen));
  if (applied.length === 0) return;
  const perCreationNs = time ? await creationNs(series, join(FOLDER, COST), timeout) : null;
  for (const program of applied) {
    const command = { command: [program.script] };
    const counted = await (chosen.engine.name === 'wasm' ? countOnce : countTwice)(series, command, timeout);
    const timed = time ? await timingOf(series, command, timeout) : null;
    const interpreter = chosen.offer.id;
    const timing = timed === null ? null : { id: program.id, interpreter, ...timed, perCreationNs };
    take(program, { interpreter: counted.result.interpreter, result: onInterpreter(counted), timing });
  }
}

/** What a program of the study is, without how it is run. */
export function programAbout({ id, title, kind, about }: ProgramToRun): Omit<StudyProgram, 'results'> {
  return { id, title, kind, about };
}

/** The script whose time tells what a creation takes. */
const COST = 'creation_cost.py';

interface Counted {
  readonly result: ProgramResult;
  /** null: there are no numbers. */
  readonly where: Where | null;
}

const COUNTING = { steady: true, texts: false } as const;

/**
 * Counts a program as `stat --steady` does, and again while it is recorded, for what imports made: the two must agree.
 */
async function countTwice(series: ProgramSeries, program: Program, timeout: number): Promise<Counted> {
  const plain = await series.run(program, { ...COUNTING, timeout, record: null });
  if (!isCounted(plain.result)) return { result: plain.result, where: null };
  const recorded = await countOnce(series, program, timeout);
  return { result: combineRuns([plain.result, recorded.result], true), where: recorded.where };
}

/** Each run of an embedded Python begins with the same memory: a second one would say the same. */
const countOnce = (series: ProgramSeries, program: Program, timeout: number): Promise<Counted> =>
  series.run(program, { ...COUNTING, timeout, record: 'folded' });

function isCounted({ outcome }: ProgramResult): boolean {
  return outcome === 'exact' || outcome === 'varying';
}

/** How many rows of types a result holds. */
const TYPES = 10;

function onInterpreter({ result, where }: Counted): ProgramOnInterpreter {
  const interpreter = result.interpreter.id;
  switch (result.outcome) {
    case 'refused':
      return { interpreter, outcome: 'refused', message: result.reason.message };
    case 'failed':
      return { interpreter, outcome: 'failed', message: result.error.message };
    default: {
      const { exit, counts, byType } = result;
      if (exit.code !== 0) {
        const how = exit.signal === null ? `with exit code ${exit.code}` : `by ${exit.signal}`;
        return { interpreter, outcome: 'failed', message: `the program ended ${how}` };
      }
      const created = byType.filter(({ creations }) => creations.total > 0);
      return {
        interpreter,
        outcome: result.outcome,
        why: result.outcome === 'varying' ? result.why.message : null,
        counts,
        imports: where === null ? null : importedCounts(where),
        byType: created
          .sort((a, b) => b.creations.total - a.creations.total || (a.type < b.type ? -1 : 1))
          .slice(0, TYPES),
        types: created.length,
      };
    }
  }
}
