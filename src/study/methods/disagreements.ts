/** Where a usual method says something else than the exact counts, and which effect is at work. From numbers alone. */
import type { Measured } from '../../core/outcome.js';
import type { Disagreement, MethodsResult } from '../../core/study.js';

/** What an execution comes to. */
interface PerExecution {
  readonly creations: number;
  readonly freelist: number;
  readonly requests: number;
  readonly resizes: number;
  /** The compiler computed the statement's constants, and nothing is left. */
  readonly folded: boolean;
}

type Said = Pick<MethodsResult, 'tracemalloc' | 'ids' | 'instructions'>;

export function disagreements(
  counted: Pick<Measured, 'counts' | 'iterations' | 'warnings'>,
  said: Said,
): Disagreement[] {
  const { counts, iterations, warnings } = counted;
  const per: PerExecution = {
    creations: counts.creations.total / iterations,
    freelist: counts.creations.freelist / iterations,
    requests: counts.requests / iterations,
    resizes: counts.resizes / iterations,
    folded: warnings.some(({ code }) => code === 'constant-folded'),
  };
  return [...ofTracemalloc(per, said), ...ofIds(per, said), ...ofDis(per, said), ...ofTime(per)];
}

function ofTracemalloc(
  { requests, freelist, resizes, creations }: PerExecution,
  { tracemalloc }: Said,
): Disagreement[] {
  if (tracemalloc === null) return [];
  const { executions, blocks, bytes } = tracemalloc;
  const found: Disagreement[] = [];
  const add = (effect: Disagreement['effect'], sentence: string): void => {
    found.push({ method: 'tracemalloc', effect, sentence });
  };
  const shown = `tracemalloc shows ${signed(blocks, 'block')} after ${number(executions)} executions`;
  if (requests > 0 && blocks < requests * executions) {
    add(
      'netting',
      `${shown}, but each asks the allocator ${times(requests)}: what was released before the second snapshot is in neither.`,
    );
  }
  if (freelist > 0 && blocks < creations * executions) {
    add(
      'freelist',
      `${shown}, but each creates ${objects(creations)}, ${fromFreelist(freelist, creations)}: memory that was there before, and no new block.`,
    );
  }
  if (resizes > 0 && requests === 0 && blocks < resizes * executions) {
    add(
      'in-place',
      `${shown} and ${signed(bytes, 'byte')}, but they resize blocks ${times(Math.round(resizes * executions))}: a block that is resized stays one.`,
    );
  }
  return found;
}

function ofIds({ creations, resizes, folded }: PerExecution, { ids }: Said): Disagreement[] {
  if (ids === null) return [];
  const { results, kept, dropped } = ids;
  const add = (effect: Disagreement['effect'], sentence: string): Disagreement => ({ method: 'id', effect, sentence });
  const all = `${number(results)} results`;
  if (folded && kept < results) {
    return [add('folding', `id() finds ${objects(kept)} in ${all}: the constant that the compiler made beforehand.`)];
  }
  if (creations > 0 && kept < results) {
    const sentence = `id() finds ${objects(kept)} in ${all}, all kept, but each execution creates ${objects(creations)}: the result is one that was there, and something else was created on the way.`;
    return [add('caching', sentence)];
  }
  if (creations === 0 && kept > 1 && resizes > 0) {
    const sentence = `id() finds ${objects(kept)} in ${all}, all kept, but an execution creates none: it resizes the one there is, unless somebody keeps it.`;
    return [add('in-place', sentence)];
  }
  if (creations > 0 && dropped < kept) {
    const sentence = `id() finds ${number(dropped)} ${plural(dropped, 'address', 'addresses')} in ${all} that are dropped one by one, and ${number(kept)} when all are kept: a dead object's address is given to the next.`;
    return [add('dead-ids', sentence)];
  }
  return [];
}

/** Instructions that compute a new value: arithmetic, formatting and displays, but no look-up and no call. */
const COMPUTES = /^(?:BINARY_(?!SUBSCR|SLICE)|INPLACE_|FORMAT_|BUILD_)/;

function ofDis({ creations, requests, resizes }: PerExecution, { instructions, ids }: Said): Disagreement[] {
  const computing = instructions?.filter(
    ({ function: name, opcode, argument }) => name === '' && COMPUTES.test(opcode) && argument !== '[]',
  );
  if (computing === undefined || computing.length === 0) return [];
  const [first] = computing;
  if (creations > 0 || first === undefined) return [];
  const shown = `dis shows ${first.opcode}${first.argument === '' ? '' : ` (${first.argument})`}, but`;
  if (resizes > 0 && requests === 0) {
    const sentence = `${shown} an execution creates no object: it resizes a block ${times(resizes)}, in place.`;
    return [{ method: 'dis', effect: 'in-place', sentence }];
  }
  if (requests > 0 || ids === null || ids.kept === ids.results) return [];
  const sentence = `${shown} an execution creates no object: all its ${number(ids.results)} results are ${objects(ids.kept)} that the interpreter keeps.`;
  return [{ method: 'dis', effect: 'caching', sentence }];
}

function ofTime({ folded }: PerExecution): Disagreement[] {
  if (!folded) return [];
  const sentence =
    'The time is that of loading a constant: the compiler computed it, and an execution creates 0 objects and asks the allocator 0 times.';
  return [{ method: 'time', effect: 'folding', sentence }];
}

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
const plural = (value: number, one: string, many: string = `${one}s`): string => (value === 1 ? one : many);
const objects = (value: number): string => `${number(value)} ${plural(value, 'object')}`;
const times = (value: number): string => (value === 1 ? 'once' : value === 2 ? 'twice' : `${number(value)} times`);
const fromFreelist = (freelist: number, creations: number): string =>
  freelist < creations ? `${number(freelist)} of them from a freelist` : 'from a freelist';
const signed = (value: number, unit: string): string => `${number(value)} ${plural(value, unit)}`;
