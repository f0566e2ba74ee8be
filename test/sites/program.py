# Every construct that makes objects, each on a line of its own. expected.txt says what each line makes, and why.
# Ints are above 1024 and strings longer than one character wherever a cached one would do.
import sys
from sys import maxsize as biggest

# --- numbers
n = 2000
m = n + 1
m = n - 1
m = n * n
m = n // 2 + n % 1999
m = n ** 9
m = -n
m = ~n << 3
m = n & 1536 | 4096
m += n
x = n / 3
x = x * x + x
x = -x
x -= 0.5
z = x * 2j
z = z + z
m = 300 + m - m
small = 5 + len("abc")
pair = divmod(n * 7, 1999)
t = round(x)
big = int("12345678901234567890")
flag = 1 < n < 3000 and not n == 2001

# --- text
s = "some text"
u = s + "!"
u = s * 2
u = s[2:6]
u = s[0]
u = "%s and %d" % (s, n)
u = "{} and {:5}".format(s, n)
u = f"{s} and {n:>8} {x!r}"
u = ", ".join([s, u])
parts = "a-b cd ef".split()
u = s.upper()
raw = s.encode()
u = raw.decode()
raw = raw + b"more"
raw = raw[1:3]
array = bytearray(raw)
view = memoryview(array)
part = view[0:2]

# --- tuples, lists, dicts, sets
t = (n, m)
t = t + t
t = (n, *t)
a = [n, m]
a = [*a, n]
a = [1, 2, 3]
a = a + a
a = a * 2
a[1:3] = t
b = a[1:]
b = a[::2]
b = a[n - 1998:n]
a += [n]
a.append(n + 2)
d = {"one": n, "two": m}
d = {"one": 1, "two": 2, "three": 3}
e = {**d, "four": n}
e["five"] = n + 5
del e["five"]
e = dict(one=n, two=m)
k = {n, m}
k = k | {1, 2}
k = frozenset(k)
e, k = k, d
keys = d.keys()

# --- comprehensions and generator expressions
a = [i + n for i in (1, 2, 3)]
k = {i * n for i in a if i}
d = {i: str(i) for i in a}
a = [(i, j) for i in a for j in (1, 2)]
m = sum(i + 3000 for i in (1, 2, 3))
b = [[n + i for i in (1, 2)] for j in (1, 2)]
w = any(i > n for i in (1, 3000, 4000))

# --- unpacking
p, q = n, m
p, q = [n, m]
p, *q = (1, 2, 3, 4)
(p, q), i = "ab", 1
p = q = n + 9

# --- loops
for i in range(1500, 1503):
    p = i
for i in [1, 2, 3]:
    pass
for i in "abc":
    pass
for i in {n: 1, m: 2}:
    pass
for p, q in {1: n, 2: m}.items():
    pass
for p, q in zip([n, n], (m, m)):
    pass
for p, q in enumerate("ab", 2000):
    pass
for p in reversed([1, 2]):
    pass
while m > 9000:
    m -= n
it = iter([1, 2])
p = next(it)


# --- functions
def plain(p, q):
    return p


def defaults(p, q=n, *, r=1):
    return p


def star(*args, **kwargs):
    return args


def outer(p):
    q = p + 1

    def inner(r):
        nonlocal q
        q = q + r
        return q

    return inner


def counts():
    global counted
    counted = n + 3


def annotated(p: int, q: str = "x") -> int:
    return p


plain(n, m)
plain(n + 1, q=n + 2)
defaults(n)
defaults(n, r=2)
star()
star(n, m)
star(n, k=m)
star(*[n, m], **{"k": n})
closure = outer(n)
closure(1)
counts()
double = lambda p: p + p
double(n)
(lambda *p: p)(n, m)


def deep(p):
    return p + 1500 if p < 2 else deep(p - 1)


deep(4)


def decorate(function):
    def wrapper(*args):
        return function(*args)

    return wrapper


@decorate
def decorated(p):
    return p + 1


decorated(n)


# --- classes and instances
class Plain:
    size = 2

    def __init__(self, p):
        self.p = p

    def method(self, q):
        return self.p + q

    @property
    def twice(self):
        return self.p * 2

    @classmethod
    def make(cls, p):
        return cls(p)

    @staticmethod
    def help(p):
        return [p]


class Slots:
    __slots__ = ("p",)

    def __init__(self, p):
        self.p = p

    def __add__(self, other):
        return Slots(self.p + other.p)

    def __getitem__(self, key):
        return key

    def __call__(self):
        return (self, self)


class Child(Plain):
    def __init__(self, p):
        super().__init__(p)
        self.q = p


o = Plain(n)
o.method(n)
bound = o.method
bound(n)
o.twice
o.late = n
Plain.make(n)
Plain.help(n)
v = o.__dict__
v = Slots(n)
v = v + v
v[1:n]
v[n, m]
v()
c = Child(n)
getattr(o, "method")(1)
setattr(o, "p", n + 4)
isinstance(o, (Plain, Slots))
Made = type("Made", (), {})
c = Made()


# --- with and exceptions
class Manager:
    def __enter__(self):
        return n + 6

    def __exit__(self, *error):
        return True


with Manager() as p:
    pass
with Manager():
    raise KeyError(n)
try:
    raise ValueError("no")
except ValueError as error:
    args = error.args
try:
    int("x")
except ValueError:
    pass
try:
    {}[n]
except KeyError:
    pass
try:
    nowhere
except NameError:
    pass
try:
    n.nothing
except AttributeError:
    pass


def fails(p):
    try:
        return 1 / p
    finally:
        p = n + 7


try:
    fails(0)
except ZeroDivisionError:
    pass
try:
    raise Exception from KeyError(1)
except (ValueError, Exception):
    pass


# --- generators
def generate(p):
    q = yield p + 1
    try:
        yield [q]
    except KeyError:
        yield p + 2


def delegate(p):
    got = yield from generate(p)
    return p + 3


for i in generate(n):
    pass
g = generate(n)
next(g)
g.send(n)
g.throw(KeyError)
g.close()
a = list(delegate(n))
g = ((i, n) for i in a if i)
a = [*g]
p, q = generate(n)


# --- coroutines
class Wait:
    def __await__(self):
        p = yield n + 8
        return p


async def pause(p):
    got = await Wait()
    return got + p


async def ticks(p):
    yield p + 1
    yield p + 2


class Around:
    async def __aenter__(self):
        return n + 1

    async def __aexit__(self, *error):
        return None


async def main():
    async with Around() as p:
        got = await pause(p)
    async for i in ticks(n):
        got = i
    a = [i + 1 async for i in ticks(n)]
    return a


co = main()
co.send(None)
try:
    co.send(n)
except StopIteration as stop:
    a = stop.value

# --- C functions that call back
a = sorted([3, 1, 2], key=lambda p: p + 3000)
a = list(map(lambda p: p + 3000, [1, 2]))
a = list(filter(lambda p: p + 3000, [1, 2]))
i = max(1, 2, key=lambda p: -p)
a.sort(key=double)


class Compared:
    def __init__(self, p):
        self.p = p

    def __lt__(self, other):
        return self.p + n < other.p

    def __hash__(self):
        return self.p + n

    def __repr__(self):
        return "<" + str(self.p) + ">"


a = sorted([Compared(2), Compared(1)])
k = {a[0]: n}
u = f"{a[0]}"
u = repr(a)


# --- an expression over several lines
a = star(
    n + 1,
    [m,
     n + 2],
    (n, m),
    *[n + 3,
      m],
    k={
        "k": n
        + m
    },
)
u = (
    s
    + "-"
    + u
)


# --- arguments above 255
def wide():
    p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, \
        p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, \
        p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, \
        p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, \
        p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, \
        p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, \
        p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, \
        p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, \
        p = range(2000, 2290)
    if p < 3000:
        p = p + 1
    return [p]


wide()


# --- finalizers
class Last:
    def __del__(self):
        global left
        left = n + 11


v = Last()
del v
v = Last()
v = None

# --- import of what is there already, and the end
import os.path
from os import path
end = sys.intern("the end")
