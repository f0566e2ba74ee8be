"""Keeps, drops, resizes and recycles blocks on known lines; TALL blocks of 10,000 bytes live at the maximum."""

import gc

kept = []
table = {}


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


class Loose:
    def __init__(self, name):
        self.name = name


def parked():
    pairs = [(i, float(i)) for i in range(300, 400)]
    del pairs  # its tuples and floats lie in freelists now, and live
    return [(i, -i) for i in range(300, 340)]


def text(n):
    line = ""
    for i in range(n):
        line += str(i)
    return line


def grow(tall, at_peak):
    big = [bytes(10_000) for _ in range(tall)]
    kept.append([i * 0.5 for i in range(50)])
    gc.collect()  # nothing is parked that asking could take
    bytes(1_000_000)  # the maximum, for a moment
    at_peak()
    return len(big)


def squares(n):
    for i in range(n):
        yield i * i + 1000


def main(tall, at_peak):
    kept.extend(Point(i + 0.5, [i]) for i in range(20))
    kept.append([Loose("name %d" % i) for i in range(30)])
    grow(tall, at_peak)
    kept.append(parked())
    kept.append(text(500))
    for i in range(1000):
        table[i] = str(i)
    for i in range(0, 1000, 3):
        del table[i]
    kept.append(bytearray(b"abc") * 1000)
    kept.append(list(squares(100)))
    kept.append({frozenset((i, i + 1)): {i} for i in range(50)})
    kept.append(lambda x: x + kept[0].x)
    kept.append(sorted(table.values(), key=lambda v: -int(v)))
    kept[-1].append(kept[-1][3:90])
    kept.append(iter([1, 2, 3]))
