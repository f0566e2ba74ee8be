/** A small study with every part in it, for the tests of its reports. Invented: no number here was measured. */
import { addCounts, type Counts, divideCounts, type TypeCounts, ZERO } from '../core/counts.js';
import type {
  ClaimResult,
  ClaimVerdict,
  ExperimentResult,
  LimitResult,
  MethodsResult,
  ObserverResult,
  SeriesResult,
  StudyProgram,
  StudyResult,
  StudyTimings,
  Verdict,
} from '../core/study.js';
import { bytes, count, nanoseconds } from '../core/units.js';
import { type Event, growing, interpreter, result } from './text/results.testkit.js';

const MINORS = ['3.12', '3.13', '3.14', '3.15'] as const;
const IDS = MINORS.map((minor) => `wasm:${minor}`);

/** One list of events for all versions, or one each. */
function results(...events: readonly (readonly Event[])[]): ExperimentResult['results'] {
  return MINORS.map((minor, i) => result(minor, events[Math.min(i, events.length - 1)] ?? []));
}

const NO_METHODS = { compares: null, methods: [] } as const;

const perOp = (events: readonly Event[]): Counts => divideCounts(countsOf(events), 1000);

function countsOf(events: readonly Event[]): Counts {
  const one = result('3.14', events);
  return 'counts' in one ? one.counts : ZERO;
}

const INT_METHODS: readonly MethodsResult[] = MINORS.map((minor, i) => ({
  interpreter: `wasm:${minor}`,
  tracemalloc: { executions: 1000, blocks: 0, bytes: 0 },
  ids: { results: 1000, kept: 1000, dropped: 2 },
  instructions: [
    { function: '', line: 1, offset: 8, opcode: 'LOAD_FAST', argument: 'x', specialized: null, perOp: null, types: [] },
    {
      function: '',
      line: 1,
      offset: 10,
      opcode: 'LOAD_CONST',
      argument: '1',
      specialized: i > 1 ? 'LOAD_SMALL_INT' : null,
      perOp: null,
      types: [],
    },
    {
      function: '',
      line: 1,
      offset: 12,
      opcode: 'BINARY_OP',
      argument: '+',
      specialized: 'BINARY_OP_ADD_INT',
      perOp: perOp([i > 1 ? '1 int freelist' : '1 int malloc']),
      types: [{ type: 'int', creations: 1 }],
    },
    {
      function: '',
      line: 1,
      offset: 16,
      opcode: 'STORE_FAST',
      argument: 'y',
      specialized: null,
      perOp: null,
      types: [],
    },
  ],
  disagreements: [
    {
      method: 'tracemalloc',
      effect: 'netting',
      sentence: '1,000 ints were created and released between the two snapshots, which differ by 0 blocks.',
    },
    {
      method: 'id',
      effect: 'dead-ids',
      sentence: 'Dropped before the next, 1,000 results had 2 addresses; all kept alive, 1,000.',
    },
  ],
}));

const EXPERIMENTS: readonly ExperimentResult[] = [
  {
    ...NO_METHODS,
    id: 'int.add-small',
    category: 'integers',
    title: 'Adding 1 to a small int',
    statement: 'y = x + 1',
    setup: 'x = 100',
    shows: 'Nothing is created.',
    results: results([]),
  },
  {
    ...NO_METHODS,
    id: 'int.add-large',
    category: 'integers',
    title: 'Adding 1 to an int above every cache',
    statement: 'y = x + 1',
    setup: 'x = 5000',
    shows: 'One new int per execution.',
    results: results(['1 int malloc'], ['1 int malloc'], ['1 int freelist']),
    methods: INT_METHODS,
  },
  {
    ...NO_METHODS,
    id: 'str.concat',
    category: 'strings',
    title: 'Concatenation',
    statement: 'y = a + b',
    setup: 'a = "ab"\nb = "cd"',
    shows: 'One new str.',
    results: results(['1 str malloc']),
  },
  {
    ...NO_METHODS,
    id: 'list.append',
    category: 'containers',
    title: 'Appending to a list',
    statement: 'L.append(None)',
    setup: 'L = []',
    shows: 'Grows now and then.',
    results: MINORS.map((minor) => growing(minor)),
  },
  {
    ...NO_METHODS,
    id: 'str.tstring',
    category: 'strings',
    title: 'A template string',
    statement: 'y = t"{a}"',
    setup: 'a = 1',
    shows: 'Newer syntax.',
    results: results(['1 string.templatelib.Template malloc', '2 tuple freelist']).slice(2),
  },
];

const GROWTH = [0, 4, 8, 16, 24, 32, 40, 52, 64, 76, 92, 108, 128, 148, 172, 200, 232, 268, 308, 352, 400, 456, 520];

const SERIES: readonly SeriesResult[] = ['list', 'dict'].map((what, nth) => ({
  id: `${what}.growth`,
  title: nth === 0 ? 'A list that grows by append' : 'A dict that grows by insertion',
  what,
  setup: nth === 0 ? 'L = []' : 'd = {}',
  statement: nth === 0 ? 'L.append(None)' : 'd[next(keys)] = None',
  shows: 'The steps become longer as it grows.',
  results: IDS.map((id, i) => {
    const growthPoints =
      nth === 0 ? GROWTH : i > 1 ? [0, 5, 10, 21, 42, 85, 170, 341, 682] : [0, 5, 10, 21, 42, 85, 170, 341];
    return {
      interpreter: id,
      growthPoints,
      points: [1, 10, 100, 1000, 10_000].map((items) => {
        const steps = growthPoints.filter((point) => point < items).length;
        return {
          items,
          buffers: nth === 0 ? 1 : steps,
          resizes: nth === 0 ? steps - 1 : 0,
          bytes: nth === 0 ? 16 : 40 * items,
          resizeBytes: nth === 0 ? 30 * items : 0,
        };
      }),
    };
  }),
}));

const LIMITS: readonly LimitResult[] = [
  {
    id: 'freelist.float',
    group: 'freelists',
    title: 'Floats',
    unit: 'objects',
    how: 'As many are made as fit, dropped, and made again: the hits are counted.',
    results: IDS.map((id) => ({
      interpreter: id,
      measured: 100,
      source: 100,
      sourceNote: 'PyFloat_MAXFREELIST, Include/internal/pycore_freelist.h',
      note: null,
    })),
  },
  {
    id: 'freelist.int',
    group: 'freelists',
    title: 'Ints',
    unit: 'objects',
    how: 'As above.',
    results: IDS.map((id, i) => ({
      interpreter: id,
      measured: i > 1 ? 99 : null,
      source: i > 1 ? 100 : null,
      sourceNote: i > 1 ? 'Py_ints_MAXFREELIST' : 'there is none',
      note: i > 1 ? 'One of them is held by the loop.' : null,
    })),
  },
  {
    id: 'cache.small-int',
    group: 'caches',
    title: 'Small ints',
    unit: 'values',
    how: 'Each value is made twice: it is kept where both are one object.',
    results: IDS.map((id, i) => ({
      interpreter: id,
      measured: i === 3 ? '-5 to 1024' : '-5 to 256',
      source: i === 3 ? '-5 to 1024' : '-5 to 256',
      sourceNote: '_PY_NSMALLPOSINTS',
      note: null,
    })),
  },
];

/** Objects of a program by type, with buffers in proportion. */
function programCounts(freelist: number, malloc: number): { counts: Counts; byType: TypeCounts[] } {
  const row = (type: string, f: number, m: number): TypeCounts => ({
    ...ZERO,
    type,
    creations: { ...ZERO.creations, total: count(f + m), freelist: count(f), malloc: count(m) },
    requests: count(m),
    bytes: bytes(m * 48),
  });
  const buffers = Math.round(malloc / 3);
  const byType: TypeCounts[] = [
    row('int', Math.round(freelist * 0.6), Math.round(malloc * 0.2)),
    row('tuple', freelist - Math.round(freelist * 0.6), 0),
    row('str', 0, malloc - Math.round(malloc * 0.2)),
    {
      ...ZERO,
      type: '(buffer)',
      buffers: { total: count(buffers), pymalloc: count(0), malloc: count(buffers) },
      requests: count(buffers),
    },
  ];
  return { counts: byType.map(({ type: _, ...counts }) => counts).reduce(addCounts, ZERO), byType };
}

const PROGRAM_ROWS = [
  ['json', 'data', 'JSON of 2,000 orders, written and read', 210_000, 640_000, 190],
  ['nbody', 'cpu', 'N-body simulation', 1_900_000, 14_000, 210],
  ['regex', 'text', 'Log lines through regular expressions', 88_000, 410_000, 130],
  ['asyncio', 'async', 'Ten thousand tasks', 940_000, 520_000, 320],
  ['http', 'web', 'A thousand requests to a server in the same process', 180_000, 290_000, 640],
  ['startup', 'startup', 'An empty program', 3_000, 21_000, 18],
] as const;

const PROGRAMS: readonly StudyProgram[] = PROGRAM_ROWS.map(([id, kind, about, freelist, malloc]) => ({
  id: `program.${id}`,
  title: about.split(',')[0] ?? id,
  kind,
  about: `${about}. From the standard library alone.`,
  results: IDS.map((interpreter, i) => {
    if (id === 'http' && i === 0)
      return { interpreter, outcome: 'failed' as const, message: 'OSError: no sockets in the embedded Python' };
    const moved = Math.round(malloc * 0.15 * i);
    const { counts, byType } = programCounts(freelist + moved, malloc - moved);
    return {
      interpreter,
      outcome: id === 'asyncio' ? ('varying' as const) : ('exact' as const),
      why: id === 'asyncio' ? 'The order of its tasks follows the clock.' : null,
      counts,
      imports: divideCounts(counts, 10),
      byType,
      types: byType.length + 40,
    };
  }),
}));

const OBSERVERS: readonly ObserverResult[] = (
  [
    ['none', 'Nothing', 3],
    ['tracemalloc', 'tracemalloc.start()', 3],
    ['profile', 'sys.setprofile', 9],
    ['trace', 'sys.settrace', 21],
    ['monitoring', 'sys.monitoring', 5],
  ] as const
).map(([id, title, n]) => ({
  id,
  title,
  results: IDS.map((name, i) => ({
    interpreter: name,
    perCall: id === 'monitoring' && i === 0 ? null : perOp([`${n} int malloc`, '1 tuple freelist']),
    note: id === 'monitoring' && i === 0 ? 'This version has no sys.monitoring.' : null,
  })),
}));

function claim(
  id: string,
  belief: string,
  text: string,
  verdicts: readonly Verdict[],
  because: (verdict: Verdict) => string,
  more: Partial<ClaimResult> = {},
  evidence: ClaimVerdict['evidence'] | null = null,
): ClaimResult {
  return {
    id,
    source: id.startsWith('blog.') ? 'blog' : 'study',
    text,
    belief,
    experiments: ['int.add-large'],
    verdicts: IDS.map((name, i) => {
      const verdict = verdicts[Math.min(i, verdicts.length - 1)] ?? 'not-testable';
      return {
        interpreter: name,
        verdict,
        because: because(verdict),
        evidence: evidence ?? { creations: 1000, freelist: i > 1 ? 1000 : 0 },
      };
    }),
    ...more,
  };
}

const CLAIMS: readonly ClaimResult[] = [
  claim(
    'int.cache-range',
    'Small integers are ready-made',
    'integers from −5 to 256 are pre-made; every reference is the same object',
    ['confirmed', 'confirmed', 'confirmed', 'refuted'],
    (v) =>
      v === 'confirmed' ? 'The same object each time from -5 to 256.' : 'The same object each time from -5 to 1024.',
  ),
  claim(
    'int.freelist',
    'Integers are recycled',
    'integers outside the range are re-used from a freelist',
    ['refuted', 'refuted', 'confirmed'],
    (v) => (v === 'refuted' ? 'Of 1,000 ints, 0 came from a freelist.' : 'Of 1,000 ints, 1,000 came from a freelist.'),
  ),
  claim(
    'list.one-per-append',
    'Growing a container asks for memory every time',
    'continuous growth costs about one allocation per iteration',
    ['misleading'],
    () => '10,000 appends made 1 buffer and 75 resizes: one in 132.',
  ),
  claim(
    'strategy.pymalloc-512',
    'pymalloc serves what is small',
    'pymalloc serves objects under 512 bytes',
    ['not-testable'],
    () => 'This build has no pymalloc.',
  ),
  claim(
    'perf.table.fstring',
    'Some operations are many times slower than others',
    'an f-string takes 8.17 times as long as a concatenation',
    ['misleading', 'misleading', 'refuted'],
    () => '2.1 times as long, and 1.4 times with operands that the compiler cannot fold.',
    {
      restsOn: 'time',
      experiments: ['str.concat'],
    },
    { claimed: 8.17, asStated: 2.1, corrected: 1.4, nsAsStated: 44, nsCorrected: 31 },
  ),
];

const net = (ns: number) => ({ medianNs: ns, minNs: ns * 0.96, maxNs: ns * 1.2, runs: 7 });

export const STUDY_TIMINGS: StudyTimings = {
  schema: 'pyallocs/timings@1',
  experiments: EXPERIMENTS.flatMap(({ id, statement, setup, results }, nth) =>
    results.map(({ interpreter: { id: name } }) => ({
      id,
      interpreter: name,
      time: net(9 + 7 * nth),
      unfolded: nth === 2 ? { statement, setup, time: net(31) } : null,
      loopNs: nanoseconds(6),
    })),
  ),
  programs: PROGRAM_ROWS.flatMap(([id, , , , , ms]) =>
    IDS.map((name, i) => ({
      id: `program.${id}`,
      interpreter: name,
      medianMs: ms * (1 - 0.05 * i),
      minMs: ms * 0.9,
      maxMs: ms * 1.1,
      runs: 5,
      perCreationNs: { freelist: 12.5, allocator: 21.5 },
    })),
  ),
};

/** Four embedded versions. `changed` replaces parts. */
export function wholeStudy(changed: Partial<StudyResult> = {}): StudyResult {
  return {
    schema: 'pyallocs/study@1',
    interpreters: MINORS.map((minor) => ({
      ...interpreter(minor),
      version: minor === '3.15' ? '3.15.0a2' : `${minor}.1`,
    })),
    absent: [{ interpreter: 'native:3.8', message: 'there is no such Python on this machine' }],
    categories: [
      { category: 'integers', title: 'Integers', question: 'When does arithmetic make a new number?' },
      { category: 'strings', title: 'Strings', question: 'When is text copied?' },
      { category: 'containers', title: 'Containers', question: 'What does growing cost?' },
    ],
    experiments: EXPERIMENTS,
    series: SERIES,
    limits: LIMITS,
    programs: PROGRAMS,
    observers: OBSERVERS,
    claims: CLAIMS,
    ...changed,
  };
}
