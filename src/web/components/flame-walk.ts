/** Where an arrow key leads from a box of a flame graph. */
import { type Icicle, isWithin, lastBefore } from './icicle.js';

/** null: the key means nothing here. A key with nowhere to go stays. */
export function neighbour(icicle: Icicle, node: number, key: string, zoom: number): number | null {
  const { tree, levels } = icicle;
  const depth = tree.depth[node] ?? 0;
  switch (key) {
    case 'ArrowUp':
      return node === 0 ? node : (tree.parent[node] ?? 0);
    case 'ArrowDown':
      return heaviestChild(icicle, node) ?? node;
    case 'ArrowLeft':
    case 'ArrowRight': {
      const level = levels[depth] ?? new Int32Array();
      const at = lastBefore(icicle, depth, icicle.start[node] ?? 0) + (key === 'ArrowLeft' ? -1 : 1);
      const next = level[at];
      return next !== undefined && (isWithin(icicle, next, zoom) || !isWithin(icicle, node, zoom)) ? next : node;
    }
    case 'Home':
      return 0;
    default:
      return null;
  }
}

/** It stands first below its parent. */
function heaviestChild(icicle: Icicle, node: number): number | null {
  const depth = (icicle.tree.depth[node] ?? 0) + 1;
  const level = icicle.levels[depth];
  if (level === undefined) return null;
  const start = icicle.start[node] ?? 0;
  const child = level[Math.max(0, lastBefore(icicle, depth, start))] ?? -1;
  return icicle.tree.parent[child] === node ? child : null;
}
