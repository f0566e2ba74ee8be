/** The exit code of commands that run a program: the program's own, as a shell would give it. */
import { constants } from 'node:os';
import { EXIT, type ExitCode } from '../core/errors.js';
import type { Exit, ProgramResult } from '../core/program.js';

export function programExitCode(result: ProgramResult): number {
  switch (result.outcome) {
    case 'exact':
    case 'varying':
      return ownCode(result.exit);
    case 'refused':
      return EXIT.internal;
    case 'failed':
      return failedCode(result.error.code, result.exit);
  }
}

/** Of a program that could not be counted: that it ended well says nothing about the counts that were asked for. */
function failedCode(error: string, exit: Exit | null): number {
  return startFailureCode(error) ?? ((exit === null ? 0 : ownCode(exit)) || EXIT.internal);
}

/** Of an error that kept the interpreter from starting: 127 where there is none, 126 where it cannot be executed. */
export function startFailureCode(error: string): ExitCode | null {
  if (error === 'not-found') return EXIT.notFound;
  return error === 'not-executable' ? EXIT.notExecutable : null;
}

/** 128 + n for signal n; an end that nobody saw is a failure of ours. */
function ownCode({ code, signal }: Exit): number {
  if (signal !== null) return signalCode(signal);
  return code ?? EXIT.internal;
}

export function signalCode(signal: string): number {
  return 128 + (Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0);
}
