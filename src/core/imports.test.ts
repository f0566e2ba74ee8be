import { expect, test } from 'vitest';
import { ZERO } from './counts.js';
import { importedCounts } from './imports.js';
import type { Sample } from './recording.js';

const NO_VALUES = {
  creations: 0,
  requests: 0,
  buffers: 0,
  resizes: 0,
  relocations: 0,
  releases: 0,
  bytes: 0,
  resizeBytes: 0,
};

function sample(stack: readonly number[], type: string, values: Partial<Sample['values']>): Sample {
  const shared = { origin: 'malloc', thread: 'MainThread', region: null, pid: 1 } as const;
  return { stack, type, ...shared, values: { ...NO_VALUES, ...values } };
}

const location = (code: number) => ({ code, offset: 0, line: 1, column: null, opcode: '', argument: '' });

/** Locations: 0 the program, 1 a module, 2 the import system, 3 a file whose name only looks like it. */
const recorded = {
  codes: ['main.py', 'json/__init__.py', '<frozen importlib._bootstrap>', 'my_bootstrap.py'].map((file) => ({
    name: 'f',
    file,
    firstLine: 1,
  })),
  locations: [0, 1, 2, 3].map(location),
};

test('nothing recorded is nothing imported', () => {
  expect(importedCounts({ ...recorded, samples: [] })).toEqual(ZERO);
});

test('what has the import system among its callers was imported, whatever made it', () => {
  const samples = [
    sample([0], 'int', { creations: 100, requests: 100 }),
    sample([1, 0], 'int', { creations: 50, requests: 50 }), // a function of a module, called later
    sample([3, 0], 'int', { creations: 25, requests: 25 }),
    sample([1, 2, 0], 'dict', { creations: 4, requests: 4, bytes: 400 }),
    sample([2, 0], 'str', { creations: 3, requests: 3, bytes: 30 }),
    sample([0, 2, 0], 'str', { creations: 2, requests: 2, bytes: 20 }), // a module that calls back
    sample([], 'str', { creations: 7, requests: 7 }),
  ];
  const counts = importedCounts({ ...recorded, samples });
  expect(counts.creations).toEqual({ total: 9, freelist: 0, pymalloc: 0, malloc: 9, foreign: 0 });
  expect([counts.requests, counts.bytes]).toEqual([9, 450]);
});
