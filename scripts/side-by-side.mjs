// npm run side-by-side: counts the same statements in the embedded and the installed CPython of each minor version, and says
// where they differ and why. The statements are the experiments of the study and those of scripts/side-by-side.toml, which
// look for differences. Bytes are left out: pointers of 32 bits are half as long.
//
//   --write     puts the tables into docs/embedded-and-native.md
//   3.13 3.14   only these versions; default: all of which there is an installed one
//
// It exits with 1 when a difference has no reason in RULES below: then it has to be looked into.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CATEGORIES } from '../dist/core/study.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const DOCUMENT = join(root, 'docs/embedded-and-native.md');
const MARKED = /(<!-- side-by-side -->\n)[\s\S]*?(<!-- end -->)/;
const SIGNS = { freelist: '○', allocator: '●', buffers: '▪', resizes: '↔' };
const COUNTS = Object.keys(SIGNS);

/** Why a count may differ; the first that applies. `embedded` and `native` are versions, `types` those whose rows differ. */
const RULES = [
  {
    why: '32 bits: `long` ends at 2³¹, and what is beyond takes the slower way for large numbers',
    when: ({ id }) => id.endsWith('-past-2-31'),
  },
  {
    why: '32 bits: an address fits one digit of an int, and such ints have a freelist from 3.14 on',
    when: ({ id }) => id === 'bits.id',
  },
  {
    why: 'patch release: the freelist of tuples with 20 items, out of use in 3.12.1, is in use in 3.12.7',
    when: ({ types, native }) => same(types, ['tuple']) && native.startsWith('3.12.'),
  },
  {
    why: 'patch release: 3.10.2 does not make a second AttributeError for `__getattr__` (gh-96352 does, from 3.10.8 on)',
    when: ({ types, native }) => types.includes('AttributeError') && native.startsWith('3.10.'),
  },
  {
    why: 'patch release: `except*` makes one traceback in 3.13.0; 3.13.18 makes two, as 3.13.2 does',
    when: ({ id, types, native }) => id === 'call.except-star' && same(types, ['traceback']) && native === '3.13.0',
  },
  {
    why: 'probably the patch release, for 3.13 has no such difference: a list made from an iterator is resized to its final length in the one and not in the other; not looked up in the source of CPython',
    when: ({ types, native, counts }) =>
      same(types, ['(buffer)']) && same(counts, ['resizes']) && /^3\.1[45]\./.test(native),
  },
  {
    why: 'the cost is not constant, and the freelist held another number of objects when it began',
    when: ({ steady, counts }) => !steady && same(counts, ['freelist', 'allocator']),
  },
];

const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean' } } });
const work = mkdtempSync(join(tmpdir(), 'pyallocs-side-'));
try {
  const sections = pairs(positionals).map(compared);
  const rows = sections.flatMap(({ rows }) => rows);
  const text = [summary(sections), '', ...table(rows)].join('\n');
  if (values.write) {
    const before = readFileSync(DOCUMENT, 'utf8');
    writeFileSync(
      DOCUMENT,
      before.replace(MARKED, (_, begin, end) => `${begin}${text}\n${end}`),
    );
  } else console.log(text);
  if (rows.some(({ why }) => why === null)) {
    console.error('\nSome differences have no reason: look into them, then add a rule to scripts/side-by-side.mjs.');
    process.exitCode = 1;
  }
} finally {
  rmSync(work, { recursive: true });
}

function same(found, wanted) {
  return found.length === wanted.length && wanted.every((one) => found.includes(one));
}

/** The ids of an embedded interpreter and of one of this machine, for each minor version. */
function pairs(minors) {
  const { interpreters } = JSON.parse(pyallocs(['interpreters', '--json']));
  const minor = ({ version }) => version.split('.').slice(0, 2).join('.');
  return interpreters
    .filter((one) => one.engine === 'wasm' && (minors.length === 0 || minors.includes(minor(one))))
    .flatMap((embedded) => {
      const natives = interpreters.filter((one) => one.engine === 'native' && minor(one) === minor(embedded));
      if (natives.length === 0) console.error(`no installed Python ${minor(embedded)}: left out`);
      return natives.slice(0, 1).map((native) => ({ embedded, native }));
    });
}

/** Both results of every statement that both can have, and the rows that differ. */
function compared({ embedded, native }) {
  console.error(`${embedded.version} and ${native.version} …`);
  const which = ['-p', `${embedded.id},${native.path}`];
  const categories = CATEGORIES.flatMap((category) => ['--only', category]); // not the programs
  const { experiments } = JSON.parse(
    pyallocs(['study', ...which, ...categories, '--json', '--out', join(work, embedded.id.slice(-4))]),
  );
  const { cases } = JSON.parse(
    pyallocs(['bench', '--file', join(root, 'scripts/side-by-side.toml'), ...which, '--json']),
  );
  const both = [...experiments, ...cases].filter(({ results }) => results.length === 2);
  const rows = both.flatMap((one) => difference(one, embedded.version, native.version));
  return { embedded, native, total: both.length, rows };
}

function difference({ id, statement, setup, results: [first, second] }, embedded, native) {
  const shown = { id, statement, setup, embedded, native };
  const outcomes = [first.outcome, second.outcome];
  if (outcomes.some((outcome) => outcome !== 'exact')) {
    return [{ ...shown, what: outcomes.join(' and '), why: null }];
  }
  const [before, after] = [first, second].map(({ byType }) => new Map(byType.map((row) => [row.type, four(row)])));
  const types = [];
  const counts = new Set();
  const parts = [];
  for (const type of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before, after].map((rows) => rows.get(type) ?? {});
    const moved = COUNTS.filter((count) => (old[count] ?? 0) !== (now[count] ?? 0));
    if (moved.length === 0) continue;
    types.push(type);
    for (const count of moved) counts.add(count);
    for (const count of moved)
      parts.push(`${type} ${SIGNS[count]} ${told(old[count], first)} → ${told(now[count], second)}`);
  }
  if (types.length === 0) return [];
  const about = { id, types, counts: [...counts], steady: first.steady, embedded, native };
  const why = RULES.find(({ when }) => when(about))?.why ?? null;
  return [{ ...shown, what: parts.join(', '), why }];
}

/** A request is one from the allocator, whichever that is: the embedded builds have no pymalloc. */
function four({ creations, buffers, resizes }) {
  const allocator = creations.pymalloc + creations.malloc;
  return { freelist: creations.freelist, allocator, buffers: buffers.total, resizes };
}

/** Per execution; of a cost that is not constant, the whole number. */
function told(count, { iterations, steady }) {
  return (count ?? 0) / (steady ? iterations : 1);
}

function pyallocs(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/pyallocs.js'), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0 && status !== 1) throw new Error(`pyallocs ${args.join(' ')}\nexited with ${status}\n${stderr}`);
  return stdout;
}

function summary(sections) {
  const lines = ['| embedded | installed | statements | equal | different |', '|---|---|---|---|---|'];
  for (const { embedded, native, total, rows } of sections) {
    const equal = total - rows.length;
    lines.push(`| ${embedded.version} | ${native.version} | ${total} | ${equal} | ${rows.length} |`);
  }
  return lines.join('\n');
}

/** One row for a statement with the same difference on several versions. */
function table(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  const lines = ['| statement | versions | per execution, embedded → installed | why |', '|---|---|---|---|'];
  for (const group of groups.values()) {
    const [{ statement, setup, what, why }] = group;
    const versions = group.map(({ native }) => native.split('.').slice(0, 2).join('.')).join(', ');
    const before = setup === '' || setup.trim().includes('\n') ? '' : `${code(setup)}, then `;
    lines.push(`| ${before}${code(statement)} | ${versions} | ${what} | ${why ?? '**not explained**'} |`);
  }
  return lines;
}

/** Python code on one line of a table. */
function code(text) {
  const line = text
    .trim()
    .replaceAll(/:\n\s+/g, ': ')
    .replaceAll(/\n\s*/g, '; ');
  return `\`${line.replaceAll('|', '\\|')}\``;
}

function keyOf({ id, what, why }) {
  return JSON.stringify([id, what, why]);
}
