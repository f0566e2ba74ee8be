/** Programs for the tests of reports and of `diff`: what they create, in the words of results.testkit.ts. */
import { type Counts, ZERO } from '../../core/counts.js';
import type { Interpreter } from '../../core/interpreter.js';
import type { ProgramCounts, ProgramResult, RegionRow } from '../../core/program.js';
import { count } from '../../core/units.js';
import { type Event, interpreter, result } from './results.testkit.js';

/** A program that was counted, exactly or not. */
export type Counted = ProgramResult & { readonly outcome: 'exact' | 'varying' };

export function native(minor: string, label: string | null = null): Interpreter {
  return { ...interpreter(minor, label), id: `native:${minor}`, engine: 'native', bits: 64, pymalloc: true };
}

function numbers(events: readonly Event[]): Pick<Counted, 'counts' | 'byType'> {
  const { counts, byType } = result('3.13', events, 1) as unknown as Counted;
  return { counts: { ...counts, pools: count(0), arenas: count(0) }, byType };
}

/** An exact program on 3.13 that ended with code 0. */
export function program(events: readonly Event[], more: Partial<ProgramCounts & ProgramResult> = {}): Counted {
  const { counts, byType } = numbers(events);
  const exit = { code: 0, signal: null };
  return {
    command: ['script.py'],
    interpreter: native('3.13'),
    outcome: 'exact',
    exit,
    counts,
    byType,
    startup: ZERO,
    shutdown: ZERO,
    regions: [],
    processes: [{ pid: 1, parent: null, command: ['script.py'], counts, exit }],
    threads: 1,
    seconds: 0.25,
    runs: null,
    varies: {},
    warnings: [],
    ...more,
  } as Counted;
}

export function region(name: string, events: readonly Event[], entries = 1): RegionRow {
  return { name, entries, ...numbers(events) };
}

/** The same counts with these fields instead. */
export function withFields(counts: Counts, fields: Partial<Record<keyof Counts, number>>): Counts {
  return { ...counts, ...fields } as Counts;
}
