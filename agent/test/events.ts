/** What happens to the core in a test: one vocabulary for the model, the core in WebAssembly and the native core. */
import type { Counts } from '../../src/core/counts.js';

export const RAW = 0;
export const MEM = 1;
export const OBJ = 2;

/** Flags of types: Include/object.h. Bits 3 and 4 mean slots in front of the object from 3.12 and 3.11 on. */
export const FLAG = { weakrefs: 1 << 3, dict: 1 << 4, heap: 1 << 9, gc: 1 << 14, metatype: 2 ** 31 };

/** A type that lives at an address. Another one that comes to live there later is another object. */
export interface TypeObject {
  readonly address: number;
  /** The block it stands in; its address where that is no block of an allocator. */
  readonly block: number;
  readonly name: string;
  readonly flags: number;
  /** Where its name is written. */
  readonly nameAt: number;
  /** Its own type; null: itself, as for `type`. */
  readonly metatype: TypeObject | null;
}

export type Event =
  | {
      readonly kind: 'start';
      readonly minor: number;
      readonly types: number;
      readonly frames: number;
      readonly heapEnd: number;
    }
  | {
      readonly kind: 'request';
      readonly domain: number;
      /** 0: the allocator has nothing left. */
      readonly address: number;
      readonly size: number;
      readonly by: 'malloc' | 'calloc' | 'realloc' | 'pymalloc';
      /** The allocator asks the raw domain for it. */
      readonly nested: boolean;
    }
  | {
      readonly kind: 'resize';
      readonly domain: number;
      readonly from: number;
      /** 0: it failed, and the block stays what it is. */
      readonly to: number;
      readonly size: number;
      readonly nested: boolean;
    }
  | { readonly kind: 'release'; readonly domain: number; readonly address: number; readonly nested: boolean }
  | { readonly kind: 'define'; readonly type: TypeObject }
  | {
      readonly kind: 'create';
      readonly type: TypeObject;
      readonly block: number;
      readonly object: number;
      readonly references: number;
    }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' }
  /** The death of an object is to be a mark. `block` is where it stands. */
  | { readonly kind: 'mark'; readonly object: number; readonly block: number }
  /** Asks for the counters at a mark. */
  | { readonly kind: 'marked'; readonly mark: number };

/** Everything the core says at the end of an interval or at a mark. */
export interface Snapshot {
  readonly counts: Counts;
  readonly byType: ReadonlyMap<string, Counts>;
  readonly objectRequests: number;
  readonly objectClaims: number;
  readonly resurrections: number;
  readonly seen: number;
  readonly flags: number;
}

/** What an event comes to: null for most, whether it succeeded for `start` and `mark`, counters for `end` and `marked`. */
export type Answer = null | boolean | { readonly counters: Snapshot | null };

/** Whatever can carry out events. */
export interface Subject {
  apply(event: Event): Answer;
}

/** Bytes in front of an object: its GC head, and before that slots for its __dict__ and weak references. */
export function preHeader(minor: number, pointer: number, flags: number): number {
  const managed = minor <= 10 ? 0 : minor === 11 ? FLAG.dict : FLAG.dict | FLAG.weakrefs;
  return (flags & FLAG.gc ? 2 * pointer : 0) + (flags & managed ? 2 * pointer : 0);
}

/** A type whose name is written behind the fields that the core reads. */
export function typeObject(type: Omit<TypeObject, 'nameAt'>): TypeObject {
  return { ...type, nameAt: type.address + 512 };
}

/** Operations of agent/test/scripted.c. */
const OPERATION = {
  start: 0,
  malloc: 1,
  calloc: 2,
  realloc: 3,
  free: 4,
  pymalloc: 5,
  define: 6,
  create: 7,
  begin: 8,
  end: 9,
  mark: 10,
  marked: 11,
  lookUp: 12,
  stint: 13,
};

/** The operation and its operands, as agent/test/scripted.c takes them. */
export function encode(event: Event): readonly [operation: number, ...operands: number[]] {
  switch (event.kind) {
    case 'start':
      return [OPERATION.start, event.minor, event.types, event.frames, event.heapEnd, 0];
    case 'request': {
      const { domain, address, size } = event;
      const nested = Number(event.nested);
      if (event.by === 'calloc') {
        const count = size % 3 === 0 ? 3 : 1;
        return [OPERATION.calloc, domain, address, count, size / count, nested];
      }
      if (event.by === 'realloc') return [OPERATION.realloc, domain, 0, address, size, nested];
      return [OPERATION[event.by], domain, address, size, 0, nested];
    }
    case 'resize':
      return [OPERATION.realloc, event.domain, event.from, event.to, event.size, Number(event.nested)];
    case 'release':
      return [OPERATION.free, event.domain, event.address, 0, 0, Number(event.nested)];
    case 'define': {
      const { type } = event;
      return [OPERATION.define, type.address, (type.metatype ?? type).address, type.flags, type.nameAt, 0];
    }
    case 'create':
      return [OPERATION.create, event.object, event.type.address, event.references, event.block, 0];
    case 'begin':
    case 'end':
      return [OPERATION[event.kind], 0, 0, 0, 0, 0];
    case 'mark':
      return [OPERATION.mark, event.object, 0, 0, 0, 0];
    case 'marked':
      return [OPERATION.marked, event.mark, 0, 0, 0, 0];
  }
}

/** Asks the table of tracemalloc for a key without setting anything up. */
export const encodeLookUp = (key: number): readonly number[] => [OPERATION.lookUp, key, 0, 0, 0, 0];

/** Lets the tables of the core have memory `times` times more, and then `refusals` times not; 0: never again. */
export const encodeStint = (times: number, refusals: number): readonly number[] => [
  OPERATION.stint,
  times,
  refusals,
  0,
  0,
  0,
];
