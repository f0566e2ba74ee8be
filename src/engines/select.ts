/** Which interpreters a selector names: -p 3.14, wasm:3.14, NAME=wasm:3.14, all; repeated or separated by commas. */
import { assertUnreachable } from '../core/assert.js';
import { PyallocsError } from '../core/errors.js';
import type { Engine, Offer } from './engine.js';
import { activeEnvironment } from './environment.js';
import { hostFolders, hostPython } from './host.js';

/** An interpreter as chosen: with the engine that runs it. */
export interface Chosen {
  readonly engine: Engine;
  readonly offer: Offer;
  readonly label: string | null;
}

/** What is taken when nothing is selected: all embedded ones, or the one that suits a statement or a program. */
export type Fallback = 'embedded' | 'all' | 'statement' | 'program';

/**
 * `selectors` as given; empty: what `fallback` says. The order is that of the selectors, without repetitions. `refused`:
 * whether `all` names those that cannot be counted as well. Throws PyallocsError for a selector that names nothing.
 */
export function selectInterpreters(
  engines: readonly Engine[],
  selectors: readonly string[],
  fallback: Fallback,
  refused = false,
): Chosen[] {
  const parts = selectors.flatMap((selector) => selector.split(',')).map((part) => part.trim());
  const wanted = parts.length === 0 ? fallbackSelectors(engines, fallback) : parts;
  return withIds(wanted.flatMap((part) => resolve(part, engines, refused)));
}

/** What names exactly this one: its version where that is enough, and its path. */
export function selectorsOf({ engine, offer }: Chosen, engines: readonly Engine[]): string[] {
  const { minor, version, path } = offer;
  const same = (one: Offer | undefined): boolean =>
    one !== undefined && one.path === path && one.version === version && one.minor === minor;
  const names = (selector: string): boolean => {
    const [first] = match(selector, engines, false);
    return first?.engine === engine && same(first.offer);
  };
  const minors = [minor, `${engine.name}:${minor}`].filter(names);
  const versions = minors.length > 0 ? [] : [version, `${engine.name}:${version}`].filter(names);
  return [...minors, ...versions, ...(path === null ? [] : [path])];
}

/** What `all` leaves out, a sentence each. */
export function leftOut(engines: readonly Engine[], selectors: readonly string[]): string[] {
  const parts = selectors
    .flatMap((selector) => selector.split(','))
    .map((part) => part.trim().replace(/^[^=:/]+=/, ''));
  return engines
    .filter(({ name }) => parts.includes('all') || parts.includes(`${name}:all`))
    .flatMap((engine) => engine.offers())
    .flatMap(({ path, id, refusal }) => (refusal === null ? [] : [`${path ?? id} is left out: ${refusal.message}`]));
}

function fallbackSelectors(engines: readonly Engine[], fallback: Fallback): string[] {
  const embedded = engines.find(({ name }) => name === 'wasm')?.offers() ?? [];
  const newest = embedded.filter(({ prerelease }) => !prerelease).at(-1);
  switch (fallback) {
    case 'all':
      return ['all'];
    case 'embedded':
      return ['wasm:all'];
    case 'statement':
      return [hostPython() ?? countableEnvironment(engines) ?? newest?.id ?? 'python3'];
    case 'program':
      return [hostPython() ?? activeEnvironment() ?? 'python3'];
    default:
      return assertUnreachable(fallback);
  }
}

/** The same, where its statements can be counted: not on every machine. */
function countableEnvironment(engines: readonly Engine[]): string | null {
  const path = activeEnvironment();
  if (path === null) return null;
  const [found] = match(path, engines, false);
  return found?.offer.refusal === null ? path : null;
}

function resolve(part: string, engines: readonly Engine[], refused: boolean): Chosen[] {
  const named = /^([^=:/]+)=(.+)$/.exec(part);
  const label = named?.[1] ?? null;
  const selector = named?.[2] ?? part;
  const found = match(selector, engines, refused);
  if (found.length === 0) throw unknownInterpreter(selector, engines);
  return found.map((chosen) => ({ ...chosen, label }));
}

function match(selector: string, engines: readonly Engine[], refused: boolean): Chosen[] {
  const [, prefix, rest = ''] = /^(?:(wasm|native):)?(.*)$/.exec(selector) ?? [];
  const wanted = engines.filter(({ name }) => prefix === undefined || name === prefix);
  if (rest === 'all') {
    return wanted.flatMap((engine) =>
      byVersion(engine.offers())
        .filter(({ refusal }) => refused || refusal === null)
        .map((offer) => ({ engine, offer, label: null })),
    );
  }
  // Without a prefix: a Python of this machine if there is one, otherwise an embedded one.
  for (const engine of [...wanted].sort((a, b) => a.name.localeCompare(b.name))) {
    const offer = rest === '' ? null : engine.find(rest);
    if (offer !== null) return [{ engine, offer, label: null }];
  }
  return [];
}

function byVersion(offers: readonly Offer[]): Offer[] {
  return [...offers].sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
}

function unknownInterpreter(selector: string, engines: readonly Engine[]): PyallocsError {
  const prefix = /^(wasm|native):/.exec(selector)?.[1];
  const known = engines
    .filter(({ name }) => prefix === undefined || name === prefix)
    .flatMap((engine) => byVersion(engine.offers()).filter(({ refusal }) => refusal === null))
    .map(({ id }) => id);
  const list = known.length === 0 ? 'there is none' : `there are ${[...new Set(known)].join(', ')}, or all`;
  const embedded = engines.some(({ name }) => name === 'wasm') && (prefix === undefined || prefix === 'wasm');
  const getOne = embedded && hostFolders()?.length === 0 ? "; pip install 'pyallocs[cli]' brings an embedded one" : '';
  return new PyallocsError(
    'unknown-interpreter',
    selector === '' ? `-p names no interpreter; ${list}` : `there is no interpreter ${selector}; ${list}${getOne}`,
  );
}

/** Drops repetitions, and gives those with the same id one of their own: by their label, or else by their path. */
function withIds(chosen: readonly Chosen[]): Chosen[] {
  const key = ({ offer, label }: Chosen): string => `${offer.id} ${offer.path} ${label ?? ''}`;
  const unique = [...new Map(chosen.map((one) => [key(one), one])).values()];
  return unique.map((one) => {
    const alike = unique.filter(({ offer }) => offer.id === one.offer.id);
    if (alike.length === 1) return one;
    const samePath = alike.every(({ offer }) => offer.path === one.offer.path);
    const mark = samePath ? one.label : one.offer.path;
    return mark === null ? one : { ...one, offer: { ...one.offer, id: `${one.offer.id}@${mark}` } };
  });
}
