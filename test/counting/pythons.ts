/** Pythons that count themselves, for tests: those of this machine, and scenarios that are run in one. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { nativeEngine } from '../../src/engines/native/engine.js';
import { type Ended, type Options, ROOT, run } from '../cli.js';

export const FOUND = nativeEngine.offers().filter(({ refusal }) => refusal === null);
const ENVIRONMENT = { PYTHONPATH: join(ROOT, 'python'), PYTHONDONTWRITEBYTECODE: '1' };

/** A statement as the body of a function: setup, the names that are its parameters, the body. */
export type Body = readonly [setup: string, parameters: readonly string[], statement: string];

export async function python(command: string, args: readonly string[], options: Options = {}): Promise<Ended> {
  return run(command, args, { ...options, env: { ...ENVIRONMENT, ...options.env } });
}

/** Runs scenarios of a file beside this one in one process; each result by its name. The process must end well, and say nothing. */
export async function scenarios(
  command: string,
  file: string,
  names: readonly string[],
  options: Options = {},
): Promise<Record<string, unknown>> {
  const path = join(ROOT, 'test', 'counting', file);
  const { stdout, stderr, code, signal } = await python(command, ['-W', 'ignore', path, ...names], options);
  expect({ stderr, code, signal }).toEqual({ stderr: '', code: 0, signal: null });
  return JSON.parse(stdout) as Record<string, unknown>;
}
