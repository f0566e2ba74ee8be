"""Coroutine functions that are counted; as scenarios.py, for counting-coroutines.test.ts."""

import asyncio
import functools
import gc
import json

import pyallocs
from scenarios import Thing, main, make, refused, told


async def empty():
    pass


async def empty_with(a, b=1, *, c=2):
    pass


async def pair():
    return [Thing()]


async def outer():
    return await pair()


async def arguments(a, b, *, c):
    return [a, b, c]


class Service:
    async def method(self, x):
        return [x]

    async def __call__(self):
        return {}


async def sleeps():
    await asyncio.sleep(0)


async def sleeps_twice():
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def fails():
    raise KeyError("k")


def whole(c):
    """The sites come to the counts, and sites and counts are told."""
    assert c.exact and c.steady, c
    types = {}
    for site in c.sites:
        for name, number in site.types.items():
            types[name] = types.get(name, 0) + number
    assert types == dict(c.by_type), (types, c.by_type)
    return told(c)


def nothing():
    return [whole(pyallocs.count(empty)), whole(pyallocs.count(empty_with, 5, c=[])), whole(pyallocs.count(empty_with, 1, 2, c=3))]


def taken_off():
    c = pyallocs.count(empty)
    return told(c.event_loop), pyallocs.count(make, 1).event_loop


def known():
    service = Service()
    return {
        "pair": whole(pyallocs.count(pair)),
        "outer": whole(pyallocs.count(outer)),
        "arguments": whole(pyallocs.count(arguments, 1, (), c=None)),
        "partial": whole(pyallocs.count(functools.partial(arguments, 1), 2, c=3)),
        "method": whole(pyallocs.count(service.method, 1)),
        "object": whole(pyallocs.count(service)),
    }


def line():
    (site,) = [site for site in pyallocs.count(pair).sites if "Thing" in site.types]
    return site.file == __file__, site.line - pair.__code__.co_firstlineno, site.function, dict(site.types)


def large():
    """A coroutine too large for pymalloc is taken off where it is from."""
    space = {}
    names = ["x%d" % i for i in range(100)]
    exec("async def large():\n    %s = None\n" % " = ".join(names), space)
    c = pyallocs.count(space["large"])
    return whole(c), c.event_loop.by_type["coroutine"].malloc, int(c.event_loop.creations)


def sleeping():
    once, twice = pyallocs.count(sleeps), pyallocs.count(sleeps_twice)
    told_once, told_twice = whole(once), whole(twice)
    found = {name.rpartition(".")[2]: number for name, number in once.by_type.items()}
    double = {name: 2 * number for name, number in once.by_type.items()}
    requests = [abs(float(twice.requests) - 2 * float(once.requests)) < 0.001, told_twice["buffers"] >= told_once["buffers"]]
    return {name: found[name] for name in ("coroutine", "generator", "Handle", "TaskStepMethWrapper")}, double == dict(twice.by_type), requests


def left_behind():
    """Tasks that are not awaited end with the loop, and nothing is said of them."""
    tasks = []

    async def starts():
        tasks.append(asyncio.ensure_future(asyncio.sleep(3600)))

    c = pyallocs.count(starts)
    return isinstance(c.calls, int), all(task.done() for task in tasks)


def raised():
    before = gc.isenabled()
    return refused(lambda: pyallocs.count(fails)), gc.isenabled() == before, asyncio._get_running_loop() is None


def in_a_loop():
    async def counts():
        try:
            pyallocs.count(pair)
        except pyallocs.NotCountable as error:
            why = str(error)
        loop = asyncio.get_running_loop()
        return why[:43], whole(await loop.run_in_executor(None, pyallocs.count, pair))

    return asyncio.run(counts())


def in_interval():
    with pyallocs.counting() as c:
        pyallocs.count(pair)
        make(2)
    return c.by_type["Thing"], c.by_type["coroutine"]


def interval_in_coroutine():
    async def body():
        with pyallocs.counting() as c:
            await pair()
            await asyncio.sleep(0)
        return c.by_type["Thing"]

    return asyncio.run(body())


def repeated():
    first = json.dumps(told(pyallocs.count(outer)))
    return sum(json.dumps(told(pyallocs.count(outer))) != first for _ in range(50))


if __name__ == "__main__":
    main(globals())
