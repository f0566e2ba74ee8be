import gc

gc.disable()


class A: pass


class Loop:
    def __init__(self):
        self.me = self

    def __del__(self):
        A()  #: A 10
        gone.append(None)


class Held:
    def __del__(self):
        A()  #: A 3


def collect():
    """Allocates until the collector, which runs in between, has found all of them."""
    kept = []
    gc.set_threshold(1)
    gc.enable()
    while len(gone) < 10 and len(kept) < 100_000:
        kept.append([])
    gc.disable()


def drop():
    held = [Held() for _ in range(3)]
    held.clear()


gone = []
for _ in range(10):
    Loop()
collect()
drop()
