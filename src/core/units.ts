/** A number that knows what it counts. The brand exists for the type checker only. */
type Brand<T, Name extends string> = T & { readonly __unit: Name };

/** A number of events, over the whole measured interval unless said otherwise. Exact below 2^53, which no interval reaches. */
export type Count = Brand<number, 'count'>;

/** A size in bytes, as the program asked for it: what an allocator adds is not in it. */
export type Bytes = Brand<number, 'bytes'>;

/** A time in nanoseconds. */
export type Nanoseconds = Brand<number, 'ns'>;

/** How often a statement was executed. */
export type Executions = Brand<number, 'executions'>;

export const count = (value: number): Count => value as Count;
export const bytes = (value: number): Bytes => value as Bytes;
export const nanoseconds = (value: number): Nanoseconds => value as Nanoseconds;
export const executions = (value: number): Executions => value as Executions;
