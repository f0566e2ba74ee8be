/**
 * JSON with each different object and text once. Results on many interpreters repeat themselves: most cells of a study equal
 * the one to their left.
 *
 *     {"a": {"n": 1}, "b": {"n": 1}}   →   shapes [["n"], ["a", "b"]]
 *                                         nodes  [[0, 1], [1, [0], [0]]]     the last node is the whole
 *
 * A node is a list: of an object, the number of its shape (its keys) and then the values; of an array, -1 and the values. A
 * value is itself, or, where it is an object, an array or a long text, a list of one: the number of a node. A text as a node
 * is the text itself.
 */
export interface PackedJson {
  readonly shapes: readonly (readonly string[])[];
  readonly nodes: readonly Node[];
}

type Scalar = string | number | boolean | null;
type Value = Scalar | readonly [node: number];
type Node = string | readonly [shape: number, ...values: Value[]];

/** Shorter ones take less room where they stand. */
const LONG_TEXT = 8;

/** `value` is what JSON can hold; a key that is undefined is no key. */
export function packJson(value: unknown): PackedJson {
  const shapes: string[][] = [];
  const nodes: Node[] = [];
  const knownShapes = new Map<string, number>();
  const knownNodes = new Map<string, number>();
  const add = <T>(list: T[], known: Map<string, number>, one: T): number => {
    const key = JSON.stringify(one);
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, list.length);
    return list.push(one) - 1;
  };
  const pack = (one: unknown): Value => {
    if (typeof one === 'string' && one.length > LONG_TEXT) return [add<Node>(nodes, knownNodes, one)];
    if (typeof one !== 'object' || one === null) return one as Scalar;
    if (Array.isArray(one)) return [add<Node>(nodes, knownNodes, [-1, ...one.map(pack)])];
    const entries = Object.entries(one).filter(([, part]) => part !== undefined);
    const shape = add(
      shapes,
      knownShapes,
      entries.map(([key]) => key),
    );
    return [add<Node>(nodes, knownNodes, [shape, ...entries.map(([, part]) => pack(part))])];
  };
  // In a list, which is no part of the value and so the last node, whatever the value is.
  pack([value]);
  return { shapes, nodes };
}

/** Equal parts become the same object: they are only to be read. */
export function unpackJson(packed: PackedJson): unknown {
  const made: unknown[] = [];
  const unpack = (value: Value): unknown => (typeof value === 'object' && value !== null ? made[value[0]] : value);
  for (const node of packed.nodes) {
    if (typeof node === 'string') {
      made.push(node);
      continue;
    }
    const [shape, ...values] = node;
    const keys = packed.shapes[shape];
    if (keys === undefined) made.push(values.map(unpack));
    else made.push(Object.fromEntries(keys.map((key, i) => [key, unpack(values[i] ?? null)])));
  }
  return (made.at(-1) as readonly unknown[])[0];
}
