/** Numbers and references of a profile, checked as they are read: a file may hold anything. */

/** What a file that was written by pyallocs does not have. */
export class Damage extends Error {}

export function textAt(list: readonly string[], index: number | bigint, where: string): string {
  const found = list[Number(index)];
  if (found === undefined) throw new Damage(`${where} refers to text that is not there`);
  return found;
}

/** The index of what is meant by an id. */
export function reference(id: number | bigint, size: number, where: string): number {
  const index = Number(id) - 1;
  if (!(index >= 0 && index < size)) throw new Damage(`${where} refers to what is not there`);
  return index;
}

export function count(value: number | bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new Damage('a number is out of range');
  return number;
}

/** Of an int64 that was read as unsigned. */
export function signed(value: number | bigint): number {
  const number = Number(typeof value === 'bigint' ? BigInt.asIntN(64, value) : value);
  if (!Number.isSafeInteger(number)) throw new Damage('a number is out of range');
  return number;
}

/** A number to be written, which has to be a count. */
export function counted(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`internal error: ${value} cannot be recorded`);
  return value;
}
