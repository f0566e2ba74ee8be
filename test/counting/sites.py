"""What a program does that asks where its objects are created; as scenarios.py, for counting-sites.test.ts."""

import gc
import json
import os
import sys
import threading

import pyallocs
from scenarios import Thing, main, make, refused, told


def lines(sites, first=0):
    """[function, line from `first` on, types], of this file; of others only how many."""
    here = [[site.function.rpartition(".")[2], site.line - first, site.types] for site in sites if site.file == __file__]
    assert all(site.creations == sum(site.types.values()) for site in sites)
    assert [-site.creations for site in sites] == sorted(-site.creations for site in sites)
    return here


def whole(c):
    """The sites come to the counts, in all and by type."""
    types = {}
    for site in c.sites:
        for name, number in site.types.items():
            types[name] = types.get(name, 0) + number
    return types == dict(c.by_type)


def empty():
    with pyallocs.counting(sites=True) as c:
        pass
    return told(c), c.sites


def not_asked():
    with pyallocs.counting() as c:
        pass
    with pyallocs.counting(sites=True) as d:
        inside = refused(lambda: d.sites)
    return refused(lambda: c.sites), inside


def known():
    first = sys._getframe().f_lineno
    x = 1.5
    with pyallocs.counting(sites=True) as c:
        a = [x * x, [x]]
        b = (
            {},
            object(),
        )
        make(3)
        d = object(), object()
    return lines(c.sites, first), whole(c), len(a) + len(b) + len(d)


def same_counts():
    """Collecting sites changes no other number."""
    data = {"a": [1, 2.5, None], "b": "x" * 50}

    def once(sites):
        with pyallocs.counting(sites=sites) as c:
            json.dumps(data)
            sorted([3, 1, 2], key=lambda x: -x)
        return told(c)

    once(True), once(False)
    first = once(False)
    return sum(once(bool(i % 2)) != first for i in range(200))


def nested():
    first = sys._getframe().f_lineno
    with pyallocs.counting(sites=True) as a:
        Thing()
        with pyallocs.counting(sites=True) as b:
            Thing()
            with pyallocs.counting() as c:
                Thing()
            with pyallocs.counting(sites=True) as d:
                for _ in "abc":
                    Thing()
        Thing()
    one = [[line for _, line, types in lines(counts.sites, first) if "Thing" in types] for counts in (a, b, d)]
    return [sorted(found) for found in one], all(map(whole, (a, b, d))), refused(lambda: c.sites)


def interleaved():
    def holds():
        with pyallocs.counting(sites=True) as c:
            make(1)
            yield
            make(4)
        yield c

    first, second = holds(), holds()
    next(first)
    next(second)
    make(16)
    return [[c.by_type["Thing"], whole(c)] for c in (next(first), next(second))]


def threads():
    """Each sees its own, though they run at once and begin and end in any order."""
    found, turn = {}, threading.Barrier(4)

    def own(number):
        turn.wait()
        for _ in range(25):
            with pyallocs.counting(sites=True) as c:
                make(number)
                exec("for _ in range(%d): [None]" % number, {})
            if not whole(c) or c.by_type["Thing"] != number:
                return
        found[number] = True

    several = [threading.Thread(target=own, args=(number,)) for number in range(1, 5)]
    for thread in several:
        thread.start()
    for thread in several:
        thread.join()
    return sorted(found)


def forgotten():
    """A thread that ends in an interval leaves nothing behind."""
    kept = []

    def enters():
        interval = pyallocs.counting(sites=True)
        interval.__enter__()
        kept.append(interval)

    for _ in range(600):
        thread = threading.Thread(target=enters)
        thread.start()
        thread.join()
    with pyallocs.counting(sites=True) as c:
        make(2)
    return c.by_type["Thing"], whole(c)


def dying_code():
    """Code objects die in the interval, and others come to lie where they lay."""
    with pyallocs.counting(sites=True) as c:
        for number in range(300):
            space = {}
            exec("%sdef f_%d(): return [%s]\nfor _ in 'ab': f_%d()" % ("\n" * number, number, number, number), space)
    made = [(site.function, site.line, site.types) for site in c.sites if site.file == "<string>" and site.function[:2] == "f_"]
    return whole(c), sorted(made) == sorted(("f_%d" % n, n + 1, {"list": 2}) for n in range(300)) or made[:9]


def collected():
    with pyallocs.counting(sites=True, gc=True) as c:
        for _ in range(2000):
            loop = []
            loop.append(loop)
        gc.collect()
    return whole(c)


def recursion():
    def down(left):
        Thing()
        if left:
            down(left - 1)

    first = down.__code__.co_firstlineno
    with pyallocs.counting(sites=True) as c:
        down(200)
    return [line for line in lines(c.sites, first) if "Thing" in line[2]], whole(c)


def per_call():
    def pair(x):
        a = [x]
        return (a, object())

    first = pair.__code__.co_firstlineno
    c = pyallocs.count(pair, 1)
    method, kind = pyallocs.count([].copy), pyallocs.count(object)
    return lines(c.sites, first), [list(site) for c in (c, method, kind) for site in c.sites if site.file == ""], whole(c)


def fraction():
    def every_second(state=[False]):
        state[0] = not state[0]
        if state[0]:
            object()

    return [site.types for site in pyallocs.count(every_second).sites if "object" in site.types]


def unsteady():
    def grows(L=[]):
        L.append([])

    return refused(lambda: pyallocs.count(grows).sites)[:39]


def count_in_interval():
    with pyallocs.counting(sites=True) as c:
        inner = pyallocs.count(make, 1)
        make(2)
    return c.by_type["Thing"], whole(c), whole(inner), inner.by_type["Thing"]


def interval_in_count():
    def once():
        with pyallocs.counting(sites=True) as c:
            make(3)
        assert whole(c)

    c = pyallocs.count(once)
    return c.by_type["Thing"], whole(c)


def overflow():
    """More places than there is room for: the counts are exact, and the next interval has sites again."""
    code = compile("[x]\n" * 120000, "<many>", "exec")
    with pyallocs.counting(sites=True) as c:
        exec(code, {"x": None})
    with pyallocs.counting(sites=True) as d:
        make(3)
    return c.by_type["list"], refused(lambda: c.sites)[:66], d.by_type["Thing"], whole(d)


def forked():
    with pyallocs.counting(sites=True) as c:
        make(1)
        pid = os.fork()
        make(2)
    good = whole(c) and c.by_type["Thing"] == 3
    if pid == 0:
        with pyallocs.counting(sites=True) as d:
            make(5)
        os._exit(7 if good and whole(d) and d.by_type["Thing"] == 5 else 8)
    return good, os.waitpid(pid, 0)[1] >> 8


def belongs():
    with pyallocs.counting() as c:
        kept = [object()]
    d = pyallocs.count(make, 1)
    return c.creations._counts is c, c.by_type["list"]._counts is c, d.creations._counts is d, len(kept)


def reading():
    """What is read of one interval is not charged to another; and what is read is not kept."""
    with pyallocs.counting(sites=True) as c:
        make(3)
    with pyallocs.counting() as d:
        c.creations
        c.requests
        c.buffers
        c.resizes
        c.by_type
        c.sites
    gc.collect()
    return told(d), gc.collect()


def given():
    """Statements as functions: whether the sites come to the counts of each."""
    found = []
    for setup, names, statement in json.load(sys.stdin):
        space = {}
        exec("%s\ndef _call(%s):\n    %s" % (setup, ", ".join(names), statement.replace("\n", "\n    ")), space)
        call, arguments = space["_call"], [space[name] for name in names]
        with pyallocs.counting(sites=True) as c:
            call(*arguments)
        d = pyallocs.count(call, *arguments)
        found.append([statement, whole(c), whole(d)])
    return [one for one in found if one[1:] != [True, True]]


if __name__ == "__main__":
    main(globals())
