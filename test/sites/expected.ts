/** The tables of expected.txt and matching.txt: what each instruction of program.py and matching.py makes, on each version. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../cli.js';

export const FOLDER: string = join(ROOT, 'test', 'sites');

/** Runs a program as its table has it: the same hashes everywhere, and still/sitecustomize.py before it. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PYTHONPATH: join(FOLDER, 'still'),
  PYTHONHASHSEED: '0',
  PYTHONDONTWRITEBYTECODE: '1',
};

/** Creations of one type by the instructions of one line with this opcode. */
export interface Row {
  readonly line: number;
  readonly opcode: string;
  readonly type: string;
  readonly creations: number;
}

interface Entry extends Row {
  readonly source: string;
  /** The first and last minor version: 3.8 is 8. */
  readonly versions: readonly [first: number, last: number];
  /** From CPython's source. */
  readonly why: string;
}

const FIRST = 8;
const LAST = 15;

/** Reads the rows in the text of expected.txt; a line that has not its form is an error. */
export function parseTable(text: string): Entry[] {
  const entries: Entry[] = [];
  let at: { line: number; source: string } | undefined;
  for (const written of text.split('\n')) {
    if (written.startsWith('in ')) break;
    if (written === '' || written.startsWith('#')) continue;
    const heading = /^(\d+) (.+)$/.exec(written);
    const row = /^ {2}(\S[^|]*) \| ([^|]+) \| ([^|]+)$/.exec(written);
    if (heading) at = { line: Number(heading[1]), source: heading[2] ?? '' };
    else if (at && row) {
      const [, type = '', cells = '', why = ''] = row;
      for (const cell of cells.split(', ')) entries.push({ ...at, type, why, ...cellOf(cell) });
    } else throw new Error(`not a line of a table: ${JSON.stringify(written)}`);
  }
  return entries;
}

/** "CALL 2 3.12-3.13", "MAKE_FUNCTION 1" */
function cellOf(text: string): Pick<Entry, 'opcode' | 'creations' | 'versions'> {
  const [, opcode, creations, first, last = first] = /^([A-Z_\d]+) (\d+)(?: 3\.(\d+)(?:-3\.(\d+))?)?$/.exec(text) ?? [];
  if (opcode === undefined) throw new Error(`${JSON.stringify(text)} is no "OPCODE COUNT VERSIONS"`);
  return { opcode, creations: Number(creations), versions: [Number(first ?? FIRST), Number(last ?? LAST)] };
}

/** A program, and everything that it makes. */
export interface Known {
  readonly name: string;
  readonly path: string;
  /** The first minor version that can run it. */
  readonly since: number;
  readonly table: readonly Entry[];
  readonly rules: readonly Rule[];
}

const known = (name: string, table: string, since: number): Known => ({
  name,
  path: join(FOLDER, name),
  since,
  table: parseTable(readFileSync(join(FOLDER, table), 'utf8')),
  rules: parseRules(readFileSync(join(FOLDER, table), 'utf8')),
});

export const PROGRAM: Known = known('program.py', 'expected.txt', FIRST);

export const KNOWN: readonly Known[] = [PROGRAM, known('matching.py', 'matching.txt', 10)];

/** The programs that a version can run. */
export const knownOn = (minor: number): Known[] => KNOWN.filter(({ since }) => since <= minor);

/** How an interpreter differs from the rows of its version. */
interface Rule {
  /** "wasm:3.10" */
  readonly interpreter: string;
  readonly lines: readonly number[];
  readonly types: readonly string[];
  readonly change:
    | { readonly opcode: string; readonly creations: number; readonly to: Partial<Row> | null }
    | { readonly called: string };
  readonly why: string;
}

export function parseRules(text: string): Rule[] {
  const rules: Rule[] = [];
  let interpreter: string | undefined;
  for (const written of text.split('\n')) {
    const heading = /^in (\S+)$/.exec(written)?.[1];
    interpreter = heading ?? interpreter;
    if (heading !== undefined || interpreter === undefined || written === '') continue;
    const rule = /^ {2}([\d ]+) \| ([^|]+) \| ([^|]+) \| ([^|]+)$/.exec(written);
    if (!rule) throw new Error(`not a line of rules: ${JSON.stringify(written)}`);
    const [, lines = '', types = '', change = '', why = ''] = rule;
    rules.push({
      interpreter,
      lines: lines.split(' ').map(Number),
      types: types.split(' '),
      change: changeOf(change),
      why,
    });
  }
  return rules;
}

/** "CALL_FUNCTION as GET_ITER", "FOR_ITER 1 as GET_ITER", "CALL 1 on 41", "IMPORT_NAME 1 less", "called weakref" */
function changeOf(text: string): Rule['change'] {
  const called = /^called (\S+)$/.exec(text)?.[1];
  if (called !== undefined) return { called };
  const [, opcode, creations, as, line] = /^([A-Z_\d]+)(?: (\d+))? (?:less|as ([A-Z_\d]+)|on (\d+))$/.exec(text) ?? [];
  if (opcode === undefined) throw new Error(`${JSON.stringify(text)} is no change`);
  const to = as !== undefined ? { opcode: as } : line !== undefined ? { line: Number(line) } : null;
  return { opcode, creations: creations === undefined ? Infinity : Number(creations), to };
}

/** The rows of an embedded interpreter. A rule that finds nothing to change is an error. */
export function embeddedRows(interpreter: string, known: Known, minor: number): Row[] {
  const rules = known.rules.filter((rule) => rule.interpreter === interpreter);
  return rules.reduce<Row[]>(
    (rows, rule) => rule.lines.reduce((all, line) => changed(all, line, rule), rows),
    expectedRows(known, minor),
  );
}

function changed(rows: readonly Row[], line: number, { types, change }: Rule): Row[] {
  const concerns = (row: Row): boolean =>
    row.line === line && types.includes(row.type) && ('called' in change || row.opcode === change.opcode);
  if (!rows.some(concerns)) throw new Error(`a rule finds nothing on line ${line}`);
  return rows.flatMap((row) => {
    if (!concerns(row)) return [row];
    if ('called' in change) return [{ ...row, type: change.called }];
    const moved = Math.min(change.creations, row.creations);
    const left = { ...row, creations: row.creations - moved };
    const other = change.to === null ? [] : [{ ...row, ...change.to, creations: moved }];
    return [...(left.creations > 0 ? [left] : []), ...other];
  });
}

/** The rows of a version, by its minor number. */
export function expectedRows({ table }: Pick<Known, 'table'>, minor: number): Row[] {
  return table
    .filter(({ versions: [first, last] }) => first <= minor && minor <= last)
    .map(({ line, opcode, type, creations }) => ({ line, opcode, type, creations }));
}

/** Creations of each type; those that are 0 left out. */
export function sumByType(rows: readonly Pick<Row, 'type' | 'creations'>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { type, creations } of rows) if (creations > 0) sums[type] = (sums[type] ?? 0) + creations;
  return sums;
}
