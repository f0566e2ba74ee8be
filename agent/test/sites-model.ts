/** Sites and contexts in the plainest way: the whole path of every event is walked and spelled out. */

/** What a code object is. Two with the same are one in a recording. */
export interface Definition {
  readonly file: string;
  readonly name: string;
  readonly line: number;
  /** No frame is complete before this code unit (since 3.11). */
  readonly traceable: number;
  readonly units: number;
  /** Bytecode, line table and names follow from it. */
  readonly seed: number;
}

export interface Frame {
  readonly place: number;
  /** null: a shim. */
  readonly code: { readonly definition: Definition } | null;
  readonly owner: number;
  unit: number;
  previous: Frame | null;
}

export interface Tallied {
  count: number;
  bytes: number;
}

export const THREAD_OWNED = 0;
export const GENERATOR_OWNED = 1;
export const C_OWNED = 3;

/** The code units at which instructions begin, as write_bytecode of site_script.c places them. */
export function startsOf({ seed, units }: Definition, minor: number): readonly number[] {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  const starts: number[] = [];
  for (let at = 0; at < units; at++) {
    const opcode = 1 + (next() % 99);
    next();
    starts.push(at);
    if (minor >= 11 && opcode % 5 === 3) at += (opcode % 3) + 1;
  }
  return starts;
}

export const identityOf = ({ file, name, line, units, seed }: Definition): string =>
  JSON.stringify([file, name, line, units, seed]);

export class SitesModel {
  readonly counts: Map<string, Tallied> = new Map();
  readonly #minor: number;
  readonly #callers: boolean;
  readonly #whole: boolean;
  readonly #starts = new Map<string, readonly number[]>();

  constructor(minor: number, callers: boolean, whole: boolean) {
    this.#minor = minor;
    this.#callers = callers;
    this.#whole = whole;
  }

  /** _PyFrame_IsIncomplete, and no shim. */
  isComplete({ code, owner, unit }: Frame): boolean {
    if (this.#minor < 11 || (code !== null && owner === GENERATOR_OWNED)) return true;
    return code !== null && unit >= code.definition.traceable;
  }

  /** The code object and its instruction, as text. */
  #placeOf({ code, unit }: Frame): string {
    if (code === null) throw new Error('a shim has no instructions');
    const identity = identityOf(code.definition);
    const starts = this.#starts.get(identity) ?? startsOf(code.definition, this.#minor);
    this.#starts.set(identity, starts);
    return `${identity} ${2 * (starts.findLast((start) => start <= Math.max(0, unit)) ?? 0)}`;
  }

  charge(root: string, top: Frame | null, what: string, bytes: number): void {
    const frames: Frame[] = [];
    for (let frame = top; frame !== null; frame = frame.previous) if (this.isComplete(frame)) frames.push(frame);
    const [innermost, ...callers] = frames;
    let path: string[] = [];
    for (const caller of this.#callers ? callers.reverse() : []) {
      const place = this.#placeOf(caller);
      const known = this.#whole ? -1 : path.indexOf(place);
      path = known < 0 ? [...path, place] : path.slice(0, known + 1);
    }
    const key = keyOf(root, path, innermost === undefined ? null : this.#placeOf(innermost), what);
    const tallied = this.counts.get(key) ?? { count: 0, bytes: 0 };
    this.counts.set(key, tallied);
    tallied.count++;
    tallied.bytes += bytes;
  }
}

export const keyOf = (root: string, path: readonly string[], place: string | null, what: string): string =>
  [root, ...path, `at ${place ?? 'nothing'}`, what].join(' | ');
