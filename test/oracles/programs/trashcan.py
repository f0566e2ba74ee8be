"""Deeply nested containers: CPython puts off their ends, and links what waits by the heads of the garbage collector, where
the addresses stay when the tuples are recycled."""


def nest(depth, innermost):
    nested = innermost
    for _ in range(depth):
        nested = (nested, 0, 0)
    return nested


class Slotted:
    __slots__ = ('a',)


class Meta(type):
    pass


def containers():
    return tuple([(i, {}, (i, [], Slotted())) for i in range(300)])


def classes():
    return tuple([(Meta('M%d' % i, (), {}), Meta('S%d' % i, (), {'__slots__': ()}), i) for i in range(20)])


for make in (containers, classes):
    for _ in range(5):
        nested = [nest(depth, make()) for depth in range(47, 51)]
        del nested
        made = [((i, i, i), {}, [], Slotted()) for i in range(500)]
        del made
