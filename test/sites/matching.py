# What program.py cannot have: syntax of 3.10. matching.txt says what each line makes, and why.
n = 2000


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


def kind(value):
    match value:
        case [p, q]:
            return p + q
        case [p, *q]:
            return q
        case {"k": p, **q}:
            return q
        case {"k": p, "l": q}:
            return p
        case Point(x=1, y=q):
            return q
        case Point(p, q) if p > n:
            return [p, q]
        case str() | int() as p:
            return (p, n)
        case _:
            return {n}


pair = kind([n, n])
rest = kind((1, 2, 3))
left = kind({"k": n, "l": n})
one = kind(Point(1, n))
two = kind(Point(n + 1, n))
three = kind("text")
four = kind(1.5)
with (
    memoryview(b"bytes") as v,
    memoryview(v) as w,
):
    part = v[1:n]
