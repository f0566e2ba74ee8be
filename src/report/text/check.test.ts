import { describe, expect, test } from 'vitest';
import type { CheckCase, CheckResult, LimitResult } from '../../core/check.js';
import type { Interpreter } from '../../core/interpreter.js';
import { checkMarkdown } from '../markdown/check.js';
import { formatCheck } from './check.js';
import { githubAnnotations } from './github.js';
import { makeStyle } from './style.js';

const STYLE = makeStyle({ colour: false, ascii: false, width: 100 });
const PYTHON: Interpreter = {
  id: 'native:3.13.0',
  label: null,
  version: '3.13.0',
  implementation: 'cpython',
  engine: 'native',
  bits: 64,
  pymalloc: true,
  freeThreaded: false,
  build: [],
  path: '/usr/bin/python3.13',
};

const limit = (field: LimitResult['field'], allowed: number, measured: number): LimitResult => ({
  field,
  limit: `<= ${allowed}`,
  allowed,
  measured,
  moved: null,
  ok: measured <= allowed,
  better: measured < allowed,
});

const CASE: CheckCase = {
  id: 'orders',
  subject: { kind: 'command', command: ['-O', 'orders.py', 'a b'], region: null },
  line: 7,
  interpreter: PYTHON,
  verdict: 'over',
  limits: [limit('creations', 3, 4), limit('types.str', 1, 1)],
  reason: null,
  types: [
    { type: 'str', creations: 3 },
    { type: 'dict', creations: 1 },
  ],
  sites: [{ file: '/work/orders.py', line: 4, creations: 3 }],
  recordedOn: null,
};

const result = (...cases: readonly Partial<CheckCase>[]): CheckResult => ({
  schema: 'pyallocs/check@1',
  file: 'pyallocs.toml',
  cases: cases.map((one) => ({ ...CASE, ...one })),
});
const text = (...cases: readonly Partial<CheckCase>[]): string[] =>
  formatCheck(result(...cases), { folder: '/work' }, STYLE).split('\n');

describe('the text of a check', () => {
  test('of a case over its budget: limit, measured, types, lines, and what shows more', () => {
    expect(text({}).slice(2)).toEqual([
      ' OVER  orders  native:3.13.0  pyallocs.toml:7',
      '         creations  4   limit <= 3   +1',
      '         created: 3 str and 1 dict',
      '         3 objects at orders.py:4',
      "         more: pyallocs record --steady -p /usr/bin/python3.13 -- -O orders.py 'a b', then: pyallocs annotate",
      '',
      'pyallocs.toml: 1 over',
      'If that is meant to be so, make it the budget: pyallocs check --update',
    ]);
  });

  test('of a case over its budget has at most twelve lines, whatever is over', () => {
    const many = Array.from({ length: 40 }, (_, i) => limit(`types.${'x'.repeat(90)}${i}`, 0, 10 ** i));
    const lines = text({
      id: 'a\nb'.repeat(100),
      limits: many,
      types: many.map(({ field }) => ({ type: `${field}\n`, creations: 1 })),
      sites: [4, 5, 6].map((line) => ({ file: '/work/o\nrders.py', line, creations: 1 })),
      recordedOn: 'native:3.13.1',
      subject: { kind: 'statement', statement: 'for i in x:\n    pass', setup: 'x = 1\ny = 2' },
    });
    expect(lines.slice(2, lines.indexOf('', 2)).length).toBeLessThanOrEqual(12);
    expect(lines.find((line) => line.includes('more:'))).toBe(
      "         more: pyallocs bench -p /usr/bin/python3.13 -s 'x = 1' -s 'y = 2' 'for i in x:' '    pass'",
    );
  });

  test('says on one line what is within, and of what is better how to lower it', () => {
    const [, , ...lines] = text(
      { verdict: 'within', limits: [limit('creations', 4, 4), limit('types.m.C', 1, 1)] },
      { id: 'b', verdict: 'better', limits: [limit('creations', 4, 2)], recordedOn: 'native:3.13.1' },
    );
    expect(lines).toEqual([
      ' within  orders  native:3.13.0  creations 4 (<= 4), m.C 1 (<= 1)',
      ' better  b       native:3.13.0  creations 2 (<= 4)',
      '         measured on native:3.13.0; the budget is of native:3.13.1',
      '',
      'pyallocs.toml: 1 better, 1 within',
      'It is better than its budget; to lower that: pyallocs check --update',
    ]);
  });

  test('says why there is no verdict on one line: a message cannot begin one of its own', () => {
    const lines = text({ verdict: 'failed', limits: [], reason: { code: 'x', message: 'ValueError: a\n::error::b' } });
    expect(lines[3]).toBe('         ValueError: a ⏎ ::error::b');
  });
});

describe('what GitHub is told', () => {
  const options = { ratchet: false, inRepository: (file: string) => file.replace('/work/', 'sub/') };

  test('stands at the line that creates most, or else at that of the case; special characters are escaped', () => {
    expect(githubAnnotations(result({}), options)).toEqual([
      "::error file=sub/orders.py,line=4,title=Allocations of orders%3A over::creations: 4, limit <= 3 (native:3.13.0)%0A3 objects at this line%0AMore: pyallocs record --steady -p /usr/bin/python3.13 -- -O orders.py 'a b', then: pyallocs annotate",
    ]);
    const odd = {
      id: 'a:b,100%\nc',
      sites: null,
      verdict: 'failed' as const,
      limits: [],
      reason: { code: 'x', message: '1%\r\n::stop::' },
    };
    expect(githubAnnotations(result(odd), options)).toEqual([
      '::error file=pyallocs.toml,line=7,title=Allocations of a%3Ab%2C100%25%3A failed::native:3.13.0: 1%25\\x0d%0A::stop::',
    ]);
    expect(githubAnnotations(result({ sites: null }), { ...options, inRepository: () => null })[0]).toMatch(
      /^::error title=/,
    );
  });

  test('is a notice of what is better, an error with --ratchet, nothing of what is within', () => {
    const better = result({ verdict: 'better', limits: [limit('creations', 4, 2)], sites: null });
    expect(githubAnnotations(better, options)[0]).toMatch(
      /^::notice file=pyallocs\.toml,line=7,.*::creations: 2, limit <= 4 \(native:3\.13\.0\)%0ATo lower the budget: pyallocs check --update$/,
    );
    expect(githubAnnotations(better, { ...options, ratchet: true })[0]).toMatch(/^::error /);
    expect(githubAnnotations(result({ verdict: 'within' }), options)).toEqual([]);
  });

  test('in the summary of the job are the differences to the budget; names cannot break the table', () => {
    const markdown = checkMarkdown(
      result({}, { id: 'a|b\n`c`', verdict: 'within', limits: [limit('creations', 2, 2)] }),
    );
    expect(markdown.split('\n')).toEqual([
      '### Allocations: 1 over, 1 within',
      '',
      '`pyallocs.toml`, CPython 3.13.0 (native:3.13.0): native, 64 bits',
      '',
      '| case | Python | | budget | measured | difference |',
      '|---|---|---|--:|--:|--:|',
      '| `orders` | native:3.13.0 | `creations` | **≤ 3** | **4** | **+1** |',
      '| `orders` | native:3.13.0 | `types.str` | ≤ 1 | 1 |  |',
      '',
      '<details><summary>1 within</summary>',
      '',
      '| case | Python | | budget | measured | difference |',
      '|---|---|---|--:|--:|--:|',
      '| `` a\\|b ⏎ `c` `` | native:3.13.0 | `creations` | ≤ 2 | 2 |  |',
      '',
      '</details>',
      '',
    ]);
  });
});
