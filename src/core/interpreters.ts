/** The result of `interpreters`. */
import type { Interpreter, Sees } from './interpreter.js';
import type { SelfCheck } from './self-check.js';

export interface InterpreterReport extends Interpreter {
  /** What -p accepts for it. */
  readonly selectors: readonly string[];
  readonly sees: Sees;
  /** Modules of the standard library that it lacks. */
  readonly absentModules: readonly string[];
  readonly selfCheck: SelfCheck;
}

export interface InterpretersResult {
  readonly schema: 'pyallocs/interpreters@1';
  readonly interpreters: readonly InterpreterReport[];
}
