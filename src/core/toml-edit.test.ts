import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { keys, quoted, setTomlValue } from './toml-edit.js';
import { lineOf, mapToml, type TomlPath } from './toml-text.js';

describe('where values stand', () => {
  const text = `# a = 1
[tool.other]
text = """
[[case]]
x = "]" # no header
"""
[[tool.pyallocs.case]] # the first
id = 'a"#'
limits = { creations = "<= 3", types = { "a.b" = 1, c = 2 } }
[tool.pyallocs.case.python."3.14"]
limits.creations = 2
[[tool.pyallocs.case]]
command = [ # one
  "s.py", '#',
]
`;
  const map = mapToml(text);
  const root = ['tool', 'pyallocs', 'case'];
  const textOf = (path: TomlPath): string | undefined => {
    const pair = map.pairs.find((one) => JSON.stringify(one.path) === JSON.stringify(path));
    return pair === undefined ? undefined : text.slice(pair.from, pair.to);
  };

  test('is found by path, in inline tables and behind headers', () => {
    expect(textOf([...root, 0, 'id'])).toBe(`'a"#'`);
    expect(textOf([...root, 0, 'limits', 'creations'])).toBe('"<= 3"');
    expect(textOf([...root, 0, 'limits', 'types', 'a.b'])).toBe('1');
    expect(textOf([...root, 0, 'python', '3.14', 'limits', 'creations'])).toBe('2');
    expect(textOf([...root, 1, 'command'])).toBe(`[ # one\n  "s.py", '#',\n]`);
    expect(map.headers.map(({ path }) => path)).toEqual([
      ['tool', 'other'],
      [...root, 0],
      [...root, 0, 'python', '3.14'],
      [...root, 1],
    ]);
  });

  test('has a line, that of the table around it where it is not there', () => {
    expect(lineOf(text, map, [...root, 0, 'limits', 'types', 'c'])).toBe(9);
    expect(lineOf(text, map, [...root, 0, 'setup'])).toBe(7);
    expect(lineOf(text, map, [...root, 0, 'python', '3.14', 'limits', 'requests'])).toBe(11);
    expect(lineOf(text, map, [...root, 1])).toBe(12);
    expect(lineOf(text, map, [])).toBeNull();
  });
});

describe('a value is set in place', () => {
  const limit = ['case', 0, 'limits', 'creations'];
  test.each([
    [
      'with a comment behind it',
      '[[case]]\nlimits = { creations = 1 } # why\n',
      limit,
      '2',
      '[[case]]\nlimits = { creations = 2 } # why\n',
    ],
    [
      'with CRLF',
      '[[case]]\r\nid = "a"\r\n\r\n[[case]]\r\n',
      ['case', 0, 'limits'],
      '{}',
      '[[case]]\r\nid = "a"\r\nlimits = {}\r\n\r\n[[case]]\r\n',
    ],
    [
      'in a table of its own',
      '[[case]]\n[case.limits]\ncreations = 1\n# end\n',
      limit,
      '2',
      '[[case]]\n[case.limits]\ncreations = 2\n# end\n',
    ],
    [
      'with dots',
      '[[case]]\nlimits.requests = 1\nid = "a"\n',
      limit,
      '2',
      '[[case]]\nlimits.requests = 1\nlimits.creations = 2\nid = "a"\n',
    ],
    [
      'with dots in an inline table',
      '[[case]]\nlimits = { types.a = 1 }\n',
      ['case', 0, 'limits', 'types', 'b'],
      '2',
      '[[case]]\nlimits = { types.a = 1, types.b = 2 }\n',
    ],
    ['in an empty inline table', '[[case]]\nlimits = {}\n', limit, '2', '[[case]]\nlimits = { creations = 2 }\n'],
    [
      'behind a nested one',
      '[[case]]\nlimits = { types = { a = 1 } }\n',
      limit,
      '2',
      '[[case]]\nlimits = { types = { a = 1 }, creations = 2 }\n',
    ],
    [
      'in an array of inline tables',
      'case = [\n  { id = "a" }, # x\n]\n',
      limit,
      '2',
      'case = [\n  { id = "a", limits = { creations = 2 } }, # x\n]\n',
    ],
    [
      'at the end of a file without a line break',
      '[[case]]\nid = "a"',
      ['case', 0, 'limits'],
      '{}',
      '[[case]]\nid = "a"\nlimits = {}\n',
    ],
    [
      'behind a header without keys',
      '[[case]] # x\n\n[[case]]\nid = "b"\n',
      ['case', 0, 'id'],
      '"a"',
      '[[case]] # x\nid = "a"\n\n[[case]]\nid = "b"\n',
    ],
  ] as const)('%s', (_, text, path, value, expected) => {
    expect(setTomlValue(text, path, value)).toBe(expected);
    parse(expected);
  });

  test('a table of its own comes behind what its case has, in front of the next', () => {
    const text = '[[a.case]]\nid = "x" # c\n\n[a.case.python."3.13"]\nlimits = {}\n\n# next\n[[a.case]]\n';
    expect(setTomlValue(text, ['a', 'case', 0, 'python', '3.14', 'limits'], '{ creations = 1 }', 5)).toBe(
      '[[a.case]]\nid = "x" # c\n\n[a.case.python."3.13"]\nlimits = {}\n\n[a.case.python."3.14"]\nlimits = { creations = 1 }\n\n# next\n[[a.case]]\n',
    );
  });
});

/** Texts around values: comments, strings that look like tables, blanks. */
const noise = fc.constantFrom(
  '',
  ' ',
  '# x = {',
  '# "',
  "text = '[[case]]'",
  'lines = """\n[a]\nb = 1\n"""',
  "raw = '''\n# \"\"\"'''",
);
const name = fc.constantFrom('creations', 'a.b', 'dict', '"', 'ü', '3.14', 'a b');
const limits = fc.dictionary(name, fc.integer({ min: 0, max: 999 }), { maxKeys: 3, noNullPrototype: true });

test('whatever stands around it: one value changes, and no other character', () => {
  const table = fc.record({
    before: noise,
    limits,
    inline: fc.boolean(),
    comment: fc.constantFrom('', ' # }', ' # "x'),
  });
  fc.assert(
    fc.property(
      fc.array(table, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.nat(),
      name,
      (tables, crlf, at, field) => {
        const lines = tables.flatMap(({ before, limits, inline, comment }) => {
          const pairs = Object.entries(limits).map(([key, value]) => `${keys([key])} = ${value}`);
          const own = inline
            ? [`limits = { ${pairs.join(', ')} }${comment}`]
            : ['[case.limits]', ...pairs.map((pair) => pair + comment)];
          return ['[[case]]', before, ...own, '', '# between'];
        });
        const text = lines.join('\n').replaceAll('\n', crlf ? '\r\n' : '\n');
        const i = at % tables.length;
        const after = setTomlValue(text, ['case', i, 'limits', field], '4321');
        const expected = parse(text) as unknown as { case: { limits: Record<string, unknown> }[] };
        (expected.case[i] as { limits: Record<string, unknown> }).limits[field] = 4321;
        expect(parse(after)).toEqual(expected);
        expectOneSplice(text, after, tables[i]?.limits[field] === undefined ? 0 : 3);
        expect(/[^\r]\n/.test(after)).toBe(/[^\r]\n/.test(text));
      },
    ),
  );
});

/** What is the same at both ends of two texts leaves at most so many characters of the first. */
function expectOneSplice(before: string, after: string, removed: number): void {
  let [start, end] = [0, 0];
  while (start < before.length && before[start] === after[start]) start++;
  while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  expect(before.length - start - end).toBeLessThanOrEqual(removed);
}

test('keys are quoted where they must be', () => {
  expect(keys(['a', '3.14', 'b-c', 'x"y', ''])).toBe('a."3.14".b-c."x\\"y".""');
  expect(parse(`a = ${quoted('\u007f\u0001"\\')}`)).toEqual({ a: '\u007f\u0001"\\' });
});
