/** Budget files: what cases may allocate. pyallocs.toml, or [tool.pyallocs] of a pyproject.toml. */
import { minorOfBuild } from './builds.js';
import { parseToml } from './cases.js';
import { PyallocsError } from './errors.js';
import { LIMIT_FIELDS, type Limit, type LimitField, type Limits, parseLimit, typeField, typeName } from './limits.js';
import { nearest } from './nearest.js';
import { lineOf, mapToml, type TomlMap, type TomlPath } from './toml-text.js';

export type Subject =
  | { readonly kind: 'statement'; readonly statement: string; readonly setup: string }
  /** What stands after `python`. `region`: only what happens in it; null: the whole program. */
  | { readonly kind: 'command'; readonly command: readonly string[]; readonly region: string | null };

export interface VersionBudget {
  /** "3.14" */
  readonly minor: string;
  readonly limits: Limits;
}

export interface BudgetCase {
  /** Where it stands in the file. */
  readonly path: TomlPath;
  readonly line: number;
  readonly id: string | null;
  readonly subject: Subject;
  /** For all versions. */
  readonly limits: Limits;
  /** Whether there is `limits`, be it empty. */
  readonly hasLimits: boolean;
  /** These replace the shared ones, field by field. */
  readonly python: readonly VersionBudget[];
  /** The interpreters that --update measured on, as buildName of builds.ts. */
  readonly builds: readonly string[];
}

export interface Budget {
  /** As it was named. */
  readonly file: string;
  readonly text: string;
  /** The keys of the table that holds the budget: none, or tool and pyallocs. */
  readonly root: readonly string[];
  readonly cases: readonly BudgetCase[];
  /** [[test]] tables, which are for pytest: they are read so that what is wrong in them is told, and left as they are. */
  readonly tests: readonly BudgetTest[];
}

/** A test with its limits, by its id of pytest. */
export interface BudgetTest {
  readonly line: number;
  readonly id: string;
}

/** What holds for a version: "3.14". */
export function limitsFor({ limits, python }: Pick<BudgetCase, 'limits' | 'python'>, minor: string): Limits {
  const own = python.find((one) => one.minor === minor);
  return own === undefined ? limits : new Map([...limits, ...own.limits]);
}

/** The sentence of an error at a line of the file. */
export function atLine(file: string, line: number | null, sentence: string): PyallocsError {
  return new PyallocsError('bad-budget', `${file}${line === null ? '' : `:${line}`}: ${sentence}`);
}

/** Whether a pyproject.toml has a table for us. */
export function hasBudget(text: string, file: string): boolean {
  const tool = record(parseToml(text, file))?.['tool'];
  return record(tool)?.['pyallocs'] !== undefined;
}

/** Where it begins in a pyproject.toml. */
export function budgetLine(text: string): number {
  return lineOf(text, mapToml(text), ['tool', 'pyallocs']) ?? 1;
}

/** `project`: the budget is [tool.pyallocs] in it. Throws PyallocsError for whatever is wrong, with file and line. */
export function parseBudget(text: string, file: string, project: boolean): Budget {
  const whole = parseToml(text, file);
  const root = project ? ['tool', 'pyallocs'] : [];
  const reader = new Reader(text, file);
  const table = root.reduce<unknown>((value, key) => record(value)?.[key], whole);
  const keys = reader.table(table, root, ['case', 'test']);
  const cases = reader.tables(keys, root, 'case').map((value, i) => reader.case(value, [...root, 'case', i]));
  const tests = reader.tables(keys, root, 'test').map((value, i) => reader.test(value, [...root, 'test', i]));
  if (cases.length + tests.length === 0)
    throw reader.error(keys['case'] === undefined ? root : [...root, 'case'], `there is no case; ${CASE}`);
  checkIds(file, 'case', cases);
  checkIds(file, 'test', tests);
  return { file, text, root, cases, tests };
}

function checkIds(
  file: string,
  kind: 'case' | 'test',
  all: readonly { readonly id: string | null; readonly line: number }[],
): void {
  all.forEach(({ id, line }, i) => {
    const before = id === null ? undefined : all.slice(0, i).find((one) => one.id === id);
    if (before !== undefined)
      throw atLine(
        file,
        line,
        `a second ${kind} with the id ${JSON.stringify(id)}; the first is in line ${before.line}`,
      );
  });
}

const CASE = 'a case is a [[case]] table with a statement or a command, and limits';
const TEST_KEYS = ['id', 'limits', 'python', 'builds'];
const CASE_KEYS = ['id', 'statement', 'setup', 'command', 'region', 'limits', 'python', 'builds'];

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #map: TomlMap;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    this.#map = mapToml(text);
  }

  error(path: TomlPath, sentence: string): PyallocsError {
    return atLine(this.#file, lineOf(this.#text, this.#map, path), sentence);
  }

  /** A table that has no other keys. */
  table(value: unknown, path: TomlPath, known: readonly string[]): Readonly<Record<string, unknown>> {
    const table = record(value);
    const name = path.findLast((part) => typeof part === 'string') ?? 'the file';
    if (table === null) throw this.error(path, `${name} is ${typeName(value)}; it must be a table`);
    for (const key of Object.keys(table)) if (!known.includes(key)) throw this.#unknownKey(path, key, known);
    return table;
  }

  #unknownKey(path: TomlPath, key: string, known: readonly string[]): PyallocsError {
    const near = nearest(key, known);
    const there = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${known.join(', ')}`;
    return this.error([...path, key], `unknown key ${JSON.stringify(key)}; ${there}`);
  }

  /** An array of tables: [[case]]. None: there is no such key. */
  tables(keys: Readonly<Record<string, unknown>>, path: TomlPath, key: string): readonly unknown[] {
    const value = keys[key];
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    throw this.error([...path, key], `${key} is ${typeName(value)}; write [[${[...path, key].join('.')}]]`);
  }

  test(value: unknown, path: TomlPath): BudgetTest {
    const table = this.table(value, path, TEST_KEYS);
    const id = this.#textOf(table, path, 'id');
    if (id === undefined)
      throw this.error(path, 'the test has no id; it is what pytest calls the test: "tests/test_a.py::test_b[c]"');
    if (id.trim() === '') throw this.error([...path, 'id'], 'the id is empty');
    if (table['limits'] !== undefined) this.#limits(table['limits'], [...path, 'limits']);
    this.#versions(table['python'], [...path, 'python'], 'test');
    this.#builds(table, path);
    return { line: lineOf(this.#text, this.#map, path) ?? 1, id };
  }

  case(value: unknown, path: TomlPath): BudgetCase {
    const table = this.table(value, path, CASE_KEYS);
    const id = this.#textOf(table, path, 'id') ?? null;
    if (id?.trim() === '') throw this.error([...path, 'id'], 'the id is empty');
    const limits = table['limits'];
    return {
      path,
      line: lineOf(this.#text, this.#map, path) ?? 1,
      id,
      subject: this.#subject(table, path),
      limits: limits === undefined ? new Map() : this.#limits(limits, [...path, 'limits']),
      hasLimits: limits !== undefined,
      python: this.#versions(table['python'], [...path, 'python'], 'case'),
      builds: this.#builds(table, path),
    };
  }

  #subject(table: Readonly<Record<string, unknown>>, path: TomlPath): Subject {
    const [statement, setup, region] = ['statement', 'setup', 'region'].map((key) => this.#textOf(table, path, key));
    const command = this.#texts(table, path, 'command');
    if (command !== undefined) {
      if (statement !== undefined) throw this.error(path, 'the case has a statement and a command; it is one of them');
      if (setup !== undefined) throw this.error([...path, 'setup'], 'setup belongs to a statement; a command has none');
      if (command.length === 0)
        throw this.error([...path, 'command'], 'the command is empty; try: command = ["script.py"]');
      if (region?.trim() === '') throw this.error([...path, 'region'], 'the name of the region is empty');
      return { kind: 'command', command, region: region ?? null };
    }
    if (statement === undefined)
      throw this.error(path, 'the case has no statement and no command; it needs one of them');
    if (statement.trim() === '') throw this.error([...path, 'statement'], 'the statement is empty');
    if (region !== undefined)
      throw this.error([...path, 'region'], 'region belongs to a command; a statement is measured whole');
    return { kind: 'statement', statement, setup: setup ?? '' };
  }

  #textOf(table: Readonly<Record<string, unknown>>, path: TomlPath, key: string): string | undefined {
    const value = table[key];
    if (value === undefined || typeof value === 'string') return value;
    throw this.error([...path, key], `${key} is ${typeName(value)}; it must be a string`);
  }

  #texts(table: Readonly<Record<string, unknown>>, path: TomlPath, key: string): readonly string[] | undefined {
    const value = table[key];
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
    const is = Array.isArray(value) ? 'has something else in it' : `is ${typeName(value)}`;
    throw this.error([...path, key], `${key} ${is}; it must be an array of strings`);
  }

  #builds(table: Readonly<Record<string, unknown>>, path: TomlPath): readonly string[] {
    const builds = this.#texts(table, path, 'builds') ?? [];
    const wrong = builds.find((build) => minorOfBuild(build) === null);
    if (wrong === undefined) return builds;
    throw this.error(
      [...path, 'builds'],
      `${JSON.stringify(wrong)} is no build such as "wasm:3.14.2"; leave builds to pyallocs check --update`,
    );
  }

  #versions(value: unknown, path: TomlPath, of: 'case' | 'test'): VersionBudget[] {
    if (value === undefined) return [];
    const table = record(value);
    if (table === null) throw this.error(path, `python is ${typeName(value)}; write [${of}.python."3.14"] with limits`);
    return Object.entries(table).map(([minor, own]) => {
      const [, number] = /^3\.(\d{1,2})$/.exec(minor) ?? [];
      if (number === undefined || Number(number) < 8) {
        const [short] = /^3\.([89]|[1-9]\d)(?=\.)/.exec(minor) ?? [];
        const dotted = record(own)?.['limits'] === undefined && record(own) !== null && minor === '3';
        const why = dotted
          ? `a version stands in quotes, as in [${of}.python."3.14"]`
          : short !== undefined
            ? `limits are for a minor version; write ${JSON.stringify(short)}`
            : 'versions are "3.8" and later';
        throw this.error([...path, minor], `impossible version ${JSON.stringify(minor)}; ${why}`);
      }
      const { limits } = this.table(own, [...path, minor], ['limits']);
      if (limits === undefined) throw this.error([...path, minor], `there are no limits for ${minor}`);
      return { minor, limits: this.#limits(limits, [...path, minor, 'limits']) };
    });
  }

  #limits(value: unknown, path: TomlPath): Limits {
    const table = this.table(value, path, [...LIMIT_FIELDS, 'types']);
    const limits = new Map<LimitField, Limit>();
    for (const [field, one] of Object.entries(table)) {
      if (field !== 'types') {
        limits.set(field as LimitField, this.#limit(one, [...path, field], field));
        continue;
      }
      const types = record(one);
      if (types === null) throw this.error([...path, 'types'], `types is ${typeName(one)}; write types = { dict = 1 }`);
      for (const [type, limit] of Object.entries(types)) {
        const place = [...path, 'types', type];
        if (record(limit) !== null)
          throw this.error(place, `the limit of ${type} is a table; a name with a dot stands in quotes: "${type}.…"`);
        limits.set(typeField(type), this.#limit(limit, place, type));
      }
    }
    return limits;
  }

  #limit(value: unknown, path: TomlPath, name: string): Limit {
    const limit = parseLimit(value);
    if (typeof limit !== 'string') return limit;
    throw this.error(path, `the limit of ${name} ${limit}`);
  }
}

/** A table of parsed TOML; null: it is something else. */
function record(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
    ? (value as Record<string, unknown>)
    : null;
}
