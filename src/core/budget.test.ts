import { describe, expect, test } from 'vitest';
import { limitsFor, parseBudget } from './budget.js';
import { EXIT, PyallocsError } from './errors.js';
import { limitText } from './limits.js';

function errorOf(text: string, project = false): PyallocsError {
  try {
    parseBudget(text, 'b.toml', project);
  } catch (error) {
    if (error instanceof PyallocsError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('a budget', () => {
  test('has statements and commands, limits, and limits of versions that replace the others field by field', () => {
    const { cases } = parseBudget(
      `[[case]]
id = "a"
statement = "f()"
setup = "x = 1"
limits = { creations = "<=3", requests = "= 0", bytes = "16", types = { dict = 1, "m.C" = "1..2" } }
builds = ["wasm:3.14.2"]
[case.python."3.14"]
limits = { creations = 2, types = { dict = 0, int = 1 } }
[[case]]
command = ["-m", "m", "x"]
region = "parse"
`,
      'b.toml',
      false,
    );
    const [a, b] = cases;
    if (a === undefined) throw new Error('there are two');
    const texts = (minor: string) => [...limitsFor(a, minor)].map(([field, limit]) => `${field} ${limitText(limit)}`);
    expect(texts('3.13')).toEqual([
      'creations <= 3',
      'requests = 0',
      'bytes <= 16',
      'types.dict <= 1',
      'types.m.C 1..2',
    ]);
    expect(texts('3.14')).toEqual([
      'creations <= 2',
      'requests = 0',
      'bytes <= 16',
      'types.dict <= 0',
      'types.m.C 1..2',
      'types.int <= 1',
    ]);
    expect([a?.line, a?.builds, b?.line, b?.id, b?.limits.size]).toEqual([1, ['wasm:3.14.2'], 9, null, 0]);
    expect(b?.subject).toEqual({ kind: 'command', command: ['-m', 'm', 'x'], region: 'parse' });
  });

  test('stands in a pyproject.toml as well', () => {
    const text = '[project]\nname = "x"\n[[tool.pyallocs.case]]\nstatement = "pass"\n';
    expect(parseBudget(text, 'pyproject.toml', true).cases).toHaveLength(1);
  });

  const statement = '[[case]]\nstatement = "pass"\n';
  test.each([
    ['a = ', ' is not TOML: line 1, column 5: '],
    ['', ': there is no case; a case is a [[case]] table with a statement or a command, and limits'],
    ['case = []', ':1: there is no case; a case is'],
    ['case = 1', ':1: case is a number; write [[case]]'],
    ['\n[case]\nstatement = "pass"', ':2: case is a table; write [[case]]'],
    [`title = 1\n${statement}`, ':1: unknown key "title"; there are case, test'],
    [`${statement}limit = {}`, ':3: unknown key "limit"; did you mean limits?'],
    [`${statement}id = 3`, ':3: id is a number; it must be a string'],
    [`${statement}id = " "`, ':3: the id is empty'],
    [`${statement}setup = ["x"]`, ':3: setup is an array; it must be a string'],
    ['[[case]]\nstatement = "\\n"', ':2: the statement is empty'],
    ['\n[[case]]\nid = "a"', ':2: the case has no statement and no command'],
    [`${statement}command = ["a"]`, ':1: the case has a statement and a command'],
    [`${statement}region = "a"`, ':3: region belongs to a command'],
    ['[[case]]\ncommand = ["a"]\nsetup = "a"', ':3: setup belongs to a statement'],
    ['[[case]]\ncommand = []', ':2: the command is empty'],
    ['[[case]]\ncommand = "s.py"', ':2: command is a string; it must be an array of strings'],
    ['[[case]]\ncommand = ["s.py", 1]', ':2: command has something else in it'],
    [`${statement}limits = 3`, ':3: limits is a number; it must be a table'],
    [`${statement}limits = { creation = 3 }`, ':3: unknown key "creation"; did you mean creations?'],
    [`${statement}limits = { creations = -1 }`, ':3: the limit of creations is negative; counts are 0 or more'],
    [`${statement}limits = { creations = "<= -1" }`, ':3: the limit of creations "<= -1" is negative'],
    [`${statement}limits = { creations = nan }`, ':3: the limit of creations is no number that a count could be'],
    [
      `${statement}limits = { creations = ">= 1" }`,
      ':3: the limit of creations ">= 1" is no limit; a limit is 3 or "<= 3" (at most)',
    ],
    [`${statement}limits = { creations = "3..2" }`, ':3: the limit of creations "3..2" ends below its beginning'],
    [`${statement}limits = { creations = true }`, ':3: the limit of creations is true or false; a limit is'],
    [`${statement}limits = { types = 1 }`, ':3: types is a number; write types = { dict = 1 }'],
    [`${statement}[case.limits.types]\n\na = [1]`, ':5: the limit of a is an array; a limit is'],
    [
      `${statement}limits = { types = { m.C = 1 } }`,
      ':3: the limit of m is a table; a name with a dot stands in quotes',
    ],
    [`${statement}python = "3.14"`, ':3: python is a string; write [case.python."3.14"] with limits'],
    [`${statement}[case.python."2.7"]\nlimits = {}`, ':3: impossible version "2.7"; versions are "3.8" and later'],
    [
      `${statement}[case.python."3.14.2"]\nlimits = {}`,
      ':3: impossible version "3.14.2"; limits are for a minor version; write "3.14"',
    ],
    [
      `${statement}[case.python.3.14]\nlimits = {}`,
      ':3: impossible version "3"; a version stands in quotes, as in [case.python."3.14"]',
    ],
    [`${statement}[case.python."3.14"]`, ':3: there are no limits for 3.14'],
    [`${statement}[case.python."3.14"]\nlimit = {}`, ':4: unknown key "limit"; did you mean limits?'],
    [`${statement}builds = ["3.14"]`, ':3: "3.14" is no build such as "wasm:3.14.2"'],
    [`${statement}id = "a"\n${statement}id = "a"`, ':4: a second case with the id "a"; the first is in line 1'],
  ])('that holds %j is refused with its line', (text, says) => {
    const error = errorOf(text);
    expect(error.message.startsWith(`b.toml${says}`), error.message).toBe(true);
    expect(error.exitCode).toBe(EXIT.usage);
  });

  test('lines are those of the file, whatever its line ends and other tables', () => {
    const text =
      '[tool.x]\r\ny = """\r\n[[case]]\r\n"""\r\n[[tool.pyallocs.case]]\r\nstatement = "pass"\r\nfoo = 1\r\n';
    expect(errorOf(text, true).message).toMatch(/^b\.toml:7: unknown key "foo"/);
  });
});
