/** What a script takes in a Python of this machine that has nothing of pyallocs in it. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Program, ProgramTime } from '../engine.js';
import { ended, started } from '../processes.js';

const TIMER: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'python', 'program_time.py');

/** The descriptor that the time is written to: the program has the others. */
const CHANNEL = 3;

/** `timeout`: in seconds. The hash seed is fixed, as it is where the program is counted. */
export function timeProgram(python: string, { command }: Program, timeout: number): Promise<ProgramTime> {
  const child = spawn(python, [TIMER, String(CHANNEL), ...command], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, PYTHONHASHSEED: '0' },
  });
  const running = { end: () => child.kill('SIGKILL') };
  started(running);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, timeout * 1000);
  let text = '';
  const channel = child.stdio[CHANNEL] as Readable | undefined;
  channel?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((resolve) => {
    const over = (time: ProgramTime): void => {
      clearTimeout(timer);
      ended(running);
      resolve(time);
    };
    child.on('error', (error) => over({ why: `${python} could not be started: ${error.message}` }));
    child.on('close', (code, signal) => {
      if (code === 0 && /^\d+$/.test(text)) over({ ms: Number(text) / 1e6 });
      else over({ why: timedOut ? `it still ran after ${timeout} s` : `it ended by ${signal ?? `code ${code}`}` });
    });
  });
}
