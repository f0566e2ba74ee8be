/**
 * A recording as a page carries it: every text once, every list as columns, stacks as the tree of their shared beginnings.
 *
 *     samples ── node ──> nodes (parent, location) ──> locations ──> codes ──> strings
 */
import { ORIGINS } from '../../core/counts.js';
import {
  LIVE_FIELDS,
  type LiveField,
  type Recording,
  SAMPLE_FIELDS,
  type Sample,
  type SampleField,
} from '../../core/recording.js';
import { packColumn } from './column.js';

/** What is said of the recording as a whole. */
export type About = Omit<Recording, 'codes' | 'locations' | 'samples' | 'sources'>;

export type Field = SampleField | LiveField;
export const FIELDS: readonly Field[] = [...SAMPLE_FIELDS, ...LIVE_FIELDS];

/** Columns as texts of `packColumn`. Names, files, types and the like are indexes in `strings`. */
export interface PackedRecording {
  readonly about: About;
  readonly strings: readonly string[];
  readonly codes: { readonly length: number; readonly name: string; readonly file: string; readonly firstLine: string };
  readonly locations: {
    readonly length: number;
    readonly code: string;
    readonly offset: string;
    /** 0: none. */
    readonly line: string;
    readonly opcode: string;
    readonly argument: string;
  };
  /** The tree of calls. Node 0 is its root, which is no call; the columns begin with node 1, and a parent stands before its
   *  children. */
  readonly nodes: {
    readonly length: number;
    /** The number of the node less that of its parent. */
    readonly parent: string;
    readonly location: string;
  };
  readonly samples: {
    readonly length: number;
    readonly node: string;
    /** 0: a buffer; otherwise one more than the index of its name. */
    readonly type: string;
    /** 0: none; otherwise one more than the index in ORIGINS. */
    readonly origin: string;
    readonly thread: string;
    /** 0: none; otherwise one more than the index of its name. */
    readonly region: string;
    readonly pid: string;
    /** Fields that are 0 in all samples are left out. */
    readonly values: Readonly<Partial<Record<Field, string>>>;
  };
}

/** The name of the code that stands for none: events outside of any Python code. */
export const OUTSIDE = '(outside of Python code)';

export function packRecording(recording: Recording): PackedRecording {
  const { codes, locations, samples, sources: _, ...about } = recording;
  const strings = new Map<string, number>();
  const string = (text: string): number => {
    const found = strings.get(text);
    if (found !== undefined) return found;
    strings.set(text, strings.size);
    return strings.size - 1;
  };
  const outside = samples.some(({ stack }) => stack.length === 0);
  const allCodes = outside ? [...codes, { name: OUTSIDE, file: '', firstLine: 0 }] : codes;
  const nowhere = { code: codes.length, offset: 0, line: null, opcode: '', argument: '' };
  const allLocations = outside ? [...locations, nowhere] : locations;
  const tree = callTree(samples, allLocations.length);
  const column = <T>(rows: readonly T[], value: (row: T) => number): string => packColumn(rows.map(value));
  const values = FIELDS.flatMap((field) => {
    const numbers = samples.map((sample) => sample.values[field] ?? 0);
    return numbers.some((n) => n !== 0) ? [[field, packColumn(numbers)]] : [];
  });
  const packed = {
    codes: {
      length: allCodes.length,
      name: column(allCodes, ({ name }) => string(name)),
      file: column(allCodes, ({ file }) => string(file)),
      firstLine: column(allCodes, ({ firstLine }) => Math.max(0, firstLine)),
    },
    locations: {
      length: allLocations.length,
      code: column(allLocations, ({ code }) => code),
      offset: column(allLocations, ({ offset }) => offset),
      line: column(allLocations, ({ line }) => Math.max(0, line ?? 0)),
      opcode: column(allLocations, ({ opcode }) => string(opcode)),
      argument: column(allLocations, ({ argument }) => string(argument)),
    },
    nodes: {
      length: tree.parents.length,
      parent: packColumn(tree.parents.map((parent, i) => i - parent).slice(1)),
      location: packColumn(tree.locations.slice(1)),
    },
    samples: {
      length: samples.length,
      node: packColumn(tree.nodes),
      type: column(samples, ({ type }) => (type === null ? 0 : 1 + string(type))),
      origin: column(samples, ({ origin }) => (origin === null ? 0 : 1 + ORIGINS.indexOf(origin))),
      thread: column(samples, ({ thread }) => string(thread)),
      region: column(samples, ({ region }) => (region === null ? 0 : 1 + string(region))),
      pid: column(samples, ({ pid }) => pid),
      values: Object.fromEntries(values),
    },
  };
  return { about, strings: [...strings.keys()], ...packed };
}

interface CallTree {
  readonly parents: readonly number[];
  readonly locations: readonly number[];
  /** The node of each sample. */
  readonly nodes: readonly number[];
}

/** `width` is the number of locations; an empty stack is the last of them alone. */
function callTree(samples: readonly Sample[], width: number): CallTree {
  const parents = [0];
  const locations = [0];
  const children = new Map<number, number>();
  const child = (parent: number, location: number): number => {
    const key = parent * width + location;
    const found = children.get(key);
    if (found !== undefined) return found;
    children.set(key, parents.length);
    locations.push(location);
    return parents.push(parent) - 1;
  };
  const nodes = samples.map(({ stack }) =>
    stack.length === 0 ? child(0, width - 1) : stack.reduceRight((parent, location) => child(parent, location), 0),
  );
  return { parents, locations, nodes };
}
