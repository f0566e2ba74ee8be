/**
 * The hooks in an interpreter: our allocators in its three domains, and the event of creation. From 3.13 on that is
 * PyRefTracer; up to 3.12 the function pointer of tracemalloc's table of traces, which is data. No code is changed.
 */
import type { CPython } from './cpython.js';
import type { CoreExports } from './side-module.js';

const DOMAINS = [0, 1, 2];
/** Objects made to find out which table of the interpreter is the one of traces. */
const PROBES = 3000;

/** Words of _Py_hashtable_t (Include/internal/pycore_hashtable.h, 3.9-3.12). */
const TABLE = { entries: 0, buckets: 1, bucketArray: 2, getEntry: 3, hash: 4, compare: 5, keyDestroy: 6 };

export interface HookPlaces {
  /** Address of pa_state. */
  readonly state: number;
  /** Address of the table of traces; null where PyRefTracer is used. */
  readonly table: number | null;
  /** The five words of our allocators, per domain. */
  readonly allocators: readonly (readonly number[])[];
}

/** Installs everything. `find` gives the index of a C function in the table of functions, 0 when it is not there. */
export function installHooks(
  python: CPython,
  core: CoreExports,
  minor: number,
  find: (cFunction: string) => number,
): HookPlaces | null {
  for (const domain of DOMAINS) python.call('PyMem_GetAllocator', domain, core.inner_allocator(domain));
  const heapEnd = python.call('sbrk', 0);
  const state = core.start(minor, python.address('PyType_Type'), python.address('PyFrame_Type'), heapEnd) >>> 0;
  if (state === 0) return null;
  let table: number | null = null;
  if (core.has_tracer()) python.call('PyRefTracer_SetTracer', core.tracer(), 0);
  else table = tableOfTraces(python, find);
  for (const domain of DOMAINS) python.setAllocator(domain, (at) => core.wrap_allocator(domain, at));
  // Last: tracemalloc's own allocators are gone by now. They would look up blocks that are no objects yet.
  if (table !== null) {
    python.memory.setWord(table + 4 * TABLE.getEntry, core.diverted_lookup());
    python.execute('del _probes', '<pyallocs>');
  }
  return { state, table, allocators: DOMAINS.map((domain) => python.allocator(domain)) };
}

/** Lets tracemalloc make its table and finds it: the one table of its kind that grows when objects are made. */
function tableOfTraces(python: CPython, find: (cFunction: string) => number): number {
  const hash = find('_Py_hashtable_hash_ptr');
  const compare = find('_Py_hashtable_compare_direct');
  python.execute('import _tracemalloc; _tracemalloc.start(1)', '<pyallocs>');
  const { words } = python.memory;
  const functions = python.module.wasmTable.length;
  const at = (start: number, word: number): number => words[start + word] ?? 0;
  const candidates: number[] = [];
  for (let i = 256; i + 10 < words.length; i++) {
    if (at(i, TABLE.hash) !== hash || at(i, TABLE.keyDestroy) !== 0) continue;
    if (compare !== 0 && at(i, TABLE.compare) !== compare) continue;
    const buckets = at(i, TABLE.buckets);
    const getEntry = at(i, TABLE.getEntry);
    const power = buckets >= 16 && (buckets & (buckets - 1)) === 0;
    if (power && at(i, TABLE.bucketArray) !== 0 && getEntry !== 0 && getEntry < functions) candidates.push(i);
  }
  const before = candidates.map((i) => at(i, TABLE.entries));
  python.execute(`_probes = [object() for _ in range(${PROBES})]`, '<pyallocs>');
  const grown = candidates.filter((i, k) => python.memory.word(4 * i) - (before[k] ?? 0) >= PROBES);
  if (grown.length !== 1) throw new Error(`found ${grown.length} tables of traces in ${candidates.length} candidates`);
  return 4 * (grown[0] as number);
}

/** Whether all hooks are still ours: code that uses tracemalloc may have put its own in their place. */
export function hooksIntact(python: CPython, core: CoreExports, places: HookPlaces, seen: () => number): boolean {
  const allocators = DOMAINS.every((domain) => {
    const now = python.allocator(domain);
    return places.allocators[domain]?.every((word, i) => now[i] === word);
  });
  if (!allocators) return false;
  if (places.table === null) {
    const data = python.allocate(4);
    const tracer = python.call('PyRefTracer_GetTracer', data);
    python.release(data);
    return tracer === core.tracer() >>> 0;
  }
  if (python.memory.word(places.table + 4 * TABLE.getEntry) !== core.diverted_lookup() >>> 0) return false;
  const before = seen();
  python.execute('object()', '<pyallocs>');
  return seen() !== before;
}
