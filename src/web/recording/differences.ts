/** Two recordings by type, function or file: what appeared, vanished, grew and shrank. */
import { entryOf } from '../../core/maps.js';
import { type FunctionsByFile, movedFiles } from '../../core/moved-files.js';
import { toldName } from './frames.js';
import { type Home, homeOf, type Profile, shortPath } from './profile.js';

export type DiffBy = 'function' | 'type' | 'file';
export type Change = 'new' | 'gone' | 'more' | 'less';

export interface Difference {
  readonly key: string;
  /** Where a function stands; empty for others. */
  readonly place: string;
  readonly before: number;
  readonly after: number;
  readonly change: Change;
}

export interface Side {
  readonly profile: Profile;
  readonly values: Float64Array;
  /** The innermost location of each sample. */
  readonly locations: Int32Array;
}

export interface Differences {
  /** The largest change first. */
  readonly rows: readonly Difference[];
  /** How many keys came to the same number. */
  readonly unchanged: number;
  /** Files that lie elsewhere now, by what they are called after. */
  readonly moved: ReadonlyMap<string, string>;
}

export function differences(before: Side, after: Side, by: DiffBy): Differences {
  const elsewhere = movedFiles(functionsByFile(before.profile), functionsByFile(after.profile));
  const sums = [sumsBy(before, by, elsewhere), sumsBy(after, by, new Map())] as const;
  const keys = new Set([...sums[0].keys(), ...sums[1].keys()]);
  const rows: Difference[] = [];
  for (const key of keys) {
    const [old, now] = [sums[0].get(key) ?? 0, sums[1].get(key) ?? 0];
    if (old === now) continue;
    const [name = '', place = ''] = key.split('\0');
    const change = old === 0 ? 'new' : now === 0 ? 'gone' : now > old ? 'more' : 'less';
    rows.push({ key: name, place, before: old, after: now, change });
  }
  const size = ({ before: b, after: a }: Difference): number => Math.abs(a - b);
  rows.sort((a, b) => size(b) - size(a) || (a.key + a.place < b.key + b.place ? -1 : 1));
  const moved = new Map([...elsewhere].map(([was, is]) => [is, was]));
  return { rows, unchanged: keys.size - rows.length, moved };
}

/** What a file is called in both, without what differs by machine. */
function placesOf({ files }: Profile): (file: string) => string {
  const places = new Map<string, string>();
  return (file) => {
    const known = places.get(file);
    if (known !== undefined) return known;
    const home: Home = homeOf(file, files);
    const short = shortPath(file, files);
    const found = home === 'library' ? short.replace(/^python3\.?\d+t?\b/, 'python3') : short;
    places.set(file, found);
    return found;
  };
}

function functionsByFile(profile: Profile): FunctionsByFile {
  const [place, found] = [placesOf(profile), new Map<string, Set<string>>()];
  for (const { name, file } of profile.codes) entryOf(found, place(file), () => new Set()).add(name);
  return found;
}

/** Keys that mean the same in both: functions by name and file, without their line. */
function sumsBy(
  { profile, values, locations }: Side,
  by: DiffBy,
  moved: ReadonlyMap<string, string>,
): Map<string, number> {
  const { samples, types, codes } = profile;
  const here = placesOf(profile);
  const place = (file: string): string => moved.get(here(file)) ?? here(file);
  const keys = codes.map(({ name, file }) =>
    by === 'file' ? place(file) : `${toldName(name, place(file))}\0${place(file)}`,
  );
  const sums = new Map<string, number>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value === 0) continue;
    const code = profile.locations.code[locations[i] ?? -1] ?? -1;
    const key = by === 'type' ? types[samples.type[i] ?? 0] : keys[code];
    if (key !== undefined) sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return sums;
}
