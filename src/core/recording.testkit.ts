/** Recordings for tests, drawn as text: one line per sample. */
import fc from 'fast-check';
import { addCounts, ORIGINS, type Origin, ZERO } from './counts.js';
import { type Code, countsOf, type Location, type Recording, SAMPLE_FIELDS, type Sample } from './recording.js';
import { count } from './units.js';

/**
 * Each line: `stack | type origin | values`, with labels at will. The stack is written from the outermost to the innermost
 * location, with ` > ` between them: `function@file:line` with an opcode and its argument behind it; `-` is no Python code.
 *
 *     main@app.py:12 CALL load > load@app.py:4 BINARY_OP + | int pymalloc | creations=3 requests=3 bytes=96
 *     main@app.py:13 BUILD_LIST 0                          | - pymalloc   | buffers=1 requests=1 bytes=64 thread=Other pid=7
 */
export function recordingFromText(text: string, more: Partial<Recording> = {}): Recording {
  const codes: Code[] = [];
  const locations: Location[] = [];
  const samples: Sample[] = [];
  const codeOf = (name: string, file: string, line: number): number => {
    const found = codes.findIndex((code) => code.name === name && code.file === file);
    return found >= 0 ? found : codes.push({ name, file, firstLine: Math.max(1, line - 1) }) - 1;
  };
  const locationOf = (word: string): number => {
    const [, name = '', file = '', line = '1', opcode = 'CALL', argument = ''] =
      /^(.*?)@(.*?):(\d+)(?:\s+(\S+))?(?:\s+(.*))?$/.exec(word.trim()) ?? [];
    const code = codeOf(name, file, Number(line));
    const same = { code, line: Number(line), column: 1, opcode, argument };
    const found = locations.findIndex(
      (one) => JSON.stringify({ ...one, offset: 0 }) === JSON.stringify({ ...same, offset: 0 }),
    );
    return found >= 0 ? found : locations.push({ ...same, offset: 2 * locations.length }) - 1;
  };
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const [stack = '', what = '', values = ''] = line.split('|').map((part) => part.trim());
    const [type = '-', origin = '-'] = what.split(/\s+/);
    const given = new Map(values.split(/\s+/).map((pair) => pair.split('=') as [string, string]));
    samples.push({
      stack: stack === '-' ? [] : stack.split(' > ').map(locationOf).reverse(),
      type: type === '-' ? null : type,
      origin: ORIGINS.includes(origin as Origin) ? (origin as Origin) : null,
      thread: given.get('thread') ?? 'MainThread',
      region: given.get('region') ?? null,
      pid: Number(given.get('pid') ?? 100),
      values: Object.fromEntries(
        SAMPLE_FIELDS.map((field) => [field, Number(given.get(field) ?? 0)]),
      ) as Sample['values'],
    });
  }
  const total = samples.map(countsOf).reduce(addCounts, { ...ZERO, pools: count(0), arenas: count(0) });
  return {
    command: ['app.py'],
    folder: '/home/me/project',
    interpreter: {
      id: 'native:3.14.10',
      label: null,
      version: '3.14.10',
      implementation: 'cpython',
      engine: 'native',
      bits: 64,
      pymalloc: true,
      freeThreaded: false,
      build: [],
      path: '/usr/bin/python3.14',
    },
    exit: { code: 0, signal: null },
    outcome: 'exact',
    why: null,
    warnings: [],
    seconds: 0.25,
    total: { ...total, pools: count(0), arenas: count(0) },
    processes: [],
    stacks: 'folded',
    live: false,
    approximate: false,
    sources: [],
    codes,
    locations,
    samples,
    ...more,
  };
}

/** Names and files that groupings tell apart. */
const NAMES = ['f', 'g', '<module>', 'C.m'];
const FILES = [
  'app.py',
  '/home/me/project/x/y.py',
  '/usr/lib/python3.14/json/encoder.py',
  '/venv/site-packages/numpy/core.py',
  '<string>',
  '<frozen importlib._bootstrap>',
];

/** Any recording, drawn as text; with recursion, imports, buffers, regions and threads. */
export const anyRecording: fc.Arbitrary<Recording> = fc
  .tuple(
    fc.array(
      fc.record({
        stack: fc.array(
          fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...FILES), fc.integer({ min: 1, max: 4 })),
          { maxLength: 6 },
        ),
        event: fc.oneof(
          fc
            .tuple(fc.constantFrom('int', 'str', 'dict'), fc.constantFrom('freelist', 'foreign'))
            .map(([type, origin]) => `${type} ${origin} | creations=N`),
          fc.constantFrom('pymalloc', 'malloc').map((origin) => `int ${origin} | creations=N requests=N bytes=NN`),
          fc.constantFrom('pymalloc', 'malloc').map((origin) => `- ${origin} | buffers=N requests=N bytes=NN`),
          fc
            .constantFrom('resizes=N resizeBytes=NN', 'relocations=N', 'releases=N')
            .map((value) => `list - | ${value}`),
        ),
        n: fc.integer({ min: 1, max: 50 }),
        labels: fc.constantFrom('', ' thread=T', ' region=a', ' region=a/b', ' pid=7'),
      }),
      { maxLength: 25 },
    ),
    fc.constantFrom<Recording['stacks']>('folded', 'full', 'none'),
  )
  .map(([samples, stacks]) => {
    const lines = samples.map(({ stack, event, n, labels }) => {
      const kept = stacks === 'none' ? stack.slice(-1) : stack;
      const places = kept.map(([name, file, line]) => `${name}@${file}:${line} CALL x`).join(' > ');
      return `${places || '-'} | ${event.replaceAll('N', String(n))}${labels}`;
    });
    return recordingFromText(lines.join('\n'), { stacks });
  });
