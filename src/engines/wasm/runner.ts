/** A statement in an embedded interpreter: the harness prepares its runs, the core counts them. Nothing here needs Node. */
import { unwrap } from '../../core/assert.js';
import type { Interval } from '../../core/interval.js';
import type { Statement } from '../engine.js';
import { inexact, type PassEnd, refuse, type StatementRunner, type Unfolded } from '../runner.js';
import { type CounterPlaces, readChecked, rowName } from './counters.js';
import type { CPython } from './cpython.js';
import type { HookPlaces } from './hooks.js';
import { type Recorded, type Recorder, readRecorded, startRecording } from './recorder.js';
import type { CoreExports } from './side-module.js';

/** Bytes for the tables of a recorded statement; past them they come from the allocator. */
const RESERVE = 8 << 20;

export class EmbeddedRunner implements StatementRunner {
  readonly #python: CPython;
  readonly #core: CoreExports;
  readonly #places: HookPlaces;
  readonly #names: Map<number, string>;
  readonly #statement: Statement;
  readonly #gc: boolean;
  readonly #minor: number;
  #loaded = false;
  #function = 0;
  #arguments = 0;
  #next = 0;
  #unfinished = false;

  constructor(
    python: CPython,
    core: CoreExports,
    places: HookPlaces,
    names: Map<number, string>,
    statement: Statement,
    gc: boolean,
    minor: number,
  ) {
    this.#python = python;
    this.#core = core;
    this.#places = places;
    this.#names = names;
    this.#statement = statement;
    this.#gc = gc;
    this.#minor = minor;
  }

  async begin(): Promise<void> {
    if (!this.#loaded) {
      const { setup, statement } = this.#statement;
      refuse(this.#python.ask('load', setup, statement, this.#gc ? 'gc' : ''));
      this.#loaded = true;
    }
    refuse(this.#python.ask('start'));
    this.#function = this.#python.global('function');
    this.#arguments = this.#python.global('arguments');
    this.#next = 0;
    this.#unfinished = false;
  }

  async settle(): Promise<void> {
    this.#python.ask('settle');
  }

  async plan(executions: readonly number[]): Promise<void> {
    this.#checkRuns();
    this.#python.ask('plan', executions.join(','));
    this.#next = 0;
  }

  /** Asks whether a run so far ended early. */
  #checkRuns(): void {
    if (this.#next > 0 && this.#python.ask('check', String(this.#next)) !== '') this.#unfinished = true;
  }

  async run(): Promise<number> {
    const args = this.#argumentsOfNext();
    const start = performance.now();
    this.#call(args);
    return performance.now() - start;
  }

  async count(): Promise<Interval> {
    const args = this.#argumentsOfNext();
    this.#core.begin();
    try {
      this.#call(args);
    } finally {
      this.#core.end();
    }
    return this.#read({ state: this.#places.state, rows: this.#core.rows() >>> 0 });
  }

  /** Runs the next planned run, counts it, and tells where its events came from. Throws StatementFailure. */
  record(recorder: Recorder): Recorded {
    const python = this.#python;
    const core = this.#core;
    const args = this.#argumentsOfNext();
    core.use_reserve(python.allocate(RESERVE), RESERVE);
    startRecording(python, core, recorder);
    core.begin_recorded();
    try {
      this.#call(args);
    } finally {
      core.end();
    }
    this.#read({ state: this.#places.state, rows: core.rows() >>> 0 });
    return readRecorded(python, core, this.#places.state);
  }

  async countGrowth(n: number): Promise<readonly [Interval, Interval, Interval] | null> {
    this.#checkRuns();
    const objects = this.#python.ask('plan_growth', String(n)).split(',').map(Number);
    this.#next = 0;
    for (const object of objects) {
      if (!this.#core.mark_death(object)) throw inexact('an iterator of the harness is not known to the core');
    }
    await this.count();
    const points = objects.map((_, mark) => {
      const state = this.#core.mark_state(mark) >>> 0;
      return state && this.#read({ state, rows: this.#core.mark_rows(mark) >>> 0 });
    });
    return points.some((point) => point === 0) ? null : (points as [Interval, Interval, Interval]);
  }

  #argumentsOfNext(): number {
    return unwrap(this.#python.call('PyList_GetItem', this.#arguments, this.#next++) || null, 'no run is planned');
  }

  #call(args: number): void {
    const result = this.#python.call('PyObject_Call', this.#function, args, 0);
    if (result === 0) refuse(this.#python.askAboutException('describe'));
    this.#python.call('Py_DecRef', result);
  }

  /** Reads and checks counters: those of now, or the copy at a mark. */
  #read(places: CounterPlaces): Interval {
    const { memory } = this.#python;
    const names = this.#core.names() >>> 0;
    const name = (row: number): string => {
      const known = this.#names.get(row) ?? rowName(memory, names, row);
      this.#names.set(row, known);
      return known;
    };
    const { interval, wrong } = readChecked(memory, places, name, this.#minor);
    if (wrong === null) return interval;
    throw inexact(wrong);
  }

  async end(): Promise<PassEnd> {
    this.#checkRuns();
    return { unfinished: this.#unfinished, collections: Number(this.#python.ask('finish')) };
  }

  async unfolded(): Promise<Unfolded | null> {
    const answer = this.#python.ask('unfolded');
    return answer === '' ? null : (JSON.parse(answer) as Unfolded);
  }
}
