/** What can be measured in a recording, in words, and which samples are looked at. */
import { assertUnreachable } from '../../core/assert.js';
import type { Field } from '../../report/html/packed-recording.js';
import { KINDS, type Kind } from '../components/kind.js';
import { BUFFER, ORIGIN_INDEX, type Profile } from './profile.js';

export interface Measure {
  readonly field: Field;
  /** "objects created" */
  readonly word: string;
  /** Of one: "object created". */
  readonly one: string;
  readonly bytes: boolean;
}

export const MEASURES: readonly Measure[] = [
  { field: 'creations', word: 'objects created', one: 'object created', bytes: false },
  { field: 'requests', word: 'requests', one: 'request', bytes: false },
  { field: 'buffers', word: 'buffers', one: 'buffer', bytes: false },
  { field: 'bytes', word: 'bytes asked for', one: 'byte asked for', bytes: true },
  { field: 'resizes', word: 'resizes', one: 'resize', bytes: false },
  { field: 'resizeBytes', word: 'bytes asked for by resizes', one: 'byte asked for by resizes', bytes: true },
  { field: 'relocations', word: 'relocations', one: 'relocation', bytes: false },
  { field: 'releases', word: 'releases', one: 'release', bytes: false },
  { field: 'liveBlocks', word: 'blocks live at the end', one: 'block live at the end', bytes: false },
  { field: 'liveBytes', word: 'bytes live at the end', one: 'byte live at the end', bytes: true },
  { field: 'peakBlocks', word: 'blocks at the peak', one: 'block at the peak', bytes: false },
  { field: 'peakBytes', word: 'bytes at the peak', one: 'byte at the peak', bytes: true },
];

/** "system" is what went to malloc, objects and buffers. */
export type KindFilter = Exclude<Kind, 'other'> | 'system';

/** null: all of them. Names, so that they hold for a second recording as well. */
export interface Filter {
  readonly kind: KindFilter | null;
  readonly type: string | null;
  readonly thread: string | null;
  readonly region: string | null;
  readonly pid: number | null;
}

export const NO_FILTER: Filter = { kind: null, type: null, thread: null, region: null, pid: null };

/** Values of one measure: of each sample, 0 where the filter leaves it out. */
export function selectedValues(profile: Profile, field: Field, filter: Filter): Float64Array {
  const { samples, strings, types } = profile;
  const all = samples.values[field];
  const named = (names: readonly string[], name: string | null): number | null =>
    name === null ? null : names.indexOf(name);
  const type = named(types, filter.type);
  const thread = named(strings, filter.thread);
  const region = filter.region === null ? null : strings.indexOf(filter.region) + 1 || -1;
  const kept = new Float64Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    if (type !== null && samples.type[i] !== type) continue;
    if (thread !== null && samples.thread[i] !== thread) continue;
    if (region !== null && samples.region[i] !== region) continue;
    if (filter.pid !== null && samples.pid[i] !== filter.pid) continue;
    if (filter.kind !== null && !isOfKind(profile, i, filter.kind)) continue;
    kept[i] = all[i] ?? 0;
  }
  return kept;
}

function isOfKind({ samples }: Profile, sample: number, kind: KindFilter): boolean {
  const buffer = samples.type[sample] === BUFFER;
  switch (kind) {
    case 'buffer':
      return buffer && samples.origin[sample] !== 0;
    case 'system':
      return samples.origin[sample] === ORIGIN_INDEX.malloc;
    case 'freelist':
    case 'pymalloc':
    case 'malloc':
    case 'foreign':
      return !buffer && samples.origin[sample] === ORIGIN_INDEX[kind];
    default:
      return assertUnreachable(kind);
  }
}

/** The index in KINDS of each sample. */
export function sampleKinds({ samples }: Profile): Uint8Array {
  const kinds = new Uint8Array(samples.length);
  const other = KINDS.indexOf('other');
  const buffer = KINDS.indexOf('buffer');
  for (let i = 0; i < samples.length; i++) {
    const origin = samples.origin[i] ?? 0;
    kinds[i] = origin === 0 ? other : samples.type[i] === BUFFER ? buffer : origin - 1;
  }
  return kinds;
}

/** All values together. */
export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
