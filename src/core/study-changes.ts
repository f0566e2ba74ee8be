/** What changed between two neighbouring versions, by type instead of by experiment. */
import { BUFFER_ROW, type Counts, ZERO } from './counts.js';
import { type CaseResult, hasNumbers } from './outcome.js';
import type { StudyResult } from './study.js';
import type { Neighbours } from './study-versions.js';

/** How the objects of a type changed in a statement: in number, or in who serves them. */
export type TypeChangeKind = 'freelist' | 'allocator' | 'gone' | 'fewer' | 'more' | 'new';

export interface TypeChange {
  /** A type; "(buffer)" and "(resize)" for what is no object. */
  readonly type: string;
  readonly change: TypeChangeKind;
  /** Ids of the experiments in which it is so. */
  readonly experiments: readonly string[];
}

/** What stands for resizes where types stand. */
export const RESIZE_ROW = '(resize)';

interface PerExecution {
  readonly total: number;
  readonly freelist: number;
}

/** What changed from one version to the next over all experiments, what is seen in most of them first. */
export function typeChanges(study: StudyResult, { before, after }: Neighbours): TypeChange[] {
  const found = new Map<string, { readonly type: string; readonly change: TypeChangeKind; experiments: string[] }>();
  for (const { id, results } of study.experiments) {
    const old = results.find(({ interpreter }) => interpreter.id === before.id);
    const now = results.find(({ interpreter }) => interpreter.id === after.id);
    if (old === undefined || now === undefined) continue;
    for (const [type, change] of changesOf(old, now)) {
      const key = `${change} ${type}`;
      const entry = found.get(key) ?? { type, change, experiments: [] };
      entry.experiments.push(id);
      found.set(key, entry);
    }
  }
  return [...found.values()].sort((a, b) => b.experiments.length - a.experiments.length);
}

function changesOf(before: CaseResult, after: CaseResult): [string, TypeChangeKind][] {
  const [old, now] = [perExecution(before), perExecution(after)];
  if (old === null || now === null) return [];
  const none: PerExecution = { total: 0, freelist: 0 };
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((type): [string, TypeChangeKind][] => {
    const change = changeOf(old.get(type) ?? none, now.get(type) ?? none);
    return change === null ? [] : [[type, change]];
  });
}

function changeOf(old: PerExecution, now: PerExecution): TypeChangeKind | null {
  if (old.total !== now.total) {
    if (now.total === 0) return 'gone';
    if (old.total === 0) return 'new';
    return now.total < old.total ? 'fewer' : 'more';
  }
  if (old.freelist === now.freelist) return null;
  return now.freelist > old.freelist ? 'freelist' : 'allocator';
}

/** By type, of what costs the same each time; null: it does not, or was not measured. */
function perExecution(result: CaseResult): Map<string, PerExecution> | null {
  if (!hasNumbers(result) || !result.steady) return null;
  const rows = new Map<string, PerExecution>();
  const counts: Counts = result.perOp ?? ZERO;
  rows.set(BUFFER_ROW, { total: counts.buffers.total, freelist: 0 });
  rows.set(RESIZE_ROW, { total: counts.resizes, freelist: 0 });
  for (const { type, creations } of result.byType) {
    if (type === BUFFER_ROW) continue;
    const per = (n: number): number => n / result.iterations;
    rows.set(type, { total: per(creations.total), freelist: per(creations.freelist) });
  }
  return rows;
}
