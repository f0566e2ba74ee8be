/** From the books of processes to the codes, locations and samples of a recording. */
import { unwrap } from '../core/assert.js';
import type { Counts, Origin } from '../core/counts.js';
import { entryOf } from '../core/maps.js';
import {
  LIVE_FIELDS,
  type Location,
  liveValuesOf,
  type Recording,
  SAMPLE_FIELDS,
  type Sample,
  valuesOf,
} from '../core/recording.js';
import { Tally } from '../core/tally.js';
import { addFields, eventsIn, isBelowZero, moveDeficits, restOf } from './balance.js';
import { type Book, type LiveBook, type LiveFigures, SITE, type Site } from './book.js';
import type { CodeText } from './instructions.js';
import { RecordedCodes } from './recorded-codes.js';
import { addEvents, servedBy } from './site-events.js';
import { type Kind, Kinds, type Place, type Stack, StackTree, Steps } from './stacks.js';

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

/** What samples have that events share with all others below the same thread or region. Equal ones are one object. */
interface Labels extends Pick<Sample, 'thread' | 'region' | 'pid'> {
  readonly index: number;
}

/** Callers, as a chain from the innermost outwards: contexts share what stands above them. */
interface Path {
  /** null: a thread or region, which is no caller. */
  readonly place: Place | null;
  readonly above: Path | null;
  readonly labels: Labels;
}

/** Events of a sample, before the text of instructions is known. */
interface Found {
  readonly place: Place | null;
  readonly path: Path;
  readonly type: string | null;
  readonly origin: Origin | null;
  readonly values: SiteValues;
}

/** The live fields are there if live blocks were followed. */
type SiteValues = ReturnType<typeof valuesOf>;

/** What processes recorded, in order, with the instructions whose text is to be asked for. */
export class RecordedEvents {
  readonly codes: RecordedCodes = new RecordedCodes();
  readonly #found: Found[] = [];
  readonly #kinds = new Kinds();
  readonly #labels = new Map<string, Labels>();
  #live = false;

  /** How many events of the process are at no site: those of threads without the GIL left out, none. */
  add(process: ProcessBook): number {
    const { book, python } = process;
    this.#live ||= book.live !== null;
    const codes = book.codes.map((copy) => (copy === null ? -1 : this.codes.indexOf(python, copy)));
    const steps = new Steps((code, offset) => {
      const index = codes[code] ?? -1;
      return { code: index, wanted: this.codes.want(index, offset) };
    });
    const labelsOf = (thread: string, region: string | null): Labels => this.#labelsOf(thread, region, process.pid);
    const nowhere = pathOf(labelsOf(NO_THREAD, null));
    const paths = pathsOf(book, steps, nowhere, labelsOf);
    const known: Found[] = [];
    const bySite: Map<number, Found>[] = [];
    const at = ({ code, offset, context }: Pick<Site, 'code' | 'offset' | 'context'>, ofKind: Kind): SiteValues => {
      const { index, place } = steps.at(code, offset);
      bySite[ofKind.index] ??= new Map();
      const ofSites = unwrap(bySite[ofKind.index], 'it was made');
      const key = index * book.contexts.length + context;
      let found = ofSites.get(key);
      if (found === undefined) {
        const { type, origin } = ofKind;
        found = { place, path: paths[context] ?? nowhere, type, origin, values: nothing(this.#live) };
        ofSites.set(key, found);
        known.push(found);
      }
      return found.values;
    };
    const typeOf = (row: number): string | null => (row === 0 ? null : (process.types[row] ?? null));
    const kindOf = (type: string | null, origin: Origin | null): Kind => this.#kinds.of(type, origin);
    for (const site of book.sites) {
      const type = typeOf(site.row);
      addEvents(site, (ofObject, origin) => at(site, kindOf(ofObject ? type : null, origin)));
    }
    for (const owner of book.live?.owners ?? []) {
      const { origin, ofObject } = servedBy(owner.kind);
      addLive(at(owner, kindOf(ofObject ? typeOf(owner.row) : null, origin)), owner.figures);
    }
    known.push(...outside(process, nowhere, pathOf(labelsOf(RAW_DOMAIN, null))));
    const rest = process.byType === undefined ? [] : restOf(known, process.byType);
    const path = pathOf(labelsOf(UNKNOWN_THREAD, null));
    for (const { type, origin, values } of rest) {
      known.push({ type, origin, place: null, path, values: { ...nothing(this.#live), ...values } });
    }
    moveDeficits(known);
    for (const found of known) {
      // Below zero is only what no row of the process has; who sums up finds out.
      if (isBelowZero(found.values)) {
        for (const field of SAMPLE_FIELDS) found.values[field] = Math.max(0, found.values[field]);
      }
      if (isSomething(found.values)) this.#found.push(found);
    }
    return eventsIn(rest);
  }

  #labelsOf(thread: string, region: string | null, pid: number): Labels {
    const index = this.#labels.size;
    return entryOf(this.#labels, JSON.stringify([thread, region, pid]), () => ({ thread, region, pid, index }));
  }

  /** `texts`: by the index of the code object; missing where nobody could be asked. */
  where(texts: readonly CodeText[]): Where {
    const codes = this.codes.all();
    const locations: Location[] = [];
    const known = codes.map(() => new Map<number, number>());
    const offsets = codes.map((_, code) => this.codes.offsets(code));
    const locationOf = ({ code, wanted }: Place): number => {
      const text = texts[code]?.instructions[wanted];
      const offset = text?.start ?? offsets[code]?.[wanted] ?? 0;
      return entryOf(unwrap(known[code], 'a place has a code'), offset, () => {
        const { line = null, column = null, opcode = '', argument = '' } = text ?? {};
        return locations.push({ code, offset, line, column, opcode, argument }) - 1;
      });
    };
    const stacks = new StackTree();
    const callers = new Map<Path, Stack>();
    const callersOf = (path: Path): Stack => {
      const waiting: { readonly path: Path; readonly location: number | null }[] = [];
      let step: Path | null = path;
      for (; step !== null && !callers.has(step); step = step.above) {
        waiting.push({ path: step, location: step.place === null ? null : locationOf(step.place) });
      }
      let stack = (step === null ? null : callers.get(step)) ?? stacks.empty;
      for (const { path: next, location } of waiting.reverse()) {
        if (location !== null) stack = stacks.below(stack, location);
        callers.set(next, stack);
      }
      return stack;
    };
    const samples: Sample[] = [];
    const groups = new Map<number, Map<number, SiteValues>>();
    for (const { place, path, type, origin, values } of this.#found) {
      const above = callersOf(path);
      const { index, whole } = place === null ? stacks.empty : stacks.below(above, locationOf(place));
      const { thread, region, pid, index: ofLabels } = path.labels;
      const group = this.#kinds.of(type, origin).index * this.#labels.size + ofLabels;
      const sums = entryOf(groups, group, () => new Map<number, SiteValues>());
      const sum = sums.get(index);
      if (sum === undefined) {
        const copy = { ...values };
        sums.set(index, copy);
        samples.push({ stack: whole, type, origin, thread, region, pid, values: copy });
      } else addValues(sum, values);
    }
    return { codes, locations, samples, live: this.#live };
  }
}

const pathOf = (labels: Labels): Path => ({ place: null, above: null, labels });

const ZEROS = [...SAMPLE_FIELDS, ...LIVE_FIELDS].map(() => 0);

const nothing = (live: boolean): SiteValues => (live ? liveValuesOf(ZEROS) : valuesOf(ZEROS));

const isSomething = (values: SiteValues): boolean => Object.values(values).some((value) => value !== 0);

function addLive(values: SiteValues, { blocks, bytes, peakBlocks, peakBytes }: LiveFigures): void {
  values.liveBlocks = (values.liveBlocks ?? 0) + blocks;
  values.liveBytes = (values.liveBytes ?? 0) + bytes;
  values.peakBlocks = (values.peakBlocks ?? 0) + peakBlocks;
  values.peakBytes = (values.peakBytes ?? 0) + peakBytes;
}

function addValues(values: SiteValues, more: SiteValues): void {
  addFields(values, more);
  const { liveBlocks: blocks, liveBytes: bytes = 0, peakBlocks = 0, peakBytes = 0 } = more;
  if (blocks !== undefined) addLive(values, { blocks, bytes, peakBlocks, peakBytes });
}

/** The path of every context. A parent comes before what stands below it. */
function pathsOf(
  book: Book,
  steps: Steps,
  nowhere: Path,
  labelsOf: (thread: string, region: string | null) => Labels,
): (Path | null)[] {
  const paths: (Path | null)[] = [];
  let unnamed = 0;
  for (const context of book.contexts) {
    if (context === null) {
      paths.push(null);
      continue;
    }
    const above = paths[context.parent] ?? nowhere;
    const { thread, region } = above.labels;
    switch (context.kind) {
      case 'thread':
        paths.push(pathOf(labelsOf(context.label ?? `thread ${++unnamed}`, null)));
        break;
      case 'region':
        paths.push({ place: null, above, labels: labelsOf(thread, nested(region, context.label)) });
        break;
      case 'instruction':
        paths.push({ place: steps.at(context.code, context.offset).place, above, labels: above.labels });
        break;
    }
  }
  return paths;
}

const nested = (region: string | null, label: string | null): string | null =>
  region === null ? label : `${region}/${label}`;

/** Events of the raw domain at no site, of threads that did not hold the GIL; and the live blocks of all its threads. */
function outside({ book, raw }: ProcessBook, nowhere: Path, ofRawDomain: Path): readonly Found[] {
  const sum = (kind: number, of: 'count' | 'bytes'): number =>
    book.sites.reduce((total, site) => total + (site.kind === kind ? site[of] : 0), 0);
  const found = (path: Path, origin: Origin | null): Found => ({
    place: null,
    path,
    type: null,
    origin,
    values: nothing(book.live !== null),
  });
  const live = found(ofRawDomain, 'malloc');
  if (book.live !== null) addLive(live.values, book.live.raw);
  const requested = found(nowhere, 'malloc');
  const requests = raw.requests - sum(SITE.rawRequested, 'count');
  Object.assign(requested.values, {
    requests,
    buffers: requests,
    bytes: raw.bytes - sum(SITE.rawRequested, 'bytes'),
  });
  const others = found(nowhere, null);
  Object.assign(others.values, {
    resizes: raw.resizes - sum(SITE.rawResized, 'count'),
    resizeBytes: raw.resizeBytes - sum(SITE.rawResized, 'bytes'),
    releases: raw.releases - sum(SITE.rawReleased, 'count'),
  });
  return [live, requested, others].filter(({ values }) => isSomething(values));
}

/** What all samples come to. */
export function sumOfSamples(samples: readonly Sample[]): Counts {
  const tally = new Tally();
  for (const sample of samples) tally.add(sample);
  return tally.counts();
}

/** Whether the owners of live blocks come to the figures that were kept beside them. */
export function liveAddsUp({ all, owners }: LiveBook): boolean {
  const sum = (field: keyof LiveFigures): number => owners.reduce((total, { figures }) => total + figures[field], 0);
  return (Object.keys(all) as (keyof LiveFigures)[]).every((field) => sum(field) === all[field]);
}
