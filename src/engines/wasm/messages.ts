/** What the host and a worker process say to each other, one answer per request. Plain data: it crosses a process. */
import type { MeasureOptions, Statement } from '../engine.js';
import type { Measuring, Opened } from './interpreter.js';

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
  | { readonly kind: 'measure'; readonly statement: Statement; readonly options: MeasureOptions }
  | { readonly kind: 'absent-modules' };

export type Answer =
  | { readonly kind: 'opened'; readonly opened: Opened | null }
  | { readonly kind: 'measured'; readonly measuring: Measuring }
  | { readonly kind: 'absent-modules'; readonly modules: readonly string[] }
  /** The interpreter cannot go on. */
  | { readonly kind: 'crashed'; readonly message: string };
