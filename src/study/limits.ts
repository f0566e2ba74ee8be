/** Bounds that are measured, each beside what CPython's source says of it: data in limits/, ways to measure beside this file. */
import type { LimitOnInterpreter, LimitResult } from '../core/study.js';
import type { MeasureOptions, Session } from '../engines/engine.js';
import { StudyGap } from './gap.js';
import { sourceFor } from './limit-source.js';
import { cacheLimits } from './limits-caches.js';
import { freelistLimits } from './limits-freelists.js';
import { pymallocLimits } from './limits-pymalloc.js';
import type { Limit } from './measured-limit.js';

export function loadLimits(): Limit[] {
  return [...freelistLimits(), ...cacheLimits(), ...pymallocLimits()];
}

/** What a result says of the bound itself. */
export function limitAbout({ id, group, title, unit, how }: Limit): Omit<LimitResult, 'results'> {
  return { id, group, title, unit, how };
}

/** Bounds on the interpreter of a session; each result is handed over, null where there is nothing to ask. */
export async function runLimits(
  session: Session,
  all: readonly Limit[],
  options: MeasureOptions,
  take: (limit: Limit, result: LimitOnInterpreter | null) => void,
): Promise<void> {
  for (const limit of all) take(limit, await runOne(session, limit, options));
}

/** One bound; null where there is nothing to ask. Why it could not be measured is its note. */
async function runOne(session: Session, limit: Limit, options: MeasureOptions): Promise<LimitOnInterpreter | null> {
  const { interpreter } = session;
  if (limit.needs === 'pymalloc' && !session.sees.pymalloc) return null;
  const { because, ...source } = sourceFor(limit.source, interpreter.version);
  const about = { interpreter: interpreter.id, ...source };
  try {
    const measured = await limit.measure(async (statement, runs) => session.countRuns(statement, runs, options));
    const differs = measured !== (source.source ?? 0);
    return { ...about, measured, note: differs ? (because ?? 'not what the source says') : null };
  } catch (error) {
    if (!(error instanceof StudyGap)) throw error;
    return { ...about, measured: null, note: error.message };
  }
}
