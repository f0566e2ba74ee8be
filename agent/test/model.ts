/**
 * The states of blocks in plain words, written from the vocabulary and not from the core: a slow second opinion. One
 * object per block and per name, and nothing is packed, hashed or forgotten.
 */
import { BUFFER_ROW, type Counts, isZero } from '../../src/core/counts.js';
import { bytes, count } from '../../src/core/units.js';
import { type Answer, type Event, FLAG, OBJ, RAW, type Snapshot, type Subject, type TypeObject } from './events.js';

/** What is on a block that an allocator gave out, or that was seen to hold an object. A block never heard of has none. */
type Block =
  /** Requested, and never an object. */
  | {
      readonly state: 'fresh';
      readonly by: 'pymalloc' | 'malloc';
      readonly size: number;
      /** The interval that counted the request; null when none did. */
      readonly interval: number | null;
    }
  /** Carries an object, alive or on a freelist. */
  | { readonly state: 'object'; readonly row: string }
  /** Carries an object, and its last event was a realloc. */
  | { readonly state: 'resized'; readonly row: string }
  /** Seen to be freed. */
  | { readonly state: 'released' };

class Tally {
  freelist = 0;
  pymalloc = 0;
  malloc = 0;
  foreign = 0;
  pymallocBuffers = 0;
  mallocBuffers = 0;
  requests = 0;
  resizes = 0;
  relocations = 0;
  releases = 0;
  bytes = 0;
  resizeBytes = 0;

  request(by: 'pymalloc' | 'malloc', size: number, times: 1 | -1): void {
    this[`${by}Buffers`] += times;
    this.requests += times;
    this.bytes += times * size;
  }

  counts(): Counts {
    const { freelist, pymalloc, malloc, foreign, pymallocBuffers, mallocBuffers } = this;
    return {
      creations: {
        total: count(freelist + pymalloc + malloc + foreign),
        freelist: count(freelist),
        pymalloc: count(pymalloc),
        malloc: count(malloc),
        foreign: count(foreign),
      },
      buffers: {
        total: count(pymallocBuffers + mallocBuffers),
        pymalloc: count(pymallocBuffers),
        malloc: count(mallocBuffers),
      },
      requests: count(this.requests),
      resizes: count(this.resizes),
      relocations: count(this.relocations),
      releases: count(this.releases),
      bytes: bytes(this.bytes),
      resizeBytes: bytes(this.resizeBytes),
      pools: null,
      arenas: null,
    };
  }
}

interface Mark {
  readonly block: number;
  counters: Snapshot | null;
}

export class Model implements Subject {
  readonly #blocks: Map<number, Block> = new Map();
  #minor = 0;
  #frames = 0;
  #heapEnd = 0;
  /** Counts intervals without end. */
  #interval = 0;
  #counting = false;
  #totals: Tally = new Tally();
  #rows: Map<string, Tally> = new Map();
  #objectRequests = 0;
  #objectClaims = 0;
  #resurrections = 0;
  #seen = 0;
  #marks: Mark[] = [];

  /** The state of a block; "unseen" when nothing is known of it. */
  stateOf(block: number): Block['state'] | 'unseen' {
    return this.#blocks.get(block)?.state ?? 'unseen';
  }

  apply(event: Event): Answer {
    switch (event.kind) {
      case 'start':
        this.#minor = event.minor;
        this.#frames = event.frames;
        this.#heapEnd = event.heapEnd;
        return true;
      case 'request':
        if (event.address !== 0) this.#request(event);
        return null;
      case 'resize':
        if (event.to !== 0) this.#resize(event.domain, event.from, event.to, event.size);
        return null;
      case 'release':
        if (event.address !== 0) this.#release(event.domain, event.address);
        return null;
      case 'define':
        return null;
      case 'create':
        this.#create(event.type, event.block, event.references);
        return null;
      case 'begin':
        this.#begin();
        return null;
      case 'end':
        this.#counting = false;
        return { counters: this.#snapshot() };
      case 'mark':
        return this.#mark(event.block);
      case 'marked':
        return { counters: this.#marks[event.mark]?.counters ?? null };
    }
  }

  #begin(): void {
    this.#interval++;
    this.#counting = true;
    this.#totals = new Tally();
    this.#rows = new Map();
    this.#objectRequests = this.#objectClaims = this.#resurrections = 0;
  }

  /** Counts in the totals and in a row, if anything is counted now. */
  #count(row: string, add: (tally: Tally) => void): void {
    if (!this.#counting) return;
    const tally = this.#rows.get(row) ?? new Tally();
    this.#rows.set(row, tally);
    add(tally);
    add(this.#totals);
  }

  /** The row of the object on a block. */
  #rowOn(block: number): string {
    const known = this.#blocks.get(block);
    return known?.state === 'object' || known?.state === 'resized' ? known.row : BUFFER_ROW;
  }

  #request(event: Event & { kind: 'request' }): void {
    const by = event.by === 'pymalloc' ? 'pymalloc' : 'malloc';
    this.#count(BUFFER_ROW, (tally) => tally.request(by, event.size, 1));
    if (this.#counting && event.domain === OBJ) this.#objectRequests++;
    if (event.domain === RAW) return;
    const interval = this.#counting ? this.#interval : null;
    this.#blocks.set(event.address, { state: 'fresh', by, size: event.size, interval });
  }

  #resize(domain: number, from: number, to: number, size: number): void {
    const row = domain === RAW ? BUFFER_ROW : this.#rowOn(from);
    this.#count(row, (tally) => {
      tally.resizes++;
      tally.resizeBytes += size;
    });
    if (domain === RAW) return;
    const known = this.#blocks.get(from);
    this.#blocks.set(from, { state: 'released' });
    // What was never created stays fresh. What is older than the hooks may have been created: only then is it again.
    this.#blocks.set(to, known?.state === 'fresh' ? known : { state: 'resized', row });
  }

  #release(domain: number, block: number): void {
    const mark = this.#marks.find((m) => m.block === block && m.counters === null);
    if (domain !== RAW && mark !== undefined) {
      mark.counters = this.#snapshot();
      this.#blocks.set(block, { state: 'released' });
      return;
    }
    this.#count(domain === RAW ? BUFFER_ROW : this.#rowOn(block), (tally) => tally.releases++);
    if (domain !== RAW) this.#blocks.set(block, { state: 'released' });
  }

  #create(type: TypeObject, block: number, references: number): void {
    if (this.#minor <= 12) this.#seen++; // those that come through the table of tracemalloc
    const known = this.#blocks.get(block);
    this.#meet(type);
    this.#blocks.set(block, { state: 'object', row: type.name });
    if (known?.state === 'fresh') {
      this.#count(type.name, (tally) => tally[known.by]++);
      if (!this.#counting || known.interval !== this.#interval) return;
      // The request was a buffer until now.
      this.#count(BUFFER_ROW, (tally) => tally.request(known.by, known.size, -1));
      this.#count(type.name, (tally) => tally.request(known.by, known.size, 1));
      this.#count(type.name, (tally) => tally[`${known.by}Buffers`]--);
      this.#objectClaims++;
    } else if (known?.state === 'resized' && !(this.#minor <= 10 && type.address === this.#frames)) {
      this.#count(type.name, (tally) => tally.relocations++);
    } else if (this.#minor <= 12 && references > 0) {
      if (this.#counting) this.#resurrections++;
    } else {
      const served = known === undefined ? block < this.#heapEnd : known.state !== 'released';
      this.#count(type.name, (tally) => tally[served ? 'freelist' : 'foreign']++);
    }
  }

  /** An instance shows that its class is an object, should that be older than the hooks. */
  #meet(type: TypeObject): void {
    const known = this.#blocks.get(type.block);
    if (type.metatype === null || (type.flags & FLAG.heap) === 0) return;
    if (known !== undefined && known.state !== 'released') return;
    this.#meet(type.metatype);
    this.#blocks.set(type.block, { state: 'object', row: type.metatype.name });
  }

  #mark(block: number): boolean {
    if (this.#marks[0]?.counters) this.#marks = [];
    if (this.#blocks.get(block)?.state !== 'object' || this.#marks.length === 3) return false;
    this.#marks.push({ block, counters: null });
    return true;
  }

  #snapshot(): Snapshot {
    const rows = [...this.#rows].map(([name, tally]) => [name, tally.counts()] as const);
    return {
      counts: this.#totals.counts(),
      byType: new Map(rows.filter(([, counts]) => !isZero(counts))),
      objectRequests: this.#objectRequests,
      objectClaims: this.#objectClaims,
      resurrections: this.#resurrections,
      seen: this.#seen,
      flags: 0,
    };
  }
}
