/** A recording in the page: columns to compute with, and names that are safe to show. */
import { assertUnreachable } from '../../core/assert.js';
import { ORIGINS } from '../../core/counts.js';
import { ProgramFiles } from '../../core/program-files.js';
import { unpackColumn } from '../../report/html/column.js';
import { type About, FIELDS, type Field, OUTSIDE, type PackedRecording } from '../../report/html/packed-recording.js';
import { printable } from '../../report/text/style.js';

export interface ProfileCode {
  readonly name: string;
  /** As the interpreter has it. */
  readonly file: string;
  readonly firstLine: number;
}

export interface Profile {
  readonly about: About;
  readonly files: ProgramFiles;
  /** Names as recorded, control characters made visible. */
  readonly strings: readonly string[];
  readonly codes: readonly ProfileCode[];
  readonly locations: {
    readonly code: Int32Array;
    readonly offset: Int32Array;
    /** 0: none. */
    readonly line: Int32Array;
    /** Indexes in strings. */
    readonly opcode: Int32Array;
    readonly argument: Int32Array;
  };
  /** The tree of calls: a parent stands before its children; node 0 is the root, its location is -1. */
  readonly nodes: { readonly parent: Int32Array; readonly location: Int32Array };
  readonly samples: {
    readonly length: number;
    readonly node: Int32Array;
    /** Indexes in types. */
    readonly type: Int32Array;
    /** 0: none; otherwise one more than the index in ORIGINS. */
    readonly origin: Uint8Array;
    /** Indexes in strings; region is one more, 0 is none. */
    readonly thread: Int32Array;
    readonly region: Int32Array;
    readonly pid: Int32Array;
    readonly values: Readonly<Record<Field, Float64Array>>;
  };
  /** Names of types; those at 0 are buffers. */
  readonly types: readonly string[];
  /** Whether any sample has events of this field. */
  readonly has: ReadonlySet<Field>;
}

export const BUFFER = 0;

export function unpackRecording(packed: PackedRecording): Profile {
  const { about, codes, locations, nodes, samples } = packed;
  const strings = packed.strings.map(printable);
  const ints = (text: string, length: number): Int32Array => unpackColumn(text, new Int32Array(length));
  const names = ints(codes.name, codes.length);
  const files = ints(codes.file, codes.length);
  const firstLines = ints(codes.firstLine, codes.length);
  const parent = new Int32Array(nodes.length);
  const location = new Int32Array(nodes.length).fill(-1);
  ints(nodes.parent, nodes.length - 1).forEach((less, i) => {
    parent[i + 1] = i + 1 - less;
  });
  location.set(ints(nodes.location, nodes.length - 1), 1);
  const { type, types } = typesOf(ints(samples.type, samples.length), strings);
  const values = FIELDS.map((field): [Field, Float64Array] => {
    const column = new Float64Array(samples.length);
    const text = samples.values[field];
    return [field, text === undefined ? column : unpackColumn(text, column)];
  });
  return {
    about,
    files: new ProgramFiles(about),
    strings,
    codes: Array.from(names, (name, i) => ({
      name: strings[name] ?? '',
      file: packed.strings[files[i] ?? 0] ?? '',
      firstLine: firstLines[i] ?? 0,
    })),
    locations: {
      code: ints(locations.code, locations.length),
      offset: ints(locations.offset, locations.length),
      line: ints(locations.line, locations.length),
      opcode: ints(locations.opcode, locations.length),
      argument: ints(locations.argument, locations.length),
    },
    nodes: { parent, location },
    samples: {
      length: samples.length,
      node: ints(samples.node, samples.length),
      type,
      origin: Uint8Array.from(ints(samples.origin, samples.length)),
      thread: ints(samples.thread, samples.length),
      region: ints(samples.region, samples.length),
      pid: ints(samples.pid, samples.length),
      values: Object.fromEntries(values) as Record<Field, Float64Array>,
    },
    types,
    has: new Set(FIELDS.filter((field) => samples.values[field] !== undefined)),
  };
}

/** Types numbered in the order in which they come. */
function typesOf(packed: Int32Array, strings: readonly string[]): { type: Int32Array; types: string[] } {
  const types = ['(buffer)'];
  const index = new Map([[0, BUFFER]]);
  const type = packed.map((string) => {
    const found = index.get(string);
    if (found !== undefined) return found;
    index.set(string, types.length);
    return types.push(strings[string - 1] ?? '') - 1;
  });
  return { type, types };
}

/** Index of an origin as samples have it. */
export const ORIGIN_INDEX: Readonly<Record<(typeof ORIGINS)[number], number>> = Object.fromEntries(
  ORIGINS.map((origin, i) => [origin, i + 1]),
) as Record<(typeof ORIGINS)[number], number>;

/** Where code comes from: the program itself, a library, the interpreter itself. */
export type Home = 'program' | 'library' | 'interpreter';

export function homeOf(file: string, files: ProgramFiles): Home {
  if (file === '' || file.startsWith('<frozen') || file === OUTSIDE) return 'interpreter';
  const { owner } = files.ownerOf(file);
  switch (owner) {
    case 'program':
    case 'generated':
      return 'program';
    case 'library':
    case 'stdlib':
    case 'elsewhere':
      return 'library';
    default:
      return assertUnreachable(owner);
  }
}

/** A path as short as it can be told: from the program's folder on, or from where libraries are. */
export function shortPath(file: string, files: ProgramFiles): string {
  const owner = files.ownerOf(file);
  const short =
    owner.owner === 'program'
      ? owner.path
      : file.replace(/^.*[/\\]((?:site|dist)-packages|python3\.\d+t?|python3\d+\.zip)[/\\]/, '$1/');
  return printable(short);
}
