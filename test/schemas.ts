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

export const interpreter = z.object({
  id: z.string().regex(/^(wasm|native):3\.\d+/),
  label: z.string().nullable(),
  version: z.string().regex(/^3\.\d+\.\d+/),
  implementation: z.literal('cpython'),
  engine: z.enum(['wasm', 'native']),
  bits: z.union([z.literal(32), z.literal(64)]),
  pymalloc: z.boolean(),
  freeThreaded: z.boolean(),
  build: z.array(z.string()),
  path: z.string().nullable(),
});

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

export const study = z.object({
  schema: z.literal('pyallocs/study@1'),
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
});

export const interpreters = z.object({
  schema: z.literal('pyallocs/interpreters@1'),
  interpreters: z.array(
    interpreter.extend({
      selectors: z.array(z.string().min(1)).min(1),
      sees: z.record(z.string(), z.boolean()),
      absentModules: z.array(z.string()),
      selfCheck: z.object({
        outcome: z.enum(['passed', 'failed']),
        cases: z.array(z.object({ id: z.string().min(1), expected: z.number().int(), found: z.number().int() })),
      }),
    }),
  ),
});

export type CaseResult = z.infer<typeof caseResult>;
export type Measured = CaseResult & { readonly outcome: 'exact' | 'varying' };
export type Bench = z.infer<typeof bench>;

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
  const { creations, buffers, requests } = result.counts;
  expect(requests).toBe(creations.pymalloc + creations.malloc + buffers.total);
  expect(creations.total).toBe(creations.freelist + creations.pymalloc + creations.malloc + creations.foreign);
  expect(buffers.total).toBe(buffers.pymalloc + buffers.malloc);
  const rows = result.byType.map(fieldsOf);
  for (const [field, total] of fieldsOf(result.counts)) {
    const parts = rows.map((row) => row.get(field) ?? null);
    if (total === null)
      expect(
        parts.every((part) => part === null),
        `${field} cannot be seen in the total`,
      ).toBe(true);
    else if (!parts.includes(null)) expect(sum(parts), `byType adds up in ${field}`).toBe(total);
    else expect(['pools', 'arenas'], `${field} can be null in a row`).toContain(field);
  }
  const types = result.byType.map(({ type }) => type);
  expect(new Set(types).size, 'each type has one row').toBe(types.length);
  const buffer = types.indexOf('(buffer)');
  if (buffer !== -1) {
    expect(buffer, '(buffer) is the last row').toBe(types.length - 1);
    expect(result.byType[buffer]?.creations.total).toBe(0);
  }
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
  if (!result.interpreter.pymalloc)
    expect([creations.pymalloc, buffers.pymalloc, result.counts.pools, result.counts.arenas]).toEqual([
      0,
      0,
      null,
      null,
    ]);
}

function sum(parts: readonly (number | null)[]): number {
  return parts.reduce<number>((total, part) => total + (part ?? 0), 0);
}
