/** The measurements that a result holds, by the keys under which `diff` compares them. */
import { assertUnreachable } from './assert.js';
import { allExact } from './bench.js';
import type { Counts, TypeCounts } from './counts.js';
import type { Interpreter } from './interpreter.js';
import type { CaseResult } from './outcome.js';
import type { ProgramResult, StatComparison, StatResult } from './program.js';
import type { ResultFile } from './result-files.js';

/** A result, and how its file was named. */
export interface NamedResult {
  readonly name: string;
  readonly file: ResultFile;
}

/** What one of the two results is of. */
export interface DiffSide {
  /** As the file was named. */
  readonly name: string;
  readonly interpreters: readonly Interpreter[];
  /** What stood after `python`; null for statements. */
  readonly command: readonly string[] | null;
  readonly exact: boolean;
}

/** What a row of a diff is about; `row` is one of a recording. */
export type RowKind = 'case' | 'total' | 'type' | 'region' | 'row';

/** One side of one row. */
export interface Entry {
  readonly kind: RowKind;
  readonly counts: Counts;
  readonly byType: readonly TypeCounts[];
  /** null for programs. */
  readonly iterations: number | null;
  readonly steady: boolean;
  readonly varying: boolean;
  /** Whether the bytes moved between runs that were otherwise the same. */
  readonly bytesMoved: boolean;
}

/** What one measurement gave: the rows of a program, the one of a statement, or why there are no numbers. */
export type Measured = ReadonlyMap<string, Entry> | { readonly reason: string };

/** The row of a whole program. */
export const TOTAL_KEY = '(total)';

const programsOf = (result: StatResult | StatComparison): readonly ProgramResult[] =>
  'results' in result ? result.results : [result];

type Statements = ResultFile & { readonly of: 'bench' | 'study' };

const casesOf = (file: Statements): readonly CaseLike[] =>
  file.of === 'bench' ? file.result.cases : file.result.experiments;

interface CaseLike {
  readonly id: string | null;
  readonly statement: string;
  readonly setup: string;
  readonly results: readonly CaseResult[];
}

export function sideOf({ name, file }: NamedResult): DiffSide {
  if (file.of === 'stat') {
    const programs = programsOf(file.result);
    return {
      name,
      interpreters: programs.map(({ interpreter }) => interpreter),
      command: file.result.command,
      exact: programs.every(({ outcome }) => outcome === 'exact'),
    };
  }
  const results = casesOf(file).flatMap((one) => one.results);
  const interpreters = new Map(results.map(({ interpreter }) => [interpreter.id, interpreter]));
  return { name, interpreters: [...interpreters.values()], command: null, exact: allExact(results) };
}

export interface Naming {
  /** Whether keys name the interpreter. */
  readonly several: boolean;
  /** Names that say too little: of a region those that types have, of a case those that two cases of a file have. */
  readonly taken: ReadonlySet<string>;
}

export function takenNames(file: ResultFile): string[] {
  if (file.of === 'stat') {
    const types = programsOf(file.result).flatMap((program) => ('byType' in program ? program.byType : []));
    return [TOTAL_KEY, ...types.map(({ type }) => type)];
  }
  const seen = new Set<string>();
  return casesOf(file).flatMap((one) => {
    const name = caseName(one);
    if (seen.has(name)) return [name];
    seen.add(name);
    return [];
  });
}

const caseName = ({ id, statement }: CaseLike): string => id ?? statement;

/** Everything that was measured, by its key: a statement, or a whole program. */
export function measurements(file: ResultFile, naming: Naming): ReadonlyMap<string, Measured> {
  const found = new Map<string, Measured>();
  const full = (key: string, { id }: Interpreter): string => (naming.several ? `${key} @ ${id}` : key);
  if (file.of === 'stat') {
    for (const program of programsOf(file.result)) {
      const key = (row: string): string => full(row, program.interpreter);
      found.set(key(TOTAL_KEY), programRows(program, key, naming.taken));
    }
    return found;
  }
  const times = new Map<string, number>();
  for (const one of casesOf(file)) {
    const name = caseName(one);
    const told = naming.taken.has(name) ? `${name} (setup: ${one.setup})` : name;
    const nth = (times.get(told) ?? 0) + 1;
    times.set(told, nth);
    for (const result of one.results) {
      const key = full(nth === 1 ? told : `${told} #${nth}`, result.interpreter);
      const entry = caseEntry(result);
      found.set(key, 'reason' in entry ? entry : new Map([[key, entry]]));
    }
  }
  return found;
}

function caseEntry(result: CaseResult): Entry | { readonly reason: string } {
  switch (result.outcome) {
    case 'refused':
      return { reason: `refused: ${result.reason.message}` };
    case 'failed':
      return { reason: `failed: ${result.error.message}` };
    case 'exact':
    case 'varying':
      return {
        kind: 'case',
        counts: result.counts,
        byType: result.byType,
        iterations: result.iterations,
        steady: result.steady,
        varying: result.outcome === 'varying',
        bytesMoved: 'bytes' in result.varies,
      };
    default:
      return assertUnreachable(result);
  }
}

function programRows(program: ProgramResult, key: (row: string) => string, taken: ReadonlySet<string>): Measured {
  if (program.outcome === 'refused') return { reason: `refused: ${program.reason.message}` };
  if (program.outcome === 'failed') return { reason: `failed: ${program.error.message}` };
  const rows = new Map<string, Entry>();
  const add = (kind: RowKind, row: string, counts: Counts, byType: readonly TypeCounts[]): void => {
    const varying = program.outcome === 'varying';
    const bytesMoved = 'bytes' in program.varies;
    rows.set(key(row), { kind, counts, byType, iterations: null, steady: true, varying, bytesMoved });
  };
  add('total', TOTAL_KEY, program.counts, program.byType);
  for (const { type, ...counts } of program.byType) add('type', type, counts, []);
  for (const { name, counts, byType } of program.regions) {
    add('region', taken.has(name) ? `region ${name}` : name, counts, byType);
  }
  return rows;
}
