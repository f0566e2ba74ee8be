/**
 * One embedded interpreter: loads it, hooks it, and measures statements in it, each from the same restored state.
 * Nothing here needs Node: a web worker can use it as it is.
 */
import { unwrap } from '../../core/assert.js';
import { hasNumbers, type Measurement, type TimePerOp } from '../../core/outcome.js';
import type { SelfCheck } from '../../core/self-check.js';
import { type CountedRuns, countRuns } from '../counted-runs.js';
import type { Evaluated, MeasureOptions, ProgramTime, Statement } from '../engine.js';
import { evaluated } from '../evaluated.js';
import type { OpcodeTables } from '../opcodes.js';
import { measureStatement } from '../protocol.js';
import { StatementFailure, type StatementRunner } from '../runner.js';
import { selfCheck } from '../self-check.js';
import { timeStatement } from '../time.js';
import { answerIn } from './bare.js';
import { readState } from './counters.js';
import { CPython } from './cpython.js';
import { type HookPlaces, hooksIntact, installHooks } from './hooks.js';
import { LinearMemory } from './memory.js';
import { embeddedOpcodes } from './opcodes.js';
import { type EmbeddedProgram, type Ran, runProgram, timeProgram } from './program.js';
import { type FileSystem, type LoadPyodide, loadWithMemory, type PyodideOptions } from './pyodide.js';
import type { Recorded, Recorder, RecordOptions } from './recorder.js';
import { EmbeddedRunner } from './runner.js';
import { levelStat, type SideEffects, watchedGlobals, watchSideEffects } from './side-effects.js';
import { type CoreExports, instantiateSideModule } from './side-module.js';

export interface OpenOptions {
  readonly load: LoadPyodide;
  readonly indexURL: string;
  /** dist/agent/pyallocs.wasm */
  readonly core: BufferSource;
  /** python/harness.py */
  readonly harness: string;
  /** Makes the user's folders visible and returns their paths in the interpreter, the working folder first. */
  readonly mount: (fs: FileSystem) => readonly string[];
  /** Keep an unhooked state as well, for measuring time. */
  readonly time: boolean;
  /** Added to the environment that the interpreter starts with. */
  readonly environment: Readonly<Record<string, string>>;
  /** What stands after `python`: Python reads its options and sys.argv from it. */
  readonly args: readonly string[];
}

export interface Opened {
  /** "3.14.2", "3.15.0rc1" */
  readonly version: string;
  readonly selfCheck: SelfCheck;
}

/** A measurement, and whether the interpreter may be used for another one. */
export interface Measuring {
  readonly measurement: Measurement;
  readonly reusable: boolean;
}

/** Counted runs, and whether the interpreter may be used for another measurement. */
export interface Counting {
  readonly counted: CountedRuns;
  readonly reusable: boolean;
}

/** The environment of an interpreter that measures statements. */
export const STATEMENT_ENVIRONMENT = { PYTHONHASHSEED: '0' };

export class EmbeddedInterpreter {
  readonly #python: CPython;
  readonly #core: CoreExports;
  readonly #places: HookPlaces;
  readonly #fs: FileSystem;
  readonly #effects: SideEffects;
  /** The state every measurement starts from. */
  readonly #hooked: Uint8Array;
  /** The same without hooks, for time. */
  readonly #unhooked: Uint8Array | null;
  /** Names of rows of the core, by number. They mean something else after memory was restored. */
  readonly #names: Map<number, string> = new Map();
  readonly #minor: number;

  private constructor(
    python: CPython,
    core: CoreExports,
    places: HookPlaces,
    fs: FileSystem,
    effects: SideEffects,
    hooked: Uint8Array,
    unhooked: Uint8Array | null,
    minor: number,
  ) {
    this.#python = python;
    this.#core = core;
    this.#places = places;
    this.#fs = fs;
    this.#effects = effects;
    this.#hooked = hooked;
    this.#unhooked = unhooked;
    this.#minor = minor;
  }

  /** Loads an interpreter and checks it. Null when this version has no row in the core's table of layouts. */
  static async open(options: OpenOptions): Promise<{ interpreter: EmbeddedInterpreter; opened: Opened } | null> {
    const quiet = (): void => {};
    const globals = watchedGlobals();
    const pyodideOptions: PyodideOptions = {
      indexURL: options.indexURL,
      jsglobals: globals.object,
      stdin: () => null,
      stdout: quiet,
      stderr: quiet,
      args: options.args,
    };
    const { pyodide, memory } = await loadWithMemory(options.load, pyodideOptions, options.environment);
    const linear = new LinearMemory(memory);
    const python = new CPython(pyodide._module, linear);
    const folders = options.mount(pyodide.FS);
    python.execute(options.harness, 'harness.py');
    const about = JSON.parse(python.ask('prepare_interpreter', JSON.stringify(folders))) as { version: string };
    const minor = Number(about.version.split('.')[1]);
    const core = await instantiateSideModule<CoreExports>(options.core, memory, pyodide._module.wasmTable, (size) =>
      python.allocate(size),
    );
    const unhooked = options.time ? linear.save() : null;
    const places = installHooks(python, core, minor, (name) => tableIndex(python, name));
    if (places === null) return null;
    const effects = watchSideEffects(pyodide.FS, globals);
    const interpreter = new EmbeddedInterpreter(
      python,
      core,
      places,
      pyodide.FS,
      effects,
      linear.save(),
      unhooked,
      minor,
    );
    const checked = await selfCheck(minor, async (statement) => {
      interpreter.#restore(interpreter.#hooked);
      return interpreter.#runner(statement, false);
    });
    return { interpreter, opened: { version: about.version, selfCheck: checked } };
  }

  /**
   * Runs a whole program and counts it; `record`: and records where its events come from. Where it is not reusable, only
   * instructions() can follow.
   */
  run(program: EmbeddedProgram, record: RecordOptions | null): { readonly ran: Ran; readonly reusable: boolean } {
    const recorder = record === null ? null : { ...record, opcodes: this.#opcodes() };
    this.#restore(this.#hooked);
    const hooked = { python: this.#python, core: this.#core, places: this.#places, minor: this.#minor };
    const ran = runProgram(hooked, program, recorder, () => this.#begins());
    return { ran, reusable: !this.#effects.seen() };
  }

  /** A program comes next. What making it ready wrote to files is the same each time. */
  #begins(): void {
    levelStat(this.#fs);
    this.#effects.reset();
  }

  /** Runs a whole program without hooks; needs `time` when opened. */
  timeProgram(program: EmbeddedProgram): { readonly time: ProgramTime; readonly reusable: boolean } {
    this.#restore(unwrap(this.#unhooked, 'opened for time'));
    const time = timeProgram(this.#python, program, () => this.#begins());
    return { time, reusable: !this.#effects.seen() };
  }

  /** What python/instructions.py, given as `script`, answers to a request, in the state before the program. */
  instructions(script: string, request: string): string {
    this.#restore(this.#hooked);
    return answerIn(this.#python, script, request);
  }

  /** In a state of its own: the program starts from one that was never asked. */
  #opcodes(): OpcodeTables {
    this.#restore(this.#hooked);
    return embeddedOpcodes(this.#python);
  }

  /** Bytes of its memory, which only grows. */
  get memorySize(): number {
    return this.#python.memory.bytes.length;
  }

  /** Modules of the standard library that this build lacks, in alphabetical order. */
  absentModules(): readonly string[] {
    return JSON.parse(this.#python.ask('absent_modules')) as string[];
  }

  /** Measures one statement. Throws when the interpreter crashed: then it must not be used again. */
  async measure(statement: Statement, options: MeasureOptions): Promise<Measuring> {
    this.#effects.reset();
    this.#restore(this.#hooked);
    let measurement = await this.#measureCounts(statement, options);
    if (options.time && this.#unhooked !== null && hasNumbers(measurement)) {
      this.#restore(this.#unhooked);
      measurement = { ...measurement, timePerOp: await this.#time(statement, options) };
    }
    return { measurement, reusable: !this.#effects.seen() };
  }

  /** Counts runs of one statement. Throws when the interpreter crashed: then it must not be used again. */
  async countRuns(statement: Statement, runs: readonly number[]): Promise<Counting> {
    this.#effects.reset();
    this.#restore(this.#hooked);
    const counted = this.#checked(await countRuns(this.#runner(statement, false), runs));
    return { counted, reusable: !this.#effects.seen() };
  }

  /**
   * Records where the events of a statement come from, in a run of so many executions after one of as many that is not
   * counted, and again for each further number: each time from the same state. Throws StatementFailure.
   */
  async recordRuns(
    statement: Statement,
    runs: readonly { readonly executions: number; readonly warming: number }[],
  ): Promise<{ readonly recorded: readonly Recorded[]; readonly reusable: boolean }> {
    this.#effects.reset();
    const recorder: Recorder = { stacks: 'none', live: false, opcodes: this.#opcodes() };
    const recorded: Recorded[] = [];
    for (const { executions, warming } of runs) {
      this.#restore(this.#hooked);
      const runner = this.#runner(statement, false);
      await runner.begin();
      await runner.plan([warming, warming, executions]);
      await runner.run();
      await runner.run();
      recorded.push(runner.record(recorder));
      await runner.end();
    }
    return { recorded, reusable: !this.#effects.seen() };
  }

  /** Runs code without hooks; needs `time` when opened. */
  evaluate(code: string, argument: string): { readonly evaluated: Evaluated; readonly reusable: boolean } {
    this.#effects.reset();
    this.#restore(unwrap(this.#unhooked, 'opened for time'));
    const answer = this.#python.ask('evaluate', code, argument);
    return { evaluated: evaluated(answer), reusable: !this.#effects.seen() };
  }

  /**
   * What counting costs: milliseconds of a run without hooks and of the same run counted, in turn, `rounds` times.
   * For the benchmark of pyallocs itself; needs `time` when opened.
   */
  async compareTimes(statement: Statement, executions: number, rounds: number): Promise<[number, number][]> {
    const pairs: [number, number][] = [];
    const timed = async (state: Uint8Array, run: (runner: StatementRunner) => Promise<unknown>): Promise<number> => {
      this.#restore(state);
      const runner = this.#runner(statement, false);
      await runner.begin();
      await runner.plan([executions / 10, executions]);
      await runner.run();
      const start = performance.now();
      await run(runner);
      return performance.now() - start;
    };
    for (let i = 0; i < rounds; i++) {
      const unhooked = await timed(unwrap(this.#unhooked, 'opened for time'), (runner) => runner.run());
      pairs.push([unhooked, await timed(this.#hooked, (runner) => runner.count())]);
    }
    return pairs;
  }

  #restore(state: Uint8Array): void {
    this.#python.memory.restore(state);
    this.#names.clear();
  }

  async #measureCounts(statement: Statement, options: MeasureOptions): Promise<Measurement> {
    const measurement = await measureStatement(this.#runner(statement, options.gc), {
      iterations: options.iterations,
      gc: options.gc,
    });
    return this.#checked(measurement);
  }

  /** What was counted, if the hooks are still there. */
  #checked<T>(counted: T): T | Extract<Measurement, { readonly outcome: 'refused' }> {
    const intact = hooksIntact(this.#python, this.#core, this.#places, () => this.#state().seen);
    if (intact) return counted;
    return {
      outcome: 'refused',
      reason: {
        code: 'hooks-replaced',
        message:
          "the statement replaced pyallocs' hooks with its own, as tracemalloc.start() and tracemalloc.stop() do; measure it without them",
      },
    };
  }

  /** Time, without hooks, of a statement that could be counted. */
  async #time(statement: Statement, options: MeasureOptions): Promise<TimePerOp | null> {
    try {
      return await timeStatement(this.#runner(statement, options.gc), options);
    } catch (error) {
      if (error instanceof StatementFailure) return null; // it does not fail always
      throw error;
    }
  }

  #state(): ReturnType<typeof readState> {
    return readState(this.#python.memory, this.#places.state);
  }

  #runner(statement: Statement, gc: boolean): EmbeddedRunner {
    return new EmbeddedRunner(this.#python, this.#core, this.#places, this.#names, statement, gc, this.#minor);
  }
}

/** The index of an exported function in the table of functions; 0 when it is not there. */
export function tableIndex(python: CPython, name: string): number {
  const exported = (): unknown => python.module[`_${name}`];
  try {
    (exported() as (...args: number[]) => number)(0, 0, 0); // up to 0.27 the first call replaces a lazy wrapper
  } catch {
    // what it does with these arguments does not matter
  }
  const { wasmTable } = python.module;
  for (let i = 1; i < wasmTable.length; i++) if (wasmTable.get(i) === exported()) return i;
  return 0;
}
