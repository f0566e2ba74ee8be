/** Ctrl-C and a polite kill end pyallocs and what it started, unless a program is running that has them to itself. */
import { EXIT } from '../core/errors.js';

/** The signals that are guarded, with the code of a process that they end. */
const GUARDED = { SIGINT: EXIT.interrupted, SIGTERM: 143 } as const;

export type Guarded = 'SIGINT' | 'SIGTERM';

let suspended = 0;
const received: Guarded[] = [];

/** `end` is called for a signal, with the exit code it asks for, unless the guard is suspended at that moment. */
export function guardSignals(end: (code: number) => void): void {
  for (const signal of Object.keys(GUARDED) as Guarded[]) {
    process.on(signal, () => {
      if (suspended === 0) end(GUARDED[signal]);
      else received.push(signal);
    });
  }
}

/**
 * Does something while signals do not end pyallocs. A terminal sends Ctrl-C to the program as well, and what it does about
 * it is the program's affair; whoever runs the program passes on what reached pyallocs alone. The answer has the signals
 * that came meanwhile, so that no further program is started.
 */
export async function withoutGuard<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly signals: readonly Guarded[] }> {
  received.length = 0;
  suspended++;
  try {
    const value = await work();
    return { value, signals: [...received] };
  } finally {
    suspended--;
  }
}
