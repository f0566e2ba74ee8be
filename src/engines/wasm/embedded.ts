/** The interpreters that come with pyallocs: builds of CPython for WebAssembly, one npm package each. */
import type { Interpreter } from '../../core/interpreter.js';
import type { Offer } from '../engine.js';

const embedded = (minor: string, version: string): Offer => ({
  id: `wasm:${minor}`,
  minor,
  version,
  prerelease: /[a-z]/.test(version),
  path: null,
  refusal: null,
});

/** One row per version, oldest first. The version is that of CPython; a test compares it with sys.version. */
export const EMBEDDED: readonly Offer[] = [
  embedded('3.10', '3.10.2'),
  embedded('3.11', '3.11.3'),
  embedded('3.12', '3.12.7'),
  embedded('3.13', '3.13.2'),
  embedded('3.14', '3.14.2'),
  embedded('3.15', '3.15.0rc1'),
];

/** The npm package of a version: an alias of pyodide. */
export const packageOf = (offer: Offer): string => `pyodide-${offer.minor}`;

/** `version`: what it says of itself; null while it has not started. */
export function embeddedInterpreter(offer: Offer, label: string | null, version: string | null): Interpreter {
  return {
    id: offer.id,
    label,
    version: version ?? offer.version,
    implementation: 'cpython',
    engine: 'wasm',
    bits: 32,
    pymalloc: false,
    freeThreaded: false,
    build: [],
    path: null,
  };
}
