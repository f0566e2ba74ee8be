import sys


class A: pass


class B: pass


def down(n):
    A()  #: A 501
    if n > 0:
        down(n - 1)


def even(n):
    B()  #: B 101
    if n > 0:
        odd(n - 1)


def odd(n):
    if n > 0:
        even(n - 1)
    B()  #: B 100


sys.setrecursionlimit(3000)
down(500)
even(200)
