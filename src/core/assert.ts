/** Ends a switch over a union: the compiler complains here when a member is not handled. */
export function assertUnreachable(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}

/** The value, where the reader of the code can see why it cannot be absent. */
export function unwrap<T>(value: T | null | undefined, why: string): T {
  if (value === null || value === undefined) throw new Error(`internal error: ${why}`);
  return value;
}
