import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PyallocsError } from '../../core/errors.js';
import type { Exit, ProgramResult } from '../../core/program.js';
import type { Engine, Offer, Program, ProgramOptions } from '../../engines/engine.js';
import { native, program } from '../../report/text/programs.testkit.js';
import { type StatOptions, stat } from './stat.js';

const OPTIONS: StatOptions = { python: ['3.13'], repeat: 1, steady: false, startup: false, shutdown: false };
const GLOBALS = { ascii: false, debug: false };

const offer = (minor: string): Offer => ({
  id: `native:${minor}`,
  minor,
  version: `${minor}.1`,
  prerelease: false,
  path: `/usr/bin/python${minor}`,
  refusal: null,
});

/** Named as the native engine names what is not there. */
function find(selector: string): Offer {
  if (selector.startsWith('3.')) return offer(selector);
  throw new PyallocsError(selector.includes('folder') ? 'not-executable' : 'not-found', `there is no ${selector}`);
}

/** An engine whose programs come to these results, one after the other, and what it was asked for. */
function engine(results: readonly ProgramResult[], during: () => void = () => {}) {
  const asked: { readonly id: string; readonly program: Program; readonly options: ProgramOptions }[] = [];
  const fake: Engine = {
    name: 'native',
    offers: () => ['3.13', '3.14'].map(offer),
    find,
    open: () => Promise.reject(new Error('not needed')),
    run: async ({ id }, _label, program, options) => {
      const result = results[asked.length];
      asked.push({ id, program, options });
      during();
      if (result === undefined) throw new Error('one run too many');
      return { result, where: null, interpreterFiles: [] };
    },
    series: () => {
      throw new Error('not needed');
    },
  };
  return { fake, asked };
}

let written = '';

beforeEach(() => {
  written = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  vi.spyOn(process.stdout, 'write').mockImplementation(() => {
    throw new Error('standard output belongs to the program');
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function code(
  command: readonly string[],
  options: Partial<StatOptions>,
  results: readonly ProgramResult[],
): Promise<number> {
  let found = -1;
  await stat(command, { ...OPTIONS, ...options }, GLOBALS, [engine(results).fake], (asked) => {
    found = asked;
  });
  return found;
}

const ended = (exitCode: number | null, signal: string | null = null): ProgramResult => ({
  ...program([]),
  exit: { code: exitCode, signal },
});

const failed = (error: string, exit: Exit | null = null): ProgramResult => ({
  command: ['script.py'],
  interpreter: native('3.13'),
  outcome: 'failed',
  exit,
  error: { code: error, message: 'it could not be counted' },
});

test('the engine is given what stood after our options, and the options', async () => {
  const { fake, asked } = engine([program([])]);
  await stat(['-m', 'mod', '--json'], { ...OPTIONS, steady: true, timeout: 5 }, GLOBALS, [fake], () => {});
  expect(asked).toEqual([
    {
      id: 'native:3.13',
      program: { command: ['-m', 'mod', '--json'] },
      options: { steady: true, timeout: 5, record: null },
    },
  ]);
});

test('the summary stands on the error stream, and its first line names the interpreter and the command', async () => {
  expect(await code(['script.py'], {}, [program(['1 int pymalloc'])])).toBe(0);
  expect(written.split('\n')[0]).toBe('CPython 3.13.1 (native:3.13): native, 64 bits   python script.py');
  expect(written).toContain('1 object created');
});

test('--json replaces the summary; one interpreter is flat', async () => {
  await code(['script.py'], { json: true }, [program(['1 int pymalloc'])]);
  expect(JSON.parse(written)).toMatchObject({ schema: 'pyallocs/stat@1', outcome: 'exact', counts: { requests: 1 } });
});

test('several interpreters are compared, one run after the other', async () => {
  const results = ['3.13', '3.14'].map((minor) => program([], { interpreter: native(minor) }));
  await code(['script.py'], { python: ['3.13,3.14'], json: true }, results);
  expect(JSON.parse(written)).toMatchObject({
    command: ['script.py'],
    results: [{ interpreter: { id: 'native:3.13' } }, { interpreter: { id: 'native:3.14' } }],
  });
});

describe('-r', () => {
  test('runs the program so often, and compares the runs', async () => {
    await code(['script.py'], { repeat: 3, json: true }, [program([]), program([]), program([])]);
    expect(JSON.parse(written)).toMatchObject({ outcome: 'exact', runs: [{}, {}, {}] });
  });

  test('ends with a run that could not be counted', async () => {
    expect(await code(['script.py'], { repeat: 3 }, [program([]), failed('inexact')])).toBe(125);
  });

  test('ends with a signal; the exit code says so', async () => {
    let found = -1;
    const { fake, asked } = engine([program([])], () => process.emit('SIGTERM'));
    const { guardSignals } = await import('../signals.js');
    const guard = vi.fn();
    guardSignals(guard);
    await stat(['script.py'], { ...OPTIONS, repeat: 3 }, GLOBALS, [fake], (asked) => {
      found = asked;
    });
    expect([asked.length, found, guard.mock.calls]).toEqual([1, 143, []]);
    process.emit('SIGTERM');
    expect(guard.mock.calls).toEqual([[143]]);
    process.removeAllListeners('SIGTERM');
    process.removeAllListeners('SIGINT');
  });

  test.each([[['-']], [['-O', '-']], [['-X', 'utf8']]])(
    'does not run a program from standard input: %j',
    async (command) => {
      await expect(code(command, { repeat: 2 }, [])).rejects.toThrow('can be run only once');
      await expect(code(command, { python: ['3.13,3.14'] }, [])).rejects.toThrow('can be run only once');
      expect(await code(command, {}, [program([])])).toBe(0);
    },
  );
});

test('no program is wrong usage, with an example', async () => {
  await expect(code([], {}, [])).rejects.toThrow('no program was given; try: pyallocs stat script.py');
});

test('a file that cannot be written is known before the program runs', async () => {
  await expect(code(['x'], { output: 'none/result.json' }, [])).rejects.toThrow('there is no folder none');
});

describe('the exit code', () => {
  test.each<[string, number, readonly ProgramResult[]]>([
    ['is that of the program', 0, [ended(0)]],
    ['is that of the program', 3, [ended(3)]],
    ['is 128 + n after signal n', 137, [ended(null, 'SIGKILL')]],
    ['is 128 + n after signal n', 130, [ended(null, 'SIGINT')]],
    ['is 125 for an end that nobody saw', 125, [ended(null)]],
    [
      'is 125 for a program that ended well and could not be counted',
      125,
      [failed('inexact', { code: 0, signal: null })],
    ],
    [
      'is that of a program that failed and could not be counted',
      139,
      [failed('crashed', { code: null, signal: 'SIGSEGV' })],
    ],
    ['is 126 for an interpreter that cannot be executed', 126, [failed('not-executable')]],
    ['is 127 for one that is not there', 127, [failed('not-found')]],
  ])('%s: %d', async (_, expected, results) => {
    expect(await code(['script.py'], {}, results)).toBe(expected);
  });

  test('of several interpreters is the first that is not 0', async () => {
    expect(await code(['script.py'], { python: ['3.13,3.14'] }, [ended(0), ended(7)])).toBe(7);
    expect(await code(['script.py'], { python: ['3.13,3.14'] }, [ended(2), ended(7)])).toBe(2);
  });

  test.each([
    ['python9', 127],
    ['./folder', 126],
  ])('for -p %s is %d, as in a shell', async (python, exitCode) => {
    await expect(code(['script.py'], { python: [python] }, [])).rejects.toMatchObject({ exitCode });
  });

  test('is 125 where pyallocs refuses', async () => {
    const refused: ProgramResult = {
      command: ['script.py'],
      interpreter: native('3.13'),
      outcome: 'refused',
      reason: { code: 'self-check', message: 'it counts wrong' },
    };
    expect(await code(['script.py'], {}, [refused])).toBe(125);
    expect(written).toContain('refused: it counts wrong');
  });
});
