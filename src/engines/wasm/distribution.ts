/** The npm package of an embedded interpreter: where it is, how results name it, and why it did not start. */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { EXIT, PyallocsError } from '../../core/errors.js';
import type { Offer } from '../engine.js';
import { packageOf } from './embedded.js';
import type { Reply, WorkerProcess } from './worker-process.js';

/** Seconds in which an interpreter must have started: it takes 1 to 4. */
export const START_TIMEOUT = 120;

/** The error for an answer other than that it is open. */
export function noStart(offer: Offer, reply: Reply, worker: WorkerProcess): PyallocsError {
  const why = reply.kind === 'crashed' ? reply.message : reply.kind === 'timeout' ? 'it took too long' : 'no layout';
  const stderr = worker.stderr.trim();
  return new PyallocsError('no-start', `the embedded Python ${offer.minor} did not start: ${why}`, {
    exitCode: EXIT.internal,
    ...(stderr ? { cause: stderr } : {}),
  });
}

/** Where npm put the distribution, links resolved: the worker process may read real paths only. */
export function distributionOf(offer: Offer): string {
  const name = packageOf(offer);
  try {
    return realpathSync(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)));
  } catch (cause) {
    const message = `the npm package ${name} is not installed; run npm ci, or npm install pyallocs again`;
    throw new PyallocsError('no-distribution', message, { cause });
  }
}

/** The folder of all packages around a distribution: Pyodide 0.22 imports some of them, and each package manager puts them elsewhere in it. */
export function packagesFolder(distribution: string): string {
  const parts = distribution.split(sep);
  const first = parts.indexOf('node_modules');
  return first < 0 ? distribution : parts.slice(0, first + 1).join(sep);
}
