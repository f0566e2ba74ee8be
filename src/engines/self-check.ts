/** Counts known from CPython's source, measured in every interpreter before its first use. */
import { type Counts, ZERO } from '../core/counts.js';
import { type Interval, subtractIntervals } from '../core/interval.js';
import type { Refusal } from '../core/outcome.js';
import { type SelfCheck, type SelfCheckCase, wrongCases } from '../core/self-check.js';
import type { Statement } from './engine.js';
import type { StatementRunner } from './runner.js';

interface KnownCount extends Statement {
  readonly id: string;
  readonly counts: string;
  /** Per execution, on 3.`minor`. */
  readonly expected: (minor: number) => number;
  readonly found: (interval: { counts: Counts; of: (type: string) => Counts }) => number;
}

const KNOWN: readonly KnownCount[] = [
  {
    id: 'nothing',
    counts: 'creations, requests and resizes of pass',
    statement: 'pass',
    setup: '',
    expected: () => 0,
    found: ({ counts }) => counts.creations.total + counts.requests + counts.resizes,
  },
  {
    id: 'int',
    counts: 'ints created by y = x + 1 with x = 5000',
    statement: 'y = x + 1',
    setup: 'x = 5000',
    expected: () => 1,
    found: ({ of }) => of('int').creations.total,
  },
  {
    // Objects/longobject.c: long_alloc pops the freelist of one-digit ints since 3.14.0a3.
    id: 'int-freelist',
    counts: 'ints from a freelist by y = x + 1 with x = 5000',
    statement: 'y = x + 1',
    setup: 'x = 5000',
    expected: (minor) => (minor >= 14 ? 1 : 0),
    found: ({ of }) => of('int').creations.freelist,
  },
  {
    // 3.12 and 3.13 write the sum into the product: DECREF_INPUTS_AND_REUSE_FLOAT, Python/ceval_macros.h.
    id: 'float-freelist',
    counts: 'floats from a freelist by y = x * x + x with x = 1.5',
    statement: 'y = x * x + x',
    setup: 'x = 1.5',
    expected: (minor) => (minor === 12 || minor === 13 ? 1 : 2),
    found: ({ of }) => of('float').creations.freelist,
  },
  {
    id: 'tuple-freelist',
    counts: 'tuples from a freelist by t = (x, z)',
    statement: 't = (x, z)',
    setup: 'x = 1; z = 2',
    expected: () => 1,
    found: ({ of }) => of('tuple').creations.freelist,
  },
  {
    id: 'list-buffer',
    counts: 'buffers asked for by y = [x, x]',
    statement: 'y = [x, x]',
    setup: 'x = 1',
    expected: () => 1,
    found: ({ counts }) => counts.buffers.total,
  },
  {
    // Objects/unicodeobject.c: unicode_resize of a str with one reference; the header is set up again after the realloc.
    id: 'str-relocation',
    counts: "creations, and relocations times ten, of s += 'x' on a local",
    statement: "s += 'x'",
    setup: "s = 'abc'",
    expected: () => 10,
    found: ({ of }) => of('str').creations.total + 10 * of('str').relocations,
  },
  {
    id: 'object',
    counts: 'objects created by object() with memory from the allocator',
    statement: 'object()',
    setup: '',
    expected: () => 1,
    found: ({ of }) => of('object').creations.total - of('object').creations.freelist - of('object').creations.foreign,
  },
];

const EXECUTIONS = 50;

/** Measures what is known. */
export async function selfCheck(
  minor: number,
  runner: (statement: Statement) => Promise<StatementRunner>,
): Promise<SelfCheck> {
  const cases: SelfCheckCase[] = [];
  const measured = new Map<string, Interval>();
  for (const known of KNOWN) {
    const key = `${known.setup}\n${known.statement}`;
    const interval = measured.get(key) ?? (await countOnce(await runner(known)));
    measured.set(key, interval);
    const of = (type: string): Counts => interval.byType.get(type) ?? ZERO;
    const found = known.found({ counts: interval.counts, of }) / EXECUTIONS;
    cases.push({ id: known.id, counts: known.counts, expected: known.expected(minor), found });
  }
  return { outcome: wrongCases(cases).length === 0 ? 'passed' : 'failed', cases };
}

async function countOnce(runner: StatementRunner): Promise<Interval> {
  await runner.begin();
  const n = EXECUTIONS;
  await runner.plan([n, n, n, 2 * n]);
  await runner.run();
  const single = await runner.count();
  await runner.run();
  const double = await runner.count();
  await runner.end();
  return subtractIntervals(double, single);
}

/** Why the interpreter with this id is not used, when its self-check failed. */
export function selfCheckRefusal(id: string, check: SelfCheck): Refusal {
  const wrong = wrongCases(check.cases);
  const cases = wrong.map((c) => `${c.counts}: expected ${c.expected}, found ${c.found}`).join('; ');
  return { code: 'self-check', message: `${id} did not pass its self-check (${cases})` };
}
