/** The result of `interpreters`. */
import type { Interpreter, Sees } from './interpreter.js';

export interface InterpreterReport extends Interpreter {
  /** What -p accepts for it. */
  readonly selectors: readonly string[];
  readonly sees: Sees;
  /** Modules of the standard library that it lacks. */
  readonly absentModules: readonly string[];
  readonly selfCheck: {
    readonly outcome: 'passed' | 'failed';
    readonly cases: readonly {
      readonly id: string;
      readonly counts: string;
      readonly expected: number;
      readonly found: number;
    }[];
  };
}

export interface InterpretersResult {
  readonly schema: 'pyallocs/interpreters@1';
  readonly interpreters: readonly InterpreterReport[];
}
