/** The npm package of an embedded interpreter: where it is, how results name it, and why it did not start. */
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { EXIT, PyallocsError } from '../../core/errors.js';
import type { Offer } from '../engine.js';
import { hostFolders } from '../host.js';
import { EMBEDDED, packageOf } from './embedded.js';
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

/** Those that are installed: npm brings all of them, pip those that were asked for. */
export function installedEmbedded(): readonly Offer[] {
  return hostFolders() === null ? EMBEDDED : EMBEDDED.filter((offer) => folderFromPip(offer) !== null);
}

/** The error for one that pip did not bring. */
export function notInstalled({ minor }: Offer): PyallocsError {
  const extra = `embedded-${minor.replace('.', '-')}`;
  const message = `the embedded Python ${minor} is not installed; this installs it: pip install 'pyallocs[${extra}]'`;
  return new PyallocsError('no-distribution', message);
}

function folderFromPip(offer: Offer): string | null {
  const folders = (hostFolders() ?? []).map((folder) => join(folder, packageOf(offer)));
  return folders.find((folder) => existsSync(join(folder, 'package.json'))) ?? null;
}

/** Where npm or pip put the distribution, links resolved: the worker process may read real paths only. */
export function distributionOf(offer: Offer): string {
  const name = packageOf(offer);
  const fromPip = folderFromPip(offer);
  if (fromPip !== null) return realpathSync(fromPip);
  if (hostFolders() !== null) throw notInstalled(offer);
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
