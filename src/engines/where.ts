/** From the books of processes to the codes, locations and samples of a recording. */
import { addCounts, type Counts, type Origin, ZERO } from '../core/counts.js';
import {
  type Code,
  countsOf,
  type LiveField,
  type Location,
  type Recording,
  SAMPLE_FIELDS,
  type Sample,
  type SampleField,
} from '../core/recording.js';
import { eventsIn, moveDeficits, noValues, restOf, type Values } from './balance.js';
import { type Book, type CopiedCode, type LiveBook, type LiveFigures, SITE, type Site } from './book.js';
import type { CodeCopy, CodeText } from './instructions.js';

/** What one process recorded. */
export interface ProcessBook {
  readonly pid: number;
  /** Its version in full: code objects of two are never the same. */
  readonly python: string;
  readonly book: Book;
  /** By row; row 0 is that of buffers. */
  readonly types: readonly string[];
  /** Of the raw domain, of all its threads, those without the GIL included. */
  readonly raw: RawEvents;
  /** Its counts by type: what no site has of them is at none. Absent: only what is at sites is known. */
  readonly byType?: ReadonlyMap<string, Counts>;
  /** It was ended from outside, perhaps in the middle of an event. */
  readonly killed?: boolean;
}

export interface RawEvents {
  readonly requests: number;
  readonly bytes: number;
  readonly resizes: number;
  readonly resizeBytes: number;
  readonly releases: number;
}

/** Where the events of a program came from; whether its live blocks were followed. */
export type Where = Pick<Recording, 'codes' | 'locations' | 'samples' | 'live'>;

/** The thread of events outside of Python, by threads that do not hold the GIL. */
const NO_THREAD = '(without the GIL)';
/** What stands in place of a thread for live blocks of the raw domain, which are known as one total. */
const RAW_DOMAIN = '(raw domain)';
/** The thread of events whose site was lost. */
const UNKNOWN_THREAD = '(unknown)';

/** Code objects of all processes, each once, with the instructions that are asked for. */
export class RecordedCodes {
  readonly #codes: { readonly python: string; readonly copy: CopiedCode; readonly offsets: Map<number, number> }[] = [];
  readonly #known = new Map<string, number>();

  /** The index of a code object among all. */
  indexOf(python: string, copy: CopiedCode): number {
    const bytes = (of: Uint8Array): string => Buffer.from(of).toString('latin1');
    const { file, name, firstLine, bytecode, lineTable, names } = copy;
    const key = JSON.stringify([python, file, name, firstLine, bytes(bytecode), bytes(lineTable), names]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.#codes.length);
    return this.#codes.push({ python, copy, offsets: new Map() }) - 1;
  }

  /** Asks for an instruction: its place in the answer. */
  want(code: number, offset: number): number {
    const offsets = this.#codes[code]?.offsets ?? new Map<number, number>();
    const known = offsets.get(offset);
    if (known !== undefined) return known;
    offsets.set(offset, offsets.size);
    return offsets.size - 1;
  }

  /** The instructions of a code object, by their places in the answer. */
  offsets(code: number): readonly number[] {
    return [...(this.#codes[code]?.offsets.keys() ?? [])];
  }

  all(): readonly Code[] {
    return this.#codes.map(({ copy: { file, name, firstLine } }) => ({ file, name, firstLine }));
  }

  /** Those of one version, as python/instructions.py takes them, and the index of each among all. */
  of(python: string): { readonly copies: readonly CodeCopy[]; readonly place: readonly number[] } {
    const place = [...this.#codes.keys()].filter((i) => this.#codes[i]?.python === python);
    const copies = place.flatMap((i) => {
      const code = this.#codes[i];
      if (code === undefined) return [];
      const { bytecode, ...copy } = code.copy;
      return [{ ...copy, code: bytecode, offsets: [...code.offsets.keys()] }];
    });
    return { copies, place };
  }
}

/** A site or step of a path, before its text is known. */
interface Place {
  readonly code: number;
  readonly wanted: number;
}

interface Path {
  /** Callers, the innermost first. */
  readonly places: readonly Place[];
  readonly thread: string;
  readonly region: string | null;
}

/** Events of a sample, before the text of instructions is known. */
interface Found {
  readonly place: Place | null;
  readonly path: Path;
  readonly type: string | null;
  readonly origin: Origin | null;
  readonly pid: number;
  readonly values: SiteValues;
}

/** The live fields are there if live blocks were followed. */
type SiteValues = Values & Partial<Record<LiveField, number>>;

/** What processes recorded, in order, with the instructions whose text is to be asked for. */
export class RecordedEvents {
  readonly codes: RecordedCodes = new RecordedCodes();
  readonly #found: Found[] = [];
  #live = false;

  /** How many events of the process are at no site: those of threads without the GIL left out, none. */
  add(process: ProcessBook): number {
    const { book, pid, python } = process;
    this.#live ||= book.live !== null;
    const codes = book.codes.map((copy) => (copy === null ? -1 : this.codes.indexOf(python, copy)));
    const placeOf = (code: number, offset: number): Place => {
      const index = codes[code] ?? -1;
      return { code: index, wanted: this.codes.want(index, offset) };
    };
    const paths = pathsOf(book, placeOf);
    const bySite = new Map<string, Found>();
    const add = ({ code, offset, context }: Pick<Site, 'code' | 'offset' | 'context'>, event: Event): void => {
      const { type, origin, values } = event;
      const key = `${code} ${offset} ${context} ${origin ?? ''} ${type ?? '\0'}`;
      let found = bySite.get(key);
      if (found === undefined) {
        const place = code === 0 ? null : placeOf(code, offset);
        found = { place, path: paths[context] ?? NOWHERE, type, origin, pid, values: nothing(this.#live) };
        bySite.set(key, found);
      }
      addTo(found.values, values);
    };
    const typeOf = (row: number): string | null => (row === 0 ? null : (process.types[row] ?? null));
    for (const site of book.sites) for (const event of eventsOf(site, typeOf(site.row))) add(site, event);
    for (const owner of book.live?.owners ?? []) {
      const { origin, ofObject } = servedBy(owner.kind);
      add(owner, { type: ofObject ? typeOf(owner.row) : null, origin, values: liveValues(owner.figures) });
    }
    const known = [...bySite.values(), ...outside(process)];
    const rest = process.byType === undefined ? [] : restOf(known, process.byType);
    const path: Path = { places: [], thread: UNKNOWN_THREAD, region: null };
    const none = nothing(this.#live);
    const all = [
      ...known,
      ...rest.map(
        ({ type, origin, values }): Found => ({ type, origin, place: null, path, pid, values: { ...none, ...values } }),
      ),
    ];
    moveDeficits(all);
    for (const found of all) {
      // Below zero is only what no row of the process has; who sums up finds out.
      for (const field of SAMPLE_FIELDS) found.values[field] = Math.max(0, found.values[field]);
      if (isSomething(found.values)) this.#found.push(found);
    }
    return eventsIn(rest);
  }

  /** `texts`: by the index of the code object; missing where nobody could be asked. */
  where(texts: readonly CodeText[]): Where {
    const codes = this.codes.all();
    const locations: Location[] = [];
    const known = new Map<string, number>();
    const offsets = codes.map((_, code) => this.codes.offsets(code));
    const locationOf = ({ code, wanted }: Place): number => {
      const text = texts[code]?.instructions[wanted];
      const offset = text?.start ?? offsets[code]?.[wanted] ?? 0;
      const key = `${code} ${offset}`;
      const index = known.get(key);
      if (index !== undefined) return index;
      const { line = null, column = null, opcode = '', argument = '' } = text ?? {};
      known.set(key, locations.length);
      return locations.push({ code, offset, line, column, opcode, argument }) - 1;
    };
    const callers = new Map<Path, readonly number[]>();
    const samples = new Map<string, Sample & { values: SiteValues }>();
    for (const { place, path, type, origin, pid, values } of this.#found) {
      let above = callers.get(path);
      if (above === undefined) {
        above = path.places.map(locationOf);
        callers.set(path, above);
      }
      const stack = place === null ? [] : [locationOf(place), ...above];
      const { thread, region } = path;
      const key = JSON.stringify([stack.join(' '), type, origin, thread, region, pid]);
      const sample = samples.get(key);
      if (sample === undefined) samples.set(key, { stack, type, origin, thread, region, pid, values: { ...values } });
      else addTo(sample.values, values);
    }
    return { codes, locations, samples: [...samples.values()], live: this.#live };
  }
}

const NOWHERE: Path = { places: [], thread: NO_THREAD, region: null };

const nothing = (live: boolean): SiteValues => ({
  ...noValues(),
  ...(live ? liveValues({ blocks: 0, bytes: 0, peakBlocks: 0, peakBytes: 0 }) : {}),
});

const RAW: Path = { places: [], thread: RAW_DOMAIN, region: null };

const isSomething = (values: SiteValues): boolean => Object.values(values).some((value) => value !== 0);

function addTo(values: SiteValues, more: Partial<SiteValues>): void {
  for (const [field, value] of Object.entries(more) as [SampleField | LiveField, number][]) {
    values[field] = (values[field] ?? 0) + value;
  }
}

const liveValues = ({ blocks, bytes, peakBlocks, peakBytes }: LiveFigures): Record<LiveField, number> => ({
  liveBlocks: blocks,
  liveBytes: bytes,
  peakBlocks,
  peakBytes,
});

/** The path of every context. A parent comes before what stands below it. */
function pathsOf(book: Book, placeOf: (code: number, offset: number) => Place): (Path | null)[] {
  const paths: (Path | null)[] = [];
  let unnamed = 0;
  for (const context of book.contexts) {
    if (context === null) {
      paths.push(null);
      continue;
    }
    const above = paths[context.parent] ?? NOWHERE;
    switch (context.kind) {
      case 'thread':
        paths.push({ places: [], thread: context.label ?? `thread ${++unnamed}`, region: null });
        break;
      case 'region':
        paths.push({ ...above, region: above.region === null ? context.label : `${above.region}/${context.label}` });
        break;
      case 'instruction':
        paths.push({ ...above, places: [placeOf(context.code, context.offset), ...above.places] });
        break;
    }
  }
  return paths;
}

type Event = {
  readonly type: string | null;
  readonly origin: Origin | null;
  readonly values: Partial<SiteValues>;
};

/** Who served what happens at sites of a kind, and whether it is an object. */
function servedBy(kind: number): { readonly origin: Origin | null; readonly ofObject: boolean } {
  switch (kind) {
    case SITE.freelist:
      return { origin: 'freelist', ofObject: true };
    case SITE.foreign:
      return { origin: 'foreign', ofObject: true };
    case SITE.pymalloc:
    case SITE.laterPymalloc:
      return { origin: 'pymalloc', ofObject: true };
    case SITE.malloc:
    case SITE.laterMalloc:
      return { origin: 'malloc', ofObject: true };
    case SITE.requestedPymalloc:
      return { origin: 'pymalloc', ofObject: false };
    case SITE.requestedMalloc:
    case SITE.rawRequested:
      return { origin: 'malloc', ofObject: false };
    default:
      return { origin: null, ofObject: true }; // resized, relocated or released: nobody served those
  }
}

/** What the events of a site add to samples. A request is that of a buffer until an object is created on its block. */
function eventsOf({ kind, count, bytes }: Site, type: string | null): readonly Event[] {
  const { origin } = servedBy(kind);
  const created: Event = { type, origin, values: { creations: count } };
  switch (kind) {
    case SITE.freelist:
    case SITE.foreign:
    case SITE.laterPymalloc:
    case SITE.laterMalloc:
      return [created];
    case SITE.pymalloc:
    case SITE.malloc:
      return [
        { type, origin, values: { creations: count, requests: count, bytes } },
        { type: null, origin, values: { buffers: -count, requests: -count, bytes: -bytes } },
      ];
    case SITE.requestedPymalloc:
    case SITE.requestedMalloc:
    case SITE.rawRequested:
      return [{ type: null, origin, values: { buffers: count, requests: count, bytes } }];
    case SITE.resized:
    case SITE.rawResized:
      return [{ type, origin, values: { resizes: count, resizeBytes: bytes } }];
    case SITE.relocated:
      return [{ type, origin, values: { relocations: count } }];
    case SITE.released:
    case SITE.rawReleased:
      return [{ type, origin, values: { releases: count } }];
    default:
      return [];
  }
}

/** Events of the raw domain at no site, of threads that did not hold the GIL; and the live blocks of all its threads. */
function outside({ pid, book, raw }: ProcessBook): readonly Found[] {
  const sum = (kind: number, of: 'count' | 'bytes'): number =>
    book.sites.reduce((total, site) => total + (site.kind === kind ? site[of] : 0), 0);
  const requests = raw.requests - sum(SITE.rawRequested, 'count');
  const shared = { place: null, path: NOWHERE, type: null, pid };
  const { live } = book;
  const none = nothing(live !== null);
  const followed =
    live === null
      ? []
      : [{ ...shared, path: RAW, origin: 'malloc' as const, values: { ...none, ...liveValues(live.raw) } }];
  return [
    ...followed,
    {
      ...shared,
      origin: 'malloc' as const,
      values: { ...none, requests, buffers: requests, bytes: raw.bytes - sum(SITE.rawRequested, 'bytes') },
    },
    {
      ...shared,
      origin: null,
      values: {
        ...none,
        resizes: raw.resizes - sum(SITE.rawResized, 'count'),
        resizeBytes: raw.resizeBytes - sum(SITE.rawResized, 'bytes'),
        releases: raw.releases - sum(SITE.rawReleased, 'count'),
      },
    },
  ].filter(({ values }) => isSomething(values));
}

/** What all samples come to. */
export function sumOfSamples(samples: readonly Sample[]): Counts {
  return samples.map(countsOf).reduce(addCounts, ZERO);
}

/** Whether the owners of live blocks come to the figures that were kept beside them. */
export function liveAddsUp({ all, owners }: LiveBook): boolean {
  const sum = (field: keyof LiveFigures): number => owners.reduce((total, { figures }) => total + figures[field], 0);
  return (Object.keys(all) as (keyof LiveFigures)[]).every((field) => sum(field) === all[field]);
}
