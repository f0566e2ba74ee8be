/** Values of samples by what they have in common: a type, a function, a file. */
import { KINDS } from '../components/kind.js';
import type { Profile } from './profile.js';

export interface Group {
  /** Index of the type, code or file. */
  readonly of: number;
  readonly value: number;
  /** By kind, in the order of KINDS. */
  readonly byKind: Float64Array;
}

/** Groups with events, the largest first. `groupOf` gives the group of each sample; a negative one is none. */
export function groupSamples(values: Float64Array, kinds: Uint8Array, groupOf: Int32Array): Group[] {
  const groups = new Map<number, { value: number; byKind: Float64Array }>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const of = groupOf[i] ?? -1;
    if (value === 0 || of < 0) continue;
    let group = groups.get(of);
    if (group === undefined) {
      group = { value: 0, byKind: new Float64Array(KINDS.length) };
      groups.set(of, group);
    }
    const kind = kinds[i] ?? 0;
    group.value += value;
    group.byKind[kind] = (group.byKind[kind] ?? 0) + value;
  }
  return [...groups].map(([of, group]) => ({ of, ...group })).sort((a, b) => b.value - a.value || a.of - b.of);
}

/** The innermost location of each sample; -1: none. */
export function sampleLocations({ samples, nodes }: Profile): Int32Array {
  return samples.node.map((node) => nodes.location[node] ?? -1);
}
