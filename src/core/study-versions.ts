/** Which interpreters of a study stand next to each other, and how several of them are named in few words. */
import { type Interpreter, minorNumber, minorVersion } from './interpreter.js';

/** An interpreter and the one before it that its results are compared with. */
export interface Neighbours {
  readonly before: Interpreter;
  readonly after: Interpreter;
}

/** Builds that can be compared: those that differ in nothing but the version. */
const family = ({ engine, bits, pymalloc, freeThreaded, build }: Interpreter): string =>
  [engine, bits, pymalloc, freeThreaded, ...build].join(' ');

/** Interpreters of one kind each, in the order in which they stand. */
export function families(interpreters: readonly Interpreter[]): Interpreter[][] {
  const found = new Map<string, Interpreter[]>();
  for (const one of interpreters) found.set(family(one), [...(found.get(family(one)) ?? []), one]);
  return [...found.values()];
}

/** Each with the one to its left that is of its kind. An embedded and a native build differ in more than their version. */
export function neighbours(interpreters: readonly Interpreter[]): Neighbours[] {
  return families(interpreters).flatMap((members) =>
    members.slice(1).map((after, i) => ({ before: members[i] ?? after, after })),
  );
}

/** Whether a version is out, and no alpha, beta or candidate. */
export const isRelease = ({ version }: Interpreter): boolean => /^\d+\.\d+\.\d+$/.test(version);

/** The newest release; where two are, the native one. Of versions before their release, the newest; null: there is none. */
export function reference(interpreters: readonly Interpreter[]): Interpreter | null {
  const released = interpreters.filter(isRelease);
  const of = released.length > 0 ? released : interpreters;
  const rank = (one: Interpreter): number =>
    2 * minorNumber(one.version) + (one.engine === 'native' ? 1 : 0) - (one.freeThreaded ? 0.5 : 0);
  return of.reduce<Interpreter | null>((best, one) => (best === null || rank(one) > rank(best) ? one : best), null);
}

/** How the columns of one study are headed: "3.14", or "3.14 native" where there are both kinds. Each has its own. */
export function shortNames(interpreters: readonly Interpreter[]): ReadonlyMap<string, string> {
  const engines = new Set(interpreters.map(({ engine }) => engine));
  const minor = ({ version, engine }: Interpreter): string =>
    `${minorVersion(version)}${engines.size === 1 ? '' : engine === 'wasm' ? ' embedded' : ' native'}`;
  const names = interpreters.map(minor);
  const named = (one: Interpreter, i: number): string => {
    if (one.label !== null) return one.label;
    const name = minor(one);
    return names.indexOf(name) === i && names.lastIndexOf(name) === i ? name : one.id;
  };
  return new Map(interpreters.map((one, i) => [one.id, named(one, i)]));
}

/** "all versions", "3.10 to 3.13", "3.8 to 3.10 and 3.14"; `ids` are those of some of the interpreters. */
export function versionsText(interpreters: readonly Interpreter[], ids: ReadonlySet<string>): string {
  const chosen = interpreters.filter(({ id }) => ids.has(id));
  const names = shortNames(interpreters);
  const name = ({ id }: Interpreter): string => names.get(id) ?? id;
  if (chosen.length === interpreters.length && chosen.length > 1) return 'all versions';
  const parts = families(interpreters).flatMap((members) => {
    const runs: Interpreter[][] = [];
    members.forEach((one, i) => {
      if (!ids.has(one.id)) return;
      const before = members[i - 1];
      if (before !== undefined && ids.has(before.id)) runs.at(-1)?.push(one);
      else runs.push([one]);
    });
    return runs.flatMap((run) => {
      const [first, last] = [run[0], run.at(-1)];
      if (first === undefined || last === undefined) return [];
      if (run.length < 3) return run.map(name);
      return [`${name(first).replace(/ (?:embedded|native)$/, '')} to ${name(last)}`];
    });
  });
  return parts.length < 2 ? (parts[0] ?? 'none') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
