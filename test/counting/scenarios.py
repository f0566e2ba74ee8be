"""What a program does that counts itself; each function is one scenario and returns what counting.test.ts expects to see.

Prints {scenario: result or error} as JSON. The first scenario is the first thing that is counted in the process.
"""

import gc
import json
import sys
import threading

import pyallocs


def told(counts):
    made = counts.creations
    assert made == made.freelist + made.pymalloc + made.malloc + made.foreign
    assert made == sum(counts.by_type.values())
    assert counts.requests == made.pymalloc + made.malloc + counts.buffers
    return {
        "creations": {name: [number, number.freelist] for name, number in sorted(counts.by_type.items())},
        "buffers": counts.buffers,
        "resizes": counts.resizes,
    }


class Thing:
    __slots__ = ()


def make(number):
    for _ in [None] * number:
        Thing()


def things(counts):
    return counts.by_type["Thing"]


def older_blocks_are_from_freelists():
    with pyallocs.counting() as c:
        x = [(x, x) for x in (1.5, 2.5)]
    return "freelist" if c.by_type["list"].freelist == 1 and c.by_type["tuple"].freelist == 2 else told(c), len(x)


def empty():
    found = []
    for collects in (False, True):
        for _ in range(3):
            with pyallocs.counting(gc=collects) as c:
                pass
            found.append(told(c))
    return [one for one in found if one != found[0]] or found[0]


def empty_1000_times():
    def once():
        with pyallocs.counting() as c:
            pass
        return c.creations + c.requests + c.resizes

    return sum(once() for _ in range(1000))


def known():
    x, z = 5000, 1.5
    with pyallocs.counting() as c:
        a = [x, x]
        b = z * z
        d = object()
        e = {}
        f = (a, b)
        g = x * x
    return told(c), bool(d) and bool(e), bool(f) and bool(g)


def raised():
    try:
        with pyallocs.counting() as c:
            make(3)
            raise KeyError("k")
    except KeyError as error:
        return things(c), c.by_type["KeyError"], str(error)


def nested():
    with pyallocs.counting() as a:
        make(1)
        with pyallocs.counting() as b:
            make(2)
            with pyallocs.counting() as c:
                make(4)
            make(8)
        with pyallocs.counting() as empty_one:
            pass
    return [things(one) for one in (a, b, c)], told(empty_one)


def nothing_of_its_own():
    def outer(inner):
        with pyallocs.counting() as c:
            inner()
        return told(c)

    def without():
        pass

    def with_interval():
        with pyallocs.counting():
            pass

    outer(with_interval), outer(without)
    return outer(with_interval) == outer(without) or [outer(with_interval), outer(without)]


def interleaved():
    def holds():
        with pyallocs.counting() as c:
            make(1)
            yield
            make(4)
        yield c

    first, second = holds(), holds()
    next(first)
    next(second)
    make(16)
    return [things(next(first)), things(next(second))]


def threads():
    begin, end = threading.Barrier(2), threading.Barrier(2)

    def other():
        begin.wait()
        make(100)
        end.wait()

    thread = threading.Thread(target=other)
    thread.start()
    with pyallocs.counting() as c:
        begin.wait()
        make(3)
        end.wait()
    thread.join()
    return things(c)


def every_thread_its_own():
    found = {}

    def own(number):
        with pyallocs.counting() as c:
            make(number)
        found[number] = things(c)

    several = [threading.Thread(target=own, args=(number,)) for number in range(1, 9)]
    for thread in several:
        thread.start()
    for thread in several:
        thread.join()
    return all(number == count for number, count in found.items()) and len(found)


def left_elsewhere():
    interval = pyallocs.counting()
    c = interval.__enter__()
    thread = threading.Thread(target=interval.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    return refused(lambda: c.creations)


def too_deep():
    def deeper(left):
        with pyallocs.counting() as c:
            inner = deeper(left - 1) if left else []
        return inner + [c]

    found = deeper(69)
    exact = [c for c in found if readable(c)]
    return len(exact), refused(lambda: found[0].creations)


def readable(c):
    try:
        return c.creations >= 0
    except pyallocs.NotCountable:
        return False


def refused(call):
    try:
        return call()
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def used_again():
    interval = pyallocs.counting()
    with interval as c:
        inside = refused(lambda: c.creations)
    again = refused(interval.__enter__)
    return inside, again, refused(lambda: interval.__exit__(None, None, None)), refused(lambda: c.nothing)


def forgotten():
    generator = (None for _ in [None])

    def holds():
        with pyallocs.counting():
            yield

    generator = holds()
    next(generator)
    del generator
    interval = pyallocs.counting()
    interval.__enter__()
    del interval
    with pyallocs.counting() as c:
        make(2)
    return things(c)


def collector():
    states = []
    with pyallocs.counting():
        states.append(gc.isenabled())
    with pyallocs.counting(gc=True):
        states.append(gc.isenabled())
    gc.disable()
    with pyallocs.counting():
        pass
    states.append(gc.isenabled())
    gc.enable()
    pyallocs.count(int)
    states.append(gc.isenabled())
    return states


def traced():
    """A trace function makes objects at each line."""

    def trace(frame, event, argument):
        [frame]
        return trace

    def body():
        with pyallocs.counting() as c:
            x = 1
            y = x
        return told(c), y

    plain = body()
    sys.settrace(trace)
    sys.setprofile(trace)
    try:
        same = body()
        kept = sys.gettrace() is trace and sys.getprofile() is trace
        per_call = told(pyallocs.count(make, 2)) == expected_make(2)
    finally:
        sys.settrace(None)
        sys.setprofile(None)
    return same == plain, kept, per_call


def expected_make(number):
    return told(pyallocs.count(make, number))


def calls():
    def named(*, a):
        return (a, a)

    return {
        "lambda": told(pyallocs.count(lambda: None)),
        "builtin": told(pyallocs.count(len, ())),
        "method": told(pyallocs.count([].copy)),
        "named": told(pyallocs.count(named, a=1)),
        "class": told(pyallocs.count(Thing)),
        "things": things(pyallocs.count(make, 7)),
    }


def call_raises():
    def fails():
        raise KeyError("k")

    before = gc.isenabled()
    return refused(lambda: pyallocs.count(fails)), gc.isenabled() == before, refused(pyallocs.count), refused(lambda: pyallocs.count(1))


def unsteady():
    def grows(L=[]):
        L.append([])

    c = pyallocs.count(grows)
    return c.steady, refused(lambda: c.creations)[:39], [calls for calls, _ in c.growth], c.growth[2][1].creations


def alternating():
    def every_second(state=[False]):
        state[0] = not state[0]
        if state[0]:
            object()

    c = pyallocs.count(every_second)
    return c.exact, c.steady, float(c.by_type["object"]), float(c.by_type["object"].pymalloc)


def generators():
    def numbers():
        for _ in [None] * 3:
            yield Thing()

    def consume():
        for _ in numbers():
            pass

    c = pyallocs.count(consume)
    generator = numbers()
    next(generator)
    with pyallocs.counting() as d:
        next(generator)
    return things(c), c.by_type["generator"], things(d), d.by_type["generator"]


def count_in_interval():
    """Calls that count() makes are counted nowhere else."""
    pyallocs.count(make, 1)
    with pyallocs.counting() as c:
        inner = pyallocs.count(make, 1)
        make(2)
    return things(c), things(inner), c.by_type["list"]


def interval_in_count():
    def once():
        with pyallocs.counting() as c:
            make(3)
        assert things(c) == 3

    return things(pyallocs.count(once))


def repeated():
    """What is kept between intervals would be missing in the freelists: only texts and numbers are."""
    data = {"a": [1, 2.5, None], "b": "x" * 50}

    def once():
        with pyallocs.counting() as c:
            json.dumps(data)
        return json.dumps(told(c))

    once()
    first = once()
    others = sum(once() != first for _ in range(1000))
    per_call = told(pyallocs.count(json.dumps, data))
    return others, sum(told(pyallocs.count(json.dumps, data)) != per_call for _ in range(10))


def repeated_1000_times():
    first = told(pyallocs.count(lambda: [None]))
    return sum(told(pyallocs.count(lambda: [None])) != first for _ in range(1000))


def collected():
    """Cyclic garbage, classes and code objects die, and their addresses are used again."""

    def once():
        class Local:
            pass

        local = Local()
        local.itself = local
        exec("def f(): return [None]\nf()", {})

    for _ in range(300):
        once()
    gc.collect()
    with pyallocs.counting() as c:
        once()
        gc.collect()
    return c.by_type["Local"], c.by_type["type"]


def given():
    """Statements as functions, from standard input: [setup, parameters, statement] each; per call, by type and origin."""
    found = []
    for setup, names, statement in json.load(sys.stdin):
        space = {}
        body = statement.replace("\n", "\n    ")
        exec("%s\ndef _call(%s):\n    %s" % (setup, ", ".join(names), body), space)
        c = pyallocs.count(space["_call"], *[space[name] for name in names])
        found.append(dict(told(c), steady=c.steady, exact=c.exact))
    return found


def main(scenarios):
    found = {}
    for name in sys.argv[1:]:
        try:
            found[name] = scenarios[name]()
        except Exception as error:
            found[name] = "%s: %s (line %d)" % (type(error).__name__, error, error.__traceback__.tb_next.tb_lineno)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(globals())
