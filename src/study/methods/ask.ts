/** Asks an interpreter without hooks what a method says of experiments: some at a time, as each question has its price. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { Session } from '../../engines/engine.js';

const PYTHON = new URL('../../../python/', import.meta.url);

/** A file of python/. */
export function pythonFile(name: string): string {
  return readFileSync(fileURLToPath(new URL(name, PYTHON)), 'utf8');
}

/** What python/methods.py takes for each experiment. */
export interface Asked {
  readonly setup: string;
  readonly statement: string;
  readonly executions: number;
  /** Of the time: how many runs. */
  readonly repeats?: number;
}

/** Experiments that share a copy of the interpreter. */
const TOGETHER = 16;
/** Seconds for each of them. */
const TIMEOUT = 10;

/** The answers, in order; null where the interpreter did not survive the statement, or the statement raised. */
export async function askMethod<T>(
  session: Session,
  method: 'tracemalloc' | 'ids' | 'bytecode' | 'time',
  asked: readonly Asked[],
  schema: z.ZodType<T>,
): Promise<(T | null)[]> {
  const code = `${pythonFile('harness.py')}\n${pythonFile('methods.py')}`;
  const answers: (T | null)[] = [];
  const ask = async (some: readonly Asked[]): Promise<(T | null)[] | null> => {
    const request = JSON.stringify({ method, experiments: some });
    const answer = await session.evaluate(code, request, TIMEOUT * some.length);
    if (answer.outcome === 'failed') return null;
    return (JSON.parse(answer.text) as unknown[]).map((one) => (isError(one) ? null : schema.parse(one)));
  };
  for (let i = 0; i < asked.length; i += TOGETHER) {
    const some = asked.slice(i, i + TOGETHER);
    const together = await ask(some);
    if (together !== null) answers.push(...together);
    else for (const one of some) answers.push(...((await ask([one])) ?? [null]));
  }
  return answers;
}

function isError(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'error' in answer;
}
