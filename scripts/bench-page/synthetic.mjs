// A recording made up of random calls, the same for the same numbers: to see how the page copes, not what any program does.

/** Numbers in [0, 1), the same each time. */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const TYPES = [
  'int',
  'str',
  'tuple',
  'list',
  'dict',
  'float',
  'bytes',
  'generator',
  'cell',
  'function',
  'Point',
  'Node',
  're.Match',
  'datetime.datetime',
  'collections.deque',
  'set',
  'frame',
  'method',
  'slice',
  'range_iterator',
];
const OPCODES = [
  'BINARY_OP',
  'CALL',
  'BUILD_LIST',
  'BUILD_TUPLE',
  'BUILD_MAP',
  'MAKE_FUNCTION',
  'FORMAT_SIMPLE',
  'LOAD_ATTR',
];
const VERBS = [
  'parse',
  'read',
  'emit',
  'visit',
  'load',
  'match',
  'build',
  'merge',
  'scan',
  'render',
  'encode',
  'lookup',
];
const NOUNS = [
  'token',
  'node',
  'row',
  'header',
  'field',
  'path',
  'block',
  'entry',
  'value',
  'document',
  'message',
  'index',
];

/** `sites`: how many different (stack, instruction); most of them with two types. */
export function syntheticRecording(sites, { seed = 1, more = {} } = {}) {
  const random = randomNumbers(seed);
  const below = (n) => Math.floor(random() * n);
  const one = (list) => list[below(list.length)];
  const files = [
    ...Array.from({ length: 8 }, (_, i) => `/home/me/project/app/${NOUNS[i]}s.py`),
    ...Array.from({ length: 20 }, (_, i) => `/usr/lib/python3.14/${NOUNS[i % 12]}lib/${VERBS[i % 12]}.py`),
    '/home/me/project/.venv/lib/python3.14/site-packages/requests/models.py',
    '<frozen importlib._bootstrap>',
  ];
  const codes = Array.from({ length: Math.max(40, Math.ceil(sites / 40)) }, () => ({
    name: `${random() < 0.4 ? `${one(NOUNS)[0].toUpperCase()}${one(NOUNS).slice(1)}.` : ''}${one(VERBS)}_${one(NOUNS)}`,
    file: one(files),
    firstLine: 1 + below(2000),
  }));
  const locations = [];
  const samples = [];
  const locationIn = (code) => {
    const at = below(12);
    const { firstLine } = codes[code];
    return (
      locations.push({
        code,
        offset: 2 + 14 * at,
        line: firstLine + 1 + at,
        column: 5,
        opcode: one(OPCODES),
        argument: random() < 0.5 ? one(VERBS) : '',
      }) - 1
    );
  };
  const stacks = [[locationIn(0)]];
  while (stacks.length < sites) {
    // Deep ones are carried on more often than not, as programs do.
    const from = random() < 0.7 ? stacks[stacks.length - 1 - below(Math.min(stacks.length, 30))] : one(stacks);
    const stack = from.length > 60 ? stacks[0] : from;
    stacks.push([locationIn(below(codes.length)), ...stack]);
  }
  for (const stack of stacks) {
    for (let i = random() < 0.5 ? 1 : 2; i > 0; i--) {
      const n = Math.ceil(1000 ** (2 * random() ** 2));
      const kind = random();
      const size = n * (16 + 16 * below(12));
      const labels = {
        thread: random() < 0.9 ? 'MainThread' : 'Worker-1',
        region: random() < 0.2 ? 'load' : null,
        pid: 4242,
      };
      const zero = {
        creations: 0,
        requests: 0,
        buffers: 0,
        resizes: 0,
        relocations: 0,
        releases: 0,
        bytes: 0,
        resizeBytes: 0,
      };
      const type = TYPES[Math.floor(TYPES.length * random() ** 2)];
      const add = (type, origin, values) =>
        samples.push({ stack, type, origin, ...labels, values: { ...zero, ...values } });
      if (kind < 0.5) add(type, 'freelist', { creations: n });
      else if (kind < 0.8) add(type, 'pymalloc', { creations: n, requests: n, bytes: size });
      else if (kind < 0.82) add(type, 'malloc', { creations: n, requests: n, bytes: 40 * size });
      else if (kind < 0.95) add(null, 'pymalloc', { buffers: n, requests: n, bytes: size });
      else if (kind < 0.97) add(type, null, { resizes: n, resizeBytes: 2 * size });
      else add(type, null, { releases: n });
    }
  }
  return { ...about(samples), codes, locations, samples, ...more };
}

function about(samples) {
  const sum = (value) => samples.reduce((all, sample) => all + value(sample), 0);
  const created = (origin) => sum((s) => (s.origin === origin ? s.values.creations : 0));
  const buffers = (origin) => sum((s) => (s.origin === origin ? s.values.buffers : 0));
  const field = (name) => sum((s) => s.values[name]);
  const requests = field('requests');
  return {
    command: ['-m', 'app', '--input', 'orders.json'],
    folder: '/home/me/project',
    interpreter: {
      id: 'native:3.14.0',
      label: null,
      version: '3.14.0',
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
    seconds: 3.2,
    total: {
      creations: {
        total: field('creations'),
        freelist: created('freelist'),
        pymalloc: created('pymalloc'),
        malloc: created('malloc'),
        foreign: 0,
      },
      buffers: { total: field('buffers'), pymalloc: buffers('pymalloc'), malloc: buffers('malloc') },
      requests,
      resizes: field('resizes'),
      relocations: 0,
      releases: field('releases'),
      bytes: field('bytes'),
      resizeBytes: field('resizeBytes'),
      pools: Math.ceil(requests / 389),
      arenas: Math.ceil(requests / 57805),
    },
    processes: [],
    stacks: 'folded',
    live: false,
    approximate: false,
    sources: [],
  };
}
