/** The result of `interpreters`. */
import type { Interpreter, Sees } from './interpreter.js';
import type { Refusal } from './outcome.js';
import type { SelfCheck } from './self-check.js';

export interface InterpreterReport extends Interpreter {
  /** What -p accepts for it, the shortest first. */
  readonly selectors: readonly string[];
  readonly sees: Sees;
  /** Modules of the standard library that it lacks. */
  readonly absentModules: readonly string[];
  /** Without cases when it was not started at all: see `refusal`. */
  readonly selfCheck: SelfCheck;
  /** Why it cannot be counted; null when it can. */
  readonly refusal: Refusal | null;
}

export interface InterpretersResult {
  readonly schema: 'pyallocs/interpreters@1';
  readonly interpreters: readonly InterpreterReport[];
}
