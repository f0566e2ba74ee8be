import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calls, callerTree, callTree, type FrameTree, nodeAt, wayTo } from './frame-tree.js';
import { boxAt, byFrame, findFrames, type Icicle, isWithin, layoutIcicle, pathTo } from './icicle.js';
import { KINDS } from './kind.js';

/** "a b c": 3: a stack from the outermost frame inwards, and its value. A frame in parentheses is left out. */
type Stacks = readonly (readonly [stack: string, value: number])[];

interface Drawn {
  readonly calls: Calls;
  readonly names: readonly string[];
  /** The call of each stack. */
  readonly nodes: Int32Array;
  readonly values: Float64Array;
}

function drawn(stacks: Stacks): Drawn {
  const names: string[] = [];
  const known = new Map<string, number>();
  const parent = [0];
  const frame = [-1];
  const nodes = stacks.map(([stack]) => {
    let [at, way] = [0, ''];
    for (const name of stack.split(' ').filter(Boolean)) {
      way += ` ${name}`;
      let next = known.get(way);
      if (next === undefined) {
        next = parent.push(at) - 1;
        known.set(way, next);
        if (!names.includes(name)) names.push(name);
        frame.push(name.startsWith('(') ? -1 : names.indexOf(name));
      }
      at = next;
    }
    return at;
  });
  return {
    calls: { parent: Int32Array.from(parent), frame: Int32Array.from(frame) },
    names,
    nodes: Int32Array.from(nodes),
    values: Float64Array.from(stacks, ([, value]) => value),
  };
}

function laidOut({ values, nodes }: Drawn, tree: FrameTree, kinds = new Uint8Array(values.length)): Icicle {
  return layoutIcicle(tree, values, kinds, nodes);
}

/** Each box: "a b 3+1 at 2", total and own. */
function boxes({ names }: Drawn, icicle: Icicle): string[] {
  return icicle.levels.flatMap((level) =>
    [...level].map((node) => {
      const way = wayTo(icicle.tree, node).map((frame) => names[frame]);
      return `${['all', ...way].join(' ')}: ${icicle.total[node]}, ${icicle.own[node]} own, at ${icicle.start[node]}`;
    }),
  );
}

const ownOf = ({ calls, nodes, values }: Drawn): Float64Array => {
  const own = new Float64Array(calls.parent.length);
  nodes.forEach((node, i) => {
    own[node] = (own[node] ?? 0) + (values[i] ?? 0);
  });
  return own;
};

const callersOf = (one: Drawn, finest = 0, focus: readonly number[] = []): FrameTree =>
  callerTree(one.calls, { own: ownOf(one), focus, finest });

const someStacks: fc.Arbitrary<Stacks> = fc.array(
  fc.tuple(
    fc.array(fc.constantFrom('a', 'b', 'c', 'd', '(x)'), { maxLength: 6 }).map((names) => names.join(' ')),
    fc.nat(20),
  ),
  { maxLength: 30 },
);

const framesIn = (stack: string): string[] => stack.split(' ').filter((name) => name !== '' && !name.startsWith('('));

describe('calls', () => {
  test('nothing is no box', () => {
    const none = drawn([]);
    expect(laidOut(none, callTree(none.calls)).levels).toEqual([]);
  });

  test('stand below their callers, the heaviest first, own events at the right', () => {
    const one = drawn([
      ['a', 1],
      ['a b', 2],
      ['a c', 5],
      ['d', 3],
      ['d b', 0],
    ]);
    expect(boxes(one, laidOut(one, callTree(one.calls)))).toEqual([
      'all: 11, 0 own, at 0',
      'all a: 8, 1 own, at 0',
      'all d: 3, 3 own, at 8',
      'all a c: 5, 5 own, at 0',
      'all a b: 2, 2 own, at 5',
    ]);
  });

  test('a frame that is left out gives what it came to to its caller', () => {
    const one = drawn([
      ['a (x)', 1],
      ['a (x) b', 2],
      ['a b', 4],
    ]);
    expect(boxes(one, laidOut(one, callTree(one.calls)))).toEqual([
      'all: 7, 0 own, at 0',
      'all a: 7, 1 own, at 0',
      'all a b: 6, 6 own, at 0',
    ]);
  });

  test('every box holds exactly the events of the stacks that begin with its way', () => {
    fc.assert(
      fc.property(someStacks, (stacks) => {
        const one = drawn(stacks);
        const icicle = laidOut(one, callTree(one.calls));
        for (const level of icicle.levels) {
          for (const node of level) {
            const way = wayTo(icicle.tree, node).map((frame) => one.names[frame]);
            const begins = stacks.filter(([stack]) => way.every((name, i) => framesIn(stack)[i] === name));
            expect(icicle.total[node]).toBe(begins.reduce((sum, [, value]) => sum + value, 0));
            expect(nodeAt(icicle.tree, wayTo(icicle.tree, node))).toBe(node);
          }
        }
      }),
    );
  });
});

describe('callers', () => {
  test('stand below what has events of its own', () => {
    const one = drawn([
      ['a c', 3],
      ['b c', 4],
      ['b', 2],
    ]);
    expect(boxes(one, laidOut(one, callersOf(one)))).toEqual([
      'all: 9, 0 own, at 0',
      'all c: 7, 0 own, at 0',
      'all b: 2, 2 own, at 7',
      'all c b: 4, 4 own, at 0',
      'all c a: 3, 3 own, at 4',
    ]);
  });

  test('end where nobody could see them, and go on where they are looked at', () => {
    const one = drawn([
      ['a b c', 1],
      ['a', 99],
    ]);
    const c = one.names.indexOf('c');
    expect(boxes(one, laidOut(one, callersOf(one, 0.1)))).toEqual([
      'all: 100, 0 own, at 0',
      'all a: 99, 99 own, at 0',
      'all c: 1, 1 own, at 99',
    ]);
    expect(boxes(one, laidOut(one, callersOf(one, 0.1, [c]))).slice(3)).toEqual([
      'all c b: 1, 0 own, at 99',
      'all c b a: 1, 1 own, at 99',
    ]);
  });

  test('every box holds exactly the events of the stacks that end with its way', () => {
    fc.assert(
      fc.property(someStacks, (stacks) => {
        const one = drawn(stacks);
        const icicle = laidOut(one, callersOf(one));
        const all = stacks.filter(([stack]) => framesIn(stack).length > 0);
        for (const level of icicle.levels) {
          for (const node of level) {
            const way = wayTo(icicle.tree, node).map((frame) => one.names[frame]);
            const ends = (node === 0 ? stacks : all).filter(([stack]) =>
              way.every((name, i) => framesIn(stack).at(-1 - i) === name),
            );
            expect(icicle.total[node]).toBe(ends.reduce((sum, [, value]) => sum + value, 0));
          }
        }
      }),
    );
  });

  test('cut or not, boxes that are there have the same totals', () => {
    fc.assert(
      fc.property(someStacks, fc.double({ min: 0, max: 0.5, noNaN: true }), (stacks, finest) => {
        const one = drawn(stacks);
        const told = (icicle: Icicle): string[] => boxes(one, icicle).map((box) => box.replace(/, .*/, ''));
        const whole = new Set(told(laidOut(one, callersOf(one))));
        for (const box of told(laidOut(one, callersOf(one, finest)))) expect(whole).toContain(box);
      }),
    );
  });
});

test('boxes lie within their parents, side by side, the left one never lighter', () => {
  fc.assert(
    fc.property(someStacks, (stacks) => {
      const one = drawn(stacks);
      const icicle = laidOut(one, callTree(one.calls));
      const { tree, start, total } = icicle;
      const end = (node: number): number => (start[node] ?? 0) + (total[node] ?? 0);
      for (const level of icicle.levels) {
        level.forEach((node, i) => {
          const up = tree.parent[node] ?? 0;
          expect(start[node]).toBeGreaterThanOrEqual(start[up] ?? 0);
          expect(end(node)).toBeLessThanOrEqual(end(up));
          const left = level[i - 1];
          if (left === undefined) return;
          expect(start[node]).toBeGreaterThanOrEqual(end(left));
          if (tree.parent[left] === up) expect(total[left]).toBeGreaterThanOrEqual(total[node] ?? 0);
        });
      }
    }),
  );
});

test('the box at a place is the one that is drawn there, and what is below it lies within it', () => {
  fc.assert(
    fc.property(someStacks, (stacks) => {
      const one = drawn(stacks);
      const icicle = laidOut(one, callTree(one.calls));
      for (let x = 0.5; x < (icicle.total[0] ?? 0); x++) {
        for (let depth = 0; depth < 8; depth++) {
          const drawnThere = [...(icicle.levels[depth] ?? [])].find(
            (node) => x >= (icicle.start[node] ?? 0) && x < (icicle.start[node] ?? 0) + (icicle.total[node] ?? 0),
          );
          const found = boxAt(icicle, depth, x);
          expect(found).toBe(drawnThere ?? null);
          if (found !== null)
            for (const above of pathTo(icicle.tree, found)) expect(isWithin(icicle, found, above)).toBe(true);
        }
      }
    }),
  );
});

test('what is not called from a box does not lie within it', () => {
  fc.assert(
    fc.property(someStacks, (stacks) => {
      const one = drawn(stacks);
      const icicle = laidOut(one, callTree(one.calls));
      const all = icicle.levels.flatMap((level) => [...level]);
      for (const node of all) {
        for (const other of all) expect(isWithin(icicle, node, other)).toBe(pathTo(icicle.tree, node).includes(other));
      }
    }),
  );
});

test('totals by frame count an event once, however often the frame stands in its stack', () => {
  fc.assert(
    fc.property(someStacks, (stacks) => {
      const one = drawn(stacks);
      const sums = byFrame(laidOut(one, callTree(one.calls)), one.names.length);
      one.names.forEach((name, frame) => {
        const value = (keep: (frames: string[]) => boolean): number =>
          stacks.filter(([stack]) => keep(framesIn(stack))).reduce((sum, [, n]) => sum + n, 0);
        expect(sums.total[frame]).toBe(value((frames) => frames.includes(name)));
        expect(sums.own[frame]).toBe(value((frames) => frames.at(-1) === name));
      });
    }),
  );
});

test('a search adds up the stacks that hold a match', () => {
  fc.assert(
    fc.property(someStacks, fc.subarray(['a', 'b', 'c', 'd']), (stacks, wanted) => {
      const one = drawn(stacks);
      const matches = Uint8Array.from(one.names, (name) => (wanted.includes(name) ? 1 : 0));
      const found = findFrames(laidOut(one, callTree(one.calls)), matches);
      const expected = stacks.filter(([stack]) => framesIn(stack).some((name) => wanted.includes(name)));
      expect(found.value).toBe(expected.reduce((sum, [, value]) => sum + value, 0));
    }),
  );
});

test('a box knows its parts by kind, and they come to its total', () => {
  const one = drawn([
    ['a', 2],
    ['a b', 3],
    ['a b', 4],
  ]);
  const icicle = laidOut(one, callTree(one.calls), Uint8Array.of(0, 1, 4));
  const parts = (node: number): number[] => [...icicle.byKind.subarray(node * KINDS.length, (node + 1) * KINDS.length)];
  expect(parts(0)).toEqual([2, 3, 0, 0, 4, 0]);
  expect(parts(nodeAt(icicle.tree, [0]))).toEqual([2, 3, 0, 0, 4, 0]);
  expect(parts(nodeAt(icicle.tree, [0, 1]))).toEqual([0, 3, 0, 0, 4, 0]);
});
