/** Numbers as people read them. */

/** 2,906,112 */
export function integer(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A number per execution: integers as integers, fractions below one with two significant digits, others with three decimals at most. */
export function perOperation(value: number): string {
  if (Number.isInteger(value)) return integer(value);
  if (Math.abs(value) < 1) return value.toLocaleString('en-US', { maximumSignificantDigits: 2, useGrouping: false });
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });
}

/** Nanoseconds with three significant digits: 28.3 ns, 1.23 µs, 4.5 ms. */
export function time(ns: number, ascii: boolean = false): string {
  const units = ['ns', ascii ? 'us' : 'µs', 'ms', 's'];
  let value = ns;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toLocaleString('en-US', { maximumSignificantDigits: 3 })} ${units[unit]}`;
}

/** 1 object, 2 objects */
export function plural(count: number, word: string, many: string = `${word}s`): string {
  return `${perOperation(count)} ${count === 1 ? word : many}`;
}

/** "a", "a and b", "a, b and c" */
export function list(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** 72.4 % */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '' : `${((100 * part) / whole).toFixed(1).replace(/\.0$/, '')} %`;
}
