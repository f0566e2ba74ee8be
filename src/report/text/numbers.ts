/** Numbers as people read them. */

/** 2,906,112 */
export function integer(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/**
 * A number per execution. Three decimals are exact for up to 1000 executions; where they are not, there are more of them,
 * until two digits stand and what is no integer does not look like one: 0.333, 1.999, 0.0012, 1.9999.
 */
export function perOperation(value: number): string {
  if (Number.isInteger(value)) return integer(value);
  for (let digits = 3; digits < 20; digits++) {
    const text = value.toLocaleString('en-US', { maximumFractionDigits: digits });
    const exact = Number(value.toFixed(digits)) === value;
    if (exact || (text.includes('.') && Math.abs(value) >= 10 ** (1 - digits))) return text;
  }
  return String(value);
}

/** Nanoseconds with three significant digits: 28.3 ns, 1.23 µs, 4.5 ms. */
export function time(ns: number, ascii: boolean = false): string {
  const units = ['ns', ascii ? 'us' : 'µs', 'ms', 's'];
  let value = Number(ns.toPrecision(3));
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

/** 72.4 %; what is not all or nothing does not look so: > 99.9 %, < 0.1 % */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '';
  const text = ((100 * part) / whole).toFixed(1).replace(/\.0$/, '');
  if (text === '100' && part !== whole) return '> 99.9 %';
  if (text === '0' && part !== 0) return '< 0.1 %';
  return `${text} %`;
}
