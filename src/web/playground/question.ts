/** What the reader asks: some code, how it is to be measured, and on which versions. Plain data: links hold it. */

/** A statement, counted per execution as `bench` does; or a program, run once as `record` does. */
export type Mode = 'statement' | 'program';

export interface Question {
  readonly mode: Mode;
  /** Of a statement only; "" for a program. */
  readonly setup: string;
  readonly code: string;
}

/** The two texts that instructions and errors have lines of. */
export type Text = 'code' | 'setup';

/** A line of one of the texts, from 1. */
export interface Line {
  readonly text: Text;
  readonly line: number;
}

/** What stands in a link: the question, the versions, and what was looked at. */
export interface Shared {
  readonly question: Question;
  /** "3.14", oldest first; at least one. */
  readonly versions: readonly string[];
  /** The version whose counts stand beside the lines; one of `versions`. */
  readonly shown: string;
  /** The line that is unfolded; null: none. */
  readonly line: Line | null;
}

export const sameQuestion = (a: Question, b: Question): boolean =>
  a.mode === b.mode && a.setup === b.setup && a.code === b.code;
