/** What the host and a worker process say to each other, one answer per request. Plain data: it crosses a process. */

import type { Evaluated, MeasureOptions, ProgramTime, Statement } from '../engine.js';
import type { Counting, Measuring, Opened } from './interpreter.js';
import type { EmbeddedProgram, Ran } from './program.js';
import type { ProgramFolder } from './program-folders.js';
import type { RecordOptions } from './recorder.js';

export type Request =
  | {
      readonly kind: 'open';
      /** Folder of the Pyodide distribution. */
      readonly distribution: string;
      /** dist/agent/pyallocs.wasm */
      readonly core: string;
      /** python/harness.py */
      readonly harness: string;
      readonly folders: readonly string[];
      readonly time: boolean;
      readonly hashSeed: number;
    }
  /** Opens an interpreter for one program, with the standard streams of the process. */
  | {
      readonly kind: 'open-program';
      readonly distribution: string;
      readonly core: string;
      readonly harness: string;
      /** The first is the working folder. */
      readonly folders: readonly ProgramFolder[];
      readonly environment: Readonly<Record<string, string>>;
      readonly args: readonly string[];
      /** Whether a program will be timed. */
      readonly time: boolean;
    }
  | { readonly kind: 'run'; readonly program: EmbeddedProgram; readonly record: RecordOptions | null }
  /** Runs a program without hooks. */
  | { readonly kind: 'time-program'; readonly program: EmbeddedProgram }
  | { readonly kind: 'measure'; readonly statement: Statement; readonly options: MeasureOptions }
  | {
      readonly kind: 'count-runs';
      readonly statement: Statement;
      readonly runs: readonly number[];
    }
  | { readonly kind: 'evaluate'; readonly code: string; readonly argument: string }
  | { readonly kind: 'absent-modules' }
  /** Asks the interpreter that ran a program. */
  | { readonly kind: 'instructions-here'; readonly script: string; readonly request: string }
  /** Opens an interpreter for this one question. */
  | {
      readonly kind: 'instructions';
      readonly distribution: string;
      /** The first is the working folder. */
      readonly folders: readonly ProgramFolder[];
      /** The text of python/instructions.py. */
      readonly script: string;
      readonly request: string;
    };

export type Answer =
  | { readonly kind: 'opened'; readonly opened: Opened | null }
  | { readonly kind: 'measured'; readonly measuring: Measuring }
  | { readonly kind: 'counted'; readonly counting: Counting }
  /** `reusable`: whether the interpreter may be used for anything else. */
  | { readonly kind: 'evaluated'; readonly evaluated: Evaluated; readonly reusable: boolean }
  | { readonly kind: 'absent-modules'; readonly modules: readonly string[] }
  /** `reusable`: whether the interpreter may be used for another program. */
  | { readonly kind: 'ran'; readonly ran: Ran; readonly reusable: boolean }
  | { readonly kind: 'timed'; readonly time: ProgramTime; readonly reusable: boolean }
  | { readonly kind: 'instructions'; readonly text: string }
  /** The interpreter cannot go on. */
  | { readonly kind: 'crashed'; readonly message: string };
