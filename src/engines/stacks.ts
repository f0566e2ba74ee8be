/** What many events share, each as one object with a number: stacks, steps of them, and kinds of events. */
import type { Origin } from '../core/counts.js';
import { entryOf } from '../core/maps.js';

/** More locations than there can be. */
const LOCATIONS = 2 ** 26;

/** The stacks of samples, as a tree. */
export class StackTree {
  readonly empty: Stack = new Stack(0, -1, null);
  readonly #known = new Map<number, Stack>();

  /** The stack with one more location at its inner end. */
  below(above: Stack, location: number): Stack {
    const key = above.index * LOCATIONS + location;
    return entryOf(this.#known, key, () => new Stack(this.#known.size + 1, location, above));
  }
}

/** Equal ones are one object. */
export class Stack {
  readonly index: number;
  readonly #location: number;
  readonly #above: Stack | null;
  #whole: readonly number[] | null = null;

  constructor(index: number, location: number, above: Stack | null) {
    this.index = index;
    this.#location = location;
    this.#above = above;
  }

  /** Its locations, the innermost first. */
  get whole(): readonly number[] {
    if (this.#whole !== null) return this.#whole;
    const whole: number[] = [];
    let step: Stack = this;
    while (step.#above !== null) {
      whole.push(step.#location);
      step = step.#above;
    }
    this.#whole = whole;
    return whole;
  }
}

/** An instruction, before its text is known. */
export interface Place {
  readonly code: number;
  readonly wanted: number;
}

interface Step {
  readonly index: number;
  /** null: outside of any Python code. */
  readonly place: Place | null;
}

/** The instructions of one process. */
export class Steps {
  readonly #byCode: Map<number, Step>[] = [];
  readonly #placeOf: (code: number, offset: number) => Place;
  #size = 0;

  constructor(placeOf: (code: number, offset: number) => Place) {
    this.#placeOf = placeOf;
  }

  at(code: number, offset: number): Step {
    this.#byCode[code] ??= new Map();
    const steps = this.#byCode[code];
    return entryOf(steps, offset, () => ({
      index: this.#size++,
      place: code === 0 ? null : this.#placeOf(code, offset),
    }));
  }
}

/** What events are of, and who served them. */
export interface Kind {
  readonly index: number;
  readonly type: string | null;
  readonly origin: Origin | null;
}

export class Kinds {
  readonly #known = new Map<string | null, Map<Origin | null, Kind>>();
  #size = 0;

  of(type: string | null, origin: Origin | null): Kind {
    const byOrigin = entryOf(this.#known, type, () => new Map<Origin | null, Kind>());
    return entryOf(byOrigin, origin, () => ({ index: this.#size++, type, origin }));
  }
}
