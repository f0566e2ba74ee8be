/** Exit codes of the command line (those of programs under `stat` and `record` aside). */
export const EXIT = {
  /** Done, and everything was exact. */
  exact: 0,
  /** Measured, but some result varies, failed or was refused. */
  inexact: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** Counts differ from what was asked for: `diff --fail-on-growth`, `check` over a budget. */
  differs: 3,
  /** `check --ratchet`: better than the budget. */
  better: 4,
  /** pyallocs itself failed. */
  internal: 125,
  /** The interpreter of `stat` cannot be executed. */
  notExecutable: 126,
  /** There is no such interpreter of `stat`. */
  notFound: 127,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * What goes wrong is told in sentences: what was tried, what happened, what to do next. Only `main` prints one and exits;
 * `code` is for programs, `message` for people.
 */
export class PyallocsError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(code: string, message: string, options: { exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PyallocsError';
    this.code = code;
    this.exitCode = options.exitCode ?? EXIT.usage;
  }
}
