/** What rows of a recording are made of, and what they are called. */
import { assertUnreachable, unwrap } from './assert.js';
import { BUFFER_ROW } from './counts.js';
import { isImportMachinery } from './imports.js';
import { entryOf } from './maps.js';
import { ProgramFiles, packageOf } from './program-files.js';
import type { Recording, Sample } from './recording.js';

/** Groupings by where an event happened. */
export const PLACE_GROUPINGS = ['line', 'function', 'file', 'package', 'instruction'] as const;
export type PlaceGrouping = (typeof PLACE_GROUPINGS)[number];

export type Grouping = 'type' | PlaceGrouping | 'origin' | 'thread' | 'region';
export const GROUPINGS: readonly Grouping[] = ['type', ...PLACE_GROUPINGS, 'origin', 'thread', 'region'];

export const isPlaceGrouping = (by: Grouping): by is PlaceGrouping =>
  (PLACE_GROUPINGS as readonly Grouping[]).includes(by);

/** Rows that stand for no place, type, origin or region of their own. */
export const ROW_KEYS = {
  /** All that happened below an import. */
  imports: '(imports)',
  /** Outside of any Python code: the interpreter itself, a thread of C. */
  outside: '(no Python code)',
  /** With --mine: no caller is a file of the program. */
  notMine: '(not from the program)',
  /** Resizes, relocations and releases: nobody served them. */
  noOrigin: '(resized or released)',
  noRegion: '(in no region)',
} as const;

/** An index in the locations of a recording, or one of the places below. */
export type Position = number;
export const IMPORTS: Position = -1;
export const OUTSIDE: Position = -2;
export const NOT_MINE: Position = -3;

/** What is known of the place of a row; null for what its grouping leaves open. */
export interface Place {
  /** As in Code.file. */
  readonly file: string;
  readonly function: string | null;
  readonly firstLine: number | null;
  readonly line: number | null;
  readonly offset: number | null;
  readonly opcode: string | null;
  readonly argument: string | null;
}

/** The names of the places of one recording. */
export class Places {
  readonly files: ProgramFiles;
  private readonly keys: Readonly<Record<PlaceGrouping, string[]>> = {
    line: [],
    function: [],
    file: [],
    package: [],
    instruction: [],
  };
  private readonly strings = new Map<string, string>();
  private readonly machinery: readonly boolean[];
  private readonly mine: readonly boolean[];

  private readonly recording: Recording;

  constructor(recording: Recording) {
    this.recording = recording;
    this.files = new ProgramFiles(recording);
    this.machinery = recording.codes.map(isImportMachinery);
    this.mine = recording.codes.map(({ file }) => this.files.ownerOf(file).owner === 'program');
  }

  isImport(location: number): boolean {
    return this.machinery[this.location(location).code] === true;
  }

  isMine(location: number): boolean {
    return this.mine[this.location(location).code] === true;
  }

  /** The name of the function: qualified, as the interpreter has it. */
  functionOf(location: number): string {
    return this.code(location).name;
  }

  /** How results name the file. */
  pathOf(location: number): string {
    return this.files.pathOf(this.code(location).file);
  }

  key(by: PlaceGrouping, position: Position): string {
    if (position === IMPORTS) return ROW_KEYS.imports;
    if (position === OUTSIDE) return ROW_KEYS.outside;
    if (position === NOT_MINE) return ROW_KEYS.notMine;
    const known = this.keys[by];
    const found = known[position];
    if (found !== undefined) return found;
    // Made through a table, so that equal keys are one string: comparing them is then comparing references.
    const made = this.makeKey(by, position);
    const key = entryOf(this.strings, made, () => made);
    known[position] = key;
    return key;
  }

  place(by: PlaceGrouping, position: Position): Place | null {
    if (position < 0 || by === 'package') return null;
    const { file, name, firstLine } = this.code(position);
    const { line, offset, opcode, argument } = this.location(position);
    const open = { file, function: null, firstLine: null, line: null, offset: null, opcode: null, argument: null };
    switch (by) {
      case 'file':
        return open;
      case 'function':
        return { ...open, function: name, firstLine };
      case 'line':
        return { ...open, line };
      case 'instruction':
        return { file, function: name, firstLine, line, offset, opcode, argument };
      default:
        return assertUnreachable(by);
    }
  }

  private makeKey(by: PlaceGrouping, position: Position): string {
    const { file, name, firstLine } = this.code(position);
    const { line, offset, opcode, argument } = this.location(position);
    const path = this.files.pathOf(file);
    const at = line === null ? `${path} (no line)` : `${path}:${line}`;
    switch (by) {
      case 'file':
        return path;
      case 'package':
        return packageOf(this.files.ownerOf(file));
      case 'function':
        return `${name} (${path}:${firstLine})`;
      case 'line':
        return at;
      case 'instruction':
        return `${at} ${name}+${offset} ${opcode} ${argument}`.trimEnd();
      default:
        return assertUnreachable(by);
    }
  }

  private location(position: Position): Recording['locations'][number] {
    return unwrap(this.recording.locations[position], `location ${position} exists`);
  }

  private code(position: Position): Recording['codes'][number] {
    return unwrap(this.recording.codes[this.location(position).code], 'the code of a location exists');
  }
}

/** The rows that a sample belongs to, by what it is and not by where: several only for regions that are open in each other. */
export function labelKeys(
  by: Exclude<Grouping, PlaceGrouping>,
  sample: Sample,
  cumulative: boolean,
): readonly string[] {
  switch (by) {
    case 'type':
      return [sample.type ?? BUFFER_ROW];
    case 'origin':
      return [sample.origin ?? ROW_KEYS.noOrigin];
    case 'thread':
      return [sample.thread];
    case 'region': {
      if (sample.region === null) return [ROW_KEYS.noRegion];
      if (!cumulative) return [sample.region];
      const names = sample.region.split('/');
      return names.map((_, i) => names.slice(0, i + 1).join('/'));
    }
    default:
      return assertUnreachable(by);
  }
}
