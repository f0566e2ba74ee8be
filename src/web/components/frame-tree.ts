/**
 * Trees of frames for a flame graph, in flat arrays: from the outermost call inwards, and from the innermost outwards.
 * A frame is a number whose meaning is its user's: a function, or a line of one. In both trees a parent has a smaller
 * number than its children; node 0 is the root.
 */

export interface FrameTree {
  readonly length: number;
  readonly parent: Int32Array;
  /** -1: the root. */
  readonly frame: Int32Array;
  /** 0: the root. */
  readonly depth: Int32Array;
  /** For each node of the tree of calls: where its own events belong here. */
  readonly of: Int32Array;
  /** The children of node n: childList[childStart[n]] up to, not including, childList[childStart[n + 1]]. */
  readonly childStart: Int32Array;
  readonly childList: Int32Array;
}

/** The tree of calls: parents before children, node 0 the root, the frame of each other node; a call whose frame is negative
 *  is left out, and what it came to stands with its caller. */
export interface Calls {
  readonly parent: Int32Array;
  readonly frame: Int32Array;
}

/** Calls whose frames are equal under the same parent become one. */
export function callTree({ parent, frame }: Calls): FrameTree {
  const tree = new Growing(parent.length);
  const of = new Int32Array(parent.length);
  for (let node = 1; node < parent.length; node++) {
    const up = of[parent[node] ?? 0] ?? 0;
    const own = frame[node] ?? -1;
    of[node] = own < 0 ? up : tree.child(up, own);
  }
  return tree.done(of);
}

export interface CallerOptions {
  /** Values of each call alone. */
  readonly own: Float64Array;
  /** The frames on the way to what is looked at, from the root on. */
  readonly focus: readonly number[];
  /** Boxes smaller than this part of what is looked at have no callers below them: nobody could see them. */
  readonly finest: number;
}

/** The same upside down: below the root what has events of its own, below each its callers, as far as they can be seen. */
export function callerTree({ parent, frame }: Calls, { own, focus, finest }: CallerOptions): FrameTree {
  const tree = new Growing(1024);
  const of = new Int32Array(parent.length);
  const total = new GrowingSums();
  // Calls that have callers still to be added, and for each the caller that comes next; of[call] is the box it has come to.
  // The call itself, or the nearest caller that is not left out.
  const shown = Int32Array.from(parent.keys());
  for (let call = 1; call < shown.length; call++) {
    if ((frame[call] ?? -1) < 0) shown[call] = shown[parent[call] ?? 0] ?? 0;
  }
  const active = Int32Array.from(own.keys()).filter((call) => shown[call] !== 0 && own[call] !== 0);
  let open = { calls: active, callers: active.map((call) => shown[call] ?? 0) };
  const all = active.reduce((sum, call) => sum + (own[call] ?? 0), 0);
  let least = all * finest;
  let focused = 0;
  for (let depth = 0; open.calls.length > 0; depth++) {
    const { calls, callers } = open;
    for (let i = 0; i < calls.length; i++) {
      const call = calls[i] ?? 0;
      const box = tree.child(of[call] ?? 0, frame[callers[i] ?? 0] ?? 0);
      of[call] = box;
      total.add(box, own[call] ?? 0);
    }
    const wanted = focus[depth];
    const next = wanted === undefined || focused < 0 ? undefined : tree.find(focused, wanted);
    if (wanted !== undefined) focused = next ?? -1;
    // Once the whole focus is found, what is below it may be finer by as much as it is smaller.
    if (focused > 0 && depth === focus.length - 1) least = total.of(focused) * finest;
    let kept = 0;
    const nextCallers = new Int32Array(calls.length);
    const nextCalls = new Int32Array(calls.length);
    for (let i = 0; i < calls.length; i++) {
      const call = calls[i] ?? 0;
      const caller = shown[parent[callers[i] ?? 0] ?? 0] ?? 0;
      const box = of[call] ?? 0;
      if (caller === 0 || (total.of(box) < least && box !== focused)) continue;
      nextCalls[kept] = call;
      nextCallers[kept++] = caller;
    }
    open = { calls: nextCalls.subarray(0, kept), callers: nextCallers.subarray(0, kept) };
  }
  return tree.done(of);
}

/** The node that a way of frames leads to from the root, as far as it leads. */
export function nodeAt({ frame, childStart, childList }: FrameTree, way: readonly number[]): number {
  let node = 0;
  for (const wanted of way) {
    const children = childList.subarray(childStart[node], childStart[node + 1]);
    const next = children.find((child) => frame[child] === wanted);
    if (next === undefined) break;
    node = next;
  }
  return node;
}

/** The frames on the way from the root to a node. */
export function wayTo({ parent, frame }: FrameTree, node: number): number[] {
  const way: number[] = [];
  for (let at = node; at !== 0; at = parent[at] ?? 0) way.push(frame[at] ?? 0);
  return way.reverse();
}

/** Sums by a number that grows. */
class GrowingSums {
  #sums: Float64Array = new Float64Array(1024);

  add(at: number, value: number): void {
    if (at >= this.#sums.length) {
      const larger = new Float64Array(2 * Math.max(at, this.#sums.length));
      larger.set(this.#sums);
      this.#sums = larger;
    }
    this.#sums[at] = (this.#sums[at] ?? 0) + value;
  }

  of(at: number): number {
    return this.#sums[at] ?? 0;
  }
}

/** A tree while it grows. Children are found by a hash of parent and frame, in open addressing. */
class Growing {
  #length = 1;
  #parent: Int32Array;
  #frame: Int32Array;
  #table: Int32Array;

  constructor(expected: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, expected)));
    this.#parent = new Int32Array(size);
    this.#frame = new Int32Array(size).fill(-1);
    this.#table = new Int32Array(4 * size);
  }

  /** undefined: there is none. */
  find(parent: number, frame: number): number | undefined {
    const node = this.#table[this.#slot(parent, frame)] ?? 0;
    return node === 0 ? undefined : node;
  }

  child(parent: number, frame: number): number {
    const at = this.#slot(parent, frame);
    const found = this.#table[at] ?? 0;
    if (found !== 0) return found;
    if (this.#length === this.#parent.length) {
      this.#grow();
      return this.child(parent, frame);
    }
    const node = this.#length++;
    this.#parent[node] = parent;
    this.#frame[node] = frame;
    this.#table[at] = node;
    return node;
  }

  /** Where the child is in the table, or would be. */
  #slot(parent: number, frame: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    let at = hash(parent, frame) & mask;
    for (;;) {
      const found = table[at] ?? 0;
      if (found === 0 || (this.#parent[found] === parent && this.#frame[found] === frame)) return at;
      at = (at + 1) & mask;
    }
  }

  #grow(): void {
    const double = (from: Int32Array): Int32Array => {
      const to = new Int32Array(2 * from.length);
      to.set(from);
      return to;
    };
    this.#parent = double(this.#parent);
    this.#frame = double(this.#frame);
    this.#table = new Int32Array(2 * this.#table.length);
    for (let node = 1; node < this.#length; node++) {
      this.#table[this.#slot(this.#parent[node] ?? 0, this.#frame[node] ?? 0)] = node;
    }
  }

  done(of: Int32Array): FrameTree {
    const length = this.#length;
    const parent = this.#parent.slice(0, length);
    const frame = this.#frame.slice(0, length);
    const depth = new Int32Array(length);
    const childStart = new Int32Array(length + 1);
    for (let node = 1; node < length; node++) {
      const up = parent[node] ?? 0;
      depth[node] = (depth[up] ?? 0) + 1;
      childStart[up + 1] = (childStart[up + 1] ?? 0) + 1;
    }
    for (let node = 0; node < length; node++) {
      childStart[node + 1] = (childStart[node + 1] ?? 0) + (childStart[node] ?? 0);
    }
    const next = childStart.slice(0, length);
    const childList = new Int32Array(Math.max(0, length - 1));
    for (let node = 1; node < length; node++) {
      const up = parent[node] ?? 0;
      const at = next[up] ?? 0;
      childList[at] = node;
      next[up] = at + 1;
    }
    return { length, parent, frame, depth, of, childStart, childList };
  }
}

function hash(parent: number, frame: number): number {
  let h = Math.imul(parent, 0x9e3779b1) ^ Math.imul(frame + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
