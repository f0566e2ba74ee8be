/** Where a program that counts itself creates its objects: pyallocs.counting(sites=True) and count(…).sites, from zero on. */
import { beforeAll, describe, expect, test } from 'vitest';
import { minorNumber } from '../src/core/interpreter.js';
import { folder, parsed, pyallocs } from './cli.js';
import { COMPARED } from './counting/bodies.js';
import { FOUND, python, sanitizedAgent, scenarios } from './counting/pythons.js';

const ALL = [
  'empty',
  'not_asked',
  'known',
  'same_counts',
  'nested',
  'interleaved',
  'threads',
  'forgotten',
  'dying_code',
  'collected',
  'recursion',
  'per_call',
  'fraction',
  'unsteady',
  'count_in_interval',
  'interval_in_count',
  'overflow',
  'forked',
  'belongs',
  'reading',
];
const NOTHING = { creations: {}, buffers: 0, resizes: 0 };
const NOT_ASKED =
  'NotCountable: where objects are created was not asked for: pyallocs.counting(sites=True) collects it';

/** Does many things, each line by itself; `once` runs it, counted or not. */
const PROGRAM = `import gc, json
gc.disable()
def work(n):
    rows = [{"id": i, "name": str(i)} for i in range(n)]
    text = json.dumps(rows, indent=1)
    back = json.loads(text)
    total = sum(row["id"] * 1.5 for row in back)
    class Local:
        def __init__(self, x):
            self.x = [x]
    things = [Local(i) for i in range(3)]
    def numbers():
        yield 1.5 * n
        yield from (2.5 * n for _ in "ab")
    a, b = list(numbers()), sorted(things, key=lambda t: -t.x[0])
    try:
        back[n]
    except IndexError as error:
        str(error)
    return total, a, b
`;

interface Report {
  readonly rows: readonly { key: string; counts: { creations: { total: number } } }[];
}

describe.skipIf(FOUND.length === 0)('Sites of Pythons that count themselves (skipped where there is none)', () => {
  describe.each(FOUND)('$id', (offer) => {
    const command = offer.path ?? '';
    const minor = minorNumber(offer.version);
    /** Up to 3.10 a call of a Python function makes its frame. */
    const frame = minor <= 10 ? [['', 0, '(no Python code)', 1, { frame: 1 }]] : [];
    let found: Record<string, unknown>;

    beforeAll(async () => {
      found = await scenarios(command, 'sites.py', ALL);
    });

    test('an empty interval has no site, and one that was not asked has none to tell', () => {
      expect(found['empty']).toEqual([NOTHING, []]);
      expect(found['not_asked']).toEqual([
        NOT_ASKED,
        'NotCountable: the interval is not over: read it behind the `with`',
      ]);
    });

    test('what is known of a body, line by line, most first', () => {
      const call = minor <= 10 ? [['known', 8, { frame: 1 }]] : [];
      expect(found['known']).toEqual([
        [
          ['known', 3, { list: 2, float: 1 }],
          ['known', 9, { object: 2, tuple: 1 }],
          ['known', 4, { tuple: 1 }],
          ['known', 5, { dict: 1 }],
          ['known', 6, { object: 1 }],
          ...call,
        ],
        true,
        6,
      ]);
    });

    test('collecting sites changes no other number', () => {
      expect(found['same_counts']).toBe(0);
    });

    test('intervals inside others, that overlap, and in several threads have their own', () => {
      expect(found['nested']).toEqual([[[2, 4, 6, 9, 10], [4, 6, 9], [9]], true, NOT_ASKED]);
      expect(found['interleaved']).toEqual([
        [22, true],
        [25, true],
      ]);
      expect(found['threads']).toEqual([1, 2, 3, 4]);
      expect(found['forgotten']).toEqual([2, true]);
    });

    test('code objects that die keep their lines, though others come to lie where they lay', () => {
      expect(found['dying_code']).toEqual([true, true]);
      expect(found['collected']).toBe(true);
      expect(found['recursion']).toEqual([[['down', 1, expect.objectContaining({ Thing: 201 })]], true]);
    });

    test('count() has them per call', () => {
      const none = (type: string): unknown => ['', 0, '(no Python code)', 1, { [type]: 1 }];
      expect(found['per_call']).toEqual([
        [
          ['pair', 2, { object: 1, tuple: 1 }],
          ['pair', 1, { list: 1 }],
        ],
        [...frame, none('list'), none('object')],
        true,
      ]);
      expect(found['fraction']).toEqual([{ object: 0.5 }]);
      expect(found['unsteady']).toBe('NotCountable: there is no cost per call');
    });

    test('count() in an interval and an interval in count() do not disturb each other', () => {
      expect(found['count_in_interval']).toEqual([2, true, true, 1]);
      expect(found['interval_in_count']).toEqual([3, true]);
    });

    test('where there are too many the sites are refused, the counts are exact, and the next interval has both', () => {
      expect(found['overflow']).toEqual([
        120_000,
        'NotCountable: where objects are created is not known: the table of',
        3,
        true,
      ]);
    });

    test('a fork in an interval disturbs neither process', () => {
      expect(found['forked']).toEqual([true, 7]);
    });

    test('a number knows whose it is, and reading it is charged to nobody', () => {
      expect(found['belongs']).toEqual([true, true, true, 1]);
      expect(found['reading']).toEqual([NOTHING, 0]);
    });

    test('the sites of what is compared elsewhere come to its counts', async () => {
      const { given } = await scenarios(command, 'sites.py', ['given'], { input: JSON.stringify(COMPARED) });
      expect(given).toEqual([]);
    });

    test('a line creates as many objects as `record --no-stacks` finds there', async () => {
      const cwd = folder({
        'app.py': PROGRAM,
        'self.py': `import app, json, pyallocs
def measured():
    with pyallocs.counting(sites=True) as c:
        app.work(40)
    return c
c = measured()
print(json.dumps([["%s:%d" % (s.file, s.line), s.creations] for s in c.sites if s.function != "measured"]))
`,
      });
      const { stdout, stderr } = await python(command, ['self.py'], { cwd });
      expect(stderr).toBe('');
      const short = (key: string): string => key.replace(/^.*\/(?=app\.py)/, '');
      const own = new Map<string, number>();
      for (const [key, creations] of JSON.parse(stdout) as [string, number][]) {
        // elsewhere a line with a default value or the like makes something when it is imported as well
        if (short(key).startsWith('app.py')) own.set(short(key), (own.get(short(key)) ?? 0) + creations);
      }
      const at = folder({ 'app.py': `${PROGRAM}work(40)\n` });
      const done = await pyallocs(['record', '--no-stacks', '-p', command, '-o', 'r.pya', 'app.py'], { cwd: at });
      expect(done.code, done.stderr).toBe(0);
      const report = parsed(await pyallocs(['report', '--by', 'line', '--json', 'r.pya'], { cwd: at })) as Report;
      const recorded = new Map(report.rows.map(({ key, counts }) => [short(key), counts.creations.total]));
      expect([...own].map(([key]) => [key, recorded.get(key)])).toEqual([...own]);
      expect(own.get('app.py:7')).toBeGreaterThanOrEqual(40);
    });

    test('under stat there are sites too, and under record a sentence says who has them', async () => {
      const cwd = folder({
        'self.py':
          'import pyallocs\ndef f():\n    with pyallocs.counting(sites=True) as c:\n        [object()]\n    return c\n' +
          'try: print([(s.line, s.types) for s in f().sites])\nexcept pyallocs.NotCountable as e: print(f().creations, e)\n',
      });
      const stat = await pyallocs(['stat', '-p', command, 'self.py'], { cwd });
      expect(stat.stdout).toContain("[(4, {'list': 1, 'object': 1})]\n");
      const record = await pyallocs(['record', '-p', command, '-o', 'r.pya', 'self.py'], { cwd });
      expect(record.stdout).toContain(
        '2 where objects are created is not known: `pyallocs record` collects the sites of this program',
      );
    });
  });

  test('with sanitizers in the agent nothing is wrong', async () => {
    const env = await sanitizedAgent();
    if (env === null) return;
    for (const { path, version } of FOUND.filter(({ path }) => /\.pyenv/.test(path ?? ''))) {
      const names = ['dying_code', 'nested', 'collected', 'forked', 'per_call', 'forgotten'];
      const found = await scenarios(path ?? '', 'sites.py', names, { env });
      expect([version, found['dying_code'], found['collected'], found['forked']]).toEqual([
        version,
        [true, true],
        true,
        [true, 7],
      ]);
    }
  });
});
