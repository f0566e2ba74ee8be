/** Runs one program in an embedded interpreter, as plain python does, and counts it. Nothing here needs Node. */
import { addCounts, type Counts, type TypeCounts, ZERO } from '../../core/counts.js';
import { addIntervals, EMPTY_INTERVAL, type Interval, typeRows } from '../../core/interval.js';
import type { Exit } from '../../core/program.js';
import type { ProgramTime } from '../engine.js';
import { readChecked, readCounts, readState, rowName } from './counters.js';
import type { CPython, Pointer } from './cpython.js';
import { type HookPlaces, hooksIntact } from './hooks.js';
import type { ProgramForm } from './program-command.js';
import { type Recorded, type Recorder, readRecorded, startRecording } from './recorder.js';
import type { CoreExports } from './side-module.js';

export interface EmbeddedProgram {
  /** python/program.py */
  readonly harness: string;
  /** python/pyallocs/__init__.py */
  readonly module: string;
  readonly command: readonly string[];
  /** sys.argv. */
  readonly argv: readonly string[];
  readonly form: ProgramForm;
  /** The script, module or code. */
  readonly what: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Entries of PYTHONPATH. */
  readonly path: readonly string[];
  /** Options of -W and entries of PYTHONWARNINGS, the last one first in effect. */
  readonly warnings: readonly string[];
  /** Whether stdin, stdout and stderr are terminals. */
  readonly terminals: readonly boolean[];
  /** How stdin and stdout treat bytes that are no UTF-8: "strict" or "surrogateescape". */
  readonly errors: string;
  /** Folders of the machine that the program sees. */
  readonly folders: readonly string[];
}

/** What a program came to inside the interpreter. */
export interface Ran {
  readonly exit: Exit;
  readonly counts: Counts;
  readonly byType: readonly TypeCounts[];
  readonly startup: Counts;
  readonly shutdown: Counts;
  readonly seconds: number;
  /** Whether the hooks were in place to the end: otherwise the numbers mean nothing. */
  readonly intact: boolean;
  /** Why the numbers are not exact. */
  readonly wrong: string | null;
  /** Modules of the standard library that the program imported, and Python compiled. */
  readonly compiled: readonly string[];
  /** Whether it imported pyallocs. */
  readonly regions: boolean;
  /** Where the events came from, if that was asked for. */
  readonly recorded: Recorded | null;
}

/** An interpreter with the hooks in it. */
export interface Hooked {
  readonly python: CPython;
  readonly core: CoreExports;
  readonly places: HookPlaces;
  readonly minor: number;
}

/** Include/methodobject.h */
const METH_NOARGS = 4;
const METH_FASTCALL = 0x80;

/** Bytes for the tables of the core: those of 100,000 sites fit. What is not used stays untouched, and takes no memory. */
const RESERVE = 64 << 20;

/** What program_stage() of the core tells. */
const MAIN_BEGAN = 1;

/** The exit of a program that left without Python's consent: os._exit() and os.abort(). Null for any other exception. */
function exitOf(error: unknown): Exit | null {
  const { name, status, message } = error as { name?: string; status?: unknown; message?: string };
  if (name === 'ExitStatus' || name === 'Exit') return { code: Number(status) & 0xff, signal: null };
  if (/\bAborted\(|\babort\(/.test(message ?? '')) return { code: null, signal: 'SIGABRT' };
  return null;
}

/** `recorder`: null to count only. `begins`: called when the interpreter was made ready, and the program comes next. */
export function runProgram(
  hooked: Hooked,
  program: EmbeddedProgram,
  recorder: Recorder | null,
  begins: () => void,
): Ran {
  return new ProgramRun(hooked, recorder).run(program, begins);
}

/** Milliseconds of a program that is code: a script. Nothing but the evaluation of it is timed. */
export function timeProgram(python: CPython, program: EmbeddedProgram, begins: () => void): ProgramTime {
  python.execute(program.harness, 'program.py');
  const { harness: _, form, what, ...request } = program;
  python.ask('prepare', JSON.stringify(request));
  begins();
  if (python.ask('find', JSON.stringify({ form, what })) !== 'code') return { why: 'it is no script that compiles' };
  const [code, namespace] = [python.global('code'), python.global('namespace')];
  try {
    const start = performance.now();
    const result = python.call('PyEval_EvalCode', code, namespace, namespace);
    const ms = performance.now() - start;
    if (result !== 0) return { ms };
    python.takeException();
    return { why: 'it ended with an exception' };
  } catch (error) {
    if (exitOf(error) === null) throw error;
    return { why: 'it left the interpreter' };
  }
}

class ProgramRun {
  readonly #python: CPython;
  readonly #core: CoreExports;
  readonly #places: HookPlaces;
  readonly #minor: number;
  readonly #recorder: Recorder | null;
  #main: Interval = EMPTY_INTERVAL;
  #startup: Counts = ZERO;
  #shutdown: Counts = ZERO;
  #wrong: string | null = null;
  #exit: Exit = { code: 0, signal: null };

  constructor({ python, core, places, minor }: Hooked, recorder: Recorder | null) {
    this.#python = python;
    this.#core = core;
    this.#places = places;
    this.#minor = minor;
    this.#recorder = recorder;
  }

  run(program: EmbeddedProgram, begins: () => void): Ran {
    const python = this.#python;
    this.#prepare(program);
    begins();
    const start = performance.now();
    let compiled: readonly string[] = [];
    let regions = false;
    const regular =
      this.#orExit(() => this.#execute(program)) &&
      this.#orExit(() => this.#callbacks()) &&
      this.#orExit(() => {
        ({ compiled, regions } = this.#finish());
      });
    const seconds = (performance.now() - start) / 1000;
    const recorded = this.#recorder === null ? null : readRecorded(python, this.#core, this.#places.state);
    const intact = this.#intact(regular);
    if (regular) this.#orExit(() => python.call('Py_FinalizeEx')); // objects of the program that are still alive may print
    return {
      exit: this.#exit,
      counts: this.#main.counts,
      byType: typeRows(this.#main),
      startup: this.#startup,
      shutdown: this.#shutdown,
      seconds,
      intact,
      wrong: this.#wrong,
      compiled,
      regions,
      recorded,
    };
  }

  /** Does a part of the run. False when the program left in it, past all that would have followed. */
  #orExit(part: () => void): boolean {
    try {
      part();
      return true;
    } catch (error) {
      const exit = exitOf(error);
      if (exit === null) throw error;
      this.#exit = exit;
      this.#core.end();
      return false;
    }
  }

  #prepare(program: EmbeddedProgram): void {
    const python = this.#python;
    const core = this.#core;
    const runner = python.address(this.#minor < 11 ? 'PyFrame_Type' : 'PyFunction_Type');
    core.use_interpreter(python.functionIndex('PyEval_EvalCode'), runner, python.address('_Py_NoneStruct'));
    python.execute(program.harness, 'program.py');
    python.defineFunction('run_main', core.run_main_pointer(), METH_FASTCALL);
    python.defineFunction('begin_callbacks', core.begin_callbacks_pointer(), METH_NOARGS);
    const { harness: _, form: __, what: ___, ...request } = program;
    python.ask('prepare', JSON.stringify(request));
    core.use_reserve(python.allocate(RESERVE), RESERVE);
    if (this.#recorder !== null) startRecording(python, core, this.#recorder);
  }

  /** From finding the program to the traceback that it may end with. */
  #execute({ form, what }: EmbeddedProgram): void {
    const python = this.#python;
    const core = this.#core;
    const request = JSON.stringify({ form, what });
    const places = python.allocate(8);
    core.begin();
    const found = python.ask('find', request);
    let result: Pointer = 0;
    try {
      if (found === 'code') {
        python.memory.setWord(places, python.global('code'));
        python.memory.setWord(places + 4, python.global('namespace'));
        result = core.run_main(places) >>> 0;
      } else if (found === 'function') {
        result = python.call('PyObject_Call', python.global('function'), python.global('arguments'), 0);
      } else if (found === 'failure') {
        const failure = python.global('failure');
        const type = python.call('PyObject_Type', failure);
        python.call('PyErr_SetObject', type, failure);
        python.call('Py_DecRef', type);
      }
    } finally {
      this.#readMain();
    }
    core.begin();
    if (found.startsWith('{')) {
      const { status, message } = JSON.parse(found) as { status: number; message: string };
      python.ask('say', message);
      this.#exit = { code: status, signal: null };
    } else {
      const exception = result === 0 ? python.takeException() : [];
      if (result !== 0) python.call('Py_DecRef', result);
      python.ask('note_imports');
      if (found !== 'function') python.ask('flush');
      if (result === 0) this.#explain(exception);
    }
    this.#addShutdown();
  }

  #readMain(): void {
    const core = this.#core;
    core.end();
    if (core.program_stage() < MAIN_BEGAN) {
      this.#startup = this.#read().counts;
      return;
    }
    this.#startup = readCounts(this.#python.memory, core.counts_before_main() >>> 0);
    this.#main = this.#read();
  }

  /** What python does with the exception that ended the program. */
  #explain(exception: readonly Pointer[]): void {
    const python = this.#python;
    for (const object of exception) if (object !== 0) python.call('Py_IncRef', object);
    const told = JSON.parse(python.askAbout('ended', exception)) as {
      status: number;
      print: boolean;
      interrupt: boolean;
      hint: string;
    };
    if (told.print) {
      const [type = 0, value = 0, traceback = 0] = exception;
      python.call('PyErr_Restore', type, value, traceback);
      python.call('PyErr_Print');
    } else {
      for (const object of exception) if (object !== 0) python.call('Py_DecRef', object);
    }
    if (told.hint !== '') python.ask('say', told.hint);
    this.#exit = told.interrupt ? { code: null, signal: 'SIGINT' } : { code: told.status, signal: null };
  }

  #callbacks(): void {
    const python = this.#python;
    if (python.ask('after_main') === '') return;
    const nothing = python.call('PyTuple_New', 0);
    try {
      const result = python.call('PyObject_Call', python.global('run_callbacks'), nothing, 0); // begins to count itself
      if (result === 0) python.call('PyErr_Print');
    } finally {
      this.#core.end();
      this.#main = addIntervals(this.#main, this.#read());
    }
  }

  #finish(): Pick<Ran, 'compiled' | 'regions'> {
    this.#core.begin();
    const { status, raised, compiled, regions } = JSON.parse(this.#python.ask('finish')) as {
      status: number;
      raised: boolean;
      compiled: string[];
      regions: boolean;
    };
    if (raised)
      this.#wrong ??= 'an atexit callback raised an exception, and printing its traceback is part of the count';
    this.#addShutdown();
    if (status !== 0 && this.#exit.code === 0) this.#exit = { code: status, signal: null };
    return { compiled, regions };
  }

  #addShutdown(): void {
    this.#core.end();
    this.#shutdown = addCounts(this.#shutdown, this.#read().counts);
  }

  #intact(regular: boolean): boolean {
    const { memory } = this.#python;
    const seen = (): number => readState(memory, this.#places.state).seen;
    try {
      return hooksIntact(this.#python, this.#core, this.#places, seen);
    } catch (error) {
      if (regular) throw error;
      this.#wrong ??= 'the program left in a way after which the hooks could not be checked';
      return true;
    }
  }

  #read(): Interval {
    const { memory } = this.#python;
    const names = this.#core.names() >>> 0;
    const places = { state: this.#places.state, rows: this.#core.rows() >>> 0 };
    const { interval, wrong } = readChecked(memory, places, (row) => rowName(memory, names, row), this.#minor);
    this.#wrong ??= wrong;
    return interval;
  }
}
