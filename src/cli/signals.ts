/** Ctrl-C and a polite kill end pyallocs and what it started, unless a program is running that has them to itself. */
import { EXIT } from '../core/errors.js';

/** The signals that are guarded, with the code of a process that they end. */
const GUARDED = { SIGINT: EXIT.interrupted, SIGTERM: 143 } as const;

export type Guarded = 'SIGINT' | 'SIGTERM';

let suspended = 0;
/** Who takes the next signal instead; null: nobody. */
let taker: ((signal: Guarded) => void) | null = null;
const received: Guarded[] = [];

/** `end` is called for a signal, with the exit code it asks for, unless the guard is suspended at that moment. */
export function guardSignals(end: (code: number) => void): void {
  for (const signal of Object.keys(GUARDED) as Guarded[]) {
    process.on(signal, () => {
      if (suspended > 0) {
        received.push(signal);
      } else if (taker !== null) {
        const take = taker;
        taker = null;
        take(signal);
      } else {
        end(GUARDED[signal]);
      }
    });
  }
}

/**
 * Does something that the first signal asks to stop, so that what it has by then is not lost. The second ends pyallocs as
 * always: nobody has to wait. `stopped`: whether there was a signal.
 */
export async function stoppable<T>(
  work: (stop: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T; readonly stopped: boolean }> {
  const controller = new AbortController();
  taker = () => controller.abort();
  try {
    const value = await work(controller.signal);
    return { value, stopped: controller.signal.aborted };
  } finally {
    taker = null;
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
