import { describe, expect, test } from 'vitest';
import { type Counts, ZERO } from '../../core/counts.js';
import type { Warning } from '../../core/outcome.js';
import type { MarkedInstruction, MethodsResult } from '../../core/study.js';
import { bytes, count, executions } from '../../core/units.js';
import { disagreements } from './disagreements.js';

interface Case {
  readonly freelist?: number;
  readonly pymalloc?: number;
  readonly buffers?: number;
  readonly resizes?: number;
  readonly folded?: boolean;
  readonly blocks?: number;
  readonly kept?: number;
  readonly dropped?: number;
  readonly opcode?: string;
  readonly argument?: string;
}

/** 1,000 executions with so many events each; 10,000 under tracemalloc. */
function found(one: Case): readonly string[] {
  const { freelist = 0, pymalloc = 0, buffers = 0, resizes = 0, blocks = 0, kept, dropped, opcode, argument } = one;
  const times = (value: number) => count(1000 * value);
  const counts: Counts = {
    ...ZERO,
    creations: {
      ...ZERO.creations,
      total: times(freelist + pymalloc),
      freelist: times(freelist),
      pymalloc: times(pymalloc),
    },
    buffers: { ...ZERO.buffers, total: times(buffers), pymalloc: times(buffers) },
    requests: times(pymalloc + buffers),
    resizes: times(resizes),
    bytes: bytes(0),
  };
  const warnings: Warning[] = one.folded === true ? [{ code: 'constant-folded', message: '' }] : [];
  const instruction = (name: string): MarkedInstruction => ({
    function: '',
    line: 1,
    offset: 0,
    opcode: name,
    argument: argument ?? '',
    specialized: null,
    perOp: null,
    types: [],
  });
  const said: Pick<MethodsResult, 'tracemalloc' | 'ids' | 'instructions'> = {
    tracemalloc: { executions: 10_000, blocks, bytes: 0 },
    ids: kept === undefined ? null : { results: 1000, kept, dropped: dropped ?? kept },
    instructions: opcode === undefined ? null : [instruction(opcode)],
  };
  return disagreements({ counts, iterations: executions(1000), warnings }, said).map(
    ({ method, effect, sentence }) => `${method} ${effect}: ${sentence}`,
  );
}

describe('disagreements', () => {
  test('there are none where nothing is created and nothing is shown', () => {
    expect(found({ kept: 1, opcode: 'LOAD_CONST' })).toEqual([]);
  });

  test('there are none where tracemalloc shows each block that was asked for', () => {
    expect(found({ pymalloc: 1, blocks: 10_000, kept: 1000 })).toEqual([]);
  });

  test('netting: what was released is not between two snapshots', () => {
    expect(found({ pymalloc: 1, buffers: 1 })).toEqual([
      'tracemalloc netting: tracemalloc shows 0 blocks after 10,000 executions, but each asks the allocator twice: what was released before the second snapshot is in neither.',
    ]);
    expect(found({ pymalloc: 0.5, blocks: 4_999 })[0]).toMatch(/^tracemalloc netting: .* 4,999 blocks .* 0.5 times/);
    expect(found({ pymalloc: 0.5, blocks: 5_000 })).toEqual([]);
  });

  test('freelist: an object in memory that was there before is no new block', () => {
    expect(found({ freelist: 1 })).toEqual([
      'tracemalloc freelist: tracemalloc shows 0 blocks after 10,000 executions, but each creates 1 object, from a freelist: memory that was there before, and no new block.',
    ]);
    expect(found({ freelist: 2, pymalloc: 1 })[1]).toContain('creates 3 objects, 2 of them from a freelist');
  });

  test('in-place: a resized block stays one block, and one object until somebody keeps it', () => {
    expect(found({ resizes: 2, kept: 1000, opcode: 'BINARY_OP', argument: '+=' })).toEqual([
      'tracemalloc in-place: tracemalloc shows 0 blocks after 10,000 executions and 0 bytes, but they resize blocks 20,000 times: a block that is resized stays one.',
      'id in-place: id() finds 1,000 objects in 1,000 results, all kept, but an execution creates none: it resizes the one there is, unless somebody keeps it.',
      'dis in-place: dis shows BINARY_OP (+=), but an execution creates no object: it resizes a block twice, in place.',
    ]);
  });

  test('dead-ids: a dead object gives its address to the next', () => {
    expect(found({ pymalloc: 1, blocks: 10_000, kept: 1000, dropped: 2 })).toEqual([
      "id dead-ids: id() finds 2 addresses in 1,000 results that are dropped one by one, and 1,000 when all are kept: a dead object's address is given to the next.",
    ]);
    expect(found({ pymalloc: 1, blocks: 10_000, kept: 1000, dropped: 1000 })).toEqual([]);
  });

  test('caching: the result is one that was there', () => {
    expect(found({ kept: 1, opcode: 'BINARY_ADD' })).toEqual([
      'dis caching: dis shows BINARY_ADD, but an execution creates no object: all its 1,000 results are 1 object that the interpreter keeps.',
    ]);
    expect(found({ pymalloc: 1, blocks: 10_000, kept: 1 })).toEqual([
      'id caching: id() finds 1 object in 1,000 results, all kept, but each execution creates 1 object: the result is one that was there, and something else was created on the way.',
    ]);
    expect(found({ kept: 1, opcode: 'BINARY_OP', argument: '[]' })).toEqual([]);
    expect(found({ kept: 1, opcode: 'BINARY_SUBSCR' })).toEqual([]);
  });

  test('folding: the compiler computed it', () => {
    expect(found({ folded: true, kept: 1, opcode: 'LOAD_CONST' })).toEqual([
      'id folding: id() finds 1 object in 1,000 results: the constant that the compiler made beforehand.',
      'time folding: The time is that of loading a constant: the compiler computed it, and an execution creates 0 objects and asks the allocator 0 times.',
    ]);
  });
});
