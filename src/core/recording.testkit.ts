/** Recordings for tests, drawn as text: one line per sample. */
import { addCounts, ORIGINS, type Origin, ZERO } from './counts.js';
import { type Code, countsOf, type Location, type Recording, SAMPLE_FIELDS, type Sample } from './recording.js';
import { count } from './units.js';

/**
 * Each line: `stack | type origin | values`, with labels at will. The stack is written from the outermost to the innermost
 * location, `function@file:line` with an opcode and its argument behind it; `-` is no Python code.
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
    const [place = '', opcode = 'CALL', ...argument] = word.trim().split(/\s+/);
    const [, name = '', file = '', line = '1'] = /^(.*)@(.*):(\d+)$/.exec(place) ?? [];
    const code = codeOf(name, file, Number(line));
    const same = { code, line: Number(line), column: 1, opcode, argument: argument.join(' ') };
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
      stack: stack === '-' ? [] : stack.split('>').map(locationOf).reverse(),
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
