/** Lines of one function in two recordings: which of them are the same, wherever they stand now. */

/** A line with events. */
export interface RecordedLine {
  readonly line: number;
  /** Counted from the first line of the function. */
  readonly relative: number;
  /** null: the source is not the one that was recorded. */
  readonly text: string | null;
  /** Its instructions, as far as they had events: what it does where its text is not known. */
  readonly instructions: string;
}

/** More cells than this are not filled: lines are then matched by where they stand. */
const CELLS = 4_000_000;

/**
 * The line of `after` for lines of `before`. By text where both texts are known: in their order, and then wherever the
 * same text stands. Otherwise by their instructions, in order, and then by their distance from the head of the function.
 */
export function pairLines(
  before: readonly RecordedLine[],
  after: readonly RecordedLine[],
): ReadonlyMap<number, number> {
  const texts = [...before, ...after].every(({ text }) => text !== null);
  const label = ({ text, instructions }: RecordedLine): string => (texts ? (text ?? '').trim() : instructions);
  const pairs = new Map<number, number>();
  const taken = new Set<number>();
  const pair = (a: RecordedLine, b: RecordedLine): void => {
    pairs.set(a.line, b.line);
    taken.add(b.line);
  };
  for (const [i, j] of commonOrder(before.map(label), after.map(label))) {
    const [a, b] = [before[i], after[j]];
    if (a !== undefined && b !== undefined) pair(a, b);
  }
  for (const a of before) {
    if (pairs.has(a.line)) continue;
    const same = (b: RecordedLine): boolean => (texts ? label(a) === label(b) : a.relative === b.relative);
    const b = after.find((one) => !taken.has(one.line) && same(one));
    if (b !== undefined) pair(a, b);
  }
  return pairs;
}

/** The longest series of equal labels that stand in the same order in both: pairs of indexes. Empty labels equal nothing. */
function commonOrder(a: readonly string[], b: readonly string[]): [number, number][] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start] && a[start] !== '') start++;
  const pairs = Array.from({ length: start }, (_, i): [number, number] => [i, i]);
  const [rows, columns] = [a.length - start, b.length - start];
  if (rows * columns > CELLS) return pairs;
  // lengths[i][j]: how many pairs there are from a[start + i] and b[start + j] on.
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  const equal = (i: number, j: number): boolean => a[start + i] === b[start + j] && a[start + i] !== '';
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = rows - 1; i >= 0; i--)
    for (let j = columns - 1; j >= 0; j--)
      lengths[i * width + j] = equal(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (equal(i, j)) pairs.push([start + i++, start + j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}
