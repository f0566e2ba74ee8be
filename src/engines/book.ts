/** Reads the book of a recording (agent/core/book.h) from the memory of a process, wherever a host finds that. */
import { PyallocsError } from '../core/errors.js';

/** Memory of a process as its addresses name it. */
export interface BookMemory {
  /** Bytes of a pointer. */
  readonly word: 4 | 8;
  /** Throws PyallocsError for an address that leads nowhere. */
  read(address: number, size: number): DataView;
  /** How much there is from an address on, at most `most`. */
  upTo(address: number, most: number): DataView;
}

/** A code object as it was copied at its first event. */
export interface CopiedCode {
  readonly file: string;
  readonly name: string;
  readonly firstLine: number;
  /** Without specialised forms and with empty caches. */
  readonly bytecode: Uint8Array;
  /** co_linetable; before 3.10 co_lnotab. */
  readonly lineTable: Uint8Array;
  /** co_names. */
  readonly names: readonly string[];
}

/** A step of a call path. */
export type Context =
  | { readonly kind: 'instruction'; readonly parent: number; readonly code: number; readonly offset: number }
  | { readonly kind: 'thread' | 'region'; readonly parent: number; readonly label: string | null };

/** Kinds of events: PA_SITE_… of agent/core/book.h. */
export const SITE = {
  freelist: 0,
  pymalloc: 1,
  malloc: 2,
  foreign: 3,
  laterPymalloc: 4,
  laterMalloc: 5,
  requestedPymalloc: 6,
  requestedMalloc: 7,
  resized: 8,
  relocated: 9,
  released: 10,
  rawRequested: 11,
  rawResized: 12,
  rawReleased: 13,
} as const;

/** Events of one kind, of one row, at one instruction in one context. */
export interface Site {
  /** Index in codes; 0: outside of any Python code. */
  readonly code: number;
  /** Bytes into the bytecode. */
  readonly offset: number;
  /** Of types: 0 is that of buffers. */
  readonly row: number;
  readonly kind: number;
  /** Index in contexts; 0: none. */
  readonly context: number;
  readonly count: number;
  readonly bytes: number;
}

/** Blocks, and the bytes that were asked for: those that live at the end, and those that lived at the maximum. */
export interface LiveFigures {
  readonly blocks: number;
  readonly bytes: number;
  readonly peakBlocks: number;
  readonly peakBytes: number;
}

/** Blocks that belong to the events of one kind, of one row, at one instruction in one context. */
export interface Owner extends Pick<Site, 'code' | 'offset' | 'row' | 'kind' | 'context'> {
  readonly figures: LiveFigures;
}

/** Live blocks of the mem and obj domains by owner, and those of the raw domain as one. */
export interface LiveBook {
  /** Kept beside the owners, which come to the same. The maximum is that of these. */
  readonly all: LiveFigures;
  readonly raw: LiveFigures;
  readonly owners: readonly Owner[];
}

export interface Book {
  /** Index 0 is none. */
  readonly codes: readonly (CopiedCode | null)[];
  readonly contexts: readonly (Context | null)[];
  readonly sites: readonly Site[];
  /** null: live blocks were not followed. */
  readonly live: LiveBook | null;
}

const SITE_SIZE = 32;
const PLACE_SIZE = 8;
const OWNER_SIZE = 56;
/** pa_live up to its owners. */
const LIVE = { all: 8, raw: 48, used: 88, owners: 96 } as const;
const CONTEXT_SIZE = 12;
const THREAD = 0xffffffff;
const REGION = 0xfffffffe;
/** More is no book of ours. */
const MANY = 1 << 26;
const LONG = 1 << 24;
const TEXT_PIECE = 256;

/** Throws PyallocsError when it is none. */
export function readBook(memory: BookMemory, at: DataView): Book {
  return new BookReader(memory).read(at);
}

/** Bytes of pa_book. */
export const bookSize = (word: 4 | 8): number => (word === 8 ? 64 : 56);

class BookReader {
  readonly #memory: BookMemory;
  readonly #texts = new Map<number, string>();

  constructor(memory: BookMemory) {
    this.#memory = memory;
  }

  read(book: DataView): Book {
    const { word } = this.#memory;
    // Pointers and 64-bit numbers take turns, each at a multiple of eight but for the first two.
    const [table, codes] = [this.#pointer(book, 0), this.#pointer(book, word)];
    const at = (index: number): number => (word === 8 ? 16 : 8) + index * 8;
    const codesUsed = this.#number(book, at(0));
    const contextsUsed = this.#number(book, at(2));
    const labelsUsed = this.#number(book, at(4));
    const labels = this.#labels(this.#pointer(book, at(3)), labelsUsed);
    const read = this.#codes(codes, codesUsed);
    const contexts = this.#contexts(this.#pointer(book, at(1)), contextsUsed, labels, codesUsed);
    const sites = this.#sites(table, codesUsed, contextsUsed);
    return { codes: read, contexts, sites, live: this.#live(this.#pointer(book, at(5)), codesUsed, contextsUsed) };
  }

  #fail(why: string): never {
    throw new PyallocsError('bad-recording', `what was recorded cannot be read: ${why}`);
  }

  #pointer(view: DataView, at: number): number {
    return this.#memory.word === 8 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
  }

  #number(view: DataView, at: number): number {
    const value = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
    if (!Number.isSafeInteger(value)) this.#fail('a number in it is too large');
    return value;
  }

  #many(count: number, what: string): number {
    if (count > MANY) this.#fail(`it has too many ${what}`);
    return count;
  }

  #text(address: number): string | null {
    if (address === 0) return null;
    const known = this.#texts.get(address);
    if (known !== undefined) return known;
    for (let size = TEXT_PIECE; ; size *= 4) {
      const view = this.#memory.upTo(address, size);
      const bytes = bytesOf(view);
      const end = bytes.indexOf(0);
      if (end >= 0) {
        const text = decodeText(bytes.subarray(0, end));
        this.#texts.set(address, text);
        return text;
      }
      if (size > LONG || view.byteLength < size) this.#fail('a text in it has no end');
    }
  }

  #bytes(address: number, size: number): Uint8Array {
    if (size > LONG) this.#fail('a code object in it is too large');
    return size === 0 ? new Uint8Array() : bytesOf(this.#memory.read(address, size));
  }

  #labels(address: number, used: number): (string | null)[] {
    if (used === 0) return [null];
    const { word } = this.#memory;
    const view = this.#memory.read(address, this.#many(used + 1, 'labels') * word);
    return Array.from({ length: used + 1 }, (_, i) => (i === 0 ? null : this.#text(this.#pointer(view, i * word))));
  }

  #codes(address: number, used: number): (CopiedCode | null)[] {
    if (used === 0) return [null];
    const { word } = this.#memory;
    const size = 5 * word + 16;
    const view = this.#memory.read(address, this.#many(used + 1, 'code objects') * size);
    return Array.from({ length: used + 1 }, (_, i) => {
      if (i === 0) return null;
      const pointer = (index: number): number => this.#pointer(view, i * size + index * word);
      const number = (index: number): number => view.getUint32(i * size + 5 * word + index * 4, true);
      const names = decodeText(this.#bytes(pointer(2), number(0))).split('\0');
      return {
        file: this.#text(pointer(0)) ?? '',
        name: this.#text(pointer(1)) ?? '',
        firstLine: number(3),
        bytecode: this.#bytes(pointer(3), number(1)),
        lineTable: this.#bytes(pointer(4), number(2)),
        names: names.slice(0, -1),
      };
    });
  }

  #contexts(address: number, used: number, labels: readonly (string | null)[], codes: number): (Context | null)[] {
    if (used === 0) return [null];
    const view = this.#memory.read(address, this.#many(used + 1, 'contexts') * CONTEXT_SIZE);
    return Array.from({ length: used + 1 }, (_, i): Context | null => {
      if (i === 0) return null;
      const parent = view.getUint32(i * CONTEXT_SIZE, true);
      const code = view.getUint32(i * CONTEXT_SIZE + 4, true);
      const offset = view.getUint32(i * CONTEXT_SIZE + 8, true);
      if (parent >= i) this.#fail('a context in it stands below itself');
      if (code === THREAD || code === REGION) {
        return { kind: code === THREAD ? 'thread' : 'region', parent, label: labels[offset] ?? null };
      }
      if (code > codes) this.#fail('a context in it has no code');
      return { kind: 'instruction', parent, code, offset };
    });
  }

  #sites(address: number, codes: number, contexts: number): Site[] {
    if (address === 0) return [];
    const { word } = this.#memory;
    const table = this.#memory.read(address, 8 + 2 * word);
    const size = this.#many(this.#number(table, 0) + 1, 'sites');
    const view = this.#memory.read(this.#pointer(table, 8), size * SITE_SIZE);
    const places = this.#memory.read(this.#pointer(table, 8 + word), size * PLACE_SIZE);
    const found: Site[] = [];
    for (let i = 0; i < size; i++) {
      const at = i * SITE_SIZE;
      const count = this.#number(view, at + 16);
      if (count === 0) continue;
      const what = view.getUint32(at + 8, true);
      const context = view.getUint32(at + 12, true);
      const code = places.getUint32(i * PLACE_SIZE, true);
      if (code > codes || context > contexts) this.#fail('a site in it has no code or no context');
      found.push({
        code,
        offset: places.getUint32(i * PLACE_SIZE + 4, true),
        row: what >>> 4,
        kind: what & 15,
        context,
        count,
        bytes: this.#number(view, at + 24),
      });
    }
    return found;
  }

  #live(address: number, codes: number, contexts: number): LiveBook | null {
    if (address === 0) return null;
    const { word } = this.#memory;
    const live = this.#memory.read(address, LIVE.owners + word);
    const epoch = this.#number(live, 0);
    const number = (view: DataView, at: number, index: number): number => this.#number(view, at + index * 8);
    const figures = (view: DataView, at: number, of: number): LiveFigures => {
      const [blocks, bytes] = [number(view, at, 0), number(view, at, 1)];
      const kept = number(view, at, 4) === of;
      const [peakBlocks, peakBytes] = kept ? [number(view, at, 2), number(view, at, 3)] : [blocks, bytes];
      return { blocks, bytes, peakBlocks, peakBytes };
    };
    const used = this.#many(this.#number(live, LIVE.used), 'owners of blocks');
    const view = this.#memory.read(this.#pointer(live, LIVE.owners), (used + 1) * OWNER_SIZE);
    const owners = Array.from({ length: used }, (_, i): Owner => {
      const at = (i + 1) * OWNER_SIZE;
      const word = (index: number): number => view.getUint32(at + index * 4, true);
      const [code, offset, what, context] = [word(0), word(1), word(2), word(3)];
      if (code > codes || context > contexts) this.#fail('an owner of blocks in it has no code or no context');
      return { code, offset, row: what >>> 4, kind: what & 15, context, figures: figures(view, at + 16, epoch) };
    });
    return {
      all: figures(live, LIVE.all, this.#number(live, LIVE.all + 32)),
      raw: figures(live, LIVE.raw, epoch),
      owners,
    };
  }
}

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** UTF-8 in which a lone surrogate stands as three bytes, as in the names of files that are not UTF-8. */
function decodeText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return decodeSurrogates(bytes);
  }
}

function decodeSurrogates(bytes: Uint8Array): string {
  let text = '';
  let from = 0;
  const flush = (to: number): void => {
    text += new TextDecoder().decode(bytes.subarray(from, to));
  };
  for (let i = 0; i + 2 < bytes.length; i++) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(i, i + 3);
    if (first !== 0xed || second < 0xa0) continue;
    flush(i);
    text += String.fromCharCode(((first & 15) << 12) | ((second & 63) << 6) | (third & 63));
    from = i + 3;
    i += 2;
  }
  flush(bytes.length);
  return text;
}
