/** A study of one interpreter with just the results that a test names. */
import { unwrap } from '../../core/assert.js';
import { type Counts, type TypeCounts, ZERO } from '../../core/counts.js';
import type { Interpreter } from '../../core/interpreter.js';
import type { CaseResult } from '../../core/outcome.js';
import type { ClaimResult, StudyResult, StudyTimings } from '../../core/study.js';
import { bytes, count, executions, nanoseconds } from '../../core/units.js';
import type { Answers, Known, RunCounts, RunName, Special } from './answers.js';
import { CLAIMS, judgeClaims } from './claims.js';

/** Of one execution. */
export interface OpShape {
  /** By type: how many, and how many of them from a freelist. */
  readonly made?: Readonly<Record<string, readonly [total: number, freelist: number]>>;
  readonly requests?: number;
  readonly resizes?: number;
  readonly bytes?: number;
  /** Whether pymalloc served the requests. */
  readonly pymalloc?: boolean;
  readonly folded?: boolean;
}

export interface World {
  readonly ops?: Readonly<Record<string, OpShape>>;
  readonly points?: Readonly<Record<string, readonly number[]>>;
  /** Requests and resizes of 10,000 additions. */
  readonly events?: Readonly<Record<string, readonly [requests: number, resizes: number]>>;
  readonly answers?: Answers;
  readonly runs?: Readonly<Partial<Record<RunName, RunCounts>>>;
  /** Nanoseconds of a statement alone; its loop takes LOOP more. */
  readonly times?: Readonly<Record<string, number>>;
  /** Something disturbed the measurement of the empty loop: it took so much longer. */
  readonly slowLoop?: number;
  /** Creations and milliseconds of programs; a creation takes 10 ns. */
  readonly programs?: Readonly<Record<string, readonly [creations: number, milliseconds: number]>>;
  readonly pymalloc?: boolean;
}

/** Nanoseconds of an empty loop. */
export const LOOP = 5;

export function judgeIn(world: World, id: string): ClaimResult['verdicts'][number] {
  const { study, timings, special } = studyOf(world);
  const claim = judgeClaims(CLAIMS, study, timings, special).find((one) => one.id === id);
  return unwrap(claim?.verdicts[0], `a verdict of ${id}`);
}

export function studyOf(world: World): {
  study: Omit<StudyResult, 'claims'>;
  timings: StudyTimings | null;
  special: ReadonlyMap<string, Special>;
} {
  const interpreter = interpreterOf(world.pymalloc ?? true);
  const study: Omit<StudyResult, 'claims'> = {
    schema: 'pyallocs/study@1',
    interpreters: [interpreter],
    absent: [],
    categories: [],
    experiments: Object.entries(world.ops ?? {}).map(([id, shape]) => ({
      id,
      category: 'integers',
      title: id,
      statement: id,
      setup: '',
      shows: '',
      compares: null,
      results: [result(interpreter, shape)],
      methods: [],
    })),
    series: [...new Set([...Object.keys(world.points ?? {}), ...Object.keys(world.events ?? {})])].map((id) => ({
      id,
      title: id,
      what: id,
      setup: '',
      statement: id,
      shows: '',
      results: [seriesResult(interpreter, world.points?.[id] ?? [], world.events?.[id])],
    })),
    limits: [],
    programs: Object.entries(world.programs ?? {}).map(([id, [creations]]) => ({
      id,
      title: id,
      kind: 'cpu',
      about: '',
      results: [
        {
          interpreter: interpreter.id,
          outcome: 'exact',
          why: null,
          counts: { ...ZERO, creations: { ...ZERO.creations, total: count(creations) } },
          imports: null,
          byType: [],
          types: 0,
        },
      ],
    })),
    observers: [],
  };
  return { study, timings: timingsOf(world, interpreter), special: new Map([[interpreter.id, specialOf(world)]]) };
}

function interpreterOf(pymalloc: boolean): Interpreter {
  return {
    id: 'native:3.11.7',
    label: null,
    version: '3.11.7',
    implementation: 'cpython',
    engine: 'native',
    bits: 64,
    pymalloc,
    freeThreaded: false,
    build: [],
    path: null,
  };
}

function result(interpreter: Interpreter, shape: OpShape): CaseResult {
  const rows = Object.entries(shape.made ?? {}).map(
    ([type, [total, freelist]]): TypeCounts => ({
      ...ZERO,
      type,
      creations: { ...ZERO.creations, total: count(total), freelist: count(freelist), malloc: count(total - freelist) },
    }),
  );
  const sum = (of: (row: TypeCounts) => number): number => rows.reduce((before, row) => before + of(row), 0);
  const requests = shape.requests ?? 0;
  const inPymalloc = shape.pymalloc ? requests : 0;
  const counts: Counts = {
    ...ZERO,
    creations: {
      ...ZERO.creations,
      total: count(sum(({ creations }) => creations.total)),
      freelist: count(sum(({ creations }) => creations.freelist)),
      pymalloc: count(inPymalloc),
    },
    requests: count(requests),
    resizes: count(shape.resizes ?? 0),
    bytes: bytes(shape.bytes ?? 0),
  };
  return {
    interpreter,
    outcome: 'exact',
    iterations: executions(1),
    steady: true,
    counts,
    perOp: counts,
    growth: null,
    byType: rows,
    varies: {},
    timePerOp: null,
    warnings: shape.folded ? [{ code: 'constant-folded', message: 'folded' }] : [],
  };
}

function seriesResult(
  interpreter: Interpreter,
  growthPoints: readonly number[],
  events: readonly [number, number] | undefined,
): StudyResult['series'][number]['results'][number] {
  const [buffers, resizes] = events ?? [0, 0];
  const points = [{ items: 10_000, buffers, resizes, bytes: 0, resizeBytes: 0 }];
  return {
    interpreter: interpreter.id,
    growthPoints: growthPoints.length > 0 ? growthPoints : [0],
    points: events === undefined ? [] : points,
  };
}

function timingsOf({ times, slowLoop = 0, programs }: World, { id: interpreter }: Interpreter): StudyTimings | null {
  if (times === undefined && programs === undefined) return null;
  return {
    schema: 'pyallocs/timings@1',
    experiments: Object.entries(times ?? {}).map(([id, ns]) => ({
      id,
      interpreter,
      time: { medianNs: ns + 1 - slowLoop, minNs: ns - slowLoop, maxNs: ns + 2 - slowLoop, runs: 5 },
      unfolded: null,
      loopNs: nanoseconds(LOOP + slowLoop),
    })),
    programs: Object.entries(programs ?? {}).map(([id, [, medianMs]]) => ({
      id,
      interpreter,
      medianMs,
      minMs: medianMs,
      maxMs: medianMs,
      runs: 5,
      perCreationNs: { freelist: 10, allocator: 10 },
    })),
  };
}

function specialOf({ answers, runs }: World): Special {
  const run = (name: RunName): Known<RunCounts> => {
    const value = runs?.[name];
    return value === undefined ? { missing: 'the program was not run' } : { value };
  };
  return {
    answers: answers === undefined ? { missing: 'nothing was asked' } : { value: answers },
    runs: { add: run('add'), print: run('print'), keep: run('keep') },
  };
}

/** Answers like those of 3.11, with what a test changes. */
export function answersOf(
  changes: {
    readonly [K in keyof Answers]?: Answers[K] extends object ? Partial<Answers[K]> | null : Answers[K];
  },
): Answers {
  const ids = (kept: number): Answers['ids']['0-9'] => ({ of: 10, kept, dropped: 10 });
  const base: Answers = {
    smallInts: [-5, 256],
    ids: { '0-9': ids(10), '250-259': ids(7), '1000-1009': ids(0) },
    strings: {
      nameInterned: true,
      textInterned: false,
      nameShared: true,
      textShared: true,
      textSharedAcross: false,
      runtimeShared: false,
      characterShared: true,
      internShared: true,
    },
    emptyTuple: true,
    instructions: {
      addOne: [
        ['LOAD_FAST', null],
        ['LOAD_CONST', null],
        ['BINARY_OP', '+'],
        ['STORE_FAST', null],
      ],
      addInts: [['BINARY_OP', '+']],
      addStrings: [['BINARY_OP', '+']],
      comprehension: [
        ['BUILD_LIST', 0],
        ['LIST_APPEND', null],
      ],
    },
    blocks: {
      plain: { times: 10_000, blocks: 8 },
      slots: { times: 10_000, blocks: 8 },
      tuple: { times: 100_000, blocks: 10 },
      append: { times: 10_000, blocks: 9_748 },
      insert: { times: 10_000, blocks: 9_748 },
    },
  };
  return {
    smallInts: changes.smallInts === undefined ? base.smallInts : (changes.smallInts as Answers['smallInts']),
    ids: { ...base.ids, ...changes.ids },
    strings: { ...base.strings, ...changes.strings },
    emptyTuple: changes.emptyTuple ?? base.emptyTuple,
    instructions: { ...base.instructions, ...changes.instructions },
    blocks: { ...base.blocks, ...changes.blocks },
  };
}

/** A program of which only the ints matter, unless more is said. */
export function runOf(creations: number, freelist: number, more: Partial<RunCounts> = {}): RunCounts {
  const allocated = creations - freelist;
  return {
    creations,
    freelist,
    requests: allocated,
    pymalloc: allocated,
    pools: null,
    arenas: null,
    ints: { creations, freelist, allocated },
    ...more,
  };
}
