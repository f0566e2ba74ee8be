/**
 * Where the boxes of a flame graph stand: the root on top, its children below it from the left, the heaviest first.
 * Positions are in the unit of the values, so that no box is wider or narrower than its number.
 */
import type { FrameTree } from './frame-tree.js';
import { KINDS } from './kind.js';

export interface Icicle {
  readonly tree: FrameTree;
  /** Of each node with all below it. */
  readonly total: Float64Array;
  /** Of each node alone. */
  readonly own: Float64Array;
  /** Where its box begins. */
  readonly start: Float64Array;
  /** Node n has `total` by kind at byKind[n * KINDS.length + k]. */
  readonly byKind: Float64Array;
  /** Nodes with events by depth, from left to right. */
  readonly levels: readonly Int32Array[];
}

/** `values`, `kinds` and `nodes` are of samples: the value, the index in KINDS, the node of the tree. */
export function layoutIcicle(tree: FrameTree, values: Float64Array, kinds: Uint8Array, nodes: Int32Array): Icicle {
  const width = KINDS.length;
  const own = new Float64Array(tree.length);
  const byKind = new Float64Array(tree.length * width);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value === 0) continue;
    const node = tree.of[nodes[i] ?? 0] ?? 0;
    const at = node * width + (kinds[i] ?? 0);
    own[node] = (own[node] ?? 0) + value;
    byKind[at] = (byKind[at] ?? 0) + value;
  }
  const total = own.slice();
  for (let node = tree.length - 1; node > 0; node--) {
    if (total[node] === 0) continue;
    const up = tree.parent[node] ?? 0;
    total[up] = (total[up] ?? 0) + (total[node] ?? 0);
    for (let k = 0; k < width; k++) {
      const to = up * width + k;
      byKind[to] = (byKind[to] ?? 0) + (byKind[node * width + k] ?? 0);
    }
  }
  const start = new Float64Array(tree.length);
  const levels: Int32Array[] = [];
  const heavier = (a: number, b: number): number => (total[b] ?? 0) - (total[a] ?? 0) || a - b;
  for (let level = Int32Array.of(0); level.length > 0 && (total[0] ?? 0) > 0; ) {
    levels.push(level);
    const next: number[] = [];
    for (const node of level) {
      const first = next.length;
      for (let i = tree.childStart[node] ?? 0; i < (tree.childStart[node + 1] ?? 0); i++) {
        const child = tree.childList[i] ?? 0;
        if ((total[child] ?? 0) > 0) next.push(child);
      }
      // The heaviest first; among equals the one that was recorded first.
      if (next.length - first > 1) {
        const sorted = next.slice(first).sort(heavier);
        for (let i = 0; i < sorted.length; i++) next[first + i] = sorted[i] ?? 0;
      }
      let at = start[node] ?? 0;
      for (let i = first; i < next.length; i++) {
        const child = next[i] ?? 0;
        start[child] = at;
        at += total[child] ?? 0;
      }
    }
    level = Int32Array.from(next);
  }
  return { tree, total, own, start, byKind, levels };
}

/** The index in its level of the last box that begins at or before `x`; -1: none does. */
export function lastBefore({ levels, start }: Icicle, depth: number, x: number): number {
  const level = levels[depth] ?? new Int32Array();
  let [low, high] = [0, level.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((start[level[middle] ?? 0] ?? 0) <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The box of a depth at `x`; null: there is none. */
export function boxAt(icicle: Icicle, depth: number, x: number): number | null {
  const node = icicle.levels[depth]?.[lastBefore(icicle, depth, x)];
  if (node === undefined) return null;
  return x < (icicle.start[node] ?? 0) + (icicle.total[node] ?? 0) ? node : null;
}

/** Whether `node` is `above` or called from it. Ranges of boxes nest, and end where the next begins. */
export function isWithin({ tree, start, total }: Icicle, node: number, above: number): boolean {
  const from = start[above] ?? 0;
  const at = start[node] ?? 0;
  return (tree.depth[node] ?? 0) >= (tree.depth[above] ?? 0) && at >= from && at < from + (total[above] ?? 0);
}

/** From the root to the node. */
export function pathTo({ parent }: FrameTree, node: number): number[] {
  const path = [node];
  for (let at = node; at !== 0; ) {
    at = parent[at] ?? 0;
    path.push(at);
  }
  return path.reverse();
}

/** What a search found: the boxes, and their values together, each event once even where one stands within another. */
export interface Found {
  readonly value: number;
  /** From the left, level by level. */
  readonly boxes: readonly number[];
}

export function findFrames({ tree, total, levels }: Icicle, matches: Uint8Array): Found {
  const covered = new Uint8Array(tree.length);
  const boxes: number[] = [];
  let value = 0;
  for (const level of levels) {
    for (const node of level) {
      if (node === 0) continue;
      const within = covered[tree.parent[node] ?? 0] === 1;
      const match = matches[tree.frame[node] ?? 0] === 1;
      if (match) boxes.push(node);
      if (match && !within) value += total[node] ?? 0;
      covered[node] = within || match ? 1 : 0;
    }
  }
  return { value, boxes };
}

/** Totals by frame, an event once for each frame, however often that stands in its stack; and own ones. */
export function byFrame({ tree, total, own }: Icicle, frames: number): { total: Float64Array; own: Float64Array } {
  const totals = new Float64Array(frames);
  const owns = new Float64Array(frames);
  const open = new Uint8Array(frames);
  // Down into the children, up again: a frame is open while a call of it is on the way from the root.
  const visit = [0];
  const opened: number[] = [];
  while (visit.length > 0) {
    const node = visit.pop() ?? 0;
    if (node < 0) {
      const frame = opened.pop() ?? -1;
      if (frame >= 0) open[frame] = 0;
      continue;
    }
    if (node !== 0) {
      const frame = tree.frame[node] ?? 0;
      const first = open[frame] === 0;
      if (first) totals[frame] = (totals[frame] ?? 0) + (total[node] ?? 0);
      owns[frame] = (owns[frame] ?? 0) + (own[node] ?? 0);
      open[frame] = 1;
      opened.push(first ? frame : -1);
      visit.push(-1);
    }
    for (let i = tree.childStart[node] ?? 0; i < (tree.childStart[node + 1] ?? 0); i++) {
      const child = tree.childList[i] ?? 0;
      if ((total[child] ?? 0) > 0) visit.push(child);
    }
  }
  return { total: totals, own: owns };
}
