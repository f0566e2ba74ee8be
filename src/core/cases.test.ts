import { describe, expect, test } from 'vitest';
import { parseCases, parseToml } from './cases.js';
import { EXIT, PyallocsError } from './errors.js';

/** The error that reading this text as cases.toml ends in. */
function errorOf(text: string): PyallocsError {
  try {
    parseCases(text, 'cases.toml');
  } catch (error) {
    if (error instanceof PyallocsError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('a cases file', () => {
  test('needs a statement only: no id is null, no setup is empty', () => {
    expect(parseCases('[[case]]\nstatement = "pass"', 'f')).toEqual([{ id: null, statement: 'pass', setup: '' }]);
  });

  test('keeps the order, the ids and every character of the code', () => {
    const text = `
[[case]]
id = "b"
statement = '''
for c in "\\n":
    pass'''
setup = "x = '\\u00e9\\t'"
[[case]]
id = "a"
statement = "pass"`;
    expect(parseCases(text, 'f')).toEqual([
      { id: 'b', statement: 'for c in "\\n":\n    pass', setup: "x = 'é\t'" },
      { id: 'a', statement: 'pass', setup: '' },
    ]);
  });

  test('may have many cases without an id, but not two with the same', () => {
    const unnamed = '[[case]]\nstatement = "pass"\n';
    const named = '[[case]]\nid = "a\\"b"\nstatement = "pass"\n';
    expect(parseCases(unnamed + named + unnamed, 'f')).toHaveLength(3);
    expect(errorOf(named + unnamed + named).message).toBe('cases.toml has two cases with the id "a\\"b"');
  });

  test.each([
    ['', 'case: Invalid input: expected array, received undefined'],
    ['case = []', 'case: Too small: expected array to have >=1 items'],
    ['[case]\nstatement = "pass"', 'case: Invalid input: expected array, received object'],
    ['title = "x"\n[[case]]\nstatement = "pass"', 'Unrecognized key: "title"'],
    ['[[case]]', 'case.0.statement: Invalid input: expected string, received undefined'],
    ['[[case]]\nstatement = "\\n"', 'case.0.statement: is empty'],
    [
      '[[case]]\nstatement = "pass"\n[[case]]\nstatement = "pass"\nid = ""',
      'case.1.id: Too small: expected string to have >=1 characters',
    ],
    ['[[case]]\nstatement = "pass"\nsetup = ["x = 1"]', 'case.0.setup: Invalid input: expected string, received array'],
    ['[[case]]\nstatement = "pass"\nsteup = ""', 'case.0: Unrecognized key: "steup"'],
  ])('that holds %j is refused with the place', (text, says) => {
    const error = errorOf(text);
    expect(error.message).toBe(
      `cases.toml is not a cases file: ${says}. It holds [[case]] tables with statement, and id and setup if wanted.`,
    );
    expect([error.code, error.exitCode]).toEqual(['bad-cases', EXIT.usage]);
  });

  test('that is no TOML is refused with line and column', () => {
    const error = errorOf('[[case]]\nstatement = "pass');
    expect(error.message).toMatch(/^cases\.toml is not TOML: line 2, column \d+: [^\n]+$/);
    expect([error.code, error.exitCode]).toEqual(['bad-toml', EXIT.usage]);
  });
});

test('a table that would change the prototype of objects is a table like any other', () => {
  parseToml('[__proto__]\npolluted = 1', 'f');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
