/** Whatever is typed gets an answer: exact text on the right stream, the right exit code, and nothing left running. */
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  ALL,
  allGone,
  BIN,
  casesFile,
  childrenOf,
  type Ended,
  folder,
  isWorker,
  parsed,
  pyallocs,
  run,
  startPyallocs,
  until,
  workerReading,
} from './cli.js';
import { bench, type CaseResult } from './schemas.js';

const LINUX = process.platform === 'linux';
const WINDOWS = process.platform === 'win32';
const KNOWN = `${ALL.join(', ')}, or all`;
const LEAVES = 'failed: the statement leaves the loop (break, return, yield or await)';

/** The lines of one case in the text of a file of cases: from its heading to the heading of the next, without blank lines. */
function section(stdout: string, id: string, ids: readonly string[]): string[] {
  const lines = stdout.split('\n');
  const heading = (name: string | undefined): number => lines.findIndex((line) => line.startsWith(`${name}  `));
  const next = ids[ids.indexOf(id) + 1];
  const end = next === undefined ? lines.findIndex((line) => /^ {2,}3\.1\d/.test(line)) : heading(next);
  return lines.slice(heading(id), end).filter((line) => line.trim() !== '');
}

/** Runs a file of cases as text, and reads the JSON that goes with it. */
async function runCases(
  cases: Parameters<typeof casesFile>[0],
  args: readonly string[],
  cwd = folder(),
): Promise<{ ended: Ended; text: (id: string) => string[]; results: (id: string) => CaseResult[] }> {
  writeFileSync(join(cwd, 'cases.toml'), casesFile(cases));
  const output = join(folder(), 'result.json');
  const ended = await pyallocs(['bench', '--file', 'cases.toml', '-o', output, ...args], { cwd });
  const result = existsSync(output) ? bench.parse(JSON.parse(readFileSync(output, 'utf8'))) : null;
  return {
    ended,
    text: (id) => section(ended.stdout, id, Object.keys(cases)),
    results: (id) => {
      const found = result?.cases.find((one) => one.id === id)?.results;
      if (found === undefined) throw new Error(`no results of ${id}:\n${ended.stdout}\n${ended.stderr}`);
      return found;
    },
  };
}

const outcomes = (results: readonly CaseResult[]): string[] => results.map(({ outcome }) => outcome);
const created = (results: readonly CaseResult[]): (number | null)[] =>
  results.map((result) => ('counts' in result ? result.counts.creations.total : null));

describe('what is typed wrong is told in a sentence', () => {
  const cwd = folder({
    'a-file': '',
    'bad.toml': '[[case]]\nstatement = = 1\n',
    'unknown-field.toml': '[[case]]\nstatement = "pass"\nlimit = 1\n',
    'misspelt.toml': '[[case]]\nstatment = "pass"\n',
    'wrong-type.toml': '[[case]]\nid = 3\nstatement = "pass"\n',
    'no-case.toml': 'title = "x"\n',
    'empty.toml': '',
    'empty-statement.toml': '[[case]]\nstatement = "  "\n',
    'twice.toml': casesFile({ a: 'pass' }) + casesFile({ a: 'pass' }),
    'binary.toml': '\u0000\u0001\u001b[31m\u009b',
  });
  const sentences: readonly (readonly [args: readonly string[], sentence: string])[] = [
    [['benhc', 'pass'], "unknown command 'benhc'\n(Did you mean bench?)"],
    [['bench', 'pass', '--jason'], "unknown option '--jason'\n(Did you mean --json?)"],
    ...['-x', '--\u001b[31mred'].map(
      (option) =>
        [
          ['bench', option],
          `unknown option '${option.replace('\u001b', '\\x1b')}'; a statement that begins with - stands after --, or in --execute=STATEMENT`,
        ] as const,
    ),
    [['study', '--all'], "unknown option '--all'"],
    [['bench', 'pass', '-s'], "option '-s, --setup <code>' argument missing"],
    [['bench', 'pass', '-p', 'wasm:3.9'], `there is no interpreter wasm:3.9; there are ${KNOWN}`],
    [['bench', 'pass', '-p', 'old=wasm:3.9'], `there is no interpreter wasm:3.9; there are ${KNOWN}`],
    [['bench', 'pass', '-p', 'wasm:\u001b[31m'], `there is no interpreter wasm:\\x1b[31m; there are ${KNOWN}`],
    [['bench', 'pass', '-p', 'python9.9'], 'there is no command python9.9'],
    [['bench', 'pass', '-p', 'native:python9.9'], 'there is no command python9.9'],
    ...['./none/python', 'old=./none/python', 'native:./none/python'].map(
      (native) => [['bench', 'pass', '-p', native], `there is no ${join(cwd, 'none', 'python')}`] as const,
    ),
    ...(WINDOWS
      ? []
      : ([
          [['bench', 'pass', '-p', './a-file'], `${join(cwd, 'a-file')} cannot be executed (EACCES)`],
          [['bench', 'pass', '-p', '/bin/cat'], "/bin/cat is not a Python that works: /bin/cat: invalid option -- 'S'"],
        ] as const)),
    [['bench'], "no statement was given; try: pyallocs bench 'y = x + 1' -s 'x = 1000'"],
    [['bench', ''], "the statement is empty; try: pyallocs bench 'y = x + 1' -s 'x = 1000'"],
    [['bench', ' \n\t'], "the statement is empty; try: pyallocs bench 'y = x + 1' -s 'x = 1000'"],
    [['bench', '-'], "the statement is empty; try: pyallocs bench 'y = x + 1' -s 'x = 1000'"],
    [['bench', 'pass', '-e', ''], "the statement is empty; try: pyallocs bench 'y = x + 1' -s 'x = 1000'"],
    ...['0', '-1', '1.5', 'abc', '1e9', '2000000000'].map(
      (n) =>
        [
          ['bench', 'pass', `--number=${n}`],
          `option '-n, --number <n>' argument '${n}' is invalid. It must be a whole number from 1 to 1,000,000,000.`,
        ] as const,
    ),
    [
      ['bench', 'pass', '-n', '0'],
      "option '-n, --number <n>' argument '0' is invalid. It must be a whole number from 1 to 1,000,000,000.",
    ],
    ...['abc', '0', '-1', 'Infinity', '100000'].map(
      (timeout) =>
        [
          ['bench', 'pass', `--timeout=${timeout}`],
          `option '--timeout <seconds>' argument '${timeout}' is invalid. It must be a number of seconds, more than 0 and at most 86,400.`,
        ] as const,
    ),
    [['bench', '--file', 'none.toml'], 'none.toml cannot be read: it does not exist'],
    ...(WINDOWS
      ? []
      : ([
          [['bench', '--file', '.'], '. cannot be read: it is a folder'],
          [['bench', '--file', 'a-file/x.toml'], 'a-file/x.toml cannot be read: part of the path is not a folder'],
          [
            ['bench', 'pass', '-o', 'a-file/x.json'],
            'a-file/x.json cannot be written: part of the path is not a folder',
          ],
        ] as const)),
    [['bench', 'pass', '-o', 'none/x.json'], 'none/x.json cannot be written: there is no folder none'],
    [['bench', 'pass', '-o', '.'], '. cannot be written: it is a folder'],
    [['bench', '--file', 'bad.toml'], 'bad.toml is not TOML: line 2, column 13: invalid value'],
    [['bench', '--file', 'binary.toml'], 'binary.toml is not TOML: line 1, column 1: illegal character in key'],
    [
      ['bench', '--file', 'unknown-field.toml'],
      'unknown-field.toml is not a cases file: case.0: Unrecognized key: "limit". It holds [[case]] tables with statement, and id and setup if wanted.',
    ],
    [
      ['bench', '--file', 'misspelt.toml'],
      'misspelt.toml is not a cases file: case.0.statement: Invalid input: expected string, received undefined. It holds [[case]] tables with statement, and id and setup if wanted.',
    ],
    [
      ['bench', '--file', 'wrong-type.toml'],
      'wrong-type.toml is not a cases file: case.0.id: Invalid input: expected string, received number. It holds [[case]] tables with statement, and id and setup if wanted.',
    ],
    ...['no-case.toml', 'empty.toml'].map(
      (file) =>
        [
          ['bench', '--file', file],
          `${file} is not a cases file: case: Invalid input: expected array, received undefined. It holds [[case]] tables with statement, and id and setup if wanted.`,
        ] as const,
    ),
    [
      ['bench', '--file', 'empty-statement.toml'],
      'empty-statement.toml is not a cases file: case.0.statement: is empty. It holds [[case]] tables with statement, and id and setup if wanted.',
    ],
    [['bench', '--file', 'twice.toml'], 'twice.toml has two cases with the id "a"'],
    [['bench', 'pass', '--file', 'twice.toml'], 'statements come from --file or from the command line, not from both'],
    [['bench', 'pass', '--path', 'none'], '--path none cannot be read: it does not exist'],
    [['bench', 'pass', '--path', 'a-file'], '--path a-file is not a folder'],
    [['study', '--only', 'nothing'], 'nothing in the study is called nothing; pyallocs study --list shows all names'],
    [
      ['study', '--only', 'intgers'],
      'nothing in the study is called intgers; near it: integers; pyallocs study --list shows all names',
    ],
    [['study', '--out', 'a-file'], 'the folder a-file cannot be made: there is a file of that name'],
    [['study', '--out', 'a-file/below'], 'the folder a-file/below cannot be made: there is a file of that name'],
  ];

  test('each on the error stream, with nothing on standard output, and exit code 2', async () => {
    for (const [args, sentence] of sentences) {
      const { stdout, stderr, code } = await pyallocs(args, { cwd });
      expect({ args, stdout, stderr, code }).toEqual({ args, stdout: '', stderr: `pyallocs: ${sentence}\n`, code: 2 });
    }
  });

  test.each(['9.9', 'old=9.9', 'wasm:3.14,', '\u001b[31m'])(
    'an interpreter that is not there, with the list of those that are: %j',
    async (selector) => {
      const { stdout, stderr, code } = await pyallocs(['bench', 'pass', '-p', selector]);
      expect([stdout, code]).toEqual(['', 2]);
      // the Pythons of this machine stand behind the embedded ones
      const [start, end] = [`; there are ${ALL.join(', ')}`, ', or all\n'];
      expect(stderr).toMatch(/^pyallocs: (there is no interpreter (9\.9|\\x1b\[31m)|-p names no interpreter); /);
      expect([stderr.includes(start), stderr.endsWith(end)]).toEqual([true, true]);
      expect(stderr.slice(stderr.indexOf(start) + start.length, -end.length)).toMatch(/^(, native:3\.\d+\.\w+)*$/);
    },
  );

  test.runIf(LINUX)('a folder below /proc cannot be made, and that is known before the work begins', async () => {
    const { stdout, stderr, code } = await pyallocs(['study', '--out', '/proc/x']);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(/^pyallocs: the folder \/proc\/x cannot be made: (it does not exist|permission denied)\n$/);
  });

  test.runIf(LINUX)('a file without the right to read it', async () => {
    const secret = join(cwd, 'secret.toml');
    writeFileSync(secret, casesFile({ a: 'pass' }), { mode: 0 });
    // root reads every file, but for those of the kernel that are there to be written only
    const path = process.getuid?.() === 0 ? '/proc/sys/vm/compact_memory' : secret;
    const { stdout, stderr, code } = await pyallocs(['bench', '--file', path]);
    expect([stdout, stderr, code]).toEqual(['', `pyallocs: ${path} cannot be read: permission denied\n`, 2]);
  });

  test('that the result cannot be written is known before the work begins', async () => {
    const endless = ['bench', 'while True: pass', '--timeout', '600'];
    const { stdout, stderr, code } = await pyallocs([...endless, '-o', 'none/result.json'], { cwd });
    expect([stdout, stderr, code]).toEqual([
      '',
      'pyallocs: none/result.json cannot be written: there is no folder none\n',
      2,
    ]);
  });

  test('--debug adds the stack trace, and only --debug', async () => {
    const { stderr, code } = await pyallocs(['--debug', 'bench', 'pass', '-p', '9.9']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^pyallocs: there is no interpreter 9\.9.*\nPyallocsError: (?:.|\n)*\n {4}at /);
  });
});

describe('a statement that does not work out', () => {
  const failing: Readonly<Record<string, { setup?: string; statement: string; says: readonly string[] }>> = {
    'syntax-error': {
      statement: 'y = x +* 2',
      says: ['failed: SyntaxError: invalid syntax (statement, line 1)', '     y = x +* 2', '            ^'],
    },
    'syntax-error-in-line-2': {
      statement: 'a = 1\nfor b in :\n    pass',
      says: ['failed: SyntaxError: invalid syntax (statement, line 2)', '     for b in :', '              ^'],
    },
    'syntax-error-in-setup': {
      setup: 'a = 1\ndef f(:',
      statement: 'pass',
      says: ['failed: SyntaxError: invalid syntax (setup, line 2)', '     def f(:', '           ^'],
    },
    indented: {
      statement: 'a = 1\n  b = 2',
      says: ['failed: IndentationError: unexpected indent (statement, line 2)', '     b = 2'],
    },
    'exception-in-setup': {
      setup: 'a = 0\nb = 1 / a',
      statement: 'pass',
      says: ['failed: ZeroDivisionError: division by zero (setup, line 2)'],
    },
    exception: {
      statement: 'a = 1\nb = missing',
      says: ["failed: NameError: name 'missing' is not defined (statement, line 2)"],
    },
    'exception-without-message': {
      statement: 'assert x == 2',
      setup: 'x = 1',
      says: ['failed: AssertionError (statement, line 1)'],
    },
    'exception-in-function-of-setup': {
      setup: 'def f(a):\n    return a[5]',
      statement: 'f([])',
      says: ['failed: IndexError: list index out of range (setup, line 2)'],
    },
    'exception-that-has-no-text': {
      setup: 'class E(Exception):\n    def __str__(self): 1 / 0',
      statement: 'raise E',
      says: ['failed: E: (its text cannot be had) (statement, line 1)'],
    },
    break: { statement: 'break', says: [LEAVES] },
    return: { statement: 'return 1', says: [LEAVES] },
    yield: { statement: 'yield', says: [LEAVES] },
    'yield-from': { statement: 'yield from x', setup: 'x = [1]', says: [LEAVES] },
    await: { statement: 'await x', setup: 'x = 1', says: [`${LEAVES} (statement, line 1)`] },
    'async-for': { statement: 'pass\nasync for a in x: pass', setup: 'x = 1', says: [`${LEAVES} (statement, line 2)`] },
    'only-a-comment': { statement: '# nothing', says: ['failed: the statement holds no code, only comments'] },
    exit: { statement: 'import sys; sys.exit(3)', says: ['failed: SystemExit: 3 (statement, line 1)'] },
    'exit-in-setup': { setup: 'raise SystemExit', statement: 'pass', says: ['failed: SystemExit (setup, line 1)'] },
    'ctrl-c-from-within': {
      statement: 'raise KeyboardInterrupt',
      says: ['failed: KeyboardInterrupt (statement, line 1)'],
    },
    recursion: {
      setup: 'def f(): return f()',
      statement: 'f()',
      says: ['failed: RecursionError: maximum recursion depth exceeded (setup, line 1)'],
    },
    'message-with-escapes': {
      statement: "raise ValueError('\\x1b[31m\\x07 \\x9b31m red \\u202e\\r')",
      says: ['failed: ValueError: \\x1b[31m\\x07 \\x9b31m red \\u202e\\x0d (statement, line 1)'],
    },
    'write-here': {
      statement: "open('made.txt', 'w')",
      says: ["failed: OSError: [Errno 69] Read-only file system: 'made.txt' (statement, line 1)"],
    },
    'change-here': {
      statement: "import os; os.remove('cases.toml')",
      says: ["failed: OSError: [Errno 69] Read-only file system: 'cases.toml' (statement, line 1)"],
    },
  };
  let all: Awaited<ReturnType<typeof runCases>>;
  let cwd: string;

  beforeAll(async () => {
    cwd = folder();
    const cases = Object.entries(failing).map(([id, { setup = '', statement }]) => [id, { setup, statement }] as const);
    const nul = ['nul', 'a = 1\u0000'] as const;
    all = await runCases(Object.fromEntries([...cases, nul]), ['-p', 'wasm:3.10,wasm:3.14'], cwd);
  });

  test.each(Object.entries(failing))(
    '%s: its sentence, in the words of Python',
    (id, { setup = '', statement, says }) => {
      const shown = statement.split('\n');
      const after = setup === '' ? '' : `   setup: ${setup.replace(/\n\s*/g, ' ⏎ ')}`;
      const heading = [`${id}  ${shown[0]}`, ...shown.slice(1)].map(
        (line, i, { length }) => line + (i === length - 1 ? after : ''),
      );
      const [first, ...excerpt] = says;
      const found = all
        .text(id)
        .join('\n')
        .replace(/\n {3}(?=\S)/g, ' '); // a wrapped line made whole
      expect(found).toBe(
        [...heading, ` wasm:3.10 and wasm:3.14 ${first}`, ...excerpt].join('\n').replace(/\n {3}(?=\S)/g, ' '),
      );
      expect(outcomes(all.results(id))).toEqual(['failed', 'failed']);
    },
  );

  test('a NUL character: what each version says of it', () => {
    expect(all.text('nul')).toEqual([
      'nul  a = 1\\x00',
      ' wasm:3.10 failed: ValueError: source code string cannot contain null bytes',
      ' wasm:3.14 failed: SyntaxError: source code string cannot contain null bytes',
    ]);
  });

  test('the exit code is 1, nothing is said on the error stream, nothing was changed', () => {
    expect(all.ended.code).toBe(1);
    expect(all.ended.stderr).toBe('');
    expect(existsSync(join(cwd, 'made.txt'))).toBe(false);
    expect(existsSync(join(cwd, 'cases.toml'))).toBe(true);
  });

  test('the whole answer for a single statement', async () => {
    const ended = await pyallocs(['bench', '--no-time', 'y = (x +']);
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe(`CPython 3.14.2 (wasm:3.14): embedded, 32 bits, no pymalloc

y = (x +

 wasm:3.14 failed: SyntaxError: '(' was never closed (statement, line 1)
     y = (x +
         ^
`);
  });

  test('the same as JSON: a code, the message, the line, and no number', async () => {
    const ended = await pyallocs(['bench', '--json', 'a = 1\nb = missing']);
    const [result] = bench.parse(parsed(ended)).cases[0]?.results ?? [];
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'python-exception', message: "NameError: name 'missing' is not defined", line: 2 },
    });
    expect(result).not.toHaveProperty('counts');
    expect([ended.stderr, ended.code]).toEqual(['', 1]);
  });
});

describe('an unusual statement that is fine', () => {
  let all: Awaited<ReturnType<typeof runCases>>;

  beforeAll(async () => {
    const cases = {
      global: 'global x; x = 1',
      'global-bound-by-setup': { setup: 'x = 0', statement: 'global x; x = 1' },
      continue: { setup: 'x = 1000', statement: 'y = x + 1\ncontinue\ny = x + 1' },
      'multi-line-string': "s = '''a\n  b\n    c'''\nassert s == 'a\\n  b\\n    c', s",
      'multi-line-string-in-setup': {
        setup: "s = '''a\n  b\n\tc'''",
        statement: "assert s == 'a\\n  b\\n\\tc', s",
      },
      'non-ascii': { setup: "größe = 'ä'; 变量 = '€'", statement: "t = größe + 变量 + '😀'" },
      'nul-in-a-string': { setup: "s = 'a\\0'", statement: "t = s + 'b'; assert len(t) == 3" },
      collect: 'import gc; gc.collect()',
      'prints-to-both-streams': "import sys; print('\\x1b[31m' * 1000); print('x' * 1000, file=sys.stderr)",
      'type-with-escapes': { setup: "C = type('\\x1b[31mC\\x07\\x9b', (), {})", statement: 'C()' },
      // 3.14 takes them from a freelist: a change that is told in words
      'list-with-escapes': { setup: "C = type('\\x1b[31mD', (int,), {})", statement: 'C(1000); [C(1)] * 2' },
    };
    all = await runCases(cases, ['-p', '\u001b[31mold=wasm:3.10,wasm:3.14', '-n', '100']);
  });

  test('everything is exact: exit code 0', () => {
    expect(all.ended.stderr).toBe('');
    expect(all.ended.code).toBe(0);
  });

  test('a global statement counts, whether setup binds the name or not', () => {
    expect(created(all.results('global'))).toEqual([0, 0]);
    expect(created(all.results('global-bound-by-setup'))).toEqual([0, 0]);
  });

  test('continue goes on with the next execution: one int, not two', () => {
    expect(created(all.results('continue'))).toEqual([100, 100]);
  });

  test('a string of several lines keeps its text', () => {
    expect(created(all.results('multi-line-string'))).toEqual([0, 0]);
    expect(created(all.results('multi-line-string-in-setup'))).toEqual([0, 0]);
  });

  test('characters outside ASCII, and NUL in a string', () => {
    // größe + 变量 is a string, and so is the sum with the third
    expect(created(all.results('non-ascii'))).toEqual([200, 200]);
    expect(created(all.results('nul-in-a-string'))).toEqual([100, 100]);
  });

  test('a collection creates no object before 3.12; from then on two strings, "start" and "stop", for callbacks', () => {
    expect(created(all.results('collect'))).toEqual([0, 200]);
  });

  test('what a statement prints is seen nowhere', () => {
    expect(outcomes(all.results('prints-to-both-streams'))).toEqual(['exact', 'exact']);
    expect(all.ended.stdout).not.toContain('xxxxxxxxxx');
  });

  test('control characters in names of types and columns are shown, not sent to the terminal', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(all.ended.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(all.ended.stdout).toContain('1 \\x1b[31mC\\x07\\x9b');
    expect(all.ended.stdout).toContain('CPython 3.10.2 (\\x1b[31mold) and 3.14.2');
  });

  test('a statement of a megabyte from standard input', async () => {
    const ended = await pyallocs(['bench', '-', '-n', '10', '--no-time'], {
      input: `s = '${'a'.repeat(1_000_000)}'\n`,
    });
    expect([ended.stderr, ended.code]).toEqual(['', 0]);
    expect(ended.stdout.split('\n')[2]).toBe(`s = '${'a'.repeat(94)}…`);
    expect(ended.stdout).toContain('10 executions: no object created.');
  });

  test('a syntax error at the end of a megabyte shows the place, not the megabyte', async () => {
    const ended = await pyallocs(['bench', '-', '-n', '10'], { input: `s = '${'a'.repeat(1_000_000)}' +* 1\n` });
    expect([ended.stderr, ended.code]).toEqual(['', 1]);
    const lines = ended.stdout.trimEnd().split('\n').slice(-3);
    expect(lines[0]).toBe(' wasm:3.14 failed: SyntaxError: invalid syntax (statement, line 1)');
    expect(lines[1]).toBe(`     ${'a'.repeat(77)}' +* 1`);
    expect(lines[2]).toBe(`     ${' '.repeat(80)}^`);
  });
});

describe('a statement that crashes its interpreter, or takes its hooks', () => {
  let all: Awaited<ReturnType<typeof runCases>>;

  beforeAll(async () => {
    const exact = { setup: 'x = 1000', statement: 'y = x + 1' };
    all = await runCases(
      {
        first: exact,
        abort: 'import os; os.abort()',
        'after-abort': exact,
        'tracing-starts': 'import tracemalloc; tracemalloc.start()',
        'after-start': exact,
        'tracing-stops': 'import tracemalloc; tracemalloc.stop()',
        'after-stop': exact,
      },
      ['-p', 'wasm:all'],
    );
  });

  test('os.abort(): the interpreter is gone, the sentence says what will measure the next case', () => {
    const found = all
      .text('abort')
      .join('\n')
      .replace(/\n {3}/g, ' ');
    expect(found).toMatchInlineSnapshot(`
      "abort  import os; os.abort()
       wasm:3.10, wasm:3.11 and wasm:3.12 failed: the statement crashed the interpreter (RuntimeError: Aborted(). Build with -sASSERTIONS for more info.); the next one gets a new one
       wasm:3.13, wasm:3.14 and wasm:3.15 failed: the statement crashed the interpreter (RuntimeError: unreachable); the next one gets a new one"
    `);
  });

  test('tracemalloc.start() takes the hooks from 3.13 on, and is refused; before, the hooks are its own table', () => {
    expect(outcomes(all.results('tracing-starts'))).toEqual([
      'exact',
      'exact',
      'exact',
      'refused',
      'refused',
      'refused',
    ]);
    expect(created(all.results('tracing-starts')).slice(0, 3)).toEqual([0, 0, 0]);
    expect(all.text('tracing-starts').slice(-2).join('\n').replace('\n  ', '')).toBe(
      " wasm:3.13, wasm:3.14 and wasm:3.15 refused: the statement replaced pyallocs' hooks with its own, as tracemalloc.start() and tracemalloc.stop() do; measure it without them",
    );
  });

  test('tracemalloc.stop() takes the hooks up to 3.12, and is refused; from then on there is nothing to stop', () => {
    expect(outcomes(all.results('tracing-stops'))).toEqual([
      'refused',
      'refused',
      'refused',
      'exact',
      'exact',
      'exact',
    ]);
    expect(created(all.results('tracing-stops')).slice(3)).toEqual([0, 0, 0]);
  });

  test.each(['first', 'after-abort', 'after-start', 'after-stop'])('the case %s is exact on all six', (id) => {
    expect(all.results(id).map(({ interpreter }) => interpreter.id)).toEqual(ALL);
    expect(outcomes(all.results(id))).toEqual(ALL.map(() => 'exact'));
    expect(created(all.results(id))).toEqual([1000, 1000, 1000, 1000, 1000, 0]);
  });

  test('the exit code is 1, and the error stream empty', () => {
    expect([all.ended.code, all.ended.stderr]).toEqual([1, '']);
  });

  test('all the memory there is: MemoryError, like any other exception', async () => {
    const statement = 'L = [bytearray(1 << 28) for _ in range(64)]';
    const ended = await pyallocs(['bench', statement, '--no-time', '--timeout', '110']);
    expect([ended.stderr, ended.code]).toEqual(['', 1]);
    expect(ended.stdout).toBe(`CPython 3.14.2 (wasm:3.14): embedded, 32 bits, no pymalloc

${statement}

 wasm:3.14 failed: MemoryError (statement, line 1)
`);
  });
});

describe('one case does not disturb the next', () => {
  test('neither by files, the current folder, the environment, modules, builtins nor settings', async () => {
    const all = await runCases(
      {
        changes: {
          setup: `
import builtins, gc, os, sys
os.chdir('/tmp')
open('left', 'w').write('x')
os.makedirs('/tmp/folder', exist_ok=True)
os.environ['LEFT'] = 'x'
builtins.left = 1
builtins.sorted = None
sys.path.insert(0, '/nowhere')
sys.setrecursionlimit(100)
sys.modules['json'] = None
sys.stdout = None
gc.disable()
gc.set_threshold(1)
class Watcher:
    def find_spec(*args): raise RuntimeError('left')
sys.meta_path.insert(0, Watcher())`,
          statement: 'pass',
        },
        'sees-nothing-of-it': {
          setup: `
import builtins, gc, json, os, sys
assert os.listdir('/tmp') == [], os.listdir('/tmp')
assert os.listdir('.') == ['cases.toml'], os.listdir('.')
assert 'LEFT' not in os.environ
assert not hasattr(builtins, 'left')
assert sorted('ba') == ['a', 'b']
assert '/nowhere' not in sys.path
assert sys.getrecursionlimit() >= 1000
assert sys.stdout is not None
assert gc.isenabled() and gc.get_threshold()[0] > 1
import statistics
x = 1000`,
          statement: 'y = x + 1',
        },
      },
      ['-p', 'wasm:3.10,wasm:3.14'],
    );
    expect(all.results('changes')).toMatchObject([{ outcome: 'exact' }, { outcome: 'exact' }]);
    expect(all.results('sees-nothing-of-it')).toMatchObject([{ outcome: 'exact' }, { outcome: 'exact' }]);
    expect(created(all.results('sees-nothing-of-it'))).toEqual([1000, 1000]);
    expect([all.ended.stderr, all.ended.code]).toEqual(['', 0]);
  });
});

describe('a statement reaches nothing outside', () => {
  const py = (text: string): string => JSON.stringify(text);
  const js = (code: string): string => `import js; js.Object.constructor(${py(code)})()`;
  const builtin = (name: string): string => `process.getBuiltinModule('${name}')`;

  test('neither through files, processes nor JavaScript', async () => {
    const outside = folder({ 'secret.txt': 'secret' });
    const cwd = folder({ 'here.txt': 'here' });
    if (!WINDOWS) symlinkSync(join(outside, 'secret.txt'), join(cwd, 'link.txt'));
    const made = (name: string): string => join(outside, name);
    const attempts: Record<string, string> = {
      read: `open(${py(join(outside, 'secret.txt'))}).read()`,
      'read-above': `open(${py('../'.repeat(20) + join(outside, 'secret.txt').slice(1))}).read()`,
      'read-link': "open('link.txt').read()",
      system: `import os; assert os.system(${py(`touch ${made('system')}`)}) == 0`,
      subprocess: `import subprocess; subprocess.run(['touch', ${py(made('subprocess'))}])`,
      'run-js': `from pyodide.code import run_js; run_js(${py(`${builtin('fs')}.writeFileSync('${made('run-js')}', '')`)})`,
      'js-read': js(`return ${builtin('fs')}.readFileSync('${join(outside, 'secret.txt')}')`),
      'js-write': js(`${builtin('fs')}.writeFileSync('${made('js-write')}', '')`),
      'js-write-here': js(`${builtin('fs')}.writeFileSync('${join(cwd, 'js-write-here')}', '')`),
      'js-change-here': js(`${builtin('fs')}.truncateSync('${join(cwd, 'here.txt')}')`),
      'js-process': js(`${builtin('child_process')}.execFileSync('touch', ['${made('js-process')}'])`),
      'js-fork': js(`${builtin('child_process')}.fork('${BIN}', [], { execArgv: [] })`),
      mount: `
import js, pyodide_js
fs = pyodide_js.FS
fs.mkdir('/outside')
fs.mount(fs.filesystems.NODEFS, js.Object.fromEntries([['root', ${py(outside)}]]), '/outside')
open('/outside/mount', 'w').write('x')`,
    };
    const all = await runCases(attempts, ['-n', '1', '--timeout', '20', '-p', 'wasm:3.15'], cwd);
    const ids = Object.keys(attempts);
    expect(ids.filter((id) => outcomes(all.results(id)).join() !== 'failed')).toEqual([]);
    expect(ids.filter((id) => existsSync(made(id)))).toEqual([]);
    expect(existsSync(join(cwd, 'js-write-here'))).toBe(false);
    expect(readFileSync(join(cwd, 'here.txt'), 'utf8')).toBe('here');
  });

  test('not even from a thread that is started without the limits of its process', async () => {
    const outside = folder();
    const thread = (code: string): string =>
      js(`
        const done = new Int32Array(new SharedArrayBuffer(4));
        const code = ${py(`
          try { ${code} } finally {
            const { workerData } = require('worker_threads');
            Atomics.store(workerData, 0, 1);
            Atomics.notify(workerData, 0);
          }`)};
        new (${builtin('worker_threads')}.Worker)(code, { eval: true, execArgv: [], workerData: done });
        Atomics.wait(done, 0, 0, 10_000);`);
    const attempts = {
      writes: thread(`require('fs').writeFileSync('${join(outside, 'writes')}', '')`),
      starts: thread(`require('child_process').execFileSync('touch', ['${join(outside, 'starts')}'])`),
    };
    await runCases(attempts, ['-n', '1', '--timeout', '20', '-p', 'wasm:3.15']);
    expect(readdirSync(outside)).toEqual([]);
  });

  test('its environment is not that of the machine', async () => {
    const statement = "import os; assert 'PYALLOCS_TEST' not in os.environ and 'HOSTNAME' not in os.environ";
    const ended = await pyallocs(['bench', statement, '--no-time'], { env: { PYALLOCS_TEST: '1', HOSTNAME: 'x' } });
    expect([ended.stderr, ended.code]).toEqual(['', 0]);
  });
});

describe('what was started is ended', () => {
  const endless = ['bench', '-s', "f = open('marker')", 'while True: pass'];

  test('an endless loop is ended by --timeout; the next case gets another process, and is exact', async () => {
    const cwd = folder({ marker: '' });
    const endless = { setup: "f = open('marker')", statement: 'while True: pass' };
    writeFileSync(join(cwd, 'cases.toml'), casesFile({ endless, next: { setup: 'x = 1000', statement: 'y = x + 1' } }));
    const running = startPyallocs(['bench', '--file', 'cases.toml', '--timeout', '5'], { cwd });
    const worker = LINUX ? await workerReading(join(cwd, 'marker'), running) : null;
    if (worker !== null) {
      await until('another worker', () => childrenOf(running.pid).find((child) => child !== worker && isWorker(child)));
      expect(isWorker(worker), 'the process of the endless loop still runs').toBe(false);
    }
    const { stdout, stderr, code } = await running.ended;
    expect([stderr, code]).toEqual(['', 1]);
    expect(stdout).toMatchInlineSnapshot(`
      "CPython 3.14.2 (wasm:3.14): embedded, 32 bits, no pymalloc

             objects  ○ freelist  ● malloc  ▪ buffers  ↔ resizes  bytes  types
       next        1           1         ·          ·          ·      ·  1 int
       endless
         wasm:3.14 failed: the statement was still running after 5 s and was ended; give it more time with
           --timeout, or fewer executions with -n

                3.14
       endless  failed
       next     ○ 1

      This build has no pymalloc: requests go to malloc, and there are no pools or arenas to see. A
      standard build serves requests of up to 512 bytes from pymalloc.
      "
    `);
  });

  test.skipIf(WINDOWS)('a reader that goes away ends the command quietly', async () => {
    const running = startPyallocs(['bench', 'pass', '--json']);
    running.child.stdout.destroy();
    expect(await running.ended).toMatchObject({ stderr: '', code: 0 });
  });

  test.runIf(LINUX)('the same with head', async () => {
    const command = `set -o pipefail; "${process.execPath}" "${BIN}" --help | head -1`;
    const ended = await run('bash', ['-c', command]);
    expect(ended).toMatchObject({ stdout: 'Usage: pyallocs [options] [command]\n', stderr: '', code: 0 });
  });

  describe.runIf(LINUX)('by a signal', () => {
    /** A command in an endless loop, and all that it has started. */
    const begin = async (): Promise<{ running: ReturnType<typeof startPyallocs>; children: number[] }> => {
      const cwd = folder({ marker: '' });
      const running = startPyallocs([...endless, '--timeout', '600'], { cwd, group: true });
      await workerReading(join(cwd, 'marker'), running);
      return { running, children: childrenOf(running.pid) };
    };

    test('Ctrl-C during an endless loop: exit code 130, nothing said, no process left', async () => {
      const { running, children } = await begin();
      process.kill(-running.pid, 'SIGINT'); // a terminal sends it to the whole group
      expect(await running.ended).toMatchObject({ stdout: '', stderr: '', code: 130 });
      await allGone(children);
    });

    test('SIGINT and SIGTERM to pyallocs alone: exit codes 130 and 143, and no process left', async () => {
      for (const [signal, code] of [
        ['SIGINT', 130],
        ['SIGTERM', 143],
      ] as const) {
        const { running, children } = await begin();
        running.child.kill(signal);
        expect(await running.ended).toMatchObject({ stdout: '', stderr: '', code });
        await allGone(children);
      }
    });

    test('SIGKILL of pyallocs: the worker notices, and ends itself', async () => {
      const { running, children } = await begin();
      running.child.kill('SIGKILL');
      expect(await running.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
      await allGone(children);
    });

    test('a command that is done leaves no child', async () => {
      const running = startPyallocs(['bench', 'pass', '--no-time']);
      await until('a worker process', () => childrenOf(running.pid).find(isWorker));
      const children = childrenOf(running.pid);
      expect((await running.ended).code).toBe(0);
      await allGone(children);
    });
  });
});
