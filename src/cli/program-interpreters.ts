/** The interpreters of a command that runs a program. */
import { PyallocsError } from '../core/errors.js';
import type { Engine } from '../engines/engine.js';
import { type Chosen, selectInterpreters } from '../engines/select.js';
import { startFailureCode } from './exit-code.js';

/** A Python that is not there, or cannot be executed, has the exit code that a shell would give. */
export function chooseForProgram(engines: readonly Engine[], selectors: readonly string[]): Chosen[] {
  try {
    return selectInterpreters(engines, selectors, 'program');
  } catch (error) {
    if (!(error instanceof PyallocsError)) throw error;
    const exitCode = startFailureCode(error.code) ?? error.exitCode;
    throw new PyallocsError(error.code, error.message, { exitCode, cause: error.cause });
  }
}
