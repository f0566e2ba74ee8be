/**
 * What each instruction of an experiment allocates per execution, by a recording: one program runs two copies of each
 * experiment, the second for twice as many executions (python/marks.py). Both cost the same to begin and to warm up, so
 * that what the second recorded more is that of n executions.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '../../core/assert.js';
import { addCounts, type Counts, ORIGINS, ZERO } from '../../core/counts.js';
import { minorNumber } from '../../core/interpreter.js';
import { entryOf } from '../../core/maps.js';
import type { Sample } from '../../core/recording.js';
import { TypedTally } from '../../core/tally.js';
import type { Chosen } from '../../engines/select.js';
import type { Where } from '../../engines/where.js';
import { pythonFile } from './ask.js';
import { executionsOf, type Subject } from './subject.js';

const EXECUTIONS = 100;
const EVENTS = 20_000;
/** Up to 3.10 the 1,024th call of a function gives its code a cache: OPCACHE_MIN_RUNS of Python/ceval.c. */
const CALLS_UNTIL_CACHE = 1100;
const WARMING_EVENTS = 60_000;
/** Requests of at least about this size, in bytes, may be on their way past those that pymalloc serves. */
const LARGE = 400;
/** Seconds for the program with all experiments. */
const TIMEOUT = 300;

/** An instruction that allocated. */
export interface Mark {
  /** Qualified name of its function; '' for that of the statement itself. */
  readonly function: string;
  readonly firstLine: number;
  /** Whether the function is of the experiment's own text. */
  readonly own: boolean;
  readonly offset: number;
  readonly opcode: string;
  readonly argument: string;
  /** Of `executions` executions. */
  readonly counts: Counts;
  readonly byType: readonly { readonly type: string; readonly creations: number }[];
}

export interface Marked {
  readonly executions: number;
  readonly marks: readonly Mark[];
}

/** Runs the program. By the place of an experiment; missing: not steady, or what was recorded is not what was counted. */
export async function recordMarks(
  { engine, offer, label }: Chosen,
  subjects: readonly Subject[],
): Promise<ReadonlyMap<Subject, Marked>> {
  const steady = subjects.filter(({ counted }) => counted.steady);
  if (steady.length === 0) return new Map();
  const executions = steady.map((subject) =>
    growing(subject) ? subject.counted.iterations : executionsOf(subject, EXECUTIONS, EVENTS),
  );
  const warming =
    minorNumber(offer.minor) > 10
      ? executions
      : steady.map((subject) => executionsOf(subject, CALLS_UNTIL_CACHE, WARMING_EVENTS));
  const folder = mkdtempSync(join(tmpdir(), 'pyallocs-study-'));
  try {
    const script = join(folder, 'marks.py');
    writeFileSync(script, program(steady, executions, warming));
    const options = { timeout: TIMEOUT, steady: true, record: 'folded' as const };
    const { where } = await engine.run(offer, label, { command: [script] }, options);
    if (where === null) return new Map();
    const found = marksOf(where);
    return new Map(
      steady.flatMap((subject, i) => {
        const marked = { executions: executions[i] ?? 1, marks: found.get(i) ?? [] };
        return agrees(marked, subject) ? [[subject, marked] as const] : [];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Who serves a block that grows depends on how far it has grown: such a statement must be run as often as it was counted. */
function growing({ counted: { perOp } }: Subject): boolean {
  return perOp !== null && perOp.bytes > LARGE * perOp.requests;
}

function program(subjects: readonly Subject[], executions: readonly number[], warming: readonly number[]): string {
  const asked = subjects.map(({ experiment: { setup, statement } }, i) => [
    setup,
    statement,
    warming[i],
    executions[i],
  ]);
  const text = JSON.stringify(JSON.stringify(asked)); // a string of JSON is one of Python as well
  return `${pythonFile('harness.py')}\n${pythonFile('marks.py')}\nrun_copies(json.loads(${text}))\n`;
}

const COPY = /^<pyallocs (\d+)\.([012])>$/;
/** The name of the function that holds the statement: python/harness.py. */
const LOOP = '_loop';

/** By the number of the experiment: what copy 2 recorded more than copy 1. */
export function marksOf({
  codes,
  locations,
  samples,
}: Pick<Where, 'codes' | 'locations' | 'samples'>): Map<number, Mark[]> {
  const copies = codes.map(({ file }) => COPY.exec(file));
  const loops = copies.map((copy, i) => (codes[i]?.name === LOOP ? copy : null));
  const sites = new Map<number, Map<string, { readonly place: number; readonly tally: TypedTally }>>();
  for (const sample of samples) {
    const loop = sample.stack.map((index) => loops[codeOf(index)]).find((copy) => copy != null);
    if (loop == null || loop[2] === '0') continue;
    const [place] = sample.stack;
    const { offset } = unwrap(locations[unwrap(place, 'the loop is on the stack')], 'the location of a sample exists');
    const { name, file, firstLine } = unwrap(codes[codeOf(place ?? 0)], 'the code of a location exists');
    const own = copies[codeOf(place ?? 0)] != null;
    const key = JSON.stringify([own ? '' : file, name, firstLine, offset]);
    const ofExperiment = entryOf(sites, Number(loop[1]), () => new Map());
    const site = entryOf(ofExperiment, key, () => ({ place: place ?? 0, tally: new TypedTally() }));
    site.tally.add(loop[2] === '2' ? sample : negative(sample));
  }
  const marks = new Map<number, Mark[]>();
  for (const [number, places] of sites) {
    const found = [...places.values()].flatMap(({ place, tally }): Mark[] => {
      const location = unwrap(locations[place], 'the location of a sample exists');
      const { name, firstLine } = unwrap(codes[location.code], 'the code of a location exists');
      const own = copies[location.code] != null;
      const counts = tally.counts();
      if (!allocates(counts)) return [];
      const byType = tally
        .byType()
        .map(({ type, creations }) => ({ type, creations: creations.total }))
        .filter(({ creations }) => creations !== 0)
        .sort((a, b) => b.creations - a.creations || (a.type < b.type ? -1 : 1));
      const { offset, opcode, argument } = location;
      const ofLoop = loops[location.code] != null;
      return [{ function: ofLoop ? '' : name, firstLine, own, offset, opcode, argument, counts, byType }];
    });
    marks.set(number, found);
  }
  return marks;

  function codeOf(location: number): number {
    return unwrap(locations[location], 'the location of a sample exists').code;
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
function agrees({ executions, marks }: Marked, { counted }: Subject): boolean {
  const { perOp } = counted;
  if (perOp === null) return false;
  const sum = marks.map(({ counts }) => counts).reduce(addCounts, ZERO);
  return (
    ORIGINS.every((origin) => sum.creations[origin] === perOp.creations[origin] * executions) &&
    sum.buffers.total === perOp.buffers.total * executions &&
    sum.resizes === perOp.resizes * executions
  );
}
