/** Where the lines of a text are after it was edited: counts stay with the lines that they are of. */

/** Beyond so many pairs of lines it is enough to know the lines before and behind all edits. */
const MOST_PAIRS = 250_000;

/** By line (from 1) of `before`, its line in `after`. Lines that were changed are not in it. */
export function sameLines(before: string, after: string): ReadonlyMap<number, number> {
  const a = before.split('\n');
  const b = after.split('\n');
  const same = new Map<number, number>();
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) {
    start++;
    same.set(start, start);
  }
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) {
    same.set(a.length - end, b.length - end);
    end++;
  }
  for (const [i, j] of common(a.slice(start, a.length - end), b.slice(start, b.length - end)))
    same.set(start + i + 1, start + j + 1);
  return same;
}

/** The longest common subsequence, as pairs of indices. */
function* common(a: readonly string[], b: readonly string[]): Generator<[number, number]> {
  if (a.length * b.length > MOST_PAIRS) return;
  const width = b.length + 1;
  // At [i, j]: how many lines a[i..] and b[j..] have in common.
  const longest = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  for (let i = 0, j = 0; i < a.length && j < b.length; )
    if (a[i] === b[j]) yield [i++, j++];
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
}
