/** `pyallocs interpreters`: which Pythons can be measured, and whether each counts right. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { ALL, type Ended, parsed, pyallocs } from './cli.js';
import { interpreters } from './schemas.js';

const FIELDS = ['creations', 'freelists', 'requests', 'resizes', 'releases', 'pymalloc', 'pools', 'arenas'];

describe('interpreters --json', () => {
  let ended: Ended;
  let found: z.infer<typeof interpreters>['interpreters'];

  beforeAll(async () => {
    ended = await pyallocs(['interpreters', '--json']);
    found = interpreters.parse(parsed(ended)).interpreters;
  });

  test('lists the six embedded ones, with what -p accepts for each', () => {
    expect(found.map(({ id }) => id)).toEqual(ALL);
    expect(found.map(({ selectors }) => selectors)).toEqual(ALL.map((id) => [id.slice('wasm:'.length), id]));
    expect([ended.stderr, ended.code]).toEqual(['', 0]);
  });

  test('says what each can see, and what it cannot: pymalloc, pools and arenas', () => {
    for (const { sees } of found) {
      expect(Object.keys(sees).sort()).toEqual([...FIELDS].sort());
      expect(FIELDS.filter((field) => !sees[field])).toEqual(['pymalloc', 'pools', 'arenas']);
    }
  });

  test('every self-check passed, with what was expected beside what was found', () => {
    for (const { selfCheck } of found) {
      expect(selfCheck.outcome).toBe('passed');
      expect(selfCheck.cases.length).toBeGreaterThan(2);
      for (const { expected, found } of selfCheck.cases) expect(found).toBe(expected);
      expect(
        selfCheck.cases.some(({ expected }) => expected > 0),
        'not everything is 0',
      ).toBe(true);
    }
  });

  test('names the modules of the standard library that are not there', () => {
    for (const { absentModules } of found) {
      expect(absentModules).toContain('tkinter');
      expect(absentModules).not.toContain('json');
      expect(absentModules).toEqual([...absentModules].sort());
    }
  });
});

test('the text: a line per interpreter, and the same facts in words', async () => {
  const { stdout, stderr, code } = await pyallocs(['interpreters', '-p', '3.13,new=3.14']);
  expect([stderr, code]).toEqual(['', 0]);
  expect(stdout).toMatchInlineSnapshot(`
    "2 interpreters

     id         version  engine    bits  -p              self-check
     wasm:3.13  3.13.2   embedded  32    3.13 wasm:3.13  passed (8 of 8)
     wasm:3.14  3.14.2   embedded  32    3.14 wasm:3.14  passed (8 of 8)

    wasm:3.13 and wasm:3.14: counts creations, freelists, requests, resizes and releases; cannot see
      pymalloc, pools and arenas
    wasm:3.13 lacks the modules curses, dbm, ensurepip, fcntl, grp, idlelib, lzma, msvcrt, nt, pwd,
      pydoc_data, readline, resource, sqlite3, ssl, syslog, termios, tkinter, turtle, turtledemo, venv,
      winreg, winsound
    wasm:3.14 lacks the modules curses, dbm, ensurepip, grp, idlelib, msvcrt, nt, pwd, pydoc_data,
      readline, resource, syslog, tkinter, turtle, turtledemo, venv, winreg, winsound
    "
  `);
});

test('an unknown interpreter is refused with the list of those that exist', async () => {
  const { stdout, stderr, code } = await pyallocs(['interpreters', '-p', '2.7']);
  expect([stdout, code]).toEqual(['', 2]);
  expect(stderr).toBe('pyallocs: there is no interpreter 2.7; there are 3.10, 3.11, 3.12, 3.13, 3.14, 3.15, or all\n');
});
