/** The tables of a study, for spreadsheets and data frames: data/*.csv, by their names. */
import type { Counts } from '../../core/counts.js';
import { hasNumbers } from '../../core/outcome.js';
import type { NetTime, StudyResult, StudyTimings } from '../../core/study.js';
import { isCounted } from '../../core/study-programs.js';
import { type CsvCell, csvRow } from './csv-row.js';

const COUNT_COLUMNS = [
  'creations',
  'freelist',
  'pymalloc',
  'malloc',
  'foreign',
  'buffers',
  'requests',
  'resizes',
  'relocations',
  'releases',
  'bytes',
  'resize_bytes',
  'pools',
  'arenas',
] as const;

function countCells(c: Counts | null): CsvCell[] {
  if (c === null) return COUNT_COLUMNS.map(() => null);
  const { creations: of } = c;
  return [
    of.total,
    of.freelist,
    of.pymalloc,
    of.malloc,
    of.foreign,
    c.buffers.total,
    c.requests,
    c.resizes,
    c.relocations,
    c.releases,
    c.bytes,
    c.resizeBytes,
    c.pools,
    c.arenas,
  ];
}

type Table = readonly (readonly CsvCell[])[];

/** Text of each file. Without `timings` there is no timings.csv; a table without rows has its head. */
export function studyTables(study: StudyResult, timings: StudyTimings | null): Readonly<Record<string, string>> {
  const versions = new Map(study.interpreters.map(({ id, version }) => [id, version]));
  /** The columns that name an interpreter. */
  const on = (id: string): CsvCell[] => [id, versions.get(id)];
  const tables: Record<string, Table> = {
    'experiments.csv': experiments(study, on),
    'types.csv': types(study, on),
    'methods.csv': methods(study, on),
    'series.csv': series(study, on),
    'limits.csv': limits(study, on),
    'programs.csv': programs(study, on),
    'observers.csv': observers(study, on),
    'claims.csv': claims(study, on),
    ...(timings === null ? {} : { 'timings.csv': times(timings, on) }),
  };
  return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.map(csvRow).join('')]));
}

type On = (id: string) => CsvCell[];

const ON = ['interpreter', 'version'] as const;

const experiments = ({ experiments: all }: StudyResult, on: On): Table => [
  ['id', 'category', 'statement', 'setup', ...ON, 'outcome', 'steady', 'executions', ...COUNT_COLUMNS],
  ...all.flatMap(({ id, category, statement, setup, results }) =>
    results.map((result) => [
      id,
      category,
      statement,
      setup,
      ...on(result.interpreter.id),
      result.outcome,
      ...(hasNumbers(result)
        ? [result.steady, result.iterations, ...countCells(result.counts)]
        : [null, null, ...countCells(null)]),
    ]),
  ),
];

const types = ({ experiments: all }: StudyResult, on: On): Table => [
  ['id', ...ON, 'executions', 'type', ...COUNT_COLUMNS],
  ...all.flatMap(({ id, results }) =>
    results
      .filter(hasNumbers)
      .flatMap(({ interpreter, iterations, byType }) =>
        byType.map((row) => [id, ...on(interpreter.id), iterations, row.type, ...countCells(row)]),
      ),
  ),
];

const methods = ({ experiments: all }: StudyResult, on: On): Table => [
  [
    'id',
    ...ON,
    'tracemalloc_executions',
    'tracemalloc_blocks',
    'tracemalloc_bytes',
    'id_results',
    'id_kept',
    'id_dropped',
    'instructions',
    'instructions_that_allocate',
    'effects',
  ],
  ...all.flatMap(({ id, methods }) =>
    methods.map(({ interpreter, tracemalloc, ids, instructions, disagreements }) => [
      id,
      ...on(interpreter),
      tracemalloc?.executions,
      tracemalloc?.blocks,
      tracemalloc?.bytes,
      ids?.results,
      ids?.kept,
      ids?.dropped,
      instructions?.length,
      instructions?.filter(({ perOp }) => perOp !== null).length,
      disagreements.map(({ method, effect }) => `${method}: ${effect}`).join('; '),
    ]),
  ),
];

const series = ({ series: all }: StudyResult, on: On): Table => [
  ['id', 'what', ...ON, 'items', 'buffers', 'resizes', 'bytes', 'resize_bytes'],
  ...all.flatMap(({ id, what, results }) =>
    results.flatMap(({ interpreter, points }) =>
      points.map((point) => [
        id,
        what,
        ...on(interpreter),
        point.items,
        point.buffers,
        point.resizes,
        point.bytes,
        point.resizeBytes,
      ]),
    ),
  ),
];

const limits = ({ limits: all }: StudyResult, on: On): Table => [
  ['id', 'group', 'title', 'unit', ...ON, 'measured', 'source', 'source_note', 'note'],
  ...all.flatMap(({ id, group, title, unit, results }) =>
    results.map((one) => [
      id,
      group,
      title,
      unit,
      ...on(one.interpreter),
      one.measured,
      one.source,
      one.sourceNote,
      one.note,
    ]),
  ),
];

const programs = ({ programs: all }: StudyResult, on: On): Table => [
  ['id', 'kind', ...ON, 'outcome', 'message', 'types', ...COUNT_COLUMNS, 'creations_below_imports'],
  ...all.flatMap(({ id, kind, results }) =>
    results.map((one) =>
      isCounted(one)
        ? [
            id,
            kind,
            ...on(one.interpreter),
            one.outcome,
            one.why,
            one.types,
            ...countCells(one.counts),
            one.imports?.creations.total,
          ]
        : [id, kind, ...on(one.interpreter), one.outcome, one.message, null, ...countCells(null), null],
    ),
  ),
];

const observers = ({ observers: all }: StudyResult, on: On): Table => [
  ['id', 'title', ...ON, ...COUNT_COLUMNS, 'note'],
  ...all.flatMap(({ id, title, results }) =>
    results.map(({ interpreter, perCall, note }) => [id, title, ...on(interpreter), ...countCells(perCall), note]),
  ),
];

/** A verdict that rests on time is in report.html and results.json: these tables are the same for two runs. */
const claims = ({ claims: all }: StudyResult, on: On): Table => [
  ['id', 'source', 'belief', 'text', 'rests_on', ...ON, 'verdict', 'because', 'evidence'],
  ...all.flatMap(({ id, source, belief, text, restsOn, verdicts }) =>
    verdicts.map(({ interpreter, verdict, because, evidence }) => [
      id,
      source,
      belief,
      text,
      restsOn ?? 'counts',
      ...on(interpreter),
      ...(restsOn === 'time' ? [null, null, null] : [verdict, because, JSON.stringify(evidence)]),
    ]),
  ),
];

const TIME_COLUMNS = ['median_ns', 'least_ns', 'most_ns', 'runs'] as const;

const timeCells = (net: NetTime | null | undefined): CsvCell[] => [net?.medianNs, net?.minNs, net?.maxNs, net?.runs];

/** Of experiments as they stand and unfolded, the loop taken off; of programs, whole. All in nanoseconds. */
const times = ({ experiments: timed, programs: ran }: StudyTimings, on: On): Table => [
  ['id', 'what', ...ON, ...TIME_COLUMNS, 'loop_ns', 'freelist_creation_ns', 'allocator_creation_ns'],
  ...timed.flatMap(({ id, interpreter, time, unfolded, loopNs }) => [
    [id, 'statement', ...on(interpreter), ...timeCells(time), loopNs, null, null],
    ...(unfolded === null
      ? []
      : [[id, 'not folded', ...on(interpreter), ...timeCells(unfolded.time), loopNs, null, null]]),
  ]),
  ...ran.map(({ id, interpreter, medianMs, minMs, maxMs, runs, perCreationNs }) => [
    id,
    'program',
    ...on(interpreter),
    ...[medianMs, minMs, maxMs].map((ms) => Math.round(ms * 1e6)),
    runs,
    null,
    perCreationNs?.freelist,
    perCreationNs?.allocator,
  ]),
];
