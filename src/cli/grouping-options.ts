/** Options of the commands that read recordings row by row. */
import { InvalidArgumentError, Option } from 'commander';
import { ORIGINS, type Origin } from '../core/counts.js';
import { GROUPINGS, type Grouping } from '../core/grouping.js';
import { SORTS, type Sort } from '../core/report.js';
import { collect } from './options.js';

/** Several nest; a comma separates them as well. */
export const byOption = (): Option =>
  new Option('--by <what>', `rows: ${GROUPINGS.join(', ')}; repeat it to nest`)
    .argParser((value: string, before: Grouping[]) => [
      ...before,
      ...value.split(',').map((one) => known(one, GROUPINGS)),
    ])
    .default([], 'line');

/** One, of two recordings. */
export const diffByOption = (): Option =>
  new Option('--by <what>', `of recordings: ${GROUPINGS.join(', ')}`).argParser(
    (value: string): Grouping => known(value, GROUPINGS),
  );

export const sortOption = (): Option =>
  new Option('--sort <what>', `largest first: ${SORTS.join(', ')} (bytes live at the end, at the maximum)`)
    .argParser((value: string): Sort => known(value, SORTS))
    .default('creations');

export const originOption = (): Option =>
  new Option('--origin <origin>', `only what it served: ${ORIGINS.join(', ')} (repeatable)`)
    .argParser((value: string, before: Origin[]) => [...before, ...value.split(',').map((one) => known(one, ORIGINS))])
    .default([], 'all');

export const typeOption = (): Option =>
  new Option('--type <pattern>', "only these types: int, 'numpy.*', '(buffer)' (repeatable)")
    .argParser(collect)
    .default([], 'all');

export const fileOption = (): Option =>
  new Option('--file <pattern>', "only what happens in these files: 'src/*', app.py (repeatable)")
    .argParser(collect)
    .default([], 'all');

function known<T extends string>(value: string, all: readonly T[]): T {
  const found = all.find((one) => one === value.trim());
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${all.join(', ')}.`);
  return found;
}

/** How many rows a text shows. */
export function rowLimit(value: string): number {
  if (value === 'all') return Number.POSITIVE_INFINITY;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || number > 1e9)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1,000,000,000, or all.');
  return number;
}
