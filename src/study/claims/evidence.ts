/** What verdicts are made from: the results of one interpreter, by the ids of experiments, series, limits and programs. */
import type { Interpreter } from '../../core/interpreter.js';
import { hasNumbers, type Measured } from '../../core/outcome.js';
import type { StudyResult, StudyTimings } from '../../core/study.js';
import type { Answers, Known, RunCounts, RunName, Special } from './answers.js';
import { Missing } from './claim.js';

/** One execution of a statement, exactly. */
export interface Op {
  readonly creations: number;
  readonly freelist: number;
  readonly requests: number;
  /** Requests that pymalloc served. */
  readonly pymalloc: number;
  readonly buffers: number;
  readonly resizes: number;
  /** Sizes asked for by requests. */
  readonly bytes: number;
  /** Creations of one type. */
  of(type: string): { readonly creations: number; readonly freelist: number };
}

/** Nanoseconds. */
export interface OpTime {
  /** The statement alone. */
  readonly net: number;
  /** Of the slowest run. */
  readonly slowest: number;
  /** As timeit shows it: with the loop. */
  readonly withLoop: number;
  readonly loop: number;
}

export interface ProgramCost {
  readonly id: string;
  readonly creations: number;
  readonly freelist: number;
  readonly milliseconds: number;
  /** Share of the run time that creating and releasing objects takes: as much as numbers of that kind would. */
  readonly share: number;
}

export class Evidence {
  readonly interpreter: Interpreter;
  readonly #study: Omit<StudyResult, 'claims'>;
  readonly #timings: StudyTimings | null;
  readonly #special: Special | null;

  /** `special` is null where nothing was asked for the claims alone. */
  constructor(
    interpreter: Interpreter,
    study: Omit<StudyResult, 'claims'>,
    timings: StudyTimings | null,
    special: Special | null,
  ) {
    this.interpreter = interpreter;
    this.#study = study;
    this.#timings = timings;
    this.#special = special;
  }

  /** The exact counts of one execution. Throws Missing, also when executions do not cost the same. */
  op(id: string): Op {
    const measured = this.#measured(id);
    const { perOp, byType, iterations } = measured;
    if (perOp === null) throw new Missing(`${id} does not cost the same at each execution here`);
    return {
      creations: perOp.creations.total,
      freelist: perOp.creations.freelist,
      requests: perOp.requests,
      pymalloc: perOp.creations.pymalloc + perOp.buffers.pymalloc,
      buffers: perOp.buffers.total,
      resizes: perOp.resizes,
      bytes: perOp.bytes,
      of: (type) => {
        const row = byType.find((one) => one.type === type)?.creations;
        return { creations: (row?.total ?? 0) / iterations, freelist: (row?.freelist ?? 0) / iterations };
      },
    };
  }

  /** Whether the compiler computed the statement beforehand, so that nothing is left to execute. */
  folded(id: string): boolean {
    return this.#measured(id).warnings.some(({ code }) => code === 'constant-folded');
  }

  #measured(id: string): Measured {
    const experiment = this.#study.experiments.find((one) => one.id === id);
    if (experiment === undefined) throw new Missing(`the experiment ${id} is not part of this study`);
    const result = experiment.results.find(({ interpreter }) => interpreter.id === this.interpreter.id);
    if (result === undefined) throw new Missing(`this version cannot have the experiment ${id}`);
    if (result.outcome === 'exact') return result;
    if (hasNumbers(result)) throw new Missing(`the counts of ${id} vary here: ${result.why.message}`);
    const why = result.outcome === 'failed' ? result.error.message : result.reason.message;
    throw new Missing(`the experiment ${id} could not be counted here: ${why}`);
  }

  /** Numbers of items before each addition that asked for memory or resized a block. */
  growthPoints(id: string): readonly number[] {
    return this.#series(id).growthPoints;
  }

  /** Requests and resizes of that many additions to an empty container. */
  growthEvents(id: string, items: number): { readonly requests: number; readonly resizes: number } {
    const point = this.#series(id).points.find((one) => one.items === items);
    if (point === undefined) throw new Missing(`${id} was not measured at ${items} items`);
    return { requests: point.buffers, resizes: point.resizes };
  }

  #series(id: string): StudyResult['series'][number]['results'][number] {
    const series = this.#study.series.find((one) => one.id === id);
    const result = series?.results.find(({ interpreter }) => interpreter === this.interpreter.id);
    if (result === undefined) throw new Missing(`the series ${id} is not part of this study`);
    if (result.growthPoints.length === 0) throw new Missing(`${id} could not be counted here`);
    return result;
  }

  /** A measured bound; null where it was not measured or there is none. */
  limit(id: string): number | string | null {
    const limit = this.#study.limits.find((one) => one.id === id);
    return limit?.results.find(({ interpreter }) => interpreter === this.interpreter.id)?.measured ?? null;
  }

  time(id: string): OpTime {
    if (this.#timings === null) throw new Missing('no times were measured');
    const rows = this.#timings.experiments.filter((one) => one.interpreter === this.interpreter.id);
    const row = rows.find((one) => one.id === id);
    if (row === undefined) throw new Missing(`the time of ${id} was not measured`);
    // The least of the runs: what else the machine does can only add to it. And the empty loop is no slower than one that does something.
    const fastest = ({ time, loopNs }: typeof row): number => time.minNs + loopNs;
    const loop = Math.min(row.loopNs, ...rows.map(fastest));
    const withLoop = fastest(row);
    return { net: withLoop - loop, slowest: row.time.maxNs + row.loopNs - loop, withLoop, loop };
  }

  /** The programs that have counts and times and do some work: not those that show what starting Python costs. */
  programs(): readonly ProgramCost[] {
    const costs = this.#study.programs.flatMap(({ id, kind, results }) => {
      if (kind === 'startup') return [];
      const result = results.find(({ interpreter }) => interpreter === this.interpreter.id);
      const time = this.#timings?.programs.find((one) => one.id === id && one.interpreter === this.interpreter.id);
      if (result === undefined || !('counts' in result) || time === undefined || time.perCreationNs === null) return [];
      const { total, freelist } = result.counts.creations;
      const milliseconds = time.medianMs;
      const cost = freelist * time.perCreationNs.freelist + (total - freelist) * time.perCreationNs.allocator;
      return [{ id, creations: total, freelist, milliseconds, share: cost / 1e6 / milliseconds }];
    });
    if (costs.length === 0) throw new Missing('no whole program was counted and timed on this interpreter');
    return costs;
  }

  get answers(): Answers {
    return value(this.#special?.answers);
  }

  run(name: RunName): RunCounts {
    return value(this.#special?.runs[name]);
  }
}

/** Null where a result is missing: for verdicts that can do without it. */
export function ifMeasured<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Missing) return null;
    throw error;
  }
}

function value<T>(known: Known<T> | undefined): T {
  if (known === undefined) throw new Missing('this interpreter was not asked for what only the claims need');
  if ('missing' in known) throw new Missing(known.missing);
  return known.value;
}
