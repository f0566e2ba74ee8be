/** Results read back from files. What a file holds is untrusted: it is a whole result, or a sentence says why not. */
import { z } from 'zod';
import type { BenchCase, BenchResult } from './bench.js';
import { issueSentence } from './cases.js';
import type { Counts } from './counts.js';
import { PyallocsError } from './errors.js';
import type { Interpreter } from './interpreter.js';
import { type CaseResult, MOVING_FIELDS, type Range } from './outcome.js';
import {
  type Exit,
  PROGRAM_FIELDS,
  type ProcessRow,
  type ProgramResult,
  type ProgramWarning,
  type RegionRow,
  type StatComparison,
  type StatResult,
} from './program.js';
import {
  CATEGORIES,
  type ClaimResult,
  type LimitResult,
  type MethodsResult,
  type ObserverResult,
  type SeriesResult,
  type StudyProgram,
  type StudyResult,
  VERDICTS,
} from './study.js';
import { bytes, count, executions, nanoseconds } from './units.js';

/** A result that can be read back, and what it is of. */
export type ResultFile =
  | { readonly of: 'bench'; readonly result: BenchResult }
  | { readonly of: 'stat'; readonly result: StatResult | StatComparison }
  | { readonly of: 'study'; readonly result: StudyResult };

/** Larger files are no results: that of a whole study has a few MB. */
export const RESULT_LIMIT: number = 64 * 2 ** 20;

/** Codes are words for programs. One that a later version added is no reason to refuse a file. */
const codeSchema = <T extends string>(): z.ZodType<T> => z.string().min(1) as unknown as z.ZodType<T>;

/** Differences of two counts may be negative in results that vary. */
const whole = z.number().int();
const events = whole.transform(count);
const size = whole.transform(bytes);
const share = z.number().transform(count);

const countsOf = <N extends z.ZodType<Counts['requests']>, B extends z.ZodType<Counts['bytes']>>(n: N, b: B) =>
  z.object({
    creations: z.object({ total: n, freelist: n, pymalloc: n, malloc: n, foreign: n }),
    buffers: z.object({ total: n, pymalloc: n, malloc: n }),
    requests: n,
    resizes: n,
    relocations: n,
    releases: n,
    bytes: b,
    resizeBytes: b,
    pools: n.nullable(),
    arenas: n.nullable(),
  });

const counts = countsOf(events, size);
export const countsSchema: z.ZodType<Counts> = counts;
const perOp = countsOf(share, z.number().transform(bytes));
const typeCounts = counts.extend({ type: z.string() });

export const interpreterSchema: z.ZodType<Interpreter> = z.object({
  id: z.string().min(1),
  label: z.string().nullable(),
  version: z.string().regex(/^\d+\.\d+/, 'is no version'),
  implementation: z.string(),
  engine: z.enum(['wasm', 'native']),
  bits: z.union([z.literal(32), z.literal(64)]),
  pymalloc: z.boolean(),
  freeThreaded: z.boolean(),
  build: z.array(z.string()),
  path: z.string().nullable(),
});

const range: z.ZodType<Range> = z.object({ min: z.number(), max: z.number(), why: z.string() });
const message = <T extends string>() => z.object({ code: codeSchema<T>(), message: z.string() });
const nanosecondsSchema = z.number().nonnegative().transform(nanoseconds);
const executionsSchema = whole.positive().transform(executions);

const measured = {
  interpreter: interpreterSchema,
  iterations: executionsSchema,
  steady: z.boolean(),
  counts,
  perOp: perOp.nullable(),
  growth: z.array(z.object({ executions: executionsSchema, counts })).nullable(),
  byType: z.array(typeCounts),
  varies: z.partialRecord(z.enum(MOVING_FIELDS), range),
  timePerOp: z
    .object({ medianNs: nanosecondsSchema, minNs: nanosecondsSchema, maxNs: nanosecondsSchema, runs: whole })
    .nullable(),
  warnings: z.array(message()),
};

export const caseResultSchema: z.ZodType<CaseResult> = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('exact'), ...measured }),
  z.object({ outcome: z.literal('varying'), ...measured, samples: z.array(counts), why: message() }),
  z.object({ outcome: z.literal('refused'), interpreter: interpreterSchema, reason: message() }),
  z.object({
    outcome: z.literal('failed'),
    interpreter: interpreterSchema,
    error: message().extend({
      line: whole.nullable(),
      place: z.object({ in: z.enum(['statement', 'setup']), excerpt: z.array(z.string()) }).nullable(),
    }),
  }),
]) as z.ZodType<CaseResult>;

const statement = { statement: z.string(), setup: z.string(), results: z.array(caseResultSchema) };
const benchCase: z.ZodType<BenchCase> = z.object({ id: z.string().nullable(), ...statement });

export const benchResultSchema: z.ZodType<BenchResult> = z.object({
  schema: z.literal('pyallocs/bench@1'),
  cases: z.array(benchCase),
});

/** Of what a study found elsewhere than in its experiments: checked as far as comparing two studies reads it. */
const onInterpreter = z.looseObject({ interpreter: z.string() });
const part = <T>(fields: Record<string, z.ZodType>): z.ZodType<T> =>
  z.looseObject({ id: z.string().min(1), ...fields }) as unknown as z.ZodType<T>;
const parts = <T>(fields: Record<string, z.ZodType> = {}) =>
  z.array(part<T>({ title: z.string(), results: z.array(onInterpreter), ...fields })).default([]);
const boundSchema = z.union([z.number(), z.string()]).nullable();

const claim = part<ClaimResult>({
  text: z.string(),
  verdicts: z.array(onInterpreter.extend({ verdict: z.enum(VERDICTS), because: z.string() })),
});

/** Results of before a study held more than its experiments read as those that have nothing else. */
export const studyResultSchema: z.ZodType<StudyResult> = z.object({
  schema: z.literal('pyallocs/study@1'),
  interpreters: z.array(interpreterSchema),
  absent: z.array(z.object({ interpreter: z.string(), message: z.string() })).default([]),
  partial: z.literal(true).exactOptional(),
  categories: z.array(z.object({ category: z.enum(CATEGORIES), title: z.string(), question: z.string() })),
  experiments: z.array(
    z.object({
      id: z.string().min(1),
      category: z.enum(CATEGORIES),
      title: z.string(),
      ...statement,
      shows: z.string(),
      compares: z.string().nullable(),
      methods: z.array(onInterpreter as unknown as z.ZodType<MethodsResult>).default([]),
    }),
  ),
  series: parts<SeriesResult>({ results: z.array(onInterpreter.extend({ growthPoints: z.array(whole) })) }),
  limits: parts<LimitResult>({ results: z.array(onInterpreter.extend({ measured: boundSchema })) }),
  programs: parts<StudyProgram>({ results: z.array(onInterpreter.extend({ counts: counts.optional() })) }),
  observers: parts<ObserverResult>({ results: z.array(onInterpreter.extend({ perCall: counts.nullable() })) }),
  claims: z.array(claim).default([]),
});

export const exitSchema: z.ZodType<Exit> = z.object({ code: whole.nullable(), signal: z.string().nullable() });
export const programWarningSchema: z.ZodType<ProgramWarning> = message();
const command = z.array(z.string());

const region: z.ZodType<RegionRow> = z.object({
  name: z.string(),
  entries: whole,
  counts,
  byType: z.array(typeCounts),
});

export const processSchema: z.ZodType<ProcessRow> = z.object({
  pid: whole,
  parent: whole.nullable(),
  command,
  counts,
  exit: exitSchema.nullable(),
});

const program = {
  command,
  interpreter: interpreterSchema,
  exit: exitSchema,
  counts,
  byType: z.array(typeCounts),
  startup: counts,
  shutdown: counts,
  regions: z.array(region),
  processes: z.array(processSchema),
  threads: whole,
  seconds: z.number().nonnegative(),
  runs: z.array(counts).nullable(),
  varies: z.partialRecord(z.enum(PROGRAM_FIELDS), range),
  warnings: z.array(programWarningSchema),
};

export const programResultSchema: z.ZodType<ProgramResult> = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('exact'), ...program }),
  z.object({ outcome: z.literal('varying'), ...program, why: programWarningSchema }),
  z.object({ outcome: z.literal('refused'), command, interpreter: interpreterSchema, reason: message() }),
  z.object({
    outcome: z.literal('failed'),
    command,
    interpreter: interpreterSchema,
    exit: exitSchema.nullable(),
    error: programWarningSchema,
  }),
]) as z.ZodType<ProgramResult>;

const statSchema = z.object({ schema: z.literal('pyallocs/stat@1') });

export const statResultSchema: z.ZodType<StatResult> = z.intersection(statSchema, programResultSchema);

export const statComparisonSchema: z.ZodType<StatComparison> = statSchema.extend({
  command,
  results: z.array(programResultSchema).min(1),
});

/** The kinds that can be read, and the versions of their schemas. */
const VERSIONS: Readonly<Record<ResultFile['of'], number>> = { bench: 1, stat: 1, study: 1 };

const HOW = 'results are written by bench, stat and study, with -o FILE or --out FOLDER';

/** Reads a result of bench, stat or study. `path` is for error sentences only. */
export function parseResult(text: string, path: string): ResultFile {
  const value = parseJson(text, path);
  const of = kindOf(value, path);
  switch (of) {
    case 'bench':
      return { of, result: checked(benchResultSchema, value, path, of) };
    case 'study':
      return { of, result: checked(studyResultSchema, value, path, of) };
    case 'stat':
      return 'results' in value
        ? { of, result: checked(statComparisonSchema, value, path, of) }
        : { of, result: checked(statResultSchema, value, path, of) };
  }
}

function parseJson(text: string, path: string): object {
  if (text.startsWith('\u001f\ufffd') || text.startsWith('\u001f\u008b')) {
    throw notAResult(`${path} is compressed data; a recording is named as a file, and compared with another recording`);
  }
  if (text.trim() === '') throw notAResult(`${path} is empty; ${HOW}`);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new PyallocsError('not-a-result', `${path} is not JSON; ${HOW}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw noSchema(path);
  return value;
}

function kindOf(value: object, path: string): ResultFile['of'] {
  const schema = 'schema' in value && typeof value.schema === 'string' ? value.schema : '';
  const [, kind = '', version = ''] = /^pyallocs\/([a-z]{1,20})@(\d{1,9})$/.exec(schema) ?? [];
  if (kind === '') throw noSchema(path);
  if (!Object.hasOwn(VERSIONS, kind)) {
    throw notAResult(`${path} is a result of ${kind}; diff compares results of bench, stat and study`);
  }
  const of = kind as ResultFile['of'];
  if (Number(version) !== VERSIONS[of]) {
    throw notAResult(
      `${path} is a ${of} result of version ${version}; this pyallocs reads version ${VERSIONS[of]}: make it again with this one, or use the one that wrote it`,
    );
  }
  return of;
}

function checked<T>(schema: z.ZodType<T>, value: unknown, path: string, of: ResultFile['of']): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw notAResult(`${path} is not a whole ${of} result: ${issueSentence(parsed.error)}`);
}

const noSchema = (path: string): PyallocsError => notAResult(`${path} is JSON, but no result of pyallocs; ${HOW}`);

const notAResult = (sentence: string): PyallocsError => new PyallocsError('not-a-result', sentence);
