/** Random programs: numbers from fast-check become events that could happen, because each is chosen by what is there. */
import fc from 'fast-check';
import { type Event, FLAG, MEM, OBJ, preHeader, RAW, type TypeObject, typeObject } from './events.js';
import { Model } from './model.js';

/** What to do, which of the things there are, which of the others, and how large. */
type Step = readonly [action: number, a: number, b: number, size: number];

/** Distance of blocks: room for a type object with what stands in front of it and its name. */
const SPACING = 1024;
/** The end of the memory that was in use before the hooks. */
const HEAP_END = 0x30000;

/** Sizes around the limit up to which the table of blocks holds them itself, and beyond 32 bits of it. */
const SIZES = fc.oneof(
  fc.nat(600),
  fc.constantFrom(0, 1, 512, 513, (1 << 19) - 1, 1 << 19, (1 << 19) + 1, 3 << 20, 2 ** 31),
);

const ACTIONS: readonly (readonly [name: keyof Program & `do${string}`, weight: number])[] = [
  ['doRequest', 14],
  ['doResize', 7],
  ['doRelease', 10],
  ['doFirstCreation', 14],
  ['doCreation', 12],
  ['doRawEvent', 3],
  ['doNewClass', 4],
  ['doOldClass', 1],
  ['doDropClass', 3],
  ['doMark', 2],
  ['doInterval', 9],
  ['doEmptyIntervals', 1],
];

const WEIGHTED = ACTIONS.flatMap(([name, weight]) => Array.from({ length: weight }, () => name));

const stepArbitrary: fc.Arbitrary<Step> = fc.tuple(fc.nat(WEIGHTED.length - 1), fc.nat(1023), fc.nat(1023), SIZES);

export function programs(minor: number, pointer: 4 | 8, maxLength: number): fc.Arbitrary<readonly Event[]> {
  return fc.array(stepArbitrary, { maxLength, size: 'max' }).map((steps) => new Program(minor, pointer, steps).events);
}

class Program {
  readonly events: Event[] = [];
  readonly #minor: number;
  readonly #pointer: number;
  /** Knows what is on each block, so that no impossible event is made. */
  readonly #model: Model = new Model();
  /** Addresses of blocks with room for anything. */
  readonly #wide: number[] = [];
  /** Addresses as close together as an allocator may put them: objects without anything in front fit. */
  readonly #narrow: number[] = [];
  readonly #static: TypeObject[] = [];
  readonly #classes: TypeObject[] = [];
  readonly #marked: Set<number> = new Set();
  #counting = false;

  constructor(minor: number, pointer: 4 | 8, steps: readonly Step[]) {
    this.#minor = minor;
    this.#pointer = pointer;
    const far = pointer === 8 ? [0x40000, 0x1_0000_0000 - 4 * SPACING, 0x1_4000_0000] : [0x40000, 0xa00000];
    // Before the hooks and after, on both sides of the border of a leaf, and far away.
    for (const start of [HEAP_END - 6 * SPACING, HEAP_END, HEAP_END + 0x10000 - 3 * SPACING, ...far]) {
      for (let i = 0; i < 6; i++) this.#wide.push(start + i * SPACING);
    }
    for (let i = 0; i < 8; i++) this.#narrow.push(0x50000 + i * 2 * pointer);
    this.#defineStaticTypes();
    for (const [action, a, b, size] of steps) this[WEIGHTED[action] as (typeof WEIGHTED)[number]](a, b, size);
    if (this.#counting) this.#event({ kind: 'end' });
  }

  #event(event: Event): void {
    this.events.push(event);
    this.#model.apply(event);
  }

  #defineStaticTypes(): void {
    const add = (name: string, flags: number): void => {
      const address = 0x2000 + this.#static.length * SPACING;
      this.#static.push(typeObject({ address, block: address, name, flags, metatype: this.#static[0] ?? null }));
    };
    add('type', FLAG.gc + FLAG.metatype);
    add('int', 0);
    add('tuple', FLAG.gc);
    add('frame', FLAG.gc);
    add('with a dict', FLAG.gc | FLAG.dict);
    add('with weak references', FLAG.gc | FLAG.weakrefs);
    add('with both', FLAG.gc | FLAG.dict | FLAG.weakrefs);
    const [types, , , frames] = this.#static;
    if (types === undefined || frames === undefined) throw new Error('no types');
    this.#event({ kind: 'start', minor: this.#minor, types: types.address, frames: frames.address, heapEnd: HEAP_END });
    for (const type of this.#static) this.#event({ kind: 'define', type });
  }

  #pick<T>(from: readonly T[], choice: number): T | undefined {
    return from[choice % Math.max(1, from.length)];
  }

  #pickFrom(blocks: readonly number[], choice: number, ...states: ReturnType<Model['stateOf']>[]): number | undefined {
    const holdsClass = (block: number): boolean => this.#classes.some((type) => type.block === block);
    return this.#pick(
      blocks.filter((b) => states.includes(this.#model.stateOf(b)) && !holdsClass(b) && !this.#marked.has(b)),
      choice,
    );
  }

  get #all(): readonly number[] {
    return [...this.#wide, ...this.#narrow];
  }

  doRequest(a: number, b: number, size: number): void {
    const address = this.#pickFrom(this.#all, a, 'released', 'unseen');
    if (address === undefined) return;
    const by = this.#pick(['malloc', 'malloc', 'calloc', 'realloc', 'pymalloc'] as const, b) ?? 'malloc';
    const domain = b % 3 === 0 ? MEM : OBJ;
    const nested = by !== 'pymalloc' && b % 7 === 0;
    this.#event({
      kind: 'request',
      domain,
      address: b % 50 === 0 && by !== 'pymalloc' ? 0 : address,
      size,
      by,
      nested,
    });
  }

  doResize(a: number, b: number, size: number): void {
    const from = this.#pickFrom(this.#all, a, 'fresh', 'object', 'resized', 'unseen');
    if (from === undefined) return;
    const room = this.#narrow.includes(from) ? this.#all : this.#wide;
    const to = b % 3 === 0 ? from : b % 31 === 0 ? 0 : this.#pickFrom(room, b, 'released', 'unseen');
    if (to === undefined) return;
    this.#event({ kind: 'resize', domain: b % 2 ? OBJ : MEM, from, to, size, nested: b % 5 === 0 });
  }

  doRelease(a: number, b: number): void {
    const marked = this.#pick([...this.#marked], a);
    const any = this.#pickFrom(this.#all, a, 'fresh', 'object', 'resized', 'unseen', 'released');
    const address = b % 3 === 0 && marked !== undefined ? marked : b % 40 === 0 ? 0 : any;
    if (address === undefined) return;
    this.#marked.delete(address);
    this.#event({ kind: 'release', domain: b % 2 ? OBJ : MEM, address, nested: b % 5 === 0 });
  }

  /** An object on a block that has none yet. */
  doFirstCreation(a: number, b: number): void {
    this.#create(this.#pickFrom(this.#all, a, 'fresh'), b, 0);
  }

  /** An object where one was, or where nothing is known of: freelists, relocations, resurrections, foreign memory. */
  doCreation(a: number, b: number): void {
    const block = this.#pickFrom(this.#all, a, 'object', 'object', 'resized', 'unseen', 'released');
    this.#create(block, b, b % 4 === 0 ? 1 + (b % 3) : 0);
  }

  #create(block: number | undefined, choice: number, references: number): void {
    if (block === undefined) return;
    const narrow = this.#narrow.includes(block);
    const types = [...this.#static.slice(1), ...this.#classes.filter((type) => !(type.flags & FLAG.metatype))];
    const type = this.#pick(narrow ? types.filter((t) => this.#before(t) === 0) : types, choice);
    if (type === undefined) return;
    // No __del__ revives a frame.
    const alive = type.name === 'frame' ? 0 : references;
    this.#event({ kind: 'create', type, block, object: block + this.#before(type), references: alive });
  }

  #before(type: TypeObject): number {
    return preHeader(this.#minor, this.#pointer, type.flags);
  }

  doRawEvent(a: number, b: number, size: number): void {
    const address = 0x900000 + 64 * (a % 8);
    const other = 0x900000 + 64 * (b % 8);
    if (a % 3 === 0) this.#event({ kind: 'request', domain: RAW, address, size, by: 'malloc', nested: false });
    else if (a % 3 === 1) this.#event({ kind: 'resize', domain: RAW, from: address, to: other, size, nested: false });
    else this.#event({ kind: 'release', domain: RAW, address, nested: false });
  }

  /** `class C`, now and then a metaclass, now and then with one, under a name that others have too. */
  doNewClass(a: number, b: number): void {
    const block = this.#pickFrom(this.#wide, a, 'released');
    const fresh = this.#pickFrom(this.#wide, a, 'fresh');
    const at = fresh ?? block ?? this.#pickFrom(this.#wide, a, 'unseen');
    if (at === undefined) return;
    const type = this.#classAt(at, b);
    if (fresh === undefined) {
      this.#event({ kind: 'request', domain: OBJ, address: at, size: 800 + b, by: 'malloc', nested: false });
    }
    const { metatype } = type;
    if (metatype === null) return;
    this.#event({ kind: 'create', type: metatype, block: at, object: type.address, references: 0 });
    this.#event({ kind: 'define', type });
    this.#classes.push(type);
  }

  /** A class that was there before the hooks. */
  doOldClass(a: number, b: number): void {
    const at = this.#pickFrom(
      this.#wide.filter((address) => address < HEAP_END),
      a,
      'unseen',
    );
    if (at === undefined) return;
    const type = this.#classAt(at, b);
    this.#event({ kind: 'define', type });
    this.#classes.push(type);
  }

  #classAt(block: number, choice: number): TypeObject {
    const metatypes = [...this.#static.slice(0, 1), ...this.#classes.filter((type) => type.flags & FLAG.metatype)];
    const metatype = this.#pick(metatypes, choice >> 4) ?? null;
    const before = metatype === null ? 0 : this.#before(metatype);
    const kinds = [FLAG.gc, FLAG.gc | FLAG.dict, FLAG.gc | FLAG.dict | FLAG.weakrefs, 0, FLAG.gc + FLAG.metatype];
    const flags = FLAG.heap + (this.#pick(kinds, choice) ?? 0);
    const name = ['C', 'D', 'int', 'Größe', `N${choice % 7}`][choice % 5] ?? 'C';
    return typeObject({ address: block + before, block, name, flags, metatype });
  }

  /** A class dies when nothing is an instance of it any more; what was stays on the freelists of others. */
  doDropClass(a: number): void {
    const type = this.#pick(
      this.#classes.filter((candidate) => !this.#classes.some((other) => other.metatype === candidate)),
      a,
    );
    if (type === undefined) return;
    this.#classes.splice(this.#classes.indexOf(type), 1);
    this.#event({ kind: 'release', domain: OBJ, address: type.block, nested: false });
  }

  doMark(a: number, b: number): void {
    if (b % 4 === 0) {
      this.#event({ kind: 'marked', mark: b % 3 });
      return;
    }
    const block = this.#pickFrom(this.#all, a, 'object');
    if (block === undefined) return;
    // The object starts at its type's distance from the block; marking does not change it, so a type is written again.
    const type = this.#lastTypeOn(block);
    if (type === undefined) return;
    const event: Event = { kind: 'mark', object: block + this.#before(type), block };
    this.events.push(event);
    if (this.#model.apply(event) === true) this.#marked.add(block);
  }

  /** The type of the object on a block, if it still lives. */
  #lastTypeOn(block: number): TypeObject | undefined {
    for (let i = this.events.length - 1; i >= 0; i--) {
      const event = this.events[i];
      if (event?.kind === 'create' && event.block === block) {
        const { type } = event;
        return this.#static.includes(type) || this.#classes.includes(type) ? type : undefined;
      }
      if (event?.kind === 'resize' && event.to === block) return undefined;
    }
    return undefined;
  }

  doInterval(): void {
    this.#event({ kind: this.#counting ? 'end' : 'begin' });
    this.#counting = !this.#counting;
  }

  /** So many that the number of an interval comes round. */
  doEmptyIntervals(a: number): void {
    const times = a % 2 === 0 ? 255 : a % 270;
    for (let i = 0; i < times; i++) {
      this.#event({ kind: 'begin' });
      this.#event({ kind: 'end' });
    }
    this.#counting = false;
  }
}
