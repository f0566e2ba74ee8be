/**
 * What each instruction of a statement allocates per execution, by a recording: one program runs two copies of each
 * statement, the second for twice as many executions (python/marks.py). Both cost the same to begin and to warm up, so
 * that what the second recorded more is that of n executions.
 */
import { unwrap } from '../core/assert.js';
import { addCounts, type Counts, ORIGINS, type TypeCounts, ZERO } from '../core/counts.js';
import { entryOf } from '../core/maps.js';
import type { Sample } from '../core/recording.js';
import { TypedTally } from '../core/tally.js';
import { executionsOf, type Subject } from './subject.js';
import type { Where } from './where.js';

const EXECUTIONS = 100;
const EVENTS = 20_000;
/** Up to 3.10 the 1,024th call of a function gives its code a cache: OPCACHE_MIN_RUNS of Python/ceval.c. */
const CALLS_UNTIL_CACHE = 1100;
const WARMING_EVENTS = 60_000;
/** Requests of at least about this size, in bytes, may be on their way past those that pymalloc serves. */
const LARGE = 400;
/** The two texts of a statement. */
export type StatementText = 'statement' | 'setup';

/** An instruction that allocated. */
export interface Mark {
  /** Qualified name of its function; '' for that of the statement itself. */
  readonly function: string;
  readonly firstLine: number;
  /** The text that holds the function; null: neither of them. */
  readonly text: StatementText | null;
  readonly offset: number;
  readonly opcode: string;
  readonly argument: string;
  /** Of `executions` executions. */
  readonly counts: Counts;
  readonly byType: readonly TypeCounts[];
}

export interface Marked {
  readonly executions: number;
  readonly marks: readonly Mark[];
}

type Recorded = Pick<Where, 'codes' | 'locations' | 'samples'>;

/** How often a statement is executed to be recorded, and before that, so that it is warm. `minor`: of the interpreter. */
export function recordedRuns(
  subject: Subject,
  minor: number,
): { readonly executions: number; readonly warming: number } {
  const executions = growing(subject) ? subject.counted.iterations : executionsOf(subject, EXECUTIONS, EVENTS);
  const warming = minor > 10 ? executions : executionsOf(subject, CALLS_UNTIL_CACHE, WARMING_EVENTS);
  return { executions, warming };
}

/** A program that makes a recording of statements. */
export class MarksProgram {
  readonly #subjects: readonly Subject[];
  readonly #runs: readonly ReturnType<typeof recordedRuns>[];

  /** Of the subjects, those that are steady. `minor`: of the interpreter. */
  constructor(subjects: readonly Subject[], minor: number) {
    this.#subjects = subjects.filter(({ counted }) => counted.steady);
    this.#runs = this.#subjects.map((subject) => recordedRuns(subject, minor));
  }

  /** Whether there is nothing to run. */
  get empty(): boolean {
    return this.#subjects.length === 0;
  }

  /** `harness`, `marks`: the texts of python/harness.py and python/marks.py. `folders` come first on sys.path. */
  source(harness: string, marks: string, folders: readonly string[] = []): string {
    const asked = this.#subjects.map(({ experiment: { setup, statement } }, i) => [
      setup,
      statement,
      this.#runs[i]?.warming,
      this.#runs[i]?.executions,
    ]);
    const text = JSON.stringify(JSON.stringify(asked)); // a string of JSON is one of Python as well
    const path = JSON.stringify(JSON.stringify(folders));
    return `${harness}\n${marks}\nsys.path[:0] = json.loads(${path})\nrun_copies(json.loads(${text}))\n`;
  }

  /** Missing: not steady, or what was recorded is not what was counted. */
  marked(where: Recorded): ReadonlyMap<Subject, Marked> {
    const found = marksOf(where);
    return new Map(
      this.#subjects.flatMap((subject, i) => {
        const marked = { executions: this.#runs[i]?.executions ?? 1, marks: found.get(i) ?? [] };
        return agrees(marked, subject) ? [[subject, marked] as const] : [];
      }),
    );
  }
}

/** Who serves a block that grows depends on how far it has grown: such a statement must be run as often as it was counted. */
function growing({ counted: { perOp } }: Subject): boolean {
  return perOp !== null && perOp.bytes > LARGE * perOp.requests;
}

const COPY = /^<pyallocs (\d+)\.([012])( setup)?>$/;
/** The name of the function that holds the statement: python/harness.py. */
const LOOP = '_loop';

/** By the number of the statement: what copy 2 recorded more than copy 1. */
function marksOf(where: Recorded): Map<number, Mark[]> {
  const { codes, locations, samples } = where;
  const codeOf = (place: number): number => unwrap(locations[place], 'the location of a sample exists').code;
  const copies = codes.map(({ file }) => COPY.exec(file));
  const loops = copies.map((copy, i) => (codes[i]?.name === LOOP ? copy : null));
  const texts = copies.map((copy): StatementText | null =>
    copy === null ? null : copy[3] === undefined ? 'statement' : 'setup',
  );
  const sites = new Map<number, Sites>();
  for (const sample of samples) {
    const loop = sample.stack.map((index) => loops[codeOf(index)]).find((copy) => copy != null);
    if (loop == null || loop[2] === '0') continue;
    entryOf(sites, Number(loop[1]), () => new Sites()).add(where, texts, loop[2] === '2' ? sample : negative(sample));
  }
  return new Map([...sites].map(([number, found]) => [number, found.marks()]));
}

/**
 * What the executions of one statement recorded, from its own code inwards: samples to be added up, some of them below zero.
 * Its two texts are the file `text`. `where`: of a program with this statement only.
 */
export function executionsIn<W extends Recorded>(where: W, text: string): W {
  const { codes, locations, samples } = where;
  const copies = codes.map(({ file }) => COPY.exec(file));
  const copyOf = (place: number): RegExpExecArray | null =>
    copies[unwrap(locations[place], 'the location of a sample exists').code] ?? null;
  const nameOf = (place: number): string | undefined => codes[locations[place]?.code ?? -1]?.name;
  const found = samples.flatMap((sample) => {
    const loop = sample.stack.findIndex((place) => copyOf(place) !== null && nameOf(place) === LOOP);
    const copy = loop === -1 ? '0' : copyOf(unwrap(sample.stack[loop], 'it was found'))?.[2];
    if (copy === undefined || copy === '0') return [];
    const inside = { ...sample, stack: sample.stack.slice(0, loop + 1) };
    return [copy === '2' ? inside : negative(inside)];
  });
  return { ...where, codes: codes.map((code, i) => (copies[i] ? { ...code, file: text } : code)), samples: found };
}

/** What one recording of a statement has more than another, in which it was executed less often. */
export function marksBetween(less: Recorded, more: Recorded): readonly Mark[] {
  const sites = new Sites();
  for (const where of [less, more]) {
    const texts = where.codes.map(({ file }) => TEXTS[file] ?? null);
    for (const sample of where.samples) sites.add(where, texts, where === more ? sample : negative(sample));
  }
  return sites.marks();
}

/** The files of what python/harness.py compiles. */
const TEXTS: Readonly<Record<string, StatementText>> = { '<statement>': 'statement', '<setup>': 'setup' };

/** What is added up at each instruction. */
class Sites {
  readonly #sites = new Map<string, Omit<Mark, 'counts' | 'byType'> & { readonly tally: TypedTally }>();

  /** `texts`: which of the two texts a code object is of, by its index. */
  add({ codes, locations }: Recorded, texts: readonly (StatementText | null)[], sample: Sample): void {
    const [place] = sample.stack;
    if (place === undefined) return; // outside of any code: what a call of the function costs
    const { code, offset, opcode, argument } = unwrap(locations[place], 'the location of a sample exists');
    const { name, file, firstLine } = unwrap(codes[code], 'the code of a location exists');
    const text = texts[code] ?? null;
    const site = entryOf(this.#sites, JSON.stringify([text ?? file, name, firstLine, offset]), () => {
      const ofLoop = text === 'statement' && name === LOOP;
      return { function: ofLoop ? '' : name, firstLine, text, offset, opcode, argument, tally: new TypedTally() };
    });
    site.tally.add(sample);
  }

  marks(): Mark[] {
    return [...this.#sites.values()].flatMap(({ tally, ...place }): Mark[] => {
      const counts = tally.counts();
      return allocates(counts) ? [{ ...place, counts, byType: tally.byType().filter(allocates) }] : [];
    });
  }
}

const negative = (sample: Sample): Sample => ({
  ...sample,
  values: Object.fromEntries(
    Object.entries(sample.values).map(([field, value]) => [field, -value]),
  ) as Sample['values'],
});

/** Whether there is more to tell than the release of blocks. */
const allocates = ({ creations, requests, resizes, relocations }: Counts): boolean =>
  [...ORIGINS.map((origin) => creations[origin]), requests, resizes, relocations].some((value) => value !== 0);

/** Whether the instructions together allocate what was counted: by who served it, and buffers and resizes. */
export function agrees({ executions, marks }: Marked, { counted }: Subject): boolean {
  const { perOp } = counted;
  if (perOp === null) return false;
  const sum = marks.map(({ counts }) => counts).reduce(addCounts, ZERO);
  return (
    ORIGINS.every((origin) => sum.creations[origin] === perOp.creations[origin] * executions) &&
    sum.buffers.total === perOp.buffers.total * executions &&
    sum.resizes === perOp.resizes * executions
  );
}
