/** Measures many statements on many interpreters: each interpreter takes its statements in order, some at a time. */
import { availableParallelism } from 'node:os';
import { unwrap } from '../core/assert.js';
import type { CaseResult } from '../core/outcome.js';
import type { MeasureOptions, Session, SessionOptions, Statement } from './engine.js';
import type { Chosen } from './select.js';

/** What happens, as it happens. */
export interface Progress {
  started(interpreter: string): void;
  measured(interpreter: string): void;
  finished(interpreter: string): void;
}

/** Results in the order of the statements, each in the order of the interpreters; a hole where `applies` says no. */
export async function measureAll<S extends Statement>(
  statements: readonly S[],
  chosen: readonly Chosen[],
  session: SessionOptions,
  options: MeasureOptions,
  progress: Progress,
  applies: (statement: S, interpreter: Chosen) => boolean = () => true,
): Promise<CaseResult[][]> {
  const columns = await inParallel(chosen, (one) =>
    measureOn(
      one,
      statements.filter((statement) => applies(statement, one)),
      session,
      options,
      progress,
    ),
  );
  return statements.map((statement) => columns.flatMap((column) => column.get(statement) ?? []));
}

/** Does something for each item, for as many at once as the machine has cores; results in the order of the items. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(unwrap(items[i], 'an index of items'));
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), items.length) }, worker));
  return results;
}

async function measureOn<S extends Statement>(
  { engine, offer, label }: Chosen,
  statements: readonly S[],
  sessionOptions: SessionOptions,
  options: MeasureOptions,
  progress: Progress,
): Promise<Map<S, CaseResult>> {
  progress.started(offer.id);
  const results = new Map<S, CaseResult>();
  const session: Session = await engine.open(offer, label, sessionOptions);
  try {
    for (const statement of statements) {
      const measurement = await session.measure(statement, options);
      results.set(statement, { interpreter: session.interpreter, ...measurement });
      progress.measured(offer.id);
    }
  } finally {
    await session.close();
    progress.finished(offer.id);
  }
  return results;
}
