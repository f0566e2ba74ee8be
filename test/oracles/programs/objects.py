"""What interpreters do themselves: classes, closures, generators, exceptions, recursion, weak references, cycles,
resurrection, strings and bytes that grow in place."""
import weakref


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)


class Slotted:
    __slots__ = ('a', 'b', '__weakref__')


class Phoenix:
    ashes = []
    lives = 0

    def __del__(self):
        Phoenix.lives += 1
        if Phoenix.lives % 3:
            Phoenix.ashes.append(self)


def depth(n, *rest, **named):
    return n if not n else 1 + depth(n - 1, n, *rest[:3], **named)


def numbers(n):
    for i in range(n):
        got = yield i * 1000
        if got:
            yield from numbers(got)


def adder(n):
    return lambda x: x + n


total = Point(0, 0)
for i in range(500):
    total = total + Point(i, i * 0.5)
points = sorted((Point(i % 17, i) for i in range(300)), key=lambda p: (p.x, -p.y))
slots = []
for i in range(200):
    one = Slotted()
    one.a, one.b = i, [i]
    slots.append(weakref.ref(one) if i % 2 else one)
for i in range(60):
    bird = Phoenix()
    del bird
    Phoenix.ashes.clear()
text, data = '', b''
for i in range(600):
    text += 'x\u00e9'[i % 2]
    data += b'%d' % i
caught = 0
for i in range(200):
    try:
        {}[i] if i % 2 else int('x%d' % i)
    except (KeyError, ValueError) as error:
        caught += bool(error.args)
ring = []
for i in range(3000):
    a, b = {}, []
    a['b'], b[:] = b, [a]
    ring.append(i * 3)
generator = numbers(50)
seen = [next(generator)]
seen += [generator.send(3) for i in range(5)] + list(generator)
found = [adder(i)(1) for i in range(300)] + [depth(40, key=1)]
big = 1
for i in range(1, 150):
    big *= i
pairs = list(zip(map(str, range(300)), reversed(range(300)), enumerate('abc' * 100)))
matrix = [[float(i * j) for j in range(20)] for i in range(20)]
product = [[sum(a * b for a, b in zip(row, column)) for column in zip(*matrix)] for row in matrix]
names = {'key-%d' % i: {i, str(i), (i,)} for i in range(200)}
created = [type('T%d' % i, (Point,), {'n': i})(i, i) for i in range(20)]
spread = [*range(10), *text[:5]], {**names, 'more': 1}, slice(1, 2), complex(1, 2), frozenset(found)
assert caught == 200 and len(str(big)) > 200 and total.x == 124750 and found[-1] == 40
