/** Which interpreters a selector names: -p 3.14, wasm:3.14, NAME=wasm:3.14, all; repeated or separated by commas. */
import { PyallocsError } from '../core/errors.js';
import type { Engine, Offer } from './engine.js';

/** An interpreter as chosen: with the engine that runs it. */
export interface Chosen {
  readonly engine: Engine;
  readonly offer: Offer;
  readonly label: string | null;
}

/** `selectors` as given; empty: what `fallback` says. The order is that of the selectors, without repetitions. */
export function selectInterpreters(
  engines: readonly Engine[],
  selectors: readonly string[],
  fallback: 'all' | 'newest',
): Chosen[] {
  const offers = engines.flatMap((engine) => engine.offers().map((offer) => ({ engine, offer, label: null })));
  const parts = selectors.flatMap((selector) => selector.split(',')).map((part) => part.trim());
  if (parts.length === 0) return fallback === 'all' ? offers : newestRelease(offers);
  return withoutRepetitions(parts.flatMap((part) => resolve(part, offers)));
}

function newestRelease(offers: readonly Chosen[]): Chosen[] {
  return offers.filter(({ offer }) => !offer.prerelease).slice(-1);
}

function resolve(part: string, offers: readonly Chosen[]): Chosen[] {
  const named = /^([^=:/]+)=(.+)$/.exec(part);
  const label = named?.[1] ?? null;
  const selector = named?.[2] ?? part;
  const found = match(selector, offers);
  if (found.length === 0) throw unknownInterpreter(selector, offers);
  return found.map((chosen) => ({ ...chosen, label }));
}

function match(selector: string, offers: readonly Chosen[]): Chosen[] {
  if (selector === 'all') return [...offers];
  const [, prefix, rest] = /^(?:(wasm|native):)?(.*)$/.exec(selector) ?? [];
  const ofEngine = offers.filter(({ engine }) => prefix === undefined || engine.name === prefix);
  if (rest === 'all') return ofEngine;
  return ofEngine.filter(({ offer }) => offer.minor === rest || offer.version === rest).slice(0, 1);
}

function unknownInterpreter(selector: string, offers: readonly Chosen[]): PyallocsError {
  const known = offers.map(({ offer }) => offer.minor).join(', ');
  if (selector === '')
    return new PyallocsError('unknown-interpreter', `-p names no interpreter; there are ${known}, or all`);
  if (selector.startsWith('native:') || /[/\\]|^python/.test(selector)) {
    return new PyallocsError(
      'unknown-interpreter',
      `${selector} is an interpreter of this machine; this version of pyallocs measures the ones that come with it: ${known}, or all`,
    );
  }
  return new PyallocsError('unknown-interpreter', `there is no interpreter ${selector}; there are ${known}, or all`);
}

/** The id of a chosen interpreter in results: an interpreter chosen under two labels has the label in it. */
function withoutRepetitions(chosen: readonly Chosen[]): Chosen[] {
  const key = ({ offer, label }: Chosen): string => `${offer.id} ${label ?? ''}`;
  const unique = [...new Map(chosen.map((one) => [key(one), one])).values()];
  const times = (one: Chosen): number => unique.filter(({ offer }) => offer.id === one.offer.id).length;
  return unique.map((one) =>
    times(one) > 1 && one.label !== null
      ? { ...one, offer: { ...one.offer, id: `${one.offer.id}@${one.label}` } }
      : one,
  );
}
