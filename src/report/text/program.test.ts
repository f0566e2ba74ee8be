import { describe, expect, test } from 'vitest';
import { ZERO } from '../../core/counts.js';
import type { ProgramResult } from '../../core/program.js';
import { combineRuns } from '../../core/runs.js';
import { bytes, count } from '../../core/units.js';
import { formatProgram } from './program.js';
import { formatPrograms } from './programs.js';
import { type Counted, native, program, region, withFields } from './programs.testkit.js';
import { type Event, interpreter } from './results.testkit.js';
import { makeStyle, textWidth } from './style.js';

const WIDE = makeStyle({ colour: false, ascii: false, width: 100 });
const NARROW = makeStyle({ colour: false, ascii: true, width: 60 });
const PLAIN = { startup: false, shutdown: false };

const text = (result: ProgramResult, style = WIDE, options = PLAIN): string => formatProgram(result, options, style);

const lines = (result: ProgramResult, start: string): string[] =>
  text(result)
    .split('\n')
    .filter((line) => line.trimStart().startsWith(start));

/** A program of every kind of event: 2,906,112 creations, as in the picture that every summary is drawn after. */
function funnel(): Counted {
  const one = program(['2104233 int freelist', '801871 dict pymalloc', '8 str malloc', '218 buffer', '27 resize'], {
    interpreter: native('3.13'),
  });
  const buffers = { total: count(412_020), pymalloc: count(411_802), malloc: count(218) };
  const requests = 1_213_899;
  const fields = { requests, releases: 1_200_000, bytes: 123_456_789, resizeBytes: 2048, pools: 3118, arenas: 21 };
  return { ...one, counts: { ...withFields(one.counts, fields), buffers } };
}

test('a program that does nothing: no object, no table, no footnote', () => {
  expect(text(program([]))).toBe(
    `
CPython 3.13.1 (native:3.13): native, 64 bits   python script.py

No object created.

  took  0.25 s, counting included; 1 thread`.slice(1),
  );
});

test('the whole funnel of a standard build, with sizes and releases in words', () => {
  expect(`\n${text(funnel())}\n`).toMatchInlineSnapshot(`
    "
    CPython 3.13.1 (native:3.13): native, 64 bits   python script.py

    2.91 million objects created, 72.4 % without asking the allocator; 21 trips to the system for
    memory.

      objects created    2,906,112  ████████████████████████████████████████
        ○ freelist       2,104,233  █████████████████████████████             72.4 %  no request
        ◐ pymalloc         801,871  ███████████                               27.6 %
        ● malloc                 8  ▏                                         < 0.1 %
      ▪ buffers            412,020  ██████                                    ◐ 411,802  ● 218
      = requests         1,213,899  █████████████████
        new pools            3,118  ▏                                         1 per 389 requests
        new arenas              21  ▏                                         1 per 57,805
        system malloc          226  ▏                                         over 512 bytes, or raw

     types       objects  ○ freelist  ◐ pymalloc  ● malloc  ▪ buffers  ↔ resizes  requests  bytes
     int       2,104,233   2,104,233           ·         ·          ·          ·         ·      ·
     dict        801,871           ·     801,871         ·          ·          ·   801,871      ·
     str               8           ·           ·         8          ·          ·         8      ·
     (buffer)          ·           ·           ·         ·        218         27       218      ·

      asked for  118 MiB in 1,213,899 requests
      resized    27 times, to 2 KiB together
      released   1,200,000 blocks
      took       0.25 s, counting included; 1 thread
    "
  `);
});

test('letters and no notes on a narrow terminal', () => {
  expect(`\n${text(funnel(), NARROW)}\n`).toMatchInlineSnapshot(`
    "
    CPython 3.13.1 (native:3.13): native, 64 bits
    python script.py

    2.91 million objects created, 72.4 % without asking the
    allocator; 21 trips to the system for memory.

      objects created    2,906,112  ########
        f freelist       2,104,233  ######    72.4 %  no request
        p pymalloc         801,871  ##        27.6 %
        m malloc                 8  |         < 0.1 %
      b buffers            412,020  #         p 411,802  m 218
      = requests         1,213,899  ###
        new pools            3,118  |         1 per 389 requests
        new arenas              21  |         1 per 57,805
        system malloc          226  |

     types       objects          f  requests  bytes
     int       2,104,233  2,104,233         .      .
     dict        801,871          .   801,871      .
     str               8          .         8      .
     (buffer)          .          .       218      .

      asked for  118 MiB in 1,213,899 requests
      resized    27 times, to 2 KiB together
      released   1,200,000 blocks
      took       0.25 s, counting included; 1 thread
    "
  `);
});

test('no line is wider than the terminal, and ASCII is ASCII', () => {
  const many = Array.from({ length: 30 }, (_, i): Event => `${100_000 - i} some.module.with.a.Long${i}Name freelist`);
  const command = ['a very long argument '.repeat(10)];
  const result = {
    ...program(['300000 int pymalloc', ...many, '9 buffer', '3 resize'], {
      regions: [region('a region with quite a long name, longer than a column', ['4 int malloc'])],
      warnings: [{ code: 'x', message: 'words '.repeat(40) }],
      command,
    }),
  };
  const process = { ...result.processes[0], pid: 2, parent: 1, command } as Counted['processes'][number];
  const all = { ...result, processes: [...result.processes, process] };
  for (const width of [40, 60, 80, 100, 200]) {
    for (const line of text(all, makeStyle({ colour: true, ascii: false, width })).split('\n')) {
      expect(textWidth(line), line).toBeLessThanOrEqual(width);
    }
  }
  expect(text(all, NARROW)).toMatch(/^[\n -~]+$/);
});

test('a build without pymalloc has no rows for it, and a footnote', () => {
  const embedded = program(['2 int malloc'], { interpreter: interpreter('3.14') });
  const result = { ...embedded, counts: { ...embedded.counts, pools: null, arenas: null } };
  const words = text(result);
  expect(words).not.toContain('system malloc');
  expect(words).toContain('2 objects created, 0 % without asking the allocator.');
  expect(words).toContain('  new pools                  –');
  expect(words).toContain('This build has no pymalloc');
});

test('the command is told as one would type it', () => {
  const told = (command: readonly string[]): string | undefined =>
    text(program([], { command })).split('\n')[0]?.split('   ')[1];
  expect(told(['-c', 'x = 1', '--y=z'])).toBe("python -c 'x = 1' --y=z");
  expect(told(['-c', "print('\u001b[31m')"])).toBe("python -c 'print('\\''\\x1b[31m'\\'')'");
  expect(told([''])).toBe("python ''");
});

describe('types', () => {
  const created = (n: number): Event[] => Array.from({ length: n }, (_, i): Event => `${1000 - i} t${i} freelist`);

  test('twelve are shown, and what the others come to; one more is no row of its own', () => {
    expect(lines(program(created(12)), 't')).toHaveLength(14); // with the titles, and how long it took
    expect(lines(program(created(13)), 'and ')).toEqual([]);
    expect(lines(program(created(15)), 'and ')).toEqual([' and 3 more types    2,961       2,961         ·      ·']);
  });

  test('buffers stand last', () => {
    const table = text(program(['3 buffer', ...created(20)])).split('\n');
    expect(table.findIndex((line) => line.startsWith(' (buffer)'))).toBe(
      table.findIndex((line) => line.startsWith(' and 8 more types')) + 1,
    );
  });

  test('foreign memory has a row and a column where there is some', () => {
    expect(text(program(['1 C foreign']))).toMatch(/◇ foreign memory +1 /);
    expect(text(program(['1 C malloc']))).not.toContain('foreign');
  });
});

test('regions have a table with their entries', () => {
  const result = program(['5 int pymalloc'], { regions: [region('parse', ['4 int pymalloc'], 3), region('none', [])] });
  expect(lines(result, 'regions')).toEqual([' regions  entries  objects  ○ freelist  ◐ pymalloc  requests  bytes']);
  expect(lines(result, 'parse')).toEqual([' parse          3        4           ·           4         4      ·']);
  expect(lines(result, 'none')).toEqual([' none           1        ·           ·           ·         ·      ·']);
});

test('processes have a table where there are several', () => {
  const { counts } = program(['5 int pymalloc']);
  const command = ['script.py'];
  const processes = [
    { pid: 100, parent: null, command, counts, exit: { code: 0, signal: null } },
    { pid: 101, parent: 100, command, counts, exit: { code: null, signal: 'SIGKILL' } },
    { pid: 102, parent: 100, command, counts, exit: null },
    { pid: 103, parent: 100, command, counts, exit: { code: null, signal: null } },
  ];
  const told = text(program([], { processes })).split('\n');
  expect(told.slice(4, 9)).toEqual([
    ' processes   of  ended          objects  requests  bytes  command',
    '       100       exit code 0          5         5      ·  python script.py',
    '       101  100  by SIGKILL           5         5      ·  python script.py',
    '       102  100  still running        5         5      ·  python script.py',
    '       103  100  unseen               5         5      ·  python script.py',
  ]);
  expect(text(program([], { processes: processes.slice(0, 1) }))).not.toContain('processes');
});

test('--startup and --shutdown tell what was counted before and after the program', () => {
  const startup = { ...program(['3 int pymalloc', '2 buffer']).counts, bytes: bytes(4096) };
  const result = program([], { startup, shutdown: ZERO });
  const told = text(result, WIDE, { startup: true, shutdown: true });
  expect(told).toContain('  before it  3 objects and 2 buffers; 4 KiB asked for in 5 requests');
  expect(told).toContain('  after it   nothing');
  expect(text(result)).not.toContain(' it ');
});

test('an end that is not 0, and warnings, are told', () => {
  const warnings = [{ code: 'x', message: 'one \u001b[31mprocess' }];
  expect(lines({ ...program([], { warnings }), exit: { code: 3, signal: null } }, 'ended')).toEqual([
    '  ended  exit code 3',
  ]);
  expect(lines(program([], { warnings }), 'warning')).toEqual(['warning: one \\x1b[31mprocess']);
});

describe('what is not exact', () => {
  const runs = (...all: readonly (readonly Event[])[]): ProgramResult =>
    combineRuns(all.map((events) => program(events)) as [ProgramResult, ...ProgramResult[]], false);

  test('runs that agree say so', () => {
    expect(lines(runs(['1 int malloc'], ['1 int malloc']), 'runs')).toEqual([
      '  runs       2: the same objects, requests and resizes each time',
    ]);
  });

  test('a field that moved has its sign and its range, and the result is exact', () => {
    const one = program(['1 int pymalloc']);
    const run = (n: number): ProgramResult => ({ ...one, counts: withFields(one.counts, { releases: n, pools: n }) });
    const told = text(combineRuns([run(5), run(6)], false)).split('\n');
    expect(told).toContain('  released     ≈6 blocks');
    expect(told).toContain('    releases   5 to 6: what is freed depends on where blocks lie');
    expect(told.find((line) => line.includes('new pools'))).toMatch(/new pools +≈6 /);
    expect(told.join('\n')).not.toContain('varying');
  });

  test('where only origins moved, the objects are exact and the origins are not', () => {
    const told = text(runs(['5 int pymalloc'], ['4 int pymalloc', '1 int freelist']));
    expect(told).toContain('≈ varying: the 2 runs created the same objects, but freelists did not serve the same ones');
    expect(told).toMatch(/^5 objects created/m);
    expect(told).toMatch(/^ int +5 +≈1 +≈4 +≈4 /m);
    expect(told).toContain('    freelist  0 to 1');
  });

  test('where types moved, no count of objects is exact', () => {
    const told = text(runs(['5 int pymalloc', '4 str pymalloc'], ['4 int pymalloc', '5 str pymalloc']));
    expect(told).toMatch(/^≈9 objects created/m);
    expect(told).toMatch(/^ int +≈4 /m);
  });

  test('where the run itself was not exact, nothing is', () => {
    const why = { code: 'overflow', message: 'a table was full' };
    const lossy = { ...program(['2 int pymalloc', '3 buffer']), outcome: 'varying', why } as ProgramResult;
    const told = text(lossy);
    expect(told).toContain('≈ varying: a table was full');
    for (const word of ['int', '(buffer)', 'buffers', '= requests', 'new pools'])
      expect(told, word).toMatch(new RegExp(`^ .*${word.replace(/[()]/g, '\\$&')} .*≈\\d`, 'm'));
  });

  test('without numbers there is the reason', () => {
    const base = { command: ['x.py'], interpreter: native('3.13') };
    const title = 'CPython 3.13.1 (native:3.13): native, 64 bits   python x.py\n\n';
    const refused: ProgramResult = { ...base, outcome: 'refused', reason: { code: 'self-check', message: 'it lies' } };
    expect(text(refused)).toBe(`${title}refused: it lies`);
    const error = { code: 'timeout', message: 'it ran for 5 s' };
    expect(text({ ...base, outcome: 'failed', exit: null, error })).toBe(`${title}failed: it ran for 5 s`);
    expect(text({ ...base, outcome: 'failed', exit: { code: null, signal: 'SIGKILL' }, error })).toBe(
      `${title}failed: it ran for 5 s (ended by SIGKILL)`,
    );
  });
});

describe('several interpreters', () => {
  const compared = (results: readonly ProgramResult[], style = WIDE, options = PLAIN): string =>
    formatPrograms({ schema: 'pyallocs/stat@1', command: ['script.py'], results }, options, style);

  const on = (minor: string, events: readonly Event[], more: Partial<Counted> = {}): Counted => ({
    ...program(events, { interpreter: native(minor) }),
    ...(more as object),
  });

  test('stand side by side, the funnel above the types', () => {
    const results = [
      on('3.13', ['5 int pymalloc', '2 dict freelist', '3 buffer']),
      on('3.14', ['5 int freelist', '2 dict freelist', '1 C malloc', '3 buffer'], { seconds: 12.345 }),
    ];
    expect(`\n${compared(results)}\n`).toMatchInlineSnapshot(`
      "
      CPython 3.13.1 and 3.14.1: native, 64 bits   python script.py

                        native:3.13  native:3.14
       objects created            7            8
         ○ freelist               2            7
         ◐ pymalloc               5            ·
         ● malloc                 ·            1
       ▪ buffers                  3            3
       = requests                 8            4
         new pools                ·            ·
         new arenas               ·            ·
         system malloc            3            4

       objects by type
       int                        5            5
       dict                       2            2
       C                          ·            1

       took                  0.25 s       12.3 s
      "
    `);
  });

  test('what differs from the column to the left is bold', () => {
    const bold = makeStyle({ colour: true, ascii: true, width: 100 });
    const told = compared([on('3.13', ['5 int malloc']), on('3.14', ['6 int malloc'])], bold);
    expect(told).toContain('\u001b[1m6\u001b[0m');
    expect(told).not.toContain('\u001b[1m5\u001b[0m');
  });

  test('columns that do not fit stand below', () => {
    const results = ['3.10', '3.11', '3.12', '3.13', '3.14'].map((minor) => on(minor, ['5000000 int pymalloc']));
    const told = compared(results, NARROW).split('\n');
    for (const line of told) expect(textWidth(line)).toBeLessThanOrEqual(60);
    expect(told.filter((line) => line.includes('objects created'))).toHaveLength(2);
  });

  test('one that failed has no column, but a reason', () => {
    const failed: ProgramResult = {
      command: ['script.py'],
      interpreter: native('3.14'),
      outcome: 'failed',
      exit: null,
      error: { code: 'timeout', message: 'it ran for 5 s' },
    };
    const told = compared([on('3.13', ['5 int malloc']), failed]);
    expect(told.split('\n')[2]).toBe('                  native:3.13');
    expect(told).toContain('native:3.14 failed: it ran for 5 s');
    expect(compared([failed, failed])).toContain('native:3.14 and native:3.14 failed');
  });

  test('warnings are told once, startup and shutdown for each', () => {
    const warnings = [{ code: 'x', message: 'careful' }];
    const results = [on('3.13', [], { warnings }), on('3.14', [], { warnings })];
    const told = compared(results, WIDE, { startup: true, shutdown: true });
    expect(told).toContain('warning, native:3.13 and native:3.14: careful');
    expect(told).toContain(' native:3.14 before it nothing');
    expect(told).toContain(' native:3.13 after it nothing');
  });
});
