/** Code that fails on the playground: each failure has its message in its place, and the page goes on. */
import { beforeAll, describe, expect, test } from 'vitest';
import { HAS_CHROMIUM } from './chromium.js';
import { type EditorName, type PlaygroundPage, startPlayground } from './playground-page.js';

describe.skipIf(!HAS_CHROMIUM)('failures on the playground in Chromium (skipped where there is none)', () => {
  const playground = startPlayground();
  let page: PlaygroundPage;

  beforeAll(async () => {
    page = await playground.open('', { keep: true });
    await page.runStatement('pass');
  }, 480_000);

  /** The message below a line of an editor, with that line. */
  async function below(editor: EditorName, message: string): Promise<string | null> {
    const problem = page.editor(editor).getByText(message).first();
    return problem.evaluate((element) => {
      let block: Element = element;
      while (block.parentElement !== null && !block.parentElement.matches('[role=textbox]'))
        block = block.parentElement;
      return block.previousElementSibling?.textContent ?? null;
    });
  }

  /** How often it is told. */
  const times = (text: string, part: string): number => text.toLowerCase().split(part.toLowerCase()).length - 1;

  async function expectWell(): Promise<void> {
    await page.runStatement('y = (x, x)', 'x = 1');
    expect(await page.resultsText()).toContain('Each execution creates 1 object, from a freelist');
    expect(await page.besideEachLine()).toHaveLength(1);
  }

  const STATEMENTS: readonly {
    readonly statement: string;
    readonly setup?: string;
    readonly says: string;
    readonly at?: readonly [EditorName, string];
  }[] = [
    { statement: 'a = 1\ny = = 2', says: 'SyntaxError: invalid syntax', at: ['Statement', 'y = = 2'] },
    { statement: 'y', setup: 'y = (1 +', says: "SyntaxError: '(' was never closed", at: ['Setup', 'y = (1 +'] },
    {
      statement: 'a = 1\ny = nope',
      says: "NameError: name 'nope' is not defined",
      at: ['Statement', 'y = nope'],
    },
    {
      statement: 'y = x',
      setup: 'x = 1\nx = nope',
      says: "NameError: name 'nope' is not defined",
      at: ['Setup', 'x = nope'],
    },
    { statement: 'y = input()', says: 'this page has nothing to read for input()', at: ['Statement', 'y = input()'] },
    { statement: 'import numpy', says: 'this page has the standard library only', at: ['Statement', 'import numpy'] },
    { statement: 'x = [0] * 10**9', says: 'MemoryError', at: ['Statement', 'x = [0] * 10**9'] },
    {
      statement: 'y = f(1)',
      setup: 'def f(n): return f(n + 1)',
      says: 'RecursionError: maximum recursion depth exceeded',
      at: ['Setup', 'def f(n): return f(n + 1)'],
    },
    { statement: 'import os; os._exit(3)', says: 'The interpreter did not survive it' },
    { statement: 'import sys; sys.exit(3)', says: 'SystemExit: 3', at: ['Statement', 'import sys; sys.exit(3)'] },
    { statement: 'break', says: 'The statement leaves the loop (break, return, yield or await)' },
    { statement: 'yield 1', says: 'The statement leaves the loop (break, return, yield or await)' },
    { statement: '', says: 'The statement holds no code, only comments' },
    { statement: '# nothing\n', says: 'The statement holds no code, only comments' },
  ];

  test.each(STATEMENTS)('statement: $statement (setup: $setup)', async ({ statement, setup, says, at }) => {
    await page.runStatement(statement, setup);
    const text = await page.resultsText();
    expect(text).toContain('Failed:');
    expect([says, times(text, says)]).toEqual([says, 1]);
    expect(text).not.toContain('Each execution creates');
    expect(await page.counts().count()).toBe(0);
    if (at !== undefined) expect(await below(at[0], says)).toBe(at[1]);
    await expectWell();
  });

  test('a statement that waits is ended after a while, with a sentence', async () => {
    await page.runStatement('time.sleep(0.05)', 'import time');
    expect(await page.resultsText()).toMatch(/It was still running after \d+ seconds and was ended\./);
    await expectWell();
  });

  describe('of programs', () => {
    /** How a program ends, and what is told below the line where it does. */
    const PROGRAMS: readonly {
      readonly program: string;
      readonly says: readonly string[];
      readonly at?: readonly [message: string, line: string];
    }[] = [
      { program: 'x = 1\ny = = 2\n', says: ['ended with exit code 1'], at: ['SyntaxError: invalid syntax', 'y = = 2'] },
      {
        program: 'def f():\n    return nope\n\n\nf()\n',
        says: ['ended with exit code 1', 'Traceback (most recent call last):'],
        at: ["NameError: name 'nope' is not defined", '    return nope'],
      },
      {
        program: 'print("before")\nname = input("who? ")\n',
        says: ['before', 'who?', 'nothing to read for input()'],
        at: ['nothing to read for input()', 'name = input("who? ")'],
      },
      { program: 'import numpy\n', says: [], at: ['this page has the standard library only', 'import numpy'] },
      { program: 'x = 1\nx = [0] * 10**9\n', says: [], at: ['MemoryError', 'x = [0] * 10**9'] },
      {
        program: 'def f(n):\n    return f(n + 1)\n\n\nf(1)\n',
        says: ['What it did until then is counted.'],
        at: ['RecursionError: maximum recursion depth exceeded', '    return f(n + 1)'],
      },
      { program: 'import os\nprint("before", flush=True)\nos._exit(3)\n', says: ['before', 'ended with exit code 3'] },
      { program: 'import sys\nprint("before")\nsys.exit(3)\n', says: ['before', 'ended with exit code 3'] },
      { program: 'import sys\nsys.exit("bye")\n', says: ['bye', 'ended with exit code 1'] },
      { program: 'import time\ntime.sleep(0.1)\nprint("slept")\n', says: ['slept', 'objects created'] },
      { program: '', says: ['No object created.', 'The program printed nothing.'] },
    ];

    test.each(PROGRAMS)('$program', async ({ program, says, at }) => {
      await page.mode('Program');
      await page.runProgram(program);
      const text = await page.resultsText();
      for (const part of says) expect(text).toContain(part);
      if (at !== undefined) {
        expect(text).toContain(at[0]);
        expect(await below('Program', at[0])).toBe(at[1]);
      }
      await page.runProgram('x = [1, 2]\n');
      expect(await page.resultsText()).toMatch(/^CPython 3\.14\.\d+\s+1 object created/);
    });

    test('of a program that prints without end the first part is kept, and that is said', async () => {
      await page.mode('Program');
      await page.runProgram('for i in range(10**6): print(i)\n');
      const printed = page.page.getByRole('region', { name: 'What the program printed' });
      expect((await printed.textContent())?.startsWith('0\n1\n2\n')).toBe(true);
      expect(await page.resultsText()).toContain('Cut: the page keeps the first 100 000 characters.');
      expect(((await printed.textContent()) ?? '').length).toBeLessThanOrEqual(100_000);
    });

    test('markup that is printed, raised or named stays text', async () => {
      const evil = '<img src=x onerror=alert(1)>';
      await page.mode('Program');
      await page.runProgram(
        `print('${evil}')\nT = type('${evil}', (), {})\nkept = [T() for n in range(9)]\nraise ValueError('${evil}')\n`,
      );
      const text = await page.resultsText();
      expect(times(text, evil)).toBeGreaterThanOrEqual(4);
      await page.counts().last().click();
      expect(await page.page.locator('img').count()).toBe(0);
    });
  });
});
