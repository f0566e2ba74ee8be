from functools import reduce


class A:
    def __init__(self, value=0):
        self.value = value


class B: pass


def key(value):
    B()  #: B 5
    return -value


def calls(n):
    return reduce(lambda a, b: A(b), range(n))  #: A 3


made = list(map(A, range(5)))  #: A 5
ordered = sorted([3, 1, 2, 5, 4], key=key)
last = calls(4)
one = type.__call__(A)  #: A 1
two = A.__new__(A)  #: A 1
three = [*filter(None, (B() for _ in range(4)))]  #: B 4
