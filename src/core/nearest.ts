/** Names that are like one that was typed. */

const MOST = 3;

/** The few of `names` that one is likely to have meant, the likeliest first. */
export function nearest(typed: string, names: readonly string[]): string[] {
  const far = Math.max(2, Math.floor(typed.length / 3));
  return names
    .map((name) => ({ name, distance: name.startsWith(typed) ? 1 : distance(typed, name) }))
    .filter((one) => one.distance <= far)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** How many characters must be put in, taken out or replaced: Levenshtein's distance. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}
