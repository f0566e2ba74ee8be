/** Asks an installed Python what the instructions of recorded code objects are. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  ANSWER_TIMEOUT,
  type Attempt,
  askInstructions,
  encodeQuestion,
  type InstructionAnswer,
  type InstructionQuestion,
} from '../instructions.js';
import { ended, started } from '../processes.js';
import type { Python } from './pythons.js';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'python', 'instructions.py');

/** Variables that Python needs to find its standard library. All others of its own would change what it does. */
const KEPT = ['PYTHONHOME', 'PYTHONPLATLIBDIR'];

/** Never fails: see askInstructions. */
export async function nativeInstructions(
  { path, about }: Pick<Python, 'path' | 'about'>,
  question: InstructionQuestion,
): Promise<InstructionAnswer> {
  return askInstructions(question, (asked) => answerOf(path, encodeQuestion(asked, about.opcodes)));
}

function answerOf(python: string, request: string): Promise<Attempt> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('PYTHON') || KEPT.includes(name)),
  );
  // The folder of the script is the only one it imports from beside the standard library.
  const child = spawn(python, ['-B', '-S', SCRIPT], { cwd: '/', env, stdio: ['pipe', 'pipe', 'pipe'] });
  const running = { end: () => child.kill('SIGKILL') };
  started(running);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, ANSWER_TIMEOUT * 1000);
  const chunks: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4000);
  });
  child.stdin.on('error', () => {}); // it ended before it had read all: how, is told below
  child.stdin.end(request);
  return new Promise((resolve) => {
    const over = (attempt: Attempt): void => {
      clearTimeout(timer);
      ended(running);
      resolve(attempt);
    };
    child.on('error', (error) => over({ why: error.message }));
    child.on('close', (code, signal) => {
      if (code === 0) over({ text: Buffer.concat(chunks).toString('utf8') });
      else if (late) over({ why: `it did not answer within ${ANSWER_TIMEOUT} s` });
      else over({ why: signal ?? (stderr.trim().split('\n').at(-1) || `exit code ${code}`) });
    });
  });
}
