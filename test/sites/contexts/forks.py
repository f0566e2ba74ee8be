import os


class A: pass


class B: pass


def make(n):
    for _ in range(n):
        A()  #: A 16


make(2)
child = os.fork()
if child == 0:
    make(3)
    B()  #: B 1
    grandchild = os.fork()
    if grandchild == 0:
        make(4)
    else:
        os.waitpid(grandchild, 0)
else:
    make(7)
    os.waitpid(child, 0)
