/**
 * Counts per execution known from CPython's source, for every version. What Pyodide's 32 bits change is said in the row.
 * `of` rows give creations by type; a type that is not named must not occur.
 */

/** Creations of one type: in all, and how many of them from a freelist. */
export interface KnownType {
  readonly total: number;
  readonly freelist: number;
}

export interface Known {
  readonly creations: Readonly<Record<string, KnownType>>;
  readonly buffers?: number;
  readonly resizes?: number;
  readonly relocations?: number;
}

export interface KnownStatement {
  readonly statement: string;
  readonly setup: string;
  /** The source of the number, in words. */
  readonly because: string;
  readonly per: (minor: number) => Known;
}

const fresh = (total: number): KnownType => ({ total, freelist: 0 });
const pooled = (total: number): KnownType => ({ total, freelist: total });
const nothing: Known = { creations: {} };

export const KNOWN_STATEMENTS: readonly KnownStatement[] = [
  { statement: 'pass', setup: '', because: 'the loop itself makes nothing', per: () => nothing },
  {
    statement: 'y = x + 1',
    setup: 'x = 1000',
    because: 'Objects/longobject.c: int freelist since 3.14; small ints to 1024 since 3.15 (_PY_NSMALLPOSINTS)',
    per: (minor) => (minor >= 15 ? nothing : { creations: { int: minor === 14 ? pooled(1) : fresh(1) } }),
  },
  {
    statement: 'y = x + 1',
    setup: 'x = 5000',
    because: 'Objects/longobject.c: above the small ints of every version',
    per: (minor) => ({ creations: { int: minor >= 14 ? pooled(1) : fresh(1) } }),
  },
  { statement: 'y = x + 1', setup: 'x = 255', because: '256 is a small int in every version', per: () => nothing },
  {
    statement: 'y = x + 1',
    setup: 'x = 256',
    because: '257 is a small int from 3.15 on',
    per: (minor) => (minor >= 15 ? nothing : { creations: { int: minor === 14 ? pooled(1) : fresh(1) } }),
  },
  { statement: 'y = x - 1', setup: 'x = -4', because: '-5 is the lowest small int', per: () => nothing },
  {
    statement: 'y = x - 1',
    setup: 'x = -5',
    because: '-6 is not a small int',
    per: (minor) => ({ creations: { int: minor >= 14 ? pooled(1) : fresh(1) } }),
  },
  {
    statement: 'y = x * x',
    setup: 'x = 2**40',
    because: 'ints of two and more digits never come from the freelist (long_alloc, ndigits == 1)',
    per: () => ({ creations: { int: fresh(1) } }),
  },
  {
    statement: 'y = x * x + x',
    setup: 'x = 1.5',
    because: '3.12 and 3.13 write the sum into the product (DECREF_INPUTS_AND_REUSE_FLOAT, Python/ceval_macros.h)',
    per: (minor) => ({ creations: { float: pooled(minor === 12 || minor === 13 ? 1 : 2) } }),
  },
  {
    statement: 'y = ((x * 2 + 1) * x + 3) * x',
    setup: 'x = 1.5',
    because: 'int operands are converted: on 3.12 and 3.13 only the first product is new when all are floats',
    per: (minor) => ({ creations: { float: pooled(minor === 12 || minor === 13 ? 3 : 5) } }),
  },
  {
    statement: 't = (x, z)',
    setup: 'x = 1; z = 2',
    because: 'tuple freelist',
    per: () => ({ creations: { tuple: pooled(1) } }),
  },
  {
    statement: 'y = [x, x]',
    setup: 'x = 1',
    because: 'the list from its freelist, its items from the allocator',
    per: () => ({ creations: { list: pooled(1) }, buffers: 1 }),
  },
  {
    statement: "y = {'a': x}",
    setup: 'x = 1',
    because: 'the dict and its table of keys each from a freelist; the second makes no event',
    per: () => ({ creations: { dict: pooled(1) } }),
  },
  {
    statement: 'y = dict(a=x)',
    setup: 'x = 1',
    because:
      'called as a class it goes through tp_alloc, which does not look into the freelist; 3.8 makes a dict of the keywords',
    per: (minor) => ({ creations: { dict: minor === 8 ? { total: 2, freelist: 1 } : fresh(1) } }),
  },
  {
    statement: "s += 'x'",
    setup: "s = 'abc'",
    because: 'unicode_resize in place: the header is set up again, no object is new',
    per: () => ({ creations: {}, resizes: 1, relocations: 1 }),
  },
  { statement: 'y = object()', setup: '', because: 'no freelist', per: () => ({ creations: { object: fresh(1) } }) },
  {
    statement: 'y = C()',
    setup: 'class C:\n    __slots__ = ()',
    because: 'one block, no dict',
    per: () => ({ creations: { C: fresh(1) } }),
  },
  {
    statement: 'y = max(a, b)',
    setup: 'a = 1; b = 2',
    because:
      'Python/bltinmodule.c: up to 3.12 the arguments become a tuple and an iterator over it; from 3.13 vectorcall',
    per: (minor) => (minor >= 13 ? nothing : { creations: { tuple: pooled(1), tuple_iterator: fresh(1) } }),
  },
  {
    statement: 'with m: pass',
    setup: 'class M:\n    def __enter__(self): pass\n    def __exit__(self, *args): pass\nm = M()',
    because:
      'up to 3.13 __enter__ and __exit__ are bound methods, in 3.8 from a freelist; *args makes a tuple; up to 3.10 a call makes a frame',
    per: (minor) => ({
      creations: {
        ...(minor >= 14 ? {} : { method: minor === 8 ? pooled(2) : fresh(2) }),
        tuple: pooled(1),
        ...(minor <= 10 ? { frame: pooled(2) } : {}),
      },
    }),
  },
  {
    statement: 'f()',
    setup: 'def f(): pass',
    because: 'up to 3.10 a call makes a frame, from the zombie frame of the code; later frames are on the data stack',
    per: (minor) => ({ creations: minor <= 10 ? { frame: pooled(1) } : {} }),
  },
  {
    statement: 'f(x, x)',
    setup: 'def f(*args): pass\nx = 1',
    because: '*args is a tuple',
    per: (minor) => ({ creations: { tuple: pooled(1), ...(minor <= 10 ? { frame: pooled(1) } : {}) } }),
  },
  {
    statement: 'f(a=x)',
    setup: 'def f(**kwargs): pass\nx = 1',
    because: '**kwargs is a dict',
    per: (minor) => ({ creations: { dict: pooled(1), ...(minor <= 10 ? { frame: pooled(1) } : {}) } }),
  },
  { statement: 'y = ()', setup: '', because: 'a singleton', per: () => nothing },
  {
    statement: 'y = s[:]',
    setup: "s = 'abc'",
    because: 'slice of the whole string is the string; the slice object: up to 3.13 from its freelist',
    per: (minor) => (minor >= 14 ? nothing : { creations: { slice: pooled(1) } }),
  },
];

/** Statements with a cost per run rather than per element: whole loops. */
export const KNOWN_LOOPS: readonly KnownStatement[] = [
  {
    statement: 'for a, b in zip(L, L): pass',
    setup: 'L = list(range(1000))',
    because: 'zip re-uses its result tuple: 1 tuple, not 1,000; *args of zip and the iterators are per loop',
    per: (minor) => ({
      creations: {
        tuple: pooled(3),
        list_iterator: minor >= 14 ? pooled(2) : fresh(2),
        zip: fresh(1),
      },
    }),
  },
  {
    statement: 'for i in range(100000): x = i + 1',
    setup: '',
    because:
      'range makes 4 ints up to 3.11 and 1 later; small ints end at 256, from 3.15 at 1024; 3.8 calls a type with a tuple',
    per: (minor) => {
      const ints = minor >= 15 ? 197_952 : minor >= 12 ? 199_488 : 199_491;
      const from = minor >= 14 ? pooled : fresh;
      const call = minor === 8 ? { tuple: pooled(1) } : {};
      return { creations: { int: from(ints), range: from(1), range_iterator: from(1), ...call } };
    },
  },
];
