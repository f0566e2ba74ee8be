/** Two recordings row by row, also across versions of Python and of the program. */
import { type ReadSource, sourceLines } from './annotate.js';
import { unwrap } from './assert.js';
import { type DiffResult, diffMeasurements } from './diff.js';
import { type DiffSide, type Entry, type Measured, TOTAL_KEY } from './diff-entries.js';
import { type Grouping, isPlaceGrouping, labelKeys, type PlaceGrouping, Places, type Position } from './grouping.js';
import { minorNumber } from './interpreter.js';
import { pairLines, type RecordedLine } from './line-pairs.js';
import { entryOf } from './maps.js';
import { type FunctionsByFile, movedFiles } from './moved-files.js';
import type { Code, Location, Recording } from './recording.js';
import { checkStacks, stackViewer } from './stack-view.js';
import { TypedTally } from './tally.js';

/** A recording, how its file was named, and the sources as they are now. */
export interface NamedRecording {
  readonly name: string;
  readonly recording: Recording;
  readonly source: ReadSource;
}

export interface RecordingDiffOptions {
  readonly by: Grouping;
  readonly imports: boolean;
  readonly mine: boolean;
}

export function diffRecordings(
  before: NamedRecording,
  after: NamedRecording,
  options: RecordingDiffOptions,
): DiffResult {
  const [old, now] = [new Side(before, before, after), new Side(after, before, after)] as const;
  const moved = movedFiles(old.functionsByFile(), now.functionsByFile());
  old.rename(moved);
  const keys = placeKeys(options.by, old, now);
  // Where only one side has callers, imports are left as they are in both.
  const imports = options.imports || [before, after].some(({ recording }) => recording.stacks === 'none');
  const rows = ([old, now] as const).map((side, i) => side.rows({ ...options, imports }, keys[i === 0 ? 0 : 1]));
  return diffMeasurements(
    { of: 'recording', by: options.by, moved: [...moved].map(([from, to]) => ({ before: from, after: to })) },
    [sideOf(before), sideOf(after)],
    [unwrap(rows[0], 'the rows before'), unwrap(rows[1], 'the rows after')],
  );
}

const sideOf = ({ name, recording }: NamedRecording): DiffSide => ({
  name,
  interpreters: [recording.interpreter],
  command: recording.command,
  exact: recording.outcome === 'exact',
});

type KeyOf = (location: number) => string;

/** A line in the function that it belongs to. */
interface FunctionLine extends RecordedLine {
  readonly path: string;
  readonly function: string;
}

/** One of the two, with names that do not depend on folders and versions. */
class Side {
  readonly places: Places;
  private readonly recording: Recording;
  /** By index in the codes. */
  private readonly functionKeys: string[] = [];
  private readonly source: ReadSource;
  private readonly recorded: ReadonlyMap<string, string | null>;
  /** What files are called on the other side, by what they are called here. */
  private moved: ReadonlyMap<string, string> = new Map();
  /** Before 3.11 the interpreter knows "load" where later ones say "Config.load". */
  private readonly qualified: boolean;

  constructor({ recording, source }: NamedRecording, ...both: readonly NamedRecording[]) {
    this.recording = recording;
    this.source = source;
    this.recorded = new Map(recording.sources.map(({ file, sha256 }) => [file, sha256]));
    this.places = new Places(recording);
    this.qualified = both.every((one) => minorNumber(one.recording.interpreter.version) >= 11);
  }

  code(location: number): Code {
    return unwrap(this.recording.codes[this.location(location).code], 'the code of a location exists');
  }

  location(location: number): Location {
    return unwrap(this.recording.locations[location], 'a location of a stack exists');
  }

  path(location: number): string {
    const path = this.pathOf(this.code(location).file);
    return this.moved.get(path) ?? path;
  }

  private pathOf(file: string): string {
    const owner = this.places.files.ownerOf(file);
    if (owner.owner === 'stdlib') {
      const frozen = /^<frozen ([\w.]+)>$/.exec(file)?.[1]?.replaceAll('.', '/');
      return `(stdlib) ${frozen === undefined ? owner.path : `${frozen}.py`}`;
    }
    return owner.path;
  }

  functionName(location: number): string {
    const { name } = this.code(location);
    return this.qualified ? name : name.slice(name.lastIndexOf('.') + 1);
  }

  functionKey(location: number): string {
    const { code } = this.location(location);
    const key = this.functionKeys[code] ?? `${this.functionName(location)} (${this.path(location)})`;
    this.functionKeys[code] = key;
    return key;
  }

  /** Names files as the other side does. */
  rename(moved: ReadonlyMap<string, string>): void {
    this.moved = moved;
    this.functionKeys.length = 0;
  }

  /** The locations of all stacks. */
  private seen(): ReadonlySet<number> {
    const seen = new Set<number>();
    for (const { stack } of this.recording.samples) for (const location of stack) seen.add(location);
    return seen;
  }

  /** Of code with events. */
  functionsByFile(): FunctionsByFile {
    const found = new Map<string, Set<string>>();
    for (const location of this.seen())
      entryOf(found, this.path(location), () => new Set()).add(this.functionName(location));
    return found;
  }

  /** The locations of all stacks, by the function that they are in. */
  functions(): ReadonlyMap<string, readonly number[]> {
    const found = new Map<string, number[]>();
    for (const location of this.seen()) entryOf(found, this.functionKey(location), () => []).push(location);
    return found;
  }

  /** By line, each by offset; those without a line under null. */
  byLine(locations: readonly number[]): ReadonlyMap<number | null, readonly number[]> {
    const found = new Map<number | null, number[]>();
    const sorted = [...locations].sort((a, b) => this.location(a).offset - this.location(b).offset);
    for (const location of sorted) entryOf(found, this.location(location).line, () => []).push(location);
    return found;
  }

  lines(locations: ReadonlyMap<number | null, readonly number[]>): FunctionLine[] {
    const all = [...locations.values()].flat();
    const first = all.reduce((least, one) => Math.min(least, this.code(one).firstLine), Number.POSITIVE_INFINITY);
    return [...locations]
      .flatMap(([line, on]) => (line === null ? [] : [{ line, on }]))
      .sort((a, b) => a.line - b.line)
      .map(({ line, on }) => ({
        line,
        relative: line - first,
        text: this.textOf(on[0] ?? 0, line),
        instructions: on.map((one) => this.instruction(one)).join('; '),
        path: this.path(on[0] ?? 0),
        function: this.functionName(on[0] ?? 0),
      }));
  }

  instruction(location: number): string {
    const { opcode, argument } = this.location(location);
    return `${opcode} ${argument}`.trim();
  }

  rows({ by, imports, mine }: RecordingDiffOptions, keyOf: KeyOf): ReadonlyMap<string, Measured> {
    const options = { cumulative: false, mine, imports, files: [], under: null };
    checkStacks(this.recording, options);
    const view = stackViewer(this.recording, this.places, options);
    const [total, tallies] = [new TypedTally(), new Map<string, TypedTally>()];
    for (const sample of this.recording.samples) {
      const seen = unwrap(view(sample.stack), 'nothing is filtered out');
      const position = seen.positions[0] ?? 0;
      total.add(sample);
      const folded = seen.imported && by === 'type';
      const keys = isPlaceGrouping(by)
        ? [this.key(by, position, keyOf)]
        : folded
          ? [this.places.key('line', position)]
          : labelKeys(by, sample, false);
      for (const key of keys) entryOf(tallies, key, () => new TypedTally()).add(sample);
    }
    const entries = new Map<string, Entry>([
      [TOTAL_KEY, { ...this.entry('total', total), counts: this.recording.total }],
    ]);
    for (const [key, tally] of tallies) entries.set(key, this.entry('row', tally));
    return new Map([[TOTAL_KEY, entries]]);
  }

  private key(by: PlaceGrouping, position: Position, keyOf: KeyOf): string {
    return position < 0 ? this.places.key(by, position) : keyOf(position);
  }

  private entry(kind: Entry['kind'], tally: TypedTally): Entry {
    const varying = this.recording.outcome === 'varying';
    const [counts, byType] = [tally.counts(), tally.byType()];
    return { kind, counts, byType, iterations: null, steady: true, varying, bytesMoved: false };
  }

  /** Only where the source is still what it was. */
  private textOf(location: number, line: number): string | null {
    const { file } = this.code(location);
    const now = this.source(file);
    return now === null || this.recorded.get(file) !== now.sha256 ? null : (linesOf(now)[line - 1] ?? null);
  }
}

const SPLIT = new WeakMap<object, readonly string[]>();

function linesOf(source: { readonly text: string }): readonly string[] {
  const known = SPLIT.get(source) ?? sourceLines(source.text);
  SPLIT.set(source, known);
  return known;
}

/** What the places of both sides are called, so that the same place has the same name. */
function placeKeys(by: Grouping, old: Side, now: Side): readonly [KeyOf, KeyOf] {
  switch (by) {
    case 'function':
      return [(at) => old.functionKey(at), (at) => now.functionKey(at)];
    case 'file':
      return [(at) => old.path(at), (at) => now.path(at)];
    case 'package':
      return [(at) => old.places.key('package', at), (at) => now.places.key('package', at)];
    case 'line':
    case 'instruction':
      return pairedKeys(by, old, now);
    default:
      return [String, String];
  }
}

/** Lines by function and text, their instructions by what they are and how many of the same stand before them. */
function pairedKeys(by: 'line' | 'instruction', old: Side, now: Side): readonly [KeyOf, KeyOf] {
  const [a, b] = [old.functions(), now.functions()];
  const keys = [new Map<number, string>(), new Map<number, string>()] as const;
  const taken = new Set<string>();
  const name = (side: Side, map: Map<number, string>, locations: readonly number[] | undefined, key: string): void => {
    const times = new Map<string, number>();
    for (const location of locations ?? []) {
      const told = by === 'line' ? key : `${key}  ${side.instruction(location)}`.trimEnd();
      const nth = (times.get(told) ?? 0) + 1;
      times.set(told, nth);
      map.set(location, by === 'line' || nth === 1 ? told : `${told} #${nth}`);
    }
  };
  for (const key of new Set([...b.keys(), ...a.keys()])) {
    const [before, after] = [old.byLine(a.get(key) ?? []), now.byLine(b.get(key) ?? [])];
    const [oldLines, newLines] = [old.lines(before), now.lines(after)];
    const pairs = pairLines(oldLines, newLines);
    const lineKeys = new Map<number, string>();
    for (const line of newLines) {
      const told = unique(lineKey(line, by), taken);
      lineKeys.set(line.line, told);
      name(now, keys[1], after.get(line.line), told);
    }
    for (const line of oldLines) {
      const pair = pairs.get(line.line);
      const told = pair === undefined ? unique(lineKey(line, by), taken) : lineKeys.get(pair);
      name(old, keys[0], before.get(line.line), unwrap(told, 'a paired line has a key'));
    }
    name(old, keys[0], before.get(null), `${key}, no line`);
    name(now, keys[1], after.get(null), `${key}, no line`);
  }
  return [(at) => keys[0].get(at) ?? '', (at) => keys[1].get(at) ?? ''];
}

const TEXT_WIDTH = 100;

/** "app.py:12 load  rows.append(row)", with the text where it is known. The number is that of `after`, of a line that is gone that of `before`. */
function lineKey({ path, function: name, line, text }: FunctionLine, by: 'line' | 'instruction'): string {
  const told = by === 'line' && text !== null ? `  ${[...text.trim()].slice(0, TEXT_WIDTH).join('')}` : '';
  return `${path}:${line} ${name}${told}`;
}

function unique(key: string, taken: Set<string>): string {
  let told = key;
  for (let n = 2; taken.has(told); n++) told = `${key} #${n}`;
  taken.add(told);
  return told;
}
