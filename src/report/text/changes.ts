/** What changed from one result to the next, in words: "int: from a freelist, was from malloc". */
import { BUFFER_ROW, type Counts, ORIGINS, type Origin, type TypeCounts, ZERO } from '../../core/counts.js';
import { minorVersion } from '../../core/interpreter.js';
import { type CaseResult, hasNumbers } from '../../core/outcome.js';
import { shownName } from './interpreter.js';
import { list, perOperation, plural } from './numbers.js';
import { printable } from './style.js';

const FROM: Record<Origin, string> = {
  freelist: 'from a freelist',
  pymalloc: 'from pymalloc',
  malloc: 'from the allocator',
  foreign: 'in foreign memory',
};

/** A change between neighbours: in which interpreter, and what. */
export interface Change {
  readonly id: string;
  /** As its column is headed. */
  readonly interpreter: string;
  readonly text: string;
}

/** The changes along a row of results, in the order of the interpreters. Rows that cannot be compared say nothing. */
export function rowChanges(results: readonly (CaseResult | undefined)[]): Change[] {
  const changes: Change[] = [];
  let before: CaseResult | undefined;
  for (const result of results) {
    if (result === undefined || !hasNumbers(result)) continue;
    const text = before === undefined ? '' : describeChange(before, result);
    if (text !== '') changes.push({ id: result.interpreter.id, interpreter: columnName(result), text });
    before = result;
  }
  return changes;
}

/** How a column is headed: the label, or the version of an embedded interpreter. */
export function columnName({ interpreter }: Pick<CaseResult, 'interpreter'>): string {
  const { label, engine, version } = interpreter;
  return label === null && engine === 'wasm' ? minorVersion(version) : shownName(interpreter);
}

function describeChange(before: CaseResult, after: CaseResult): string {
  if (!hasNumbers(before) || !hasNumbers(after)) return '';
  if (before.steady !== after.steady) return after.steady ? 'costs the same each time' : 'its cost grows';
  if (!before.steady) return '';
  const row = (rows: readonly TypeCounts[], type: string): Counts => rows.find((r) => r.type === type) ?? ZERO;
  const types = new Set([...before.byType, ...after.byType].map(({ type }) => type));
  types.delete(BUFFER_ROW);
  const words: string[] = [];
  for (const name of types) {
    const type = printable(name);
    const old = row(before.byType, name).creations;
    const now = row(after.byType, name).creations;
    const per = (n: number, of: { readonly iterations: number }): number => n / of.iterations;
    const oldTotal = per(old.total, before);
    const newTotal = per(now.total, after);
    if (oldTotal !== newTotal) {
      if (oldTotal === 0) words.push(`${plural(newTotal, type, type)} more`);
      else if (newTotal === 0) words.push(`no ${type}`);
      else words.push(`${perOperation(newTotal)} ${type} instead of ${perOperation(oldTotal)}`);
    } else {
      const origins = ORIGINS.filter((origin) => per(now[origin], after) > per(old[origin], before));
      const total =
        newTotal ===
        per(
          origins.reduce((sum, origin) => sum + now[origin], 0),
          after,
        )
          ? ''
          : 'more ';
      if (origins.length > 0) words.push(`${type} ${total}${list(origins.map((origin) => FROM[origin]))}`);
    }
  }
  words.push(...fieldChange('buffer', before.perOp?.buffers.total ?? 0, after.perOp?.buffers.total ?? 0));
  words.push(...fieldChange('resize', before.perOp?.resizes ?? 0, after.perOp?.resizes ?? 0));
  return words.join(', ');
}

function fieldChange(word: string, before: number, after: number): string[] {
  if (before === after) return [];
  if (after === 0) return [`no ${word}`];
  if (before === 0) return [`${plural(after, word)} more`];
  return [`${plural(after, word)} instead of ${perOperation(before)}`];
}
