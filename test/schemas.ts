/** The shapes of design.md §4, written down a second time: results are compared with the contract, not with the code. */
import { expect } from 'vitest';
import { z } from 'zod';

const whole = z.number().int().nonnegative();

const countsOf = <T extends z.ZodType<number>>(number: T) =>
  z.object({
    creations: z.object({ total: number, freelist: number, pymalloc: number, malloc: number, foreign: number }),
    buffers: z.object({ total: number, pymalloc: number, malloc: number }),
    requests: number,
    resizes: number,
    relocations: number,
    releases: number,
    bytes: number,
    resizeBytes: number,
    pools: number.nullable(),
    arenas: number.nullable(),
  });

export const counts = countsOf(whole);
const perOp = countsOf(z.number().nonnegative());
const typeRow = counts.extend({ type: z.string().min(1) });

const VERSION = String.raw`3\.\d+\.\d+(?:(?:a|b|rc)\d+)?`;

const either = {
  label: z.string().nullable(),
  version: z.string().regex(new RegExp(`^${VERSION}$`)),
  implementation: z.literal('cpython'),
  freeThreaded: z.literal(false),
  build: z.array(z.string()),
};

const wasm = z.object({
  ...either,
  id: z.string().regex(/^wasm:3\.\d+(@.+)?$/),
  engine: z.literal('wasm'),
  bits: z.literal(32),
  pymalloc: z.literal(false),
  path: z.null(),
});

/** A path, or a label, stands behind the id where another result has the same. */
const native = z.object({
  ...either,
  id: z.string().regex(new RegExp(`^native:${VERSION}(@.+)?$`)),
  engine: z.literal('native'),
  bits: z.literal(64),
  pymalloc: z.boolean(),
  path: z.string().startsWith('/'),
});

export const interpreter = z.discriminatedUnion('engine', [wasm, native]);

const numbers = {
  interpreter,
  iterations: z.number().int().positive(),
  steady: z.boolean(),
  counts,
  perOp: perOp.nullable(),
  growth: z
    .array(z.object({ executions: z.number().int().positive(), counts }))
    .length(3)
    .nullable(),
  byType: z.array(typeRow),
  varies: z.partialRecord(
    z.enum(['relocations', 'releases', 'bytes', 'resizeBytes']),
    z.object({ min: whole, max: whole, why: z.string().min(1) }),
  ),
  timePerOp: z
    .object({
      medianNs: z.number().positive(),
      minNs: z.number().positive(),
      maxNs: z.number().positive(),
      runs: z.number().int().positive(),
    })
    .nullable(),
  warnings: z.array(z.object({ code: z.string().min(1), message: z.string().min(1) })),
};

export const caseResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('exact'), ...numbers }),
  z.object({
    outcome: z.literal('varying'),
    ...numbers,
    samples: z.array(counts).min(2),
    why: z.object({ code: z.enum(['gc', 'hash-seed', 'cache', 'threads', 'unknown']), message: z.string().min(1) }),
  }),
  z.object({
    outcome: z.literal('refused'),
    interpreter,
    reason: z.object({ code: z.string().min(1), message: z.string().min(1) }),
  }),
  z.object({
    outcome: z.literal('failed'),
    interpreter,
    error: z.object({
      code: z.string().min(1),
      message: z.string().min(1),
      line: z.number().int().positive().nullable(),
    }),
  }),
]);

export const bench = z.object({
  schema: z.literal('pyallocs/bench@1'),
  cases: z.array(
    z.object({ id: z.string().nullable(), statement: z.string(), setup: z.string(), results: z.array(caseResult) }),
  ),
});

const exit = z.object({ code: z.number().int().nullable(), signal: z.string().nullable() });
const advice = z.object({ code: z.string().min(1), message: z.string().min(1) });
const told = { schema: z.literal('pyallocs/stat@1'), command: z.array(z.string()), interpreter };

const programNumbers = {
  ...told,
  exit,
  counts,
  byType: z.array(typeRow),
  startup: counts,
  shutdown: counts,
  regions: z.array(z.object({ name: z.string(), entries: whole, counts, byType: z.array(typeRow) })),
  processes: z
    .array(
      z.object({
        pid: whole,
        parent: whole.nullable(),
        command: z.array(z.string()),
        counts,
        exit: exit.nullable(),
      }),
    )
    .min(1),
  threads: whole,
  runs: z.array(counts).nullable(),
  varies: z.record(z.string(), z.object({ min: whole, max: whole, why: z.string().min(1) })),
  warnings: z.array(advice),
};

export const stat = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('exact'), ...programNumbers }),
  z.object({ outcome: z.literal('varying'), why: advice, ...programNumbers }),
  z.object({ outcome: z.literal('refused'), ...told, reason: advice }),
  z.object({ outcome: z.literal('failed'), ...told, exit: exit.nullable(), error: advice }),
]);

export const study = z.object({
  schema: z.literal('pyallocs/study@1'),
  partial: z.literal(true).optional(),
  interpreters: z.array(interpreter),
  experiments: z.array(
    z.object({
      id: z.string().min(1),
      category: z.string().min(1),
      title: z.string().min(1),
      statement: z.string().min(1),
      setup: z.string(),
      results: z.array(caseResult),
    }),
  ),
  claims: z.array(
    z.object({
      id: z.string().min(1),
      source: z.enum(['study', 'blog']),
      text: z.string().min(1),
      belief: z.string().min(1),
      experiments: z.array(z.string()),
      restsOn: z.literal('time').optional(),
      verdicts: z.array(
        z.object({
          interpreter: z.string().min(1),
          verdict: z.enum(['confirmed', 'refuted', 'misleading', 'not-testable']),
          because: z.string().endsWith('.'),
          evidence: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
        }),
      ),
    }),
  ),
});

const facts = {
  command: z.array(z.string()),
  folder: z.string(),
  interpreter,
  outcome: z.enum(['exact', 'varying']),
  why: advice.nullable(),
  warnings: z.array(advice),
  stacks: z.enum(['none', 'folded', 'full']),
  approximate: z.boolean(),
  recorded: counts,
};

const live = z.object({ liveBlocks: whole, liveBytes: whole, peakBlocks: whole, peakBytes: whole }).nullable();

const grouping = z.enum(['type', 'line', 'function', 'file', 'package', 'instruction', 'origin', 'thread', 'region']);

export interface ReportRow {
  readonly key: string;
  readonly counts: z.infer<typeof counts>;
  readonly rows?: readonly ReportRow[] | undefined;
}

const reportRow: z.ZodType<ReportRow> = z.object({
  key: z.string(),
  counts,
  live,
  place: z.object({ file: z.string(), line: z.number().int().nullable() }).nullable(),
  get rows() {
    return z.array(reportRow).optional();
  },
});

export const report = z.object({
  schema: z.literal('pyallocs/report@1'),
  by: z.union([grouping, z.array(grouping).min(2)]),
  ...facts,
  total: counts,
  live,
  rows: z.array(reportRow),
});

const withTypes = { counts, live, byType: z.array(typeRow) };

export const annotate = z.object({
  schema: z.literal('pyallocs/annotate@1'),
  ...facts,
  outside: counts,
  files: z.array(
    z.object({
      path: z.string(),
      file: z.string(),
      own: z.boolean(),
      changed: z.boolean(),
      gone: z.boolean(),
      counts,
      live,
      lines: z.array(
        z.object({
          line: z.number().int().positive().nullable(),
          text: z.string().nullable(),
          ...withTypes,
          instructions: z
            .array(
              z.object({
                function: z.string(),
                offset: whole,
                opcode: z.string(),
                argument: z.string(),
                ...withTypes,
              }),
            )
            .min(1),
        }),
      ),
    }),
  ),
});

export const diff = z.object({
  schema: z.literal('pyallocs/diff@1'),
  of: z.enum(['bench', 'stat', 'study', 'recording']),
  by: grouping.nullable(),
  rows: z.array(
    z.object({
      key: z.string().min(1),
      before: counts.nullable(),
      after: counts.nullable(),
      change: z.enum(['new', 'gone', 'more', 'less']),
    }),
  ),
  unchanged: whole,
});

const limitField = z.string().regex(/^(creations|requests|buffers|resizes|bytes|pools|arenas|types\..+)$/s);

export const check = z.object({
  schema: z.literal('pyallocs/check@1'),
  file: z.string().min(1),
  cases: z.array(
    z.object({
      id: z.string().min(1),
      line: z.number().int().positive(),
      interpreter,
      verdict: z.enum(['within', 'over', 'better', 'varying', 'failed', 'refused']),
      limits: z.array(
        z.object({
          field: limitField,
          limit: z.string().regex(/^(<= |= |[\d.]+\.\.)[\d.]+$/),
          measured: z.number().nonnegative().nullable(),
          moved: z.object({ min: z.number(), max: z.number() }).nullable(),
          ok: z.boolean(),
        }),
      ),
      reason: advice.nullable(),
      types: z.array(z.object({ type: z.string().min(1), creations: z.number().positive() })),
      sites: z
        .array(z.object({ file: z.string().min(1), line: z.number().int().positive(), creations: whole }))
        .max(3)
        .nullable(),
      recordedOn: z.string().min(1).nullable(),
    }),
  ),
});

const sees = z.strictObject(
  Object.fromEntries(
    ['creations', 'freelists', 'requests', 'resizes', 'releases', 'pymalloc', 'pools', 'arenas'].map((name) => [
      name,
      z.boolean(),
    ]),
  ),
);

const listed = {
  selectors: z.array(z.string().min(1)).min(1),
  sees,
  absentModules: z.array(z.string()),
  selfCheck: z.object({
    outcome: z.enum(['passed', 'failed']),
    cases: z.array(z.object({ id: z.string().min(1), expected: z.number().int(), found: z.number().int() })),
  }),
};

/** Refused ones may be any Python: PyPy, 2.7, free-threaded, of 32 bits. */
const refused = z.object({
  ...native.shape,
  ...listed,
  id: z.string().regex(/^native:([a-z]+-)?\d+\.\d+/),
  version: z.string().regex(/^\d+\.\d+\.\d+/),
  implementation: z.string().min(1),
  bits: z.union([z.literal(32), z.literal(64)]),
  freeThreaded: z.boolean(),
  refusal: z.object({ code: z.string().min(1), message: z.string().min(1) }),
});

export const interpreters = z.object({
  schema: z.literal('pyallocs/interpreters@1'),
  interpreters: z.array(
    z.union([wasm.extend({ ...listed, refusal: z.null() }), native.extend({ ...listed, refusal: z.null() }), refused]),
  ),
});

export type CaseResult = z.infer<typeof caseResult>;
export type Measured = CaseResult & { readonly outcome: 'exact' | 'varying' };
export type Bench = z.infer<typeof bench>;

export type Counted = z.infer<typeof stat> & { readonly outcome: 'exact' | 'varying' };

/** A program with numbers that add up. */
export function counted(result: z.infer<typeof stat>): Counted {
  if (result.outcome !== 'exact' && result.outcome !== 'varying')
    throw new Error(`no numbers: ${JSON.stringify(result)}`);
  const interpreter = result.interpreter;
  expectAddsUp(result);
  expectParts(
    result.counts,
    result.processes.map(({ counts }) => counts),
    'processes',
  );
  for (const region of result.regions) expectAddsUp({ ...region, interpreter });
  return result;
}

export function measured(result: CaseResult | undefined): Measured {
  if (result?.outcome === 'exact' || result?.outcome === 'varying') return result;
  throw new Error(`no numbers: ${JSON.stringify(result)}`);
}

/** Every number of counts by the path of its field; null for what cannot be seen. */
export function fieldsOf(counts: object): Map<string, number | null> {
  const fields = new Map<string, number | null>();
  for (const [name, value] of Object.entries(counts)) {
    if (typeof value === 'number' || value === null) fields.set(name, value);
    else if (typeof value === 'object')
      for (const [inner, number] of fieldsOf(value)) fields.set(`${name}.${inner}`, number);
  }
  return fields;
}

/** What holds for every result with numbers, whatever was measured. */
export function expectSound(result: Measured): void {
  expectAddsUp(result);
  if (result.steady) {
    expect(result.growth).toBeNull();
    const perOp = fieldsOf(result.perOp ?? {});
    for (const [field, total] of fieldsOf(result.counts)) {
      expect(perOp.get(field), `perOp.${field}`).toBe(total === null ? null : total / result.iterations);
    }
  } else {
    expect(result.perOp).toBeNull();
    const [one, two, ten] = result.growth ?? [];
    const n = result.iterations;
    expect([one?.executions, two?.executions, ten?.executions]).toEqual([n, 2 * n, 10 * n]);
    const after = fieldsOf(one?.counts ?? {});
    for (const [field, total] of fieldsOf(two?.counts ?? {})) {
      const before = after.get(field);
      if (total !== null && before !== null && before !== undefined)
        expect(fieldsOf(result.counts).get(field), field).toBe(total - before);
    }
  }
}

/** Whatever was counted: the identities of its numbers, and the sums over its types. */
function expectAddsUp(result: Pick<Measured | Counted, 'counts' | 'byType' | 'interpreter'>): void {
  const { creations, buffers, requests } = result.counts;
  expect(requests).toBe(creations.pymalloc + creations.malloc + buffers.total);
  expect(creations.total).toBe(creations.freelist + creations.pymalloc + creations.malloc + creations.foreign);
  expect(buffers.total).toBe(buffers.pymalloc + buffers.malloc);
  expectParts(result.counts, result.byType, 'byType');
  const types = result.byType.map(({ type }) => type);
  expect(new Set(types).size, 'each type has one row').toBe(types.length);
  const buffer = types.indexOf('(buffer)');
  if (buffer !== -1) {
    expect(buffer, '(buffer) is the last row').toBe(types.length - 1);
    expect(result.byType[buffer]?.creations.total).toBe(0);
  }
  if (result.interpreter.pymalloc) {
    const { pools, arenas } = result.counts;
    expect([typeof pools, typeof arenas], 'where there is pymalloc, pools and arenas are seen').toEqual([
      'number',
      'number',
    ]);
  } else
    expect([creations.pymalloc, buffers.pymalloc, result.counts.pools, result.counts.arenas]).toEqual([
      0,
      0,
      null,
      null,
    ]);
}

/** Parts that add up to a total in every field that can be seen in them. */
function expectParts(total: object, parts: readonly object[], what: string): void {
  const rows = parts.map(fieldsOf);
  for (const [field, all] of fieldsOf(total)) {
    const seen = rows.map((row) => row.get(field) ?? null);
    if (all === null)
      expect(
        seen.every((part) => part === null),
        `${field} cannot be seen in the total`,
      ).toBe(true);
    else if (!seen.includes(null)) expect(sum(seen), `${what} adds up in ${field}`).toBe(all);
    else expect(['pools', 'arenas'], `${field} can be null in a row`).toContain(field);
  }
}

function sum(parts: readonly (number | null)[]): number {
  return parts.reduce<number>((total, part) => total + (part ?? 0), 0);
}
