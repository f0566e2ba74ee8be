import type { Body } from './pythons.js';

/**
 * What `bench` and count() must agree on: the same call of the same function, once from a loop in Python, which costs nothing
 * itself, and once from C. So both have the frame that a call makes up to 3.10, and nothing is to be taken off.
 */
export const COMPARED: readonly Body[] = [
  ['import json\nd = {"a": [1, 2.5, None], "b": "x" * 50}', ['json', 'd'], 'json.loads(json.dumps(d))'],
  ['L = list(range(50))', ['L'], 'sorted(L, key=lambda x: -x)'],
  ['L = list(range(50))', ['L'], '[x * x for x in L if x % 2]'],
  ['L = list(range(50))', ['L'], '{x: str(x) for x in L}'],
  ['L = list(range(50))', ['L'], 'set(L) | {1.5}'],
  ['L = list(range(50))', ['L'], 'sum(x * 1.5 for x in L)'],
  ['x = 5000', ['x'], 'f"{x:>10} {x!r}".split()'],
  ['x = 5000', ['x'], '"%s %d" % (x, x)'],
  ['x = 2 ** 70', ['x'], 'x * x // 3 % 7'],
  ['import re\np = re.compile(r"(\\w+) (\\d+)")', ['p'], 'p.match("alpha 12").groups()'],
  ['class C:\n    def __init__(self, a, b): self.a = a; self.b = b', ['C'], 'C(1, 2).a'],
  ['import string\nt = string.Template("$a b")', ['t'], 't.substitute(a=1)'],
  [
    'from dataclasses import dataclass, asdict\n@dataclass\nclass D:\n    a: int\n    b: list',
    ['D', 'asdict'],
    'asdict(D(1, [2]))',
  ],
  ['def g():\n    yield 1\n    yield 2', ['g'], 'list(g())'],
  ['def f(*args, **kwargs): return args, kwargs', ['f'], 'f(1, 2, a=3)'],
  ['', [], 'try:\n    raise ValueError("x")\nexcept ValueError as e:\n    str(e)'],
  ['import io', ['io'], 'io.StringIO("a\\nb").readlines()'],
  ['import itertools', ['itertools'], 'list(itertools.combinations(range(5), 2))'],
  ['import datetime\nt = datetime.datetime(2020, 1, 1)', ['t', 'datetime'], 't + datetime.timedelta(days=1)'],
  ['from decimal import Decimal\nx = Decimal("1.5")', ['x'], 'x * x + 1'],
  ['b = bytearray(10)', ['b'], 'bytes(b).hex()'],
  ['import functools', ['functools'], 'functools.partial(max, 1)(2)'],
];
