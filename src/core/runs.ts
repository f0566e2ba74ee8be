/** Several runs of one program as one result: what was the same each time, and what moved. */
import { type Counts, ORIGINS, type TypeCounts, ZERO } from './counts.js';
import type { Range } from './outcome.js';
import {
  type Exit,
  PROGRAM_FIELDS,
  type ProgramField,
  type ProgramResult,
  type ProgramWarning,
  type RegionRow,
} from './program.js';

type Counted = ProgramResult & { readonly outcome: 'exact' | 'varying' };

/** Why a field moves between runs that make the same objects. */
const WHY: Record<ProgramField, string> = {
  freelist: 'what a freelist serves depends on the objects that were freed before',
  pymalloc: 'what a freelist does not serve comes from pymalloc',
  malloc: 'what a freelist does not serve comes from an allocator',
  relocations: 'whether a resized block moves depends on where blocks lie',
  releases: 'what is freed depends on where blocks lie',
  bytes: 'sizes of strings such as paths and numbers differ between runs',
  resizeBytes: 'sizes of strings such as paths and numbers differ between runs',
  pools: 'how full the pools were depends on the heap at the start',
  arenas: 'how full the arenas were depends on the heap at the start',
};

/** What a field of a program is, in its counts. */
function programField(counts: Counts, field: ProgramField): number | null {
  switch (field) {
    case 'freelist':
    case 'pymalloc':
    case 'malloc':
      return counts.creations[field];
    default:
      return counts[field];
  }
}

/**
 * The numbers are those of the last run, which says most about the next one: the first may have compiled modules that the
 * others found compiled. `steady`: whether the hash seed and the address layout were fixed.
 */
export function combineRuns(runs: readonly [ProgramResult, ...ProgramResult[]], steady: boolean): ProgramResult {
  const without = runs.find((run) => run.outcome === 'refused' || run.outcome === 'failed');
  if (without !== undefined) return without;
  const counted = runs as readonly [Counted, ...Counted[]];
  const last = counted.at(-1) ?? counted[0];
  if (counted.length === 1) return last;
  const why = counted.find((run) => run.outcome === 'varying');
  const moved = why?.outcome === 'varying' ? why.why : whyVarying(counted, steady);
  const numbers = {
    ...last,
    exit: combinedExit(counted),
    runs: counted.map(({ counts }) => counts),
    varies: ranges(counted),
    warnings: combinedWarnings(counted),
  };
  return moved === null ? { ...numbers, outcome: 'exact' } : { ...numbers, outcome: 'varying', why: moved };
}

/** That of the first run that did not end with code 0, if there is one. */
function combinedExit(runs: readonly [Counted, ...Counted[]]): Exit {
  return (runs.find(({ exit }) => exit.code !== 0) ?? runs[0]).exit;
}

function combinedWarnings(runs: readonly Counted[]): ProgramWarning[] {
  const all = runs.flatMap(({ warnings }) => warnings);
  const ends = new Set(runs.map(({ exit }) => exit.signal ?? `exit code ${exit.code}`));
  if (ends.size > 1)
    all.push({ code: 'exits-differ', message: `the runs did not end the same way: ${[...ends].join(', ')}` });
  return [...new Map(all.map((warning) => [`${warning.code} ${warning.message}`, warning])).values()];
}

/** The fields that moved, with what each run already knew about its own. */
function ranges(runs: readonly Counted[]): Partial<Record<ProgramField, Range>> {
  const found: Partial<Record<ProgramField, Range>> = {};
  for (const field of PROGRAM_FIELDS) {
    const known = runs.map(({ varies }) => varies[field]).filter((range) => range !== undefined);
    const values = runs.map(({ counts }) => programField(counts, field)).filter((value) => value !== null);
    const min = Math.min(...values, ...known.map((range) => range.min));
    const max = Math.max(...values, ...known.map((range) => range.max));
    if (min < max) found[field] = { min, max, why: known[0]?.why ?? WHY[field] };
  }
  return found;
}

/** What of a run must be the same in every other: creations by type and origin, requests and resizes. */
function whyVarying(runs: readonly Counted[], steady: boolean): ProgramWarning | null {
  const [first, ...others] = runs;
  const moved = difference(runs);
  if (first === undefined || moved === null) return null;
  if (others.length > 1 && difference(others) === null) {
    return {
      code: 'first-run',
      message: `the first run differs from the ${others.length} others, which agree with each other (${moved.message}): it may have compiled modules, or filled a cache, for them; run it once more`,
    };
  }
  const advice = steady
    ? 'time, random numbers, threads and files that change are what remains'
    : '--steady fixes the hash seed and the address layout';
  return { code: moved.code, message: `${moved.message}; ${advice}` };
}

/** What the runs do not have in common; null where they agree. */
function difference(runs: readonly Counted[]): ProgramWarning | null {
  const all = `the ${runs.length} runs`;
  const types = movedTypes(runs, (row) => [row.creations.total]);
  if (types.length > 0) {
    return { code: 'creations-moved', message: `${all} did not create the same objects: ${told(types)}` };
  }
  const origins = movedTypes(runs, (row) => ORIGINS.map((origin) => row.creations[origin]));
  if (origins.length > 0) {
    const names = origins.map(({ type }) => type);
    return {
      code: 'origins-moved',
      message: `${all} created the same objects, but freelists did not serve the same ones: ${shortened(names)}`,
    };
  }
  for (const field of ['requests', 'resizes'] as const) {
    const range = rangeOf(runs.map(({ counts }) => counts[field]));
    if (range !== null) return { code: `${field}-moved`, message: `${all} did not make the same ${field}: ${range}` };
  }
  const regions = movedRegions(runs);
  if (regions.length === 0) return null;
  return { code: 'regions-moved', message: `${all} did not agree in the regions ${shortened(regions)}` };
}

interface Moved {
  readonly type: string;
  readonly range: string;
}

function movedTypes(runs: readonly Counted[], values: (row: Counts) => readonly number[]): Moved[] {
  const rows = runs.map(({ byType }) => new Map(byType.map((row): [string, TypeCounts] => [row.type, row])));
  const types = new Set(rows.flatMap((map) => [...map.keys()]));
  return [...types].flatMap((type) => {
    const columns = rows.map((map) => values(map.get(type) ?? ZERO));
    const range = columns[0]?.map((_, i) => rangeOf(columns.map((row) => row[i] ?? 0))).find((one) => one !== null);
    return range === undefined ? [] : [{ type, range }];
  });
}

function movedRegions(runs: readonly Counted[]): string[] {
  const names = new Set(runs.flatMap(({ regions }) => regions.map(({ name }) => name)));
  const numbers = (region: RegionRow | undefined): string =>
    JSON.stringify([region?.entries, region?.counts.creations, region?.counts.requests, region?.counts.resizes]);
  return [...names].filter((name) => {
    const seen = runs.map(({ regions }) => numbers(regions.find((region) => region.name === name)));
    return new Set(seen).size > 1;
  });
}

/** "1,000 to 1,004"; null where all are equal. */
function rangeOf(values: readonly number[]): string | null {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return min === max ? null : `${min.toLocaleString('en-US')} to ${max.toLocaleString('en-US')}`;
}

const SHOWN = 3;

const told = (types: readonly Moved[]): string => shortened(types.map(({ type, range }) => `${type} ${range}`));

/** "int 1 to 2, str 3 to 4, C 5 to 6 and 7 more" */
function shortened(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
