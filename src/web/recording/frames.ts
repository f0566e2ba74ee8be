/** The frames of the flame graph: functions, or the lines in them. */
import { type Home, homeOf, type Profile, shortPath } from './profile.js';

export type Grain = 'function' | 'line';

export interface Frame {
  /** "parse", "parse:12" */
  readonly name: string;
  /** "app.py:12"; of a function the line where it begins. Empty: it stands in no file. */
  readonly place: string;
  /** As the interpreter has it. */
  readonly file: string;
  readonly line: number;
  readonly home: Home;
}

export interface Frames {
  readonly list: readonly Frame[];
  /** Of each node of the tree of calls; -1: the root, and what is left out. */
  readonly ofNode: Int32Array;
}

/** "<module> app.py": such a name says little without its file. */
export function toldName(name: string, path: string): string {
  return name.startsWith('<') && path !== '' ? `${name} ${path.replace(/^.*[/\\]/, '')}` : name;
}

/** The interpreter's own code for imports, five calls of it for each. */
export function isImportMachinery({ file }: { readonly file: string }): boolean {
  return /^<frozen (?:importlib|zipimport)\b/.test(file);
}

/** `imports`: with the machinery of imports. */
export function framesOf(profile: Profile, grain: Grain, imports: boolean): Frames {
  const { codes, locations, nodes } = profile;
  const places = new Map<string, readonly [path: string, home: Home]>();
  const placeOf = (file: string): readonly [path: string, home: Home] => {
    const known = places.get(file);
    if (known !== undefined) return known;
    const found = [shortPath(file, profile.files), homeOf(file, profile.files)] as const;
    places.set(file, found);
    return found;
  };
  const frame = (code: number, line: number): Frame => {
    const { name, file, firstLine } = codes[code] ?? { name: '', file: '', firstLine: 0 };
    const [path, home] = placeOf(file);
    const at = line > 0 ? line : firstLine;
    const told = toldName(name, path);
    return {
      name: line > 0 ? `${told}:${line}` : told,
      place: path === '' ? '' : `${path}:${at}`,
      file,
      line: at,
      home,
    };
  };
  const hidden = Uint8Array.from(codes, (code) => (!imports && isImportMachinery(code) ? 1 : 0));
  const shown = (code: number): number => (hidden[code] === 1 ? -1 : code);
  if (grain === 'function') {
    return {
      list: codes.map((_, i) => frame(i, 0)),
      ofNode: nodes.location.map((l) => shown(locations.code[l] ?? -1)),
    };
  }
  const list: Frame[] = [];
  const known = new Map<string, number>();
  const ofLocation = locations.code.map((code, location) => {
    if (hidden[code] === 1) return -1;
    const line = locations.line[location] ?? 0;
    const key = `${code}:${line}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, list.length);
    return list.push(frame(code, line)) - 1;
  });
  return { list, ofNode: nodes.location.map((l) => ofLocation[l] ?? -1) };
}

/** Which frames a search finds, in name or place; small and capital letters are alike. */
export function matchingFrames({ list }: Frames, search: string): Uint8Array | null {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return null;
  return Uint8Array.from(list, ({ name, place }) =>
    name.toLowerCase().includes(wanted) || place.toLowerCase().includes(wanted) ? 1 : 0,
  );
}
