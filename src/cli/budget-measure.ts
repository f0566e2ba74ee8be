/** Measures the cases of a budget: statements as `bench` does, programs as `stat` does. */
import type { BudgetCase } from '../core/budget.js';
import type { TypeCreations } from '../core/check.js';
import { BUFFER_ROW, type TypeCounts } from '../core/counts.js';
import type { Interpreter } from '../core/interpreter.js';
import { hasNumbers, type Measured, type Measurement } from '../core/outcome.js';
import type { ProgramResult } from '../core/program.js';
import { programReading, type Reading, type RunCounts, statementReading } from '../core/readings.js';
import { combineRuns } from '../core/runs.js';
import { DEFAULT_MEASURE, type ProgramOptions, type ProgramSeries } from '../engines/engine.js';
import { inParallel, inSession, type Progress } from '../engines/measure.js';
import type { Chosen } from '../engines/select.js';
import { keyOf, type Planned } from './budget-plan.js';

export type CaseMeasurement = { readonly interpreter: Interpreter } & (
  | {
      readonly outcome: 'measured';
      readonly reading: Reading;
      readonly types: readonly TypeCreations[];
      /** Of a statement: what was counted. */
      readonly counted: Measured | null;
    }
  | {
      readonly outcome: 'failed' | 'refused' | 'varying';
      readonly reason: { readonly code: string; readonly message: string };
    }
);

export interface MeasureCases {
  readonly folders: readonly string[];
  /** From 0 to 4,294,967,295. */
  readonly hashSeed: number;
  /** Programs have this hash seed and a fixed address layout; otherwise those that they would have. */
  readonly steady: boolean;
  /** Seconds; null: the default. */
  readonly timeout: number | null;
}

/** Seconds. */
const PROGRAM_TIMEOUT = 600;

export async function measureCases(
  plan: readonly Planned[],
  options: MeasureCases,
  progress: Progress,
): Promise<ReadonlyMap<Planned, CaseMeasurement>> {
  const measured = new Map<Planned, CaseMeasurement>();
  const interpreters = [...new Map(plan.map(({ chosen }) => [keyOf(chosen), chosen])).values()];
  const of = (chosen: Chosen, kind: 'statement' | 'command'): Planned[] =>
    plan.filter((one) => keyOf(one.chosen) === keyOf(chosen) && one.budgetCase.subject.kind === kind);
  await inParallel(
    interpreters.filter((chosen) => of(chosen, 'statement').length > 0),
    (chosen) => statements(chosen, of(chosen, 'statement'), options, progress, measured),
  );
  // One program after the other: they may use the same files.
  for (const chosen of interpreters) {
    const cases = of(chosen, 'command');
    if (cases.length > 0) await programs(chosen, cases, options, progress, measured);
  }
  return measured;
}

async function statements(
  chosen: Chosen,
  cases: readonly Planned[],
  { folders, hashSeed, timeout }: MeasureCases,
  progress: Progress,
  measured: Map<Planned, CaseMeasurement>,
): Promise<void> {
  await inSession(chosen, { folders, time: false, hashSeed }, progress, async (session) => {
    for (const one of cases) {
      const { subject } = one.budgetCase;
      if (subject.kind !== 'statement') continue;
      const result = await session.measure(subject, {
        ...DEFAULT_MEASURE,
        timeout: timeout ?? DEFAULT_MEASURE.timeout,
      });
      measured.set(one, { interpreter: session.interpreter, ...ofStatement(result) });
      progress.measured(chosen.offer.id);
    }
  });
}

type WithoutInterpreter<T> = T extends unknown ? Omit<T, 'interpreter'> : never;

function ofStatement(result: Measurement): WithoutInterpreter<CaseMeasurement> {
  if (hasNumbers(result)) {
    const types = typesOf(result.byType, result.steady ? result.iterations : null);
    return { outcome: 'measured', reading: statementReading(result), types, counted: result };
  }
  if (result.outcome === 'refused') return result;
  const { code, message, line, place } = result.error;
  const where = place === null || line === null ? '' : ` (${place.in}, line ${line})`;
  return { outcome: 'failed', reason: { code, message: message + where } };
}

/** Largest first, as rows are. Of what is not the same in each execution, nothing can be said of one. */
function typesOf(rows: readonly TypeCounts[], iterations: number | null): TypeCreations[] {
  if (iterations === null) return [];
  return rows
    .filter(({ type, creations }) => type !== BUFFER_ROW && creations.total > 0)
    .map(({ type, creations }) => ({ type, creations: creations.total / iterations }));
}

async function programs(
  { engine, offer, label }: Chosen,
  cases: readonly Planned[],
  asked: MeasureCases,
  progress: Progress,
  measured: Map<Planned, CaseMeasurement>,
): Promise<void> {
  const series = engine.series(offer, label, { time: false });
  progress.started(offer.id);
  try {
    for (const one of cases) {
      measured.set(one, await program(series, one.budgetCase, programOptions(asked)));
      progress.measured(offer.id);
    }
  } finally {
    await series.close();
    progress.finished(offer.id);
  }
}

export function programOptions({ hashSeed, steady, timeout }: MeasureCases): ProgramOptions {
  return { timeout: timeout ?? PROGRAM_TIMEOUT, steady, hashSeed, streams: 'none', record: null };
}

/**
 * Two runs that agree. The first of all may have compiled modules, or filled a cache, for those after it: where it differs
 * from the second, there is a third, and the first does not count if the two others agree.
 */
async function program(
  series: ProgramSeries,
  { subject }: BudgetCase,
  options: ProgramOptions,
): Promise<CaseMeasurement> {
  if (subject.kind !== 'command') throw new Error('internal error: a statement is no program');
  const runs: ProgramResult[] = [];
  for (;;) {
    const { result, errors } = await series.run(subject, options);
    const problem = problemOf(result, errors ?? '');
    if (problem !== null) return { interpreter: result.interpreter, ...problem };
    runs.push(result);
    const [last, before] = [runs.at(-1), runs.at(-2)];
    if (last === undefined || before === undefined) continue;
    const agree = combineRuns([before, last], options.steady).outcome === 'exact';
    if (agree || runs.length === 3) return ofRuns(agree ? [before, last] : runs, subject.region);
  }
}

function ofRuns(runs: readonly ProgramResult[], region: string | null): CaseMeasurement {
  const counted = runs.filter((run) => run.outcome === 'exact');
  const interpreter = (counted.at(-1) as ProgramResult).interpreter;
  const rows = counted.map((run): RunCounts | undefined =>
    region === null ? run : run.regions.find(({ name }) => name === region),
  );
  const found = rows.filter((row) => row !== undefined);
  if (found.length < rows.length) {
    const uncounted = counted.flatMap(({ warnings }) => warnings).find(({ code }) => code === 'no-regions');
    if (uncounted !== undefined) return { interpreter, outcome: 'refused', reason: uncounted };
    const others = [...new Set(counted.flatMap(({ regions }) => regions.map(({ name }) => name)))];
    const there = others.length === 0 ? 'it has no region' : `its regions are ${others.join(', ')}`;
    return {
      interpreter,
      outcome: 'failed',
      reason: {
        code: 'no-region',
        message: `the program did not enter the region ${JSON.stringify(region)}; ${there}`,
      },
    };
  }
  const types = typesOf(found.at(-1)?.byType ?? [], 1);
  return { interpreter, outcome: 'measured', reading: programReading(found), types, counted: null };
}

/** Why a run has no numbers to judge: it did not end well, or its own counts are not exact. */
function problemOf(result: ProgramResult, errors: string): WithoutInterpreter<CaseMeasurement> | null {
  switch (result.outcome) {
    case 'refused':
      return result;
    case 'failed':
      return { outcome: 'failed', reason: result.error };
    case 'varying':
      return { outcome: result.why.code === 'timeout' ? 'failed' : 'varying', reason: result.why };
    case 'exact': {
      const { code, signal } = result.exit;
      if (code === 0) return null;
      const said = errors.trim().split('\n').at(-1) ?? '';
      const end = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
      return {
        outcome: 'failed',
        reason: { code: 'exit', message: `the program ${end}${said === '' ? '' : `: ${said}`}` },
      };
    }
  }
}
