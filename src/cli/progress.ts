/** One line on the error stream that tells how far long work is. Only on a terminal; gone when the work is done. */
import type { Progress } from '../engines/measure.js';

export interface ProgressLine extends Progress {
  end(): void;
}

/** `total`: how many measurements there will be. */
export function progressLine(total: number): ProgressLine {
  const { stderr } = process;
  if (!stderr.isTTY) return { started: () => {}, measured: () => {}, finished: () => {}, end: () => {} };
  let done = 0;
  let shown = 0;
  const running = new Set<string>();
  const draw = (): void => {
    const now = Date.now();
    if (now - shown < 80 && done < total) return;
    shown = now;
    const cells = 24;
    const full = Math.round((done / Math.max(1, total)) * cells);
    const bar = `${'█'.repeat(full)}${'░'.repeat(cells - full)}`;
    const names = [...running].join(', ');
    const line = `${bar} ${done}/${total}  ${names}`;
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
