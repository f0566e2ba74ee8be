/** Results for the tests of reports, written as short as they read: what one execution creates, of which type, from where. */
import { addCounts, type Counts, divideCounts, type Origin, type TypeCounts, ZERO } from '../../core/counts.js';
import type { Interpreter } from '../../core/interpreter.js';
import type { CaseResult } from '../../core/outcome.js';
import { count, executions } from '../../core/units.js';

export function interpreter(minor: string, label: string | null = null): Interpreter {
  return {
    id: `wasm:${minor}`,
    label,
    version: `${minor}.1`,
    implementation: 'cpython',
    engine: 'wasm',
    bits: 32,
    pymalloc: false,
    freeThreaded: false,
    build: [],
    path: null,
  };
}

/** "2 int freelist": so many objects of a type, from there, per execution; or "1 buffer", "2 resize". */
export type Event = `${number} ${string} ${Origin}` | `${number} buffer` | `${number} resize`;

/** An exact result of 1000 executions; `version` may be "new=3.14" for one with a label. */
export function result(version: string, events: readonly Event[], iterations = 1000): CaseResult {
  const [minor = '', label = null] = version.split('=').reverse();
  const rows = new Map<string, Counts>();
  const add = (type: string, counts: Counts): void => {
    rows.set(type, addCounts(rows.get(type) ?? ZERO, counts));
  };
  for (const event of events) {
    const [number = '', ...rest] = event.split(' ');
    const n = Number(number) * iterations;
    const origin = rest.at(-1) as Origin;
    if (rest[0] === 'buffer' && rest.length === 1)
      add('(buffer)', {
        ...ZERO,
        buffers: { total: count(n), pymalloc: count(0), malloc: count(n) },
        requests: count(n),
      });
    else if (rest[0] === 'resize' && rest.length === 1) add('(buffer)', { ...ZERO, resizes: count(n) });
    else {
      const creations = { ...ZERO.creations, total: count(n), [origin]: count(n) };
      const requests = count(origin === 'malloc' || origin === 'pymalloc' ? n : 0);
      add(rest.slice(0, -1).join(' '), { ...ZERO, creations, requests });
    }
  }
  const counts = [...rows.values()].reduce(addCounts, ZERO);
  const byType: TypeCounts[] = [...rows].map(([type, row]) => ({ type, ...row }));
  return {
    interpreter: interpreter(minor, label),
    outcome: 'exact',
    iterations: executions(iterations),
    steady: true,
    counts,
    perOp: divideCounts(counts, iterations),
    growth: null,
    byType,
    varies: {},
    timePerOp: null,
    warnings: [],
  };
}

/** A result whose cost is not constant. */
export function growing(minor: string): CaseResult {
  const points = [1, 2, 10].map((times) => ({
    executions: executions(1000 * times),
    counts: { ...ZERO, resizes: count(times) },
  }));
  return {
    ...result(minor, []),
    steady: false,
    perOp: null,
    growth: points,
    counts: { ...ZERO, resizes: count(1) },
  } as CaseResult;
}

export function failed(minor: string, message: string, excerpt: readonly string[] = []): CaseResult {
  return {
    interpreter: interpreter(minor),
    outcome: 'failed',
    error: { code: 'python-exception', message, line: 1, place: { in: 'statement', excerpt } },
  };
}
