/** Real programs of a study in few numbers: how often they allocate, and what share of that reaches the allocator. */
import type { Counts } from './counts.js';
import type { Interpreter } from './interpreter.js';
import type { ProgramOnInterpreter, StudyProgram, StudyResult, StudyTimings } from './study.js';

/** Of several programs: the one in the middle, and both ends. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface ProgramSummary {
  readonly interpreter: Interpreter;
  /** How many programs have numbers here and create anything. */
  readonly programs: number;
  /** Objects created by a whole program. */
  readonly creations: Spread;
  /** Part of them that came from a freelist, from 0 to 1. */
  readonly freelist: Spread;
  /** Objects created per millisecond of the program unmeasured; null: no times. */
  readonly perMs: Spread | null;
}

type Counted = Extract<ProgramOnInterpreter, { readonly counts: Counts }>;

export const isCounted = (result: ProgramOnInterpreter): result is Counted => 'counts' in result;

/** In the order of the interpreters; those without a program that has numbers are left out. */
export function programSummaries(study: StudyResult, timings: StudyTimings | null): ProgramSummary[] {
  return study.interpreters.flatMap((interpreter) => {
    const counted = study.programs.flatMap((program) =>
      program.results.flatMap((result) =>
        result.interpreter === interpreter.id && isCounted(result) && result.counts.creations.total > 0
          ? [{ program, counts: result.counts }]
          : [],
      ),
    );
    const creations = spread(counted.map(({ counts }) => counts.creations.total));
    const shares = counted.map(({ counts: { creations: of } }) => of.freelist / of.total);
    const freelist = spread(shares);
    if (creations === null || freelist === null) return [];
    const rates = counted.flatMap(({ program, counts }) => {
      const rate = creationsPerMs(program, interpreter.id, counts, timings);
      return rate === null ? [] : [rate];
    });
    return [{ interpreter, programs: counted.length, creations, freelist, perMs: spread(rates) }];
  });
}

/** Objects that a program creates per millisecond of its own time; null: it was not timed. */
export function creationsPerMs(
  program: Pick<StudyProgram, 'id'>,
  interpreter: string,
  counts: Counts,
  timings: StudyTimings | null,
): number | null {
  const timed = timings?.programs.find((one) => one.id === program.id && one.interpreter === interpreter);
  return timed === undefined || timed.medianMs <= 0 ? null : counts.creations.total / timed.medianMs;
}

/** null: of nothing. Of an even number, the mean of both in the middle. */
export function spread(values: readonly number[]): Spread | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return null;
  const high = sorted[Math.floor(sorted.length / 2)] ?? most;
  const low = sorted[Math.ceil(sorted.length / 2) - 1] ?? least;
  return { median: (low + high) / 2, least, most };
}
