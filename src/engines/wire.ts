/** The counters of the core as it writes them: agent/core/counts.h. */
import type { Counts } from '../core/counts.js';
import { bytes, type Count, count } from '../core/units.js';

/** 64-bit words of pa_counts. */
export const COUNT_FIELDS = 12;

/** The counts that these words are. Pools and arenas stand elsewhere: null. */
export function countsOfWords(at: (index: number) => number): Counts {
  const n = (index: number): Count => count(at(index));
  return {
    creations: {
      total: count(at(0) + at(1) + at(2) + at(3)),
      freelist: n(0),
      pymalloc: n(1),
      malloc: n(2),
      foreign: n(3),
    },
    buffers: { total: count(at(4) + at(5)), pymalloc: n(4), malloc: n(5) },
    requests: n(6),
    resizes: n(7),
    relocations: n(8),
    releases: n(9),
    bytes: bytes(at(10)),
    resizeBytes: bytes(at(11)),
    pools: null,
    arenas: null,
  };
}
