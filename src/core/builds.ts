/** The names of interpreters to the patch release, as budgets keep what they were measured on. */
import type { Interpreter } from './interpreter.js';

/** "wasm:3.14.2", "native:3.13.0 debug": what a budget was measured on, to the patch release. */
export function buildName({ engine, version, freeThreaded, build }: Interpreter): string {
  return [`${engine}:${version}`, ...(freeThreaded ? ['free-threaded'] : []), ...build].join(' ');
}

/** The version that a name of that kind begins with: "3.14" of "wasm:3.14.2"; null: it is none. */
export function minorOfBuild(build: string): string | null {
  return /^(?:wasm|native):(3\.\d+)\./.exec(build)?.[1] ?? null;
}

/** The other build that the limits of this version were measured on; null: this one, or nobody wrote it down. */
export function otherBuild(builds: readonly string[], interpreter: Interpreter): string | null {
  const own = buildName(interpreter);
  const minor = own.replace(/^(\w+:\d+\.\d+).*$/, '$1');
  const version = minor.replace(/^\w+:/, '');
  if (builds.includes(own)) return null;
  return (
    builds.find((build) => build.startsWith(`${minor}.`)) ??
    builds.find((build) => minorOfBuild(build) === version) ??
    null
  );
}
