/**
 * Live blocks in plain words, a slow second opinion on agent/core/live.c: each block with its owner, and a copy of all
 * figures at each moment of the maximum.
 */

/** Operations of agent/test/live.c, with their numbers there. */
const OPERATION = {
  request: 0,
  create: 1,
  resize: 2,
  release: 3,
  rawRequest: 4,
  rawResize: 5,
  rawRelease: 6,
  mode: 7,
  path: 8,
  zero: 9,
  show: 10,
  foreign: 11,
} as const;

/** What becomes of events: counted, done by pyallocs itself, after the program, before it. Bits of agent/core/sites.h. */
export type Mode = 'counted' | 'suspended' | 'over' | 'before';
const MODE_BITS: Readonly<Record<Mode, number>> = { counted: 3, suspended: 2, over: 4, before: 0 };

export type LiveEvent =
  | { readonly kind: 'request'; readonly block: number; readonly size: number; readonly by: 'pymalloc' | 'malloc' }
  | { readonly kind: 'create'; readonly block: number; readonly type: number }
  | { readonly kind: 'resize' | 'rawResize'; readonly from: number; readonly to: number; readonly size: number }
  | { readonly kind: 'release' | 'rawRelease' | 'foreign'; readonly block: number }
  | { readonly kind: 'rawRequest'; readonly block: number; readonly size: number }
  | { readonly kind: 'mode'; readonly mode: Mode }
  | { readonly kind: 'path'; readonly path: number }
  | { readonly kind: 'zero' | 'show' };

export function lineOf(event: LiveEvent): string {
  const numbers = (): readonly number[] => {
    switch (event.kind) {
      case 'request':
        return [event.block, event.size, event.by === 'pymalloc' ? 1 : 2];
      case 'create':
        return [event.block, event.type];
      case 'resize':
      case 'rawResize':
        return [event.from, event.to, event.size];
      case 'release':
      case 'rawRelease':
      case 'foreign':
        return [event.block];
      case 'rawRequest':
        return [event.block, event.size];
      case 'mode':
        return [MODE_BITS[event.mode]];
      case 'path':
        return [event.path];
      case 'zero':
      case 'show':
        return [];
    }
  };
  const [a = 0, b = 0, c = 0] = numbers();
  return `${OPERATION[event.kind]} ${a} ${b} ${c}\n`;
}

const TYPES = ['A', 'B', 'C', 'D'];

/** Blocks and bytes, now or at the maximum. */
interface Figures {
  blocks: number;
  bytes: number;
}

export interface Block {
  readonly size: number;
  /** What is on it. */
  readonly state: 'fresh' | 'object' | 'resized';
  readonly by: 'pymalloc' | 'malloc';
  readonly type: number | null;
  /** Whose it is, and the bytes that count as theirs; null: it is not followed. */
  readonly owned: { readonly owner: string; readonly bytes: number } | null;
}

/** Kinds of sites, as agent/core/book.h numbers them. */
const KIND = { freelist: 0, pymalloc: 1, malloc: 2, requestedPymalloc: 6, requestedMalloc: 7, resized: 8 } as const;

export class LiveModel {
  readonly blocks: Map<number, Block> = new Map();
  /** Sizes. */
  readonly rawBlocks: Map<number, number> = new Map();
  mode: Mode = 'before';
  #path = 0;
  #figures: Map<string, Figures> = new Map();
  #atPeak: Map<string, Figures> = new Map();
  #raw: Figures = { blocks: 0, bytes: 0 };
  #rawAtPeak: Figures = { blocks: 0, bytes: 0 };
  #peak: Figures = { blocks: 0, bytes: 0 };

  /** What SHOW prints for it, in any order; null for every other event. */
  apply(event: LiveEvent): readonly string[] | null {
    switch (event.kind) {
      case 'request': {
        const { block, size, by } = event;
        const owner = this.#site(by === 'pymalloc' ? KIND.requestedPymalloc : KIND.requestedMalloc, null);
        const owned = this.mode === 'counted' ? { owner, bytes: size } : null;
        this.#change(block, { size, state: 'fresh', by, type: null, owned });
        return null;
      }
      case 'create': {
        const before = this.#block(event.block);
        const { type } = event;
        const after: Block = { ...before, state: 'object', type };
        const moved = before.state !== 'resized' && before.owned !== null && this.mode === 'counted';
        const kind = before.state === 'fresh' ? KIND[before.by] : KIND.freelist;
        const owner = this.#site(kind, type);
        const owned = moved ? { owner, bytes: before.owned.bytes } : before.owned;
        this.#change(event.block, { ...after, owned }, moved);
        return null;
      }
      case 'resize': {
        const { from, to, size } = event;
        const before = this.#block(from);
        const site = this.#site(KIND.resized, before.type);
        const owner = this.mode === 'counted' ? site : (before.owned?.owner ?? '');
        const changes = before.owned !== null && this.mode !== 'over';
        const after: Block = { ...before, size, state: before.state === 'fresh' ? 'fresh' : 'resized' };
        if (changes) this.#disown(from);
        this.blocks.delete(from);
        this.#change(to, { ...after, owned: changes ? { owner, bytes: size } : null }, changes);
        return null;
      }
      case 'release': {
        const { owned } = this.#block(event.block);
        if (this.mode !== 'over') this.#disown(event.block);
        this.blocks.delete(event.block);
        if (owned !== null && this.mode !== 'over') this.#compare();
        return null;
      }
      case 'rawRequest':
        this.rawBlocks.set(event.block, event.size);
        this.#raw = { blocks: this.#raw.blocks + 1, bytes: this.#raw.bytes + event.size };
        return null;
      case 'rawResize':
        this.#raw.bytes += event.size - (this.rawBlocks.get(event.from) ?? 0);
        this.rawBlocks.delete(event.from);
        this.rawBlocks.set(event.to, event.size);
        return null;
      case 'rawRelease':
        this.#raw.bytes -= this.rawBlocks.get(event.block) ?? 0;
        this.#raw.blocks--;
        this.rawBlocks.delete(event.block);
        return null;
      case 'mode':
        this.mode = event.mode;
        return null;
      case 'foreign':
        return null; // created where nobody asked for memory, and gone again
      case 'path':
        this.#path = event.path;
        return null;
      case 'zero':
        for (const [at, block] of this.blocks) this.blocks.set(at, { ...block, owned: null });
        this.rawBlocks.clear();
        this.#figures = new Map();
        this.#atPeak = new Map();
        for (const figures of [this.#raw, this.#rawAtPeak, this.#peak]) figures.blocks = figures.bytes = 0;
        return null;
      case 'show':
        return this.#show();
    }
  }

  #site(kind: number, type: number | null): string {
    return `${kind} ${type === null ? '(buffer)' : TYPES[type]} ${this.#path}`;
  }

  #block(at: number): Block {
    const block = this.blocks.get(at);
    if (block === undefined) throw new Error('there is no such block');
    return block;
  }

  #figuresOf(owner: string): Figures {
    const figures = this.#figures.get(owner) ?? { blocks: 0, bytes: 0 };
    this.#figures.set(owner, figures);
    return figures;
  }

  #disown(at: number): void {
    const owned = this.blocks.get(at)?.owned ?? null;
    if (owned === null) return;
    const figures = this.#figuresOf(owned.owner);
    figures.blocks--;
    figures.bytes -= owned.bytes;
  }

  /** `compared`: whether the event is one that may be the maximum. */
  #change(at: number, to: Block, compared = to.owned !== null): void {
    this.#disown(at);
    this.blocks.set(at, to);
    if (to.owned !== null) {
      const figures = this.#figuresOf(to.owned.owner);
      figures.blocks++;
      figures.bytes += to.owned.bytes;
    }
    if (compared) this.#compare();
  }

  #total(): Figures {
    const all = [...this.#figures.values()];
    const sum = (of: keyof Figures): number => all.reduce((total, figures) => total + figures[of], 0);
    return { blocks: sum('blocks'), bytes: sum('bytes') };
  }

  /** The last moment of the maximum is the one that counts. */
  #compare(): void {
    const total = this.#total();
    if (total.bytes < this.#peak.bytes) return;
    this.#peak = total;
    this.#atPeak = new Map([...this.#figures].map(([owner, figures]) => [owner, { ...figures }]));
    this.#rawAtPeak = { ...this.#raw };
  }

  #show(): readonly string[] {
    const line = (name: string, now: Figures, peak: Figures): string =>
      `${name} ${now.blocks} ${now.bytes} ${peak.blocks} ${peak.bytes}`;
    const none: Figures = { blocks: 0, bytes: 0 };
    const owners = [...this.#figures].flatMap(([owner, now]) => {
      const peak = this.#atPeak.get(owner) ?? none;
      return now.blocks === 0 && peak.blocks === 0 ? [] : [line(`owner ${owner}`, now, peak)];
    });
    return [
      line('all', this.#total(), this.#peak),
      line('raw', this.#raw, this.#rawAtPeak),
      ...owners.sort(),
      'flags 0',
    ];
  }
}
