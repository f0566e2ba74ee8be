import { describe, expect, test } from 'vitest';
import type { ExperimentResult, StudyResult } from '../../core/study.js';
import { wholeStudy } from '../study.testkit.js';
import { failed, interpreter, result } from '../text/results.testkit.js';
import { studyMarkdown } from './study.js';

const EXPERIMENT: ExperimentResult = {
  id: 'int.add',
  category: 'integers',
  title: 'A sum',
  statement: 'y = x + 1',
  setup: 'x = 1000',
  shows: 'One int.',
  compares: null,
  methods: [],
  results: [result('3.13', ['1 int malloc']), result('3.14', ['1 int freelist'])],
};

/** A study of one experiment that differs from EXPERIMENT in this. */
function study(changed: Partial<ExperimentResult> = {}): StudyResult {
  const experiment = { ...EXPERIMENT, ...changed };
  return {
    schema: 'pyallocs/study@1',
    interpreters: [interpreter('3.13'), interpreter('3.14')],
    absent: [],
    categories: [{ category: 'integers', title: 'Integers', question: 'Does it?' }],
    experiments: [experiment],
    series: [],
    limits: [],
    programs: [],
    observers: [],
    claims: [],
  };
}

/** The row of the matrix and the paragraph about the experiment. */
function lines(changed: Partial<ExperimentResult>): { row: string; about: string } {
  const all = studyMarkdown(study(changed)).split('\n');
  const matrix = all.findIndex((line) => line.startsWith('| | '));
  return { row: all[matrix + 2] ?? '', about: all.find((line) => /^- .*\(`int\.add`\): /.test(line)) ?? '' };
}

test('a study as it is read', () => {
  expect(studyMarkdown(study())).toMatchInlineSnapshot(`
    "# How often does Python allocate?

    **What the last release changed**, 3.13 → 3.14. In brackets: in how many statements of this study.

    - ints (1) come from a freelist

    Try it: \`pyallocs bench 'y = x + 1' -s 'x = 1000' -p wasm:all\`

    ## From version to version

    In brackets: in how many statements of this study.

    - **3.13 → 3.14**: ints (1) come from a freelist

    ## The statements

    1 experiment on 2 interpreters, every count exact; 1 of them does not cost the same on all.

    A cell is what one execution of the statement costs: ○ objects served by a freelist, ◐ by pymalloc, ● by malloc, ▪ buffers (requests that never become an object: list items, dict keys), ↔ resizes, · nothing, – not possible in this version. **Bold**: differs from the version to its left. "grows": the cost is not the same each time; the lines below the table say how it grows.

    | interpreter | version | engine | bits | pymalloc |
    |---|---|---|---|---|
    | \`wasm:3.13\` | CPython 3.13.1 | embedded | 32 | no |
    | \`wasm:3.14\` | CPython 3.14.1 | embedded | 32 | no |

    This build has no pymalloc: requests go to malloc, and there are no pools or arenas to see. A standard build serves requests of up to 512 bytes from pymalloc.

    ### Integers

    Does it?

    | | 3.13 | 3.14 |
    |---|---|---|
    | \`y = x + 1\`<br>A sum | ● 1 | **○ 1** |

    - **A sum** (\`int.add\`): \`y = x + 1\` with \`x = 1000\`. One int.
      - 3.14: int from a freelist
      - \`pyallocs bench 'y = x + 1' -s 'x = 1000' -p all\`

    ## What to expect of a statement

    By what it asks of the allocator on CPython 3.14.1 (embedded), measured; where another version differs, it says so.

    **Served by freelists**

    - \`y = x + 1\` A sum (3.13: asks the allocator every time)
    "
  `);
});

test('ends with one line break, and has no empty lines in a row', () => {
  const text = studyMarkdown(study());
  expect(text).toMatch(/[^\n]\n$/);
  expect(text).not.toContain('\n\n\n');
});

describe('text from outside is shown as it is', () => {
  test('HTML and Markdown in a title', () => {
    const title = '<b>*a*</b> | _b_ `c` [d](e) #f &lt; ~~g~~ \\h';
    const escaped = '\\<b\\>\\*a\\*\\</b\\> \\| \\_b\\_ \\`c\\` \\[d\\](e) \\#f \\&lt; \\~\\~g\\~\\~ \\\\h';
    expect(lines({ title }).row).toContain(`<br>${escaped} |`);
    expect(lines({ title }).about).toContain(`- **${escaped}** (`);
  });

  test('a bar in a statement: escaped in the table, where it would end the cell, and nowhere else', () => {
    const { row, about } = lines({ statement: 'a | b', setup: 'a = b = {1} | {2}' });
    expect(row).toMatch(/^\| `a \\\| b`<br>/);
    expect(about).toContain(': `a | b` with `a = b = {1} | {2}`. ');
  });

  test('backticks in a statement', () => {
    expect(lines({ statement: "s = '`' + '``'" }).about).toContain(": ```s = '`' + '``'``` with");
    expect(lines({ statement: '`x`' }).about).toContain(': `` `x` `` with');
  });

  test('HTML in a statement stays in its code', () => {
    expect(lines({ statement: "'<script>' * 2" }).row).toMatch(/^\| `'<script>' \* 2`<br>/);
  });

  test('a statement of several lines is one line', () => {
    expect(lines({ statement: 'for i in x:\n    pass\n' }).row).toMatch(/^\| `for i in x: ⏎ pass`<br>/);
  });

  test('names of types', () => {
    const results = [result('3.13', []), result('3.14', ['1 <module>.C_1|* malloc'])];
    expect(studyMarkdown(study({ results }))).toContain('\n  - 3.14: 1 \\<module\\>.C\\_1\\|\\* more\n');
  });

  test('messages of failures, their source and control characters', () => {
    const results = [
      failed('3.13', 'E: <b>\u001b[31m', ['    a | b']),
      failed('3.14', 'E: <b>\u001b[31m', ['    a | b']),
    ];
    const text = studyMarkdown(study({ results }));
    expect(text).toContain(
      '\n  - wasm:3.13 and wasm:3.14 failed: E: \\<b\\>\\\\x1b\\[31m (statement, line 1)\n  -     a \\| b\n',
    );
    expect(text).toContain('| failed | failed |');
  });

  test('labels of interpreters', () => {
    const labelled = { ...interpreter('3.14', 'a|<b>'), id: 'wasm:3.14@a|<b>' };
    const one = { ...result('3.14', []), interpreter: labelled };
    const text = studyMarkdown({ ...study({ results: [one] }), interpreters: [labelled] });
    expect(text).toContain('\n| `wasm:3.14@a\\|<b>` | CPython 3.14.1 |');
    expect(text).toContain('\n| | a\\|\\<b\\> |\n');
  });
});

test('a cell that differs from the one to its left is bold; a version that cannot have it has a dash', () => {
  expect(lines({}).row).toBe('| `y = x + 1`<br>A sum | ● 1 | **○ 1** |');
  expect(lines({ results: [result('3.14', ['1 int freelist'])] }).row).toBe('| `y = x + 1`<br>A sum | – | ○ 1 |');
  expect(lines({ results: [result('3.13', []), result('3.14', [])] }).row).toBe('| `y = x + 1`<br>A sum | · | · |');
});

describe('a whole study', () => {
  const whole = studyMarkdown(wholeStudy());

  test('begins with how often programs allocate, what the last release changed, what is wrong, and a line to paste', () => {
    const found = [
      'the median of 6 real programs',
      'What the last release changed',
      'Beliefs that are wrong',
      'Try it:',
    ];
    const places = found.map((text) => whole.indexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.every((place) => place > 0 && place < whole.indexOf('## '))).toBe(true);
  });

  test('has every part', () => {
    const headings = [...whole.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(headings).toEqual([
      'From version to version',
      'The statements',
      'How containers grow',
      'Freelists, caches and pymalloc',
      'Real programs',
      'What watching does to the counts',
      'What people say',
      'What to expect of a statement',
    ]);
  });

  test('says nothing that rests on a clock, and where that is', () => {
    const study = wholeStudy();
    const slower = study.claims.map((claim) =>
      claim.restsOn === 'time'
        ? {
            ...claim,
            verdicts: claim.verdicts.map((one) => ({ ...one, verdict: 'confirmed' as const, because: 'Slow.' })),
          }
        : claim,
    );
    expect(studyMarkdown({ ...study, claims: slower })).toBe(whole);
    expect(whole).toContain('rests on time: see report.html');
  });

  test('a part of one says so at its top', () => {
    expect(studyMarkdown(wholeStudy({ partial: true })).split('\n')[2]).toMatch(
      /^\*\*This study was ended before its end/,
    );
  });
});
