/** What the host and a worker process say to each other, one answer per request. Plain data: it crosses a process. */
import type { MeasureOptions, Statement } from '../engine.js';
import type { Measuring, Opened } from './interpreter.js';
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
    }
  | { readonly kind: 'run'; readonly program: EmbeddedProgram; readonly record: RecordOptions | null }
  | { readonly kind: 'measure'; readonly statement: Statement; readonly options: MeasureOptions }
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
  | { readonly kind: 'absent-modules'; readonly modules: readonly string[] }
  | { readonly kind: 'ran'; readonly ran: Ran }
  | { readonly kind: 'instructions'; readonly text: string }
  /** The interpreter cannot go on. */
  | { readonly kind: 'crashed'; readonly message: string };
