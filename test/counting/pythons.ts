/** Pythons that count themselves, for tests: those of this machine, and scenarios that are run in one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { AGENT_FLAGS, agentSources } from '../../src/engines/native/agent.js';
import { nativeEngine } from '../../src/engines/native/engine.js';
import { type Ended, folder, type Options, ROOT, run } from '../cli.js';

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

/** The environment in which a Python of pyenv has an agent with sanitizers, built for this; null where there are none. */
export async function sanitizedAgent(): Promise<Readonly<Record<string, string>> | null> {
  const library = spawnSync('cc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout.trim();
  if (!existsSync(library)) return null;
  const agent = join(folder(), 'libpyallocs.so');
  const flags = AGENT_FLAGS.filter((flag) => flag !== '-flto' && flag !== '-O2');
  const sanitized = [
    '-O1',
    '-fsanitize=address,undefined',
    '-fno-sanitize-recover=undefined',
    '-fno-omit-frame-pointer',
  ];
  const built = await run('cc', [...flags, ...sanitized, '-o', agent, ...agentSources()], { cwd: join(ROOT, 'agent') });
  expect(built.stderr).toBe('');
  return {
    PYALLOCS_AGENT_PATH: agent,
    LD_PRELOAD: library,
    ASAN_OPTIONS: 'detect_leaks=0',
    PYTHONMALLOC: 'malloc',
  };
}
