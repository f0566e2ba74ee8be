/** Runs a study on the chosen interpreters: what is counted, what the usual methods say of it, and what people say. */
import { PyallocsError } from '../core/errors.js';
import { type Interpreter, minorNumber } from '../core/interpreter.js';
import type { CaseResult } from '../core/outcome.js';
import type {
  ExperimentResult,
  LimitOnInterpreter,
  ObserverResult,
  SeriesOnInterpreter,
  StudyResult,
  StudyTimings,
} from '../core/study.js';
import type { MeasureOptions, Session, SessionOptions } from '../engines/engine.js';
import { inParallel, inSession, measureIn, type Progress } from '../engines/measure.js';
import type { Chosen } from '../engines/select.js';
import { gatherSpecial, type Special } from './claims/answers.js';
import { judgeClaims } from './claims/claims.js';
import type { Experiment } from './experiments.js';
import { limitAbout, runLimits } from './limits.js';
import type { Limit } from './measured-limit.js';
import { observerResults, runObservers } from './methods/observers.js';
import { METHOD_PASSES, type MethodsOnInterpreter, runMethods } from './methods.js';
import type { StudyParts } from './parts.js';
import { type ProgramRan, type ProgramToRun, programAbout, programsSize, runPrograms } from './programs.js';
import { runSeries, type Series } from './series.js';

export interface StudyOptions {
  readonly session: SessionOptions;
  readonly measure: MeasureOptions;
  /** Ask the usual methods and a clock as well, in passes of their own; needs `time` of `session`. */
  readonly methods: boolean;
  /** Ends the study: what is there by then is its result. */
  readonly stop: AbortSignal;
}

/** A whole study, and all of it that rests on a clock. */
export interface Study {
  readonly result: StudyResult;
  readonly timings: StudyTimings;
}

/** Whether a version can have an experiment: newer syntax is a gap, not a failure. */
function applies(experiment: Experiment, { offer }: Chosen): boolean {
  return minorNumber(offer.minor) >= minorNumber(experiment.since);
}

/** How many steps of progress a study takes. */
export function studySize(parts: StudyParts, chosen: readonly Chosen[], methods: boolean): number {
  const experiments = parts.experiments.flatMap((experiment) => chosen.filter((one) => applies(experiment, one)));
  const passes = (methods ? METHOD_PASSES : 0) + (isObserved(parts, methods) ? 1 : 0) + (parts.questions ? 1 : 0);
  const everywhere = parts.series.length + parts.limits.length + passes;
  return experiments.length + everywhere * chosen.length + programsSize(parts.programs, chosen);
}

const isObserved = ({ observers }: StudyParts, methods: boolean): boolean => observers && methods;

/** What one interpreter came to, so far. */
class Column {
  readonly chosen: Chosen;
  interpreter: Interpreter | null = null;
  readonly experiments = new Map<Experiment, CaseResult>();
  readonly series = new Map<Series, SeriesOnInterpreter>();
  readonly limits = new Map<Limit, LimitOnInterpreter>();
  readonly programs = new Map<ProgramToRun, ProgramRan>();
  methods: MethodsOnInterpreter | null = null;
  observed: ObserverResult['results'] | null = null;
  special: Special | null = null;
  /** Why there is nothing, or no more; null: all is there. */
  absent: string | null = null;

  constructor(chosen: Chosen) {
    this.chosen = chosen;
  }
}

class Stopped extends Error {}

/** Never throws for what an interpreter does: one that cannot be counted is `absent`, and the others are complete. */
export async function runStudy(
  parts: StudyParts,
  chosen: readonly Chosen[],
  options: StudyOptions,
  progress: Progress,
): Promise<Study> {
  const columns = chosen.map((one) => new Column(one));
  await inParallel(columns, async (column) => {
    try {
      await fill(column, parts, options, progress);
    } catch (error) {
      if (options.stop.aborted) return;
      if (!(error instanceof PyallocsError)) throw error;
      column.absent = error.message;
    }
  });
  return studyOf(parts, columns, options);
}

/** Each step tells that it is done; the one after the study was stopped is not told. */
async function fill(column: Column, parts: StudyParts, options: StudyOptions, progress: Progress): Promise<void> {
  const { chosen } = column;
  const { measure, methods, stop } = options;
  if (stop.aborted) return;
  const further = (): void => {
    if (stop.aborted) throw new Stopped();
    progress.measured(chosen.offer.id);
  };
  const into =
    <K, V>(map: Map<K, V>) =>
    (key: K, value: V | null): void => {
      further();
      if (value !== null) map.set(key, value);
    };
  const { engine, offer, label } = chosen;
  const programs = engine.series(offer, label, { time: methods });
  const all = async (session: Session): Promise<void> => {
    if (session.refusal !== null) {
      column.absent = session.refusal.message;
      return;
    }
    column.interpreter = session.interpreter;
    const possible = parts.experiments.filter((experiment) => applies(experiment, chosen));
    await measureIn(session, possible, measure, into(column.experiments));
    await runSeries(session, parts.series, measure, into(column.series));
    await runLimits(session, parts.limits, measure, into(column.limits));
    if (methods) column.methods = await runMethods(session, chosen, [...column.experiments], further);
    if (isObserved(parts, methods)) {
      const observed = await runObservers(session);
      further();
      column.observed = observed;
    }
    if (parts.questions) {
      const special = await gatherSpecial(session, programs, measure.timeout);
      further();
      column.special = special;
    }
    const { timeout } = measure;
    await runPrograms(chosen, programs, parts.programs, { timeout, time: methods }, into(column.programs));
  };
  await inSession(chosen, options.session, progress, all).finally(() => programs.close());
}

function studyOf(parts: StudyParts, columns: readonly Column[], { methods, stop }: StudyOptions): Study {
  const present = columns.filter(({ interpreter }) => interpreter !== null);
  const of = <V extends object>(value: (column: Column) => V | null | undefined): V[] =>
    present.map(value).filter((one) => one !== null && one !== undefined);
  const timings: StudyTimings = {
    schema: 'pyallocs/timings@1',
    experiments: present.flatMap((column) => column.methods?.timings ?? []),
    programs: parts.programs.flatMap((program) => of((column) => column.programs.get(program)?.timing)),
  };
  const measured: Omit<StudyResult, 'claims'> = {
    schema: 'pyallocs/study@1',
    interpreters: of(({ interpreter }) => interpreter),
    absent: columns.flatMap(({ chosen, absent }) =>
      absent === null ? [] : [{ interpreter: chosen.offer.id, message: absent }],
    ),
    ...(stop.aborted ? { partial: true } : {}),
    categories: parts.categories,
    experiments: parts.experiments.flatMap((experiment): ExperimentResult[] => {
      const { id, category, title, statement, setup, shows, compares } = experiment;
      const results = of((column) => column.experiments.get(experiment));
      const said = of((column) => column.methods?.results.get(id));
      // Of a study that was ended early, those that had their turn.
      if (stop.aborted && results.length === 0) return [];
      return [{ id, category, title, statement, setup, shows, compares, results, methods: said }];
    }),
    series: parts.series.map((series) => ({ ...series, results: of((column) => column.series.get(series)) })),
    limits: parts.limits.map((limit) => ({
      ...limitAbout(limit),
      results: of((column) => column.limits.get(limit)),
    })),
    programs: parts.programs.map((program) => ({
      ...programAbout(program),
      results: of((column) => column.programs.get(program)?.result),
    })),
    observers: isObserved(parts, methods)
      ? observerResults(present.flatMap(({ observed }) => (observed === null ? [] : [observed])))
      : [],
  };
  const special = new Map(
    columns.flatMap(({ interpreter, special: one }) =>
      interpreter === null || one === null ? [] : [[interpreter.id, one] as const],
    ),
  );
  return { result: { ...measured, claims: judgeClaims(parts.claims, measured, timings, special) }, timings };
}
