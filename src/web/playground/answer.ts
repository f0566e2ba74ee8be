/** What came of a question on one version. */
import type { Counts, TypeCounts } from '../../core/counts.js';
import type { CaseResult } from '../../core/outcome.js';
import type { ProgramResult } from '../../core/program.js';
import type { Recording } from '../../core/recording.js';
import type { Line, Text } from './question.js';

export type Answer = StatementAnswer | ProgramAnswer;

interface Answered {
  /** The instructions of the reader's texts, whole, and those elsewhere that allocated. null: not known (yet, or the
   *  statement is not steady). */
  readonly instructions: readonly ShownInstruction[] | null;
  /** What to show beside the line it happened at: an exception, a syntax error. null: nothing went wrong. */
  readonly problem: Problem | null;
  /** Milliseconds from asking an interpreter that was ready to these counts. */
  readonly ms: number;
}

export interface StatementAnswer extends Answered {
  readonly mode: 'statement';
  /** As in `bench --json`. */
  readonly result: CaseResult;
  /** Whether `instructions` are still to come. */
  readonly pending: boolean;
}

export interface ProgramAnswer extends Answered {
  readonly mode: 'program';
  readonly result: ProgramResult;
  /** null: there are no numbers. */
  readonly recording: Recording | null;
  readonly output: Output;
}

/** What a program printed, in order. */
export interface Output {
  readonly parts: readonly { readonly stream: 'out' | 'error'; readonly text: string }[];
  /** There was more than the page keeps. */
  readonly cut: boolean;
}

export interface Problem {
  /** null: at no line of the reader's. */
  readonly at: Line | null;
  /** "NameError: name 'y' is not defined" */
  readonly message: string;
}

/** An instruction of the reader's code, or one elsewhere that allocated. */
export interface ShownInstruction {
  /** null: in neither of the reader's texts, but in a library. */
  readonly text: Text | null;
  /** null: it has none. */
  readonly line: number | null;
  /** Qualified name of its function; "" for the statement itself, "<module>" for the program itself. */
  readonly function: string;
  /** Bytes, as `dis` numbers it. */
  readonly offset: number;
  readonly opcode: string;
  readonly argument: string;
  /** What the version makes of it after warming up, where that is another and is known. */
  readonly specialized: string | null;
  /** Of a statement per execution, of a program in all. null: nothing happened at it. */
  readonly counts: Counts | null;
  /** Of counts; the row of buffers included. */
  readonly byType: readonly TypeCounts[];
}

/** "3.14" */
export const minorOf = ({ result }: Answer): string => result.interpreter.id.replace(/^wasm:/, '');
