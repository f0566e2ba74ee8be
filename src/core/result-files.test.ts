import { describe, expect, test } from 'vitest';
import { native, program, region } from '../report/text/programs.testkit.js';
import { failed, growing, interpreter, result } from '../report/text/results.testkit.js';
import type { BenchResult } from './bench.js';
import type { CaseResult } from './outcome.js';
import type { StatComparison, StatResult } from './program.js';
import { parseResult } from './result-files.js';
import type { StudyResult } from './study.js';
import { nanoseconds } from './units.js';

const exact = result('3.14', ['1 int malloc', '2 buffer', '3 resize']) as CaseResult & { outcome: 'exact' };
const refused: CaseResult = {
  interpreter: interpreter('3.12'),
  outcome: 'refused',
  reason: { code: 'self-check', message: 'no' },
};
const varying = {
  ...exact,
  outcome: 'varying',
  samples: [exact.counts, exact.counts],
  why: { code: 'unknown', message: 'it did' },
} as CaseResult;
const ns = nanoseconds(28.3);
const timed = { ...exact, timePerOp: { medianNs: ns, minNs: ns, maxNs: ns, runs: 5 } };

const BENCH: BenchResult = {
  schema: 'pyallocs/bench@1',
  cases: [
    {
      id: 'a',
      statement: 'x',
      setup: '',
      results: [exact, varying, growing('3.13'), refused, failed('3.11', 'no', ['    x', '    ^']), timed],
    },
  ],
};
const STAT: StatResult = {
  schema: 'pyallocs/stat@1',
  ...program(['1 int pymalloc', '2 buffer'], {
    regions: [region('parse', ['1 int pymalloc'], 3)],
    varies: { releases: { min: 1, max: 2, why: 'they follow from where blocks lie' } },
    warnings: [{ code: 'fork', message: 'one process was killed' }],
  }),
};
const COMPARISON: StatComparison = {
  schema: 'pyallocs/stat@1',
  command: ['script.py'],
  results: [
    program(['1 int pymalloc']),
    {
      command: ['script.py'],
      interpreter: native('3.14'),
      outcome: 'failed',
      exit: { code: null, signal: 'SIGKILL' },
      error: { code: 'timeout', message: 'it ran for 5 s' },
    },
  ],
};
const STUDY: StudyResult = {
  schema: 'pyallocs/study@1',
  interpreters: [interpreter('3.14')],
  absent: [{ interpreter: 'wasm:3.10', message: 'no' }],
  categories: [{ category: 'integers', title: 'Integers', question: 'What?' }],
  experiments: [
    {
      id: 'int.add',
      category: 'integers',
      title: 'Adding',
      statement: 'x + 1',
      setup: '',
      shows: 'One int.',
      compares: null,
      results: [exact],
      methods: [],
    },
  ],
  series: [],
  limits: [],
  programs: [],
  observers: [],
  claims: [],
};

test.each([
  ['bench', BENCH],
  ['stat', STAT],
  ['stat', COMPARISON],
  ['study', STUDY],
])('a result of %s is read back as it was written', (of, written) => {
  expect(parseResult(JSON.stringify(written), 'x.json')).toEqual({ of, result: written });
});

test('fields and codes that a later version added are no reason to refuse a result', () => {
  const later = { ...STAT, machine: 'x', warnings: [{ code: 'later', message: 'm', more: 1 }] };
  expect(parseResult(JSON.stringify(later), 'x').of).toBe('stat');
});

const HOW = 'results are written by bench, stat and study, with -o FILE or --out FOLDER';

describe('what is no result is told in a sentence', () => {
  const broken = (path: string, value: unknown): string => {
    const copy = structuredClone(STAT) as unknown as Record<string, Record<string, unknown>>;
    const [outer = '', inner = ''] = path.split('.');
    if (inner === '') copy[outer] = value as Record<string, unknown>;
    else (copy[outer] as Record<string, unknown>)[inner] = value;
    return JSON.stringify(copy);
  };

  test.each([
    ['', `x is empty; ${HOW}`],
    [' \n', `x is empty; ${HOW}`],
    ['{"schema": "pyallocs/st', `x is not JSON; ${HOW}`],
    ['print(1)', `x is not JSON; ${HOW}`],
    ['\u001f\ufffd\u0008', 'x is compressed data; a recording is named as a file, and compared with another recording'],
    ['[]', `x is JSON, but no result of pyallocs; ${HOW}`],
    ['null', `x is JSON, but no result of pyallocs; ${HOW}`],
    ['{}', `x is JSON, but no result of pyallocs; ${HOW}`],
    ['{"schema": 1}', `x is JSON, but no result of pyallocs; ${HOW}`],
    ['{"schema": "pyallocs/__proto__@1"}', `x is JSON, but no result of pyallocs; ${HOW}`],
    [
      '{"schema": "pyallocs/interpreters@1"}',
      'x is a result of interpreters; diff compares results of bench, stat and study',
    ],
    [
      '{"schema": "pyallocs/constructor@1"}',
      'x is a result of constructor; diff compares results of bench, stat and study',
    ],
    [
      '{"schema": "pyallocs/bench@2"}',
      'x is a bench result of version 2; this pyallocs reads version 1: make it again with this one, or use the one that wrote it',
    ],
    [
      '{"schema": "pyallocs/bench@1"}',
      'x is not a whole bench result: cases: Invalid input: expected array, received undefined',
    ],
    [
      broken('counts.requests', 'many'),
      'x is not a whole stat result: counts.requests: Invalid input: expected number, received string',
    ],
    [
      broken('counts.bytes', 1.5),
      'x is not a whole stat result: counts.bytes: Invalid input: expected int, received number',
    ],
    [
      broken('counts.bytes', null),
      'x is not a whole stat result: counts.bytes: Invalid input: expected number, received null',
    ],
    [broken('outcome', 'perfect'), expect.stringMatching(/^x is not a whole stat result: outcome: Invalid/)],
    [broken('interpreter.version', 'new'), 'x is not a whole stat result: interpreter.version: is no version'],
  ])('%j', (text, sentence) => {
    const read = (): unknown => parseResult(text, 'x');
    expect(read).toThrow(expect.objectContaining({ code: 'not-a-result', exitCode: 2, message: sentence }));
  });

  test('nested without end', () => {
    const deep = `${'[1,'.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(() => parseResult(deep, 'x')).toThrow(/^x is not JSON|^x is JSON, but/);
    const inside = `{"schema": "pyallocs/bench@1", "cases": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(() => parseResult(inside, 'x')).toThrow('x is not a whole bench result: cases.0: Invalid input');
  });
});
