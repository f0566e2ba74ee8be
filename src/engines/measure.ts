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

/** Results in the order of the statements, each in the order of the interpreters. */
export async function measureAll<S extends Statement>(
  statements: readonly S[],
  chosen: readonly Chosen[],
  sessionOptions: SessionOptions,
  options: MeasureOptions,
  progress: Progress,
): Promise<CaseResult[][]> {
  const columns = await inParallel(chosen, (one) =>
    inSession(one, sessionOptions, progress, async (session) => {
      const results = new Map<S, CaseResult>();
      await measureIn(session, statements, options, (statement, result) => {
        results.set(statement, result);
        progress.measured(one.offer.id);
      });
      return results;
    }),
  );
  return statements.map((statement) => columns.flatMap((column) => column.get(statement) ?? []));
}

/** Does some work in a session of an interpreter. */
export async function inSession<R>(
  { engine, offer, label }: Chosen,
  options: SessionOptions,
  progress: Progress,
  work: (session: Session) => Promise<R>,
): Promise<R> {
  progress.started(offer.id);
  try {
    const session = await engine.open(offer, label, options);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  } finally {
    progress.finished(offer.id);
  }
}

/** Measures statements one after the other, and hands each result over. */
export async function measureIn<S extends Statement>(
  session: Session,
  statements: readonly S[],
  options: MeasureOptions,
  take: (statement: S, result: CaseResult) => void,
): Promise<void> {
  for (const statement of statements) {
    const measurement = await session.measure(statement, options);
    take(statement, { interpreter: session.interpreter, ...measurement });
  }
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
