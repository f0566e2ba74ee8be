/** Numbers in the sentences of verdicts. */

/** "1,000", "0.0047", "2.5", "−5": at most three digits that matter behind the point. */
export function amount(value: number): string {
  if (value < 0) return `−${amount(-value)}`;
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(Math.abs(value) >= 100 ? 4 : 3)));
}

/** "1 request", "no request", "0.5 requests" */
export function many(value: number, noun: string): string {
  if (value === 0) return `no ${noun}`;
  return `${amount(value)} ${value === 1 ? noun : plural(noun)}`;
}

function plural(noun: string): string {
  return /(s|x|sh)$/.test(noun) ? `${noun}es` : noun.replace(/[^aeiou]y$/, (end) => `${end[0]}ie`).concat('s');
}

/** "a, b and c" */
export function series(items: readonly (string | number)[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** "all 3 ints", "2 of the 3 ints", "none of the 3 ints" */
export function part(some: number, all: number, noun: string): string {
  const of = `of the ${many(all, noun)}`;
  if (some === 0) return `none ${of}`;
  return some === all ? `all ${many(all, noun)}` : `${amount(some)} ${of}`;
}

/** "0.26 %", "12 %" */
export const percent = (share: number): string => `${amount(Number((share * 100).toPrecision(2)))} %`;
