/** What of a stack a report looks at: where an event is charged to, and which callers it also counts for. */
import { PyallocsError } from './errors.js';
import { globMatches, pathMatches } from './glob.js';
import { IMPORTS, NOT_MINE, OUTSIDE, type Places, type Position } from './grouping.js';
import type { Recording, Sample } from './recording.js';

export interface StackOptions {
  /** Each event counts for every function, line or file on its stack, once. Otherwise for the innermost only. */
  readonly cumulative: boolean;
  /** Charge what libraries and the standard library do to the innermost location of the program itself. */
  readonly mine: boolean;
  /** Leave imports as they are. Otherwise all that happens below one is one row. */
  readonly imports: boolean;
  /** Patterns of files; none: all. */
  readonly files: readonly string[];
  /** Only what this function does, itself or through what it calls: a name or a pattern; null: everything. */
  readonly under: string | null;
}

/** What a report sees of one sample. */
export interface StackView {
  /** The innermost first, at least one. */
  readonly positions: readonly Position[];
  readonly imported: boolean;
}

/** Fails where callers are asked for that were not recorded. */
export function checkStacks({ stacks }: Pick<Recording, 'stacks'>, options: StackOptions): void {
  if (stacks !== 'none') return;
  const asked = [
    options.cumulative ? 'cumulative counts' : null,
    options.mine ? '--mine' : null,
    options.under === null ? null : '--under',
  ].find((one) => one !== null);
  if (asked === undefined) return;
  throw new PyallocsError(
    'no-stacks',
    `this recording has no callers, which ${asked} would need: make it again without --no-stacks`,
  );
}

/** The view of each stack; null: the sample is filtered out. */
export function stackViewer(
  recording: Recording,
  places: Places,
  options: StackOptions,
): (stack: Sample['stack']) => StackView | null {
  const { cumulative, mine, files, under } = options;
  const folds = !options.imports && recording.stacks !== 'none';
  const inFiles = remembered((location) => {
    const path = places.pathOf(location);
    return files.some((pattern) => pathMatches(pattern, path));
  });
  const isUnder = remembered((location) => functionMatches(under ?? '', places.functionOf(location)));
  const isImport = remembered((location) => places.isImport(location));
  return (whole) => {
    const stack = under === null ? whole : whole.slice(0, lastIndex(whole, isUnder) + 1);
    if (under !== null && stack.length === 0) return null;
    if (stack.length === 0) return files.length === 0 ? { positions: [OUTSIDE], imported: false } : null;
    const from = folds ? lastIndex(stack, isImport) : -1;
    const imported = from >= 0;
    let positions: Position[] = imported ? [IMPORTS] : [];
    for (let i = from + 1; i < stack.length; i++) {
      const location = stack[i] ?? OUTSIDE;
      if (mine && !places.isMine(location)) continue;
      positions.push(location);
      if (!cumulative) break;
    }
    if (!cumulative) positions = positions.slice(0, 1);
    if (files.length > 0) positions = positions.filter((position) => position >= 0 && inFiles(position));
    else if (positions.length === 0) positions = [NOT_MINE];
    return positions.length === 0 ? null : { positions, imported };
  };
}

/** Of "Config.load": itself, "load", or a pattern of either. */
function functionMatches(pattern: string, name: string): boolean {
  return globMatches(pattern, name) || globMatches(pattern, name.slice(name.lastIndexOf('.') + 1));
}

function lastIndex(stack: Sample['stack'], is: (location: number) => boolean): number {
  for (let i = stack.length - 1; i >= 0; i--) if (is(stack[i] ?? OUTSIDE)) return i;
  return -1;
}

/** A question about locations, answered once for each. */
function remembered(ask: (location: number) => boolean): (location: number) => boolean {
  const known: boolean[] = [];
  return (location) => {
    const answer = known[location] ?? ask(location);
    known[location] = answer;
    return answer;
  };
}
