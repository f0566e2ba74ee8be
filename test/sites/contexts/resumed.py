class A: pass


class B: pass


class C: pass


def values(n):
    try:
        for _ in range(n):
            A()  #: A 6
            yield
    except KeyError:
        C()  #: C 1
        yield


def outer(n):
    yield from values(n)


def one(g):
    next(g)
    B()  #: B 1
    next(g)


def two(g):
    for _, _ in zip(range(3), g):
        B()  #: B 3


def three(g):
    next(g)
    g.throw(KeyError)
    g.close()


g = outer(9)
one(g)
two(g)
three(g)
