/** Numbers as people read them. */

/**
 * At most so many digits behind the point, no zeros at their end, commas between thousands: 1,234.5. By hand: the
 * formatter of the language takes longer to load than all else in the text of a short program.
 */
function decimal(value: number, digits: number): string {
  const [whole = '', fraction = ''] = value.toFixed(digits).split('.');
  const end = fraction.replace(/0+$/, '');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return (end === '' ? grouped : `${grouped}.${end}`).replace(/^-0$/, '0');
}

/** With at most three significant digits. */
function threeDigits(value: number): string {
  return decimal(Number(value.toPrecision(3)), 12);
}

/** 2,906,112 */
export function integer(value: number): string {
  return decimal(value, 0);
}

/**
 * A number per execution. Three decimals are exact for up to 1000 executions; where they are not, there are more of them,
 * until two digits stand and what is no integer does not look like one: 0.333, 1.999, 0.0012, 1.9999.
 */
export function perOperation(value: number): string {
  if (Number.isInteger(value)) return integer(value);
  for (let digits = 3; digits < 20; digits++) {
    const text = decimal(value, digits);
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
  return `${threeDigits(value)} ${units[unit]}`;
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

/** 512 B, 1.5 KiB, 12.3 MiB: three significant digits, the exact number is in the JSON. */
export function byteSize(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = value;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  const digits = unit === 0 || Math.abs(size) >= 100 ? 0 : Math.abs(size) >= 10 ? 1 : 2;
  return `${decimal(size, digits)} ${units[unit]}`;
}

/** For sentences, exact numbers stand below them: 999,999 and then 1 million, 2.91 million. */
export function rough(value: number): string {
  if (value < 1e6) return integer(value);
  const [size, word] = value < 999_500_000 ? [value / 1e6, 'million'] : [value / 1e9, 'billion'];
  return `${threeDigits(size)} ${word}`;
}

/** +1,234 and -1,234, 0 without a sign. `text` says how the number itself reads. */
export function signed(value: number, text: (value: number) => string = perOperation): string {
  return value > 0 ? `+${text(value)}` : value < 0 ? `-${text(-value)}` : text(0);
}
