/** What is taken away of an answer. */
import { describe, expect, test } from 'vitest';
import { ZERO } from '../../../core/counts.js';
import type { CaseResult } from '../../../core/outcome.js';
import type { ProgramResult } from '../../../core/program.js';
import { recordingFromText } from '../../../core/recording.testkit.js';
import { makeReport } from '../../../core/report.js';
import { count } from '../../../core/units.js';
import { failed, growing, interpreter, result } from '../../../report/text/results.testkit.js';
import type { Answer } from '../answer.js';
import type { Question } from '../question.js';
import { type Answered, commandLines, exportedJson } from './export.js';
import { exportedMarkdown } from './export-markdown.js';
import { escapeXml, funnelSvg } from './export-svg.js';

const statement = (code: string, setup = ''): Question => ({ mode: 'statement', code, setup });

const answer = (one: CaseResult): Answer => ({
  mode: 'statement',
  result: one,
  pending: false,
  instructions: null,
  problem: null,
  ms: 1,
});

const ADD: Answered = {
  question: statement('y = x + 1', 'x = 1000'),
  answers: [answer(result('3.13', ['1 int malloc'])), answer(result('3.14', ['1 int freelist']))],
  shown: '3.14',
};

const RECORDING = recordingFromText(
  '<module>@program.py:1 BINARY_OP + | int malloc | creations=3 requests=3 bytes=96',
  {
    interpreter: interpreter('3.14'),
  },
);

function programAnswer(minor: string, total: number): Answer {
  const counts = {
    ...ZERO,
    creations: { ...ZERO.creations, total: count(total), malloc: count(total) },
    requests: count(total),
  };
  const one: ProgramResult = {
    command: ['program.py'],
    interpreter: interpreter(minor),
    outcome: 'exact',
    exit: { code: 0, signal: null },
    counts,
    byType: [{ type: 'int', ...counts }],
    startup: ZERO,
    shutdown: ZERO,
    regions: [],
    processes: [],
    threads: 1,
    seconds: 0.1,
    runs: null,
    varies: {},
    warnings: [],
  };
  return {
    mode: 'program',
    result: one,
    recording: minor === '3.14' ? RECORDING : null,
    output: { parts: [], cut: false },
    instructions: null,
    problem: null,
    ms: 1,
  };
}

const PROGRAM: Answered = {
  question: { mode: 'program', setup: '', code: 'print(1)\n' },
  answers: [programAnswer('3.13', 5), programAnswer('3.14', 3)],
  shown: '3.14',
};

describe('commands', () => {
  test('of a statement', () => {
    expect(commandLines(ADD.question, ['3.13', '3.14'], '3.14')).toEqual([
      "pyallocs bench 'y = x + 1' -s 'x = 1000' -p wasm:3.13,wasm:3.14",
    ]);
  });

  test('of several lines, with quotes and a dash in front', () => {
    expect(commandLines(statement("for i in x:\n    print('it''s')\n", 'x = "ab"\n\n-1'), ['3.14'], '3.14')).toEqual([
      `pyallocs bench 'for i in x:' '    print('\\''it'\\'''\\''s'\\'')' -s 'x = "ab"' -s '' --setup=-1 -p wasm:3.14`,
    ]);
    expect(commandLines(statement('-x'), ['3.14'], '3.14')).toEqual(['pyallocs bench -p wasm:3.14 -- -x']);
  });

  test('a terminal obeys nothing that is in them', () => {
    expect(commandLines(statement('x = "\u001b[31m\r"'), ['3.14'], '3.14')[0]).toBe(
      `pyallocs bench 'x = "\\x1b[31m\\x0d"' -p wasm:3.14`,
    );
  });

  test('of a program', () => {
    expect(commandLines(PROGRAM.question, ['3.13', '3.14'], '3.14')).toEqual([
      'pyallocs record -p wasm:3.14 program.py',
      'pyallocs annotate program.py',
    ]);
  });
});

describe('JSON', () => {
  test('of a statement: as bench --json prints it', () => {
    expect(JSON.parse(exportedJson(ADD) ?? '')).toEqual({
      schema: 'pyallocs/bench@1',
      cases: [
        { id: null, statement: 'y = x + 1', setup: 'x = 1000', results: ADD.answers.map(({ result }) => result) },
      ],
    });
  });

  test('of a program: as report --json prints it, by type, of the version that is looked at', () => {
    const json = JSON.parse(exportedJson(PROGRAM) ?? '');
    expect(json).toMatchObject({ schema: 'pyallocs/report@1', by: 'type', interpreter: { id: 'wasm:3.14' } });
    expect(json.rows).toHaveLength(1);
    const options = { by: ['type'], sort: 'creations', cumulative: false, imports: false, mine: false } as const;
    const filters = { types: [], origins: [], files: [], under: null };
    expect(json).toEqual(JSON.parse(JSON.stringify(makeReport(RECORDING, { ...options, ...filters }))));
  });

  test('of a program without numbers there is none', () => {
    expect(exportedJson({ ...PROGRAM, shown: '3.13' })).toBeNull();
  });
});

describe('Markdown', () => {
  test('of a statement', () => {
    expect(exportedMarkdown(ADD)).toMatchInlineSnapshot(`
      "What one execution of this statement allocates:

      \`\`\`python
      y = x + 1
      \`\`\`

      With this setup, which is not counted:

      \`\`\`python
      x = 1000
      \`\`\`

      | Python | objects | ○ freelist | ● malloc | ▪ buffers | ↔ resizes | bytes | types |
      |---|--:|--:|--:|--:|--:|--:|---|
      | 3.13.1 | 1 | · | 1 | · | · | · | 1 int |
      | 3.14.1 | 1 | 1 | · | · | · | · | 1 int |

      - 3.14: int from a freelist

      Counted with pyallocs; again:

      \`\`\`sh
      pyallocs bench 'y = x + 1' -s 'x = 1000' -p wasm:3.13,wasm:3.14
      \`\`\`

      This build has no pymalloc: requests go to malloc, and there are no pools or arenas to see. A standard build serves requests of up to 512 bytes from pymalloc."
    `);
  });

  test('of a program', () => {
    const text = exportedMarkdown(PROGRAM);
    expect(text).toContain('What this program allocates:\n\n```python\nprint(1)\n```\n');
    expect(text).toContain('| 3.13.1 | 5 | · | 5 | · | · | · | 5 int |');
    expect(text).toContain('- 3.14: 3 int instead of 5\n');
    expect(text).toContain('```sh\npyallocs record -p wasm:3.14 program.py\npyallocs annotate program.py\n```');
  });

  test('names and messages are escaped, fences are longer than those in the code', () => {
    const text = exportedMarkdown({
      question: statement('s = """\n```\n"""'),
      answers: [
        answer(result('3.12', ['1 <b>|*C_1* malloc'])),
        answer(failed('3.13', 'E: <img>|\u001b[31m', ['    a | b', '      ^'])),
        answer(growing('3.14')),
      ],
      shown: '3.14',
    });
    expect(text).toContain('````python\ns = """\n```\n"""\n````');
    expect(text).toContain('| 1 \\<b\\>\\|\\*C\\_1\\* |');
    expect(text).toContain('| 3.13.1 | failed |  |');
    expect(text).toContain('- wasm:3.13 failed: E: \\<img\\>\\|\\\\x1b\\[31m (statement, line 1)\n');
    expect(text).toContain('| 3.14.1 | grows |  |');
    expect(text).toContain('- 3.14: the cost is not constant: 1 resize in the first 1,000 executions');
    expect(text).not.toContain('\u001b');
  });
});

describe('the funnel as SVG', () => {
  const [, fourteen] = ADD.answers;
  const counts = fourteen?.mode === 'statement' && 'counts' in fourteen.result ? fourteen.result.counts : ZERO;

  test('says what it shows, and has the rows of the funnel with their numbers', () => {
    const svg = funnelSvg(counts, interpreter('3.14'), '1,000 executions of y = x + 1');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="720" height="\d+" viewBox=/);
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
    expect(texts.slice(0, 2)).toEqual([
      '1,000 executions of y = x + 1',
      'CPython 3.14.1 (wasm:3.14): embedded, 32 bits, no pymalloc',
    ]);
    expect(texts).toEqual(
      expect.arrayContaining(['objects created', '1\u202f000', '○', 'freelist', 'new pools', '–', 'not visible here']),
    );
    expect(svg.match(/<rect [^>]*fill="#009e73"/g)).toHaveLength(1);
  });

  test('what stands in it is text, whatever it is', () => {
    const svg = funnelSvg(counts, interpreter('3.14', '</text><script>'), `"<b>&'\u0000\ud800]]>`);
    expect(svg).not.toMatch(/<script|<b>|\0|\ud800/);
    expect(svg).toContain('&lt;/text&gt;&lt;script&gt;');
    expect(escapeXml(`<&>"'\b\ud800😀`)).toBe('&lt;&amp;&gt;&quot;&apos;\ufffd\ufffd😀');
  });

  test('of nothing it has no bars', () => {
    expect(funnelSvg(ZERO, interpreter('3.14'), 'pass').match(/<rect/g)).toHaveLength(1);
  });
});
