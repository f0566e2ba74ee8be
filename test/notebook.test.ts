/** %allocs, %%allocs and the table of Counts, in real IPython shells and in a notebook that a kernel executed. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { minorNumber } from '../src/core/interpreter.js';
import { hasNumbers } from '../src/core/outcome.js';
import { DEFAULT_MEASURE, type Offer } from '../src/engines/engine.js';
import { nativeEngine } from '../src/engines/native/engine.js';
import { HAS_CHROMIUM, startChromium } from './chromium.js';
import { folder, parsed, ROOT, run } from './cli.js';

/** Those into whose environments something can be installed: the oldest and the newest of them are tested. */
const FOUND = nativeEngine
  .offers()
  .filter(
    ({ refusal, path }) =>
      refusal === null && path !== null && spawnSync(path, ['-c', 'import ensurepip, venv']).status === 0,
  )
  .toSorted((a, b) => minorNumber(a.minor) - minorNumber(b.minor));
const TESTED = [...new Set([FOUND.at(0), FOUND.at(-1)])].filter((offer) => offer !== undefined);

function ipython({ minor }: Offer): string {
  const number = minorNumber(minor);
  return `ipython==${number <= 8 ? '8.12.3' : number === 9 ? '8.18.1' : number === 10 ? '8.37.0' : '9.6.0'}`;
}

const ENVIRONMENT = { PYTHONPATH: join(ROOT, 'python'), PIP_DISABLE_PIP_VERSION_CHECK: '1' };

/** Makes a virtual environment with these packages; its Python. */
async function install(offer: Offer, packages: readonly string[]): Promise<string> {
  const home = folder();
  const python = join(home, 'bin', 'python');
  for (const [command, ...args] of [
    [offer.path ?? '', '-m', 'venv', home],
    [python, '-m', 'pip', 'install', '--quiet', '--only-binary=:all:', ...packages],
  ]) {
    const { code, stderr } = await run(command ?? '', args, { env: ENVIRONMENT });
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  }
  return python;
}

async function runCells(
  python: string,
  script: string,
  cells: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  return run(python, [join(ROOT, 'test', 'notebook', script)], {
    input: JSON.stringify(cells),
    env: { ...ENVIRONMENT, IPYTHONDIR: folder() },
  });
}

/** What a cell displayed, printed, gave and raised. */
interface Told {
  readonly text: readonly (string | null)[];
  readonly html: readonly (string | null)[];
  readonly printed: string;
  readonly result: string | null;
  readonly error: readonly [type: string, message: string] | null;
}

const SETUP = 'import json\nx = 1000\nf = 1.5\nL = [1, 2, 3]\nt = "k"\nd = {"a": [1, 2.5, None]}';

/** A name that the statement binds goes on from one execution to the next in `bench`, and begins anew in %allocs. */
const AS_BENCH = [
  'pass',
  'y = x + 1',
  'x + 1',
  'x += 1',
  'f = f * f + f',
  '(x, x)',
  '[i for i in L]',
  '{t: x}',
  'lambda: 1',
  'json.loads(json.dumps(d))',
  'sorted(L, key=lambda v: -v)',
  'f"{x:>10}".split()',
  'try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    str(e)',
  'def g():\n    yield 1\nlist(g())',
];

describe.each(TESTED)('an IPython shell in $id', (offer) => {
  let python: string;
  const shell = async (...cells: readonly string[]): Promise<Told[]> => {
    const { stdout, stderr } = await runCells(python, 'shell.py', ['%load_ext pyallocs', SETUP, ...cells]);
    const told = parsed({ stdout, stderr, code: 0, signal: null }) as Told[];
    expect(told.slice(0, 2).map(({ error, printed }) => [error, printed])).toEqual([
      [null, ''],
      [null, ''],
    ]);
    return told.slice(2);
  };

  beforeAll(async () => {
    python = await install(offer, [ipython(offer)]);
  }, 240_000);

  test('nothing costs nothing: as a statement and as a cell', async () => {
    const told = await shell('%allocs pass', '%%allocs\npass', '%%allocs\npass');
    for (const { text } of told)
      expect(text).toEqual([
        expect.stringMatching(/: <Counts: 0 created \(0 from a freelist\), 0 requested, 0 resized; nothing>$/),
      ]);
  });

  test('%allocs counts what bench counts for one execution, on the names of the notebook', async () => {
    const asked = AS_BENCH.map((statement) =>
      [
        `c = get_ipython().run_line_magic('allocs', ${JSON.stringify(`-o ${statement}`)})`,
        '[{name: [made, made.freelist] for name, made in c.by_type.items()}, c.requests, c.buffers, c.resizes]',
      ].join('\n'),
    );
    const told = await shell(...asked, '(x, f, "y" in dir(), "g" in dir())');
    const session = await nativeEngine.open(offer, null, { folders: [ROOT], time: false });
    try {
      for (const [i, statement] of AS_BENCH.entries()) {
        const result = await session.measure({ statement, setup: SETUP }, DEFAULT_MEASURE);
        if (!hasNumbers(result) || result.perOp === null) throw new Error(`${statement}: ${JSON.stringify(result)}`);
        const n = result.iterations;
        const types = result.byType
          .filter(({ creations }) => creations.total > 0)
          .map(({ type, creations }) => [type, [creations.total / n, creations.freelist / n]]);
        const found = JSON.parse((told[i]?.result ?? 'null').replaceAll("'", '"')) as unknown;
        const { requests, buffers, resizes } = result.perOp;
        expect({ statement, error: told[i]?.error, found }).toEqual({
          statement,
          error: null,
          found: [Object.fromEntries(types), requests, buffers.total, resizes],
        });
      }
    } finally {
      await session.close();
    }
    expect(told.at(-1)?.result).toBe('(1000, 1.5, False, False)');
  });

  test('an int too large for the cache is exactly one object', async () => {
    const [one] = await shell('%allocs y = x + 1');
    const [freelist, requests] = minorNumber(offer.minor) >= 14 ? [1, 0] : [0, 1];
    expect(one?.text).toEqual([
      `one execution of y = x + 1: <Counts: 1 created (${freelist} from a freelist), ${requests} requested, 0 resized; 1 int>`,
    ]);
    expect(one?.result).toBeNull();
  });

  test('%%allocs executes a cell once, in the notebook, with its value and its counts', async () => {
    const told = await shell(
      '%%allocs c\nfrom __future__ import annotations\nz = (x, f)\n[z, z]',
      '(z, c.creations, dict(c.by_type))',
      '%%allocs\n(x, x);',
      '"__pyallocs_cell__" in dir(__builtins__)',
    );
    expect(told.map(({ result }) => result)).toEqual([
      '[(1000, 1.5), (1000, 1.5)]',
      "((1000, 1.5), 2, {'list': 1, 'tuple': 1})",
      null,
      'False',
    ]);
    expect(told[0]?.text[0]).toMatch(/^the cell, once: <Counts: 2 created /);
  });

  test('names of a function are found from inside it, and braces are no variables', async () => {
    const told = await shell(
      'def inside(q):\n    return get_ipython().run_line_magic("allocs", "-o (q, x)").creations\ninside(1.5)',
      '%allocs {t: x, "$x": t}',
    );
    expect(told[0]?.result).toBe('1');
    expect(told[1]?.text[0]).toMatch(/^one execution of \{t: x, "\$x": t\}: <Counts: 1 created/);
  });

  test('what it prints is dropped, and costs what it costs', async () => {
    const [printed] = await shell('%allocs print(x)');
    expect([printed?.printed, printed?.error]).toEqual(['', null]);
    expect(printed?.text[0]).toMatch(/^one execution of print\(x\): <Counts: [1-9]/);
  });

  test('what is no statement is shown with a caret, as in a cell', async () => {
    const told = await shell(
      '%allocs 1 +',
      '%allocs return x',
      '%%allocs\ny = 1\ndef f(:\n    pass',
      '%allocs from json import *',
    );
    expect(told.map(({ error }) => error?.[0])).toEqual(Array(4).fill('SyntaxError'));
    expect(told.map(({ text }) => text)).toEqual(Array(4).fill([]));
    for (const [i, line] of ['1 +', 'return x', 'def f(:', 'from json import *'].entries())
      expect(told[i]?.printed).toMatch(new RegExp(`\n +${line.replace(/[+(*]/g, '\\$&')}\n +\\^`));
    expect(told[2]?.printed).toMatch(/line 3\n +def f\(:/);
  });

  test('what raises raises, and the traceback ends in it', async () => {
    const told = await shell(
      '%allocs x / 0',
      '%%allocs\ny = 1\ny / 0',
      'import sys\nsys.stdout is sys.__stdout__ or print("here")',
    );
    expect(told.slice(0, 2).map(({ error }) => error)).toEqual(
      Array(2).fill(['ZeroDivisionError', 'division by zero']),
    );
    expect(told[0]?.printed).toMatch(/----> 1 x ?\/ ?0\n/);
    expect(told[1]?.printed).toMatch(/----> 3 y ?\/ ?0\n/);
    for (const { printed } of told.slice(0, 2)) expect(printed).not.toContain('_notebook.py');
    expect(told[2]?.printed).toBe('here\n');
  });

  test('what cannot be counted is one line', async () => {
    const told = await shell(
      '%allocs',
      '%allocs # x',
      '%%allocs a b\npass',
      '%%allocs\nawait x',
      '%allocs L.append(x)',
    );
    expect(told.map(({ printed, error }) => [error?.[0] ?? null, printed])).toEqual([
      ['UsageError', 'UsageError: %allocs takes a statement: %allocs y = x + 1\n'],
      ['UsageError', 'UsageError: there is no code to count, only comments\n'],
      ['UsageError', "UsageError: %%allocs takes a name for its counts, or nothing; 'a b' is no name\n"],
      [
        'UsageError',
        'UsageError: what awaits cannot be counted here: the notebook runs it; count a function that runs it\n',
      ],
      [null, ''],
    ]);
    expect(told[4]?.text[0]).toMatch(/<Counts: there is no cost per execution: /);
    expect(told[4]?.html[0]).toMatch(/^<div><b>one execution of L\.append\(x\)<\/b>: there is no cost per execution: /);
  });

  test('without an agent it says where that would be', async () => {
    const { stdout, stderr } = await run(python, [join(ROOT, 'test', 'notebook', 'shell.py')], {
      input: JSON.stringify(['%load_ext pyallocs', '%allocs pass']),
      env: { ...ENVIRONMENT, IPYTHONDIR: folder(), PYALLOCS_AGENT_PATH: '/nowhere' },
    });
    const told = parsed({ stdout, stderr, code: 0, signal: null }) as Told[];
    expect(told[1]?.printed).toBe('UsageError: PYALLOCS_AGENT_PATH names /nowhere, which does not exist\n');
  });

  test('the table of counts has each number, and shows names as they are', async () => {
    const [made, shown, unread] = await shell(
      'C = type("<script>alert(1)</script>&\\n", (), {})\nimport pyallocs',
      'def make():\n    return [C(), C()]\nwith pyallocs.counting() as c:\n    make()\nfrom IPython.display import display\ndisplay(c)',
      'with pyallocs.counting() as c:\n    inside = c._repr_html_()\ninside',
    );
    expect(made?.error).toBeNull();
    const [html = ''] = shown?.html ?? [];
    expect(html).toContain('<code>&lt;script&gt;alert(1)&lt;/script&gt;&amp;\\n</code>');
    expect(html).not.toMatch(/<script|https?:|url\(|src=|href=/);
    expect(unread?.result).toContain('the interval is not over');
  });
});

describe.skipIf(TESTED.length === 0 || !HAS_CHROMIUM)(
  'a notebook that a kernel executed (skipped without a Chromium)',
  () => {
    const chromium = startChromium();

    test('shows the tables in light and in dark, from nothing but itself', async () => {
      const newest = TESTED.at(-1);
      if (newest === undefined) throw new Error('there is one');
      const python = await install(newest, [
        ipython(newest),
        'ipykernel==6.29.5',
        'nbclient==0.10.1',
        'nbconvert==7.16.6',
      ]);
      const { stdout, stderr } = await runCells(python, 'page.py', [
        '%load_ext pyallocs\nC = type("<b>C</b>", (), {})',
        '%allocs [C(), C()]',
        '%%allocs\npair = (C(), 2)\nlen(pair)',
      ]);
      const file = join(folder(), 'notebook.html');
      writeFileSync(file, stdout === '' ? stderr : stdout);
      for (const dark of [false, true]) {
        const page = await chromium.open(pathToFileURL(file).href, (url) => url.startsWith('file:'), { dark });
        const rows = await page.locator('table tr').allInnerTexts();
        const plain = rows.map((row) => row.split(/\s*\t\s*/).map((cell) => cell.trim()));
        expect(plain.filter(([name]) => name === 'objects created').map(([, number]) => number)).toEqual(['3', '2']);
        expect(plain.filter(([name]) => name === '<b>C</b>').map(([, number]) => number)).toEqual(['2', '1']);
        const colours = await page
          .locator('table th, table td, table caption')
          .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell).color));
        expect(new Set(colours)).toEqual(new Set([dark ? 'rgb(255, 255, 255)' : 'rgb(0, 0, 0)']));
        expect(await page.locator('table').count()).toBe(4);
      }
    });
  },
);
