/** One line on the error stream that tells how far long work is. Only on a terminal; gone when the work is done. */
import type { Progress } from '../engines/measure.js';

export interface ProgressLine extends Progress {
  end(): void;
}

const CELLS = 24;
/** Redrawn at most so often. */
const REDRAWN_MS = 80;
/** Before, too little is known to say when it ends. */
const ESTIMATED_AFTER_MS = 3000;

/** `total`: how many measurements there will be. */
export function progressLine(total: number): ProgressLine {
  const { stderr } = process;
  if (!stderr.isTTY) return { started: () => {}, measured: () => {}, finished: () => {}, end: () => {} };
  const begun = Date.now();
  let done = 0;
  let shown = 0;
  const running = new Set<string>();
  const draw = (): void => {
    const now = Date.now();
    if (now - shown < REDRAWN_MS && done < total) return;
    shown = now;
    const full = Math.round((done / Math.max(1, total)) * CELLS);
    const bar = `${'█'.repeat(full)}${'░'.repeat(CELLS - full)}`;
    const line = `${bar} ${done}/${total}${timeLeft(now - begun, done, total)}  ${[...running].join(', ')}`;
    stderr.write(`\r\u001b[K${line.slice(0, Math.max(10, (stderr.columns || 80) - 1))}`);
  };
  return {
    started: (interpreter) => {
      running.add(interpreter);
      draw();
    },
    measured: () => {
      done++;
      draw();
    },
    finished: (interpreter) => {
      running.delete(interpreter);
      draw();
    },
    end: () => stderr.write('\r\u001b[K'),
  };
}

/** "  40 s left": as if the rest took as long as what is done; empty where that would be a guess. */
export function timeLeft(elapsedMs: number, done: number, total: number): string {
  if (elapsedMs < ESTIMATED_AFTER_MS || done === 0 || done >= total) return '';
  const seconds = Math.ceil((elapsedMs / done / 1000) * (total - done));
  return seconds < 100 ? `  ${seconds} s left` : `  ${Math.ceil(seconds / 60)} min left`;
}
