/** The tables are complete: over all instructions they come to what `pyallocs stat` counts, on every Python of this machine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { minorNumber } from '../../src/core/interpreter.js';
import { nativeEngine } from '../../src/engines/native/engine.js';
import { EMBEDDED } from '../../src/engines/wasm/embedded.js';
import { folder, pyallocs } from '../cli.js';
import { counted, stat } from '../schemas.js';
import {
  ENVIRONMENT,
  embeddedRows,
  expectedRows,
  KNOWN,
  knownOn,
  PROGRAM,
  parseRules,
  parseTable,
  sumByType,
} from './expected.js';
import { listingOf } from './listing.js';

const FOUND = nativeEngine.offers().filter(({ refusal }) => refusal === null);
const VERSIONS = [8, 9, 10, 11, 12, 13, 14, 15];

describe.each(KNOWN)('the table of $name', (known) => {
  test('quotes the program, gives a reason for each row, and says nothing twice', () => {
    const source = readFileSync(known.path, 'utf8').split('\n');
    for (const { line, source: quoted, why } of known.table) {
      expect(quoted).toBe(source[line - 1]?.trim());
      expect(why).toMatch(/\w+, (Objects|Python)\/(stringlib\/)?\w+\.[ch]/);
    }
    for (const minor of VERSIONS) {
      const keys = expectedRows(known, minor).map(({ line, opcode, type }) => `${line} ${opcode} ${type}`);
      expect(new Set(keys).size, `3.${minor}`).toBe(keys.length);
      if (minor < known.since) expect(keys).toEqual([]);
    }
  });
});

test('the tables cover more than 60 lines on each version', () => {
  for (const minor of VERSIONS) {
    const lines = KNOWN.flatMap((known) => expectedRows(known, minor).map(({ line }) => `${known.name}:${line}`));
    expect(new Set(lines).size, `3.${minor}`).toBeGreaterThan(60);
  }
});

describe.each(KNOWN)('the rules of $name', (known) => {
  test('have reasons, and something to change', () => {
    for (const { why } of known.rules) expect(why).toMatch(/\w+, (Objects|Python)\/\w+\.[ch]$/);
    for (const { id, version } of EMBEDDED) {
      const rows = embeddedRows(id, known, minorNumber(version));
      expect(rows.length).toBeGreaterThan(10);
      expect(rows.every(({ creations }) => creations > 0)).toBe(true);
    }
    const ids = EMBEDDED.map(({ id }) => id);
    expect(known.rules.filter(({ interpreter }) => !ids.includes(interpreter))).toEqual([]);
  });
});

test('a rule that changes nothing, or has not its form, is refused', () => {
  expect(() => embeddedRows('wasm:3.10', PROGRAM, 15)).toThrow('a rule finds nothing on line 78');
  expect(() => parseRules('in x\n  8 | int | BINARY_OP or so | why')).toThrow('is no change');
  expect(() => parseRules('in x\n8 m = n + 1')).toThrow('not a line of rules');
});

test('a line that has not its form is refused', () => {
  expect(() => parseTable('8 m = n + 1\n  int | BINARY_OP one | why')).toThrow('is no "OPCODE COUNT VERSIONS"');
  expect(() => parseTable('  int | BINARY_OP 1 | why')).toThrow('not a line of a table');
});

describe.skipIf(FOUND.length === 0)('Pythons of this machine (skipped where there is none that can be counted)', () => {
  describe.each(FOUND)('$id', (offer) => {
    const python = offer.path ?? '';
    const minor = minorNumber(offer.version);

    describe.each(knownOn(minor))('$name', (known) => {
      const rows = expectedRows(known, minor);

      test('each row names an instruction that stands on its line', () => {
        const there = new Set(listingOf(python, known.path).map(({ line, opcode }) => `${line} ${opcode}`));
        expect(rows.filter(({ line, opcode }) => !there.has(`${line} ${opcode}`))).toEqual([]);
      });

      test('the sums by type are those of stat', async () => {
        const output = join(folder(), 'stat.json');
        await pyallocs(['stat', '-p', python, '-o', output, known.path], { env: ENVIRONMENT });
        const result = counted(stat.parse(JSON.parse(readFileSync(output, 'utf8'))));
        expect([result.outcome, result.exit]).toEqual(['exact', { code: 0, signal: null }]);
        const found = result.byType.map(({ type, creations }) => ({ type, creations: creations.total }));
        expect(sumByType(found)).toEqual(sumByType(rows));
      });
    });
  });
});
