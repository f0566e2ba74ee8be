"""Calls that are made again and again, and counted: those of a function, and those of a coroutine function in an event loop."""

import functools
import sys
from itertools import repeat
from typing import Any, Callable, Dict, List, Optional, Tuple

from . import NotCountable
from ._raw import Raw, difference, same, without

_WARM_UPS = 20
_CO_COROUTINE = 0x80  # Include/cpython/code.h

_Args = Tuple[Any, ...]
_Keywords = Dict[str, Any]


class Calls:
    """Of a function, made from C."""

    def __init__(self, agent: Any, function: Callable[..., Any], args: _Args, kwargs: _Keywords) -> None:
        self._agent = agent
        self._call = function, args + tuple(kwargs.values()), tuple(kwargs)

    def once(self) -> Raw:
        """The first call."""
        first: Raw = self._agent.measure(*self._call, (1,))[0]
        return first

    def warm(self, n: int) -> None:
        """Runs of n calls, until two of them agree."""
        self._agent.warm(*self._call, n, _WARM_UPS)

    def samples(self, n: int) -> List[Tuple[Raw, Optional[Raw]]]:
        """Three times what n calls cost, and what was taken off, if anything: 2n calls less n, both warm."""
        counts = self._agent.measure(*self._call, (-n, n, -n, 2 * n) * 3)
        return [(difference(counts[i + 1], counts[i]), None) for i in (0, 2, 4)]

    def growth(self, n: int) -> List[Raw]:
        """What n calls cost, the next n, and the next 8n."""
        counts: List[Raw] = self._agent.measure(*self._call, (n, n, 8 * n))
        return counts

    def sites(self, n: int) -> Raw:
        """What n calls cost, with where it was created."""
        count: Raw = self._agent.sites(*self._call, n)
        return count

    def close(self) -> None:
        """Nothing of them goes on."""


class _Run:
    """So many calls in an interval, once. Trace functions are off by then."""

    _gettrace = sys.gettrace

    def __init__(self, agent: Any, times: int, sites: bool) -> None:
        self.times = repeat(None, times)
        self.interval = agent.interval(self, sites)
        self._count: Optional[Raw] = None

    def _begin(self) -> None:
        pass

    def _end(self, count: Raw) -> None:
        self._count = count

    def told(self) -> Raw:
        assert self._count is not None
        return self._count


class CoroutineCalls:
    """Of a coroutine function, awaited in an event loop that already runs. What as many calls of an empty one cost there,
    with the same arguments, is taken off: the coroutine itself, and what the loop does to run it."""

    def __init__(self, agent: Any, function: Callable[..., Any], args: _Args, kwargs: _Keywords) -> None:
        import asyncio

        if asyncio._get_running_loop() is not None:
            raise NotCountable(
                "an event loop is running in this thread, and a coroutine function is counted in one of its own; count it "
                "in a thread: await loop.run_in_executor(None, pyallocs.count, ...)"
            )
        self._agent = agent
        self._loop = asyncio.new_event_loop()
        names = ["a%d" % i for i in range(len(args))], ["%s" % name for name in kwargs]
        self._function = _bound(function, args, kwargs)
        self._empty = _bound(_empty(*names), args, kwargs)

    def _measure(self, call: Callable[[], Any], times: Tuple[int, ...], sites: bool = False) -> List[Raw]:
        """As the agent's measure does: of each run, what happens from the first call on until the last has returned. Beginning
        and ending a task costs what it happens to cost; runs of fewer than 0 calls are not told."""
        intervals = [_Run(self._agent, abs(number), sites) for number in times]
        waiting = iter(intervals)
        until_complete = self._loop.run_until_complete

        async def drive(run: _Run) -> None:
            with run.interval:
                for _ in run.times:
                    await call()

        def runner() -> None:
            until_complete(drive(next(waiting)))

        self._agent.measure(runner, (), (), (-1,) * len(times))
        return [run.told() for run, number in zip(intervals, times) if number > 0]

    def once(self) -> Raw:
        self._measure(self._empty, (-1,))
        return without(*self._measure(self._function, (1,)), *self._measure(self._empty, (1,)))

    def warm(self, n: int) -> None:
        for call in (self._empty, self._function):
            before = self._measure(call, (n,))
            for _ in range(_WARM_UPS):
                now = self._measure(call, (n,))
                if same(before[0], now[0]):
                    break
                before = now

    def samples(self, n: int) -> List[Tuple[Raw, Optional[Raw]]]:
        times = (-n, n, -n, 2 * n) * 3
        empty, found = self._measure(self._empty, times), self._measure(self._function, times)
        samples: List[Tuple[Raw, Optional[Raw]]] = []
        for i in (0, 2, 4):
            whole = difference(found[i + 1], found[i])
            own = without(whole, difference(empty[i + 1], empty[i]))
            samples.append((own, difference(whole, own)))
        return samples

    def growth(self, n: int) -> List[Raw]:
        empty = self._measure(self._empty, (-n, n, n, 8 * n))
        return [without(found, part) for found, part in zip(self._measure(self._function, (n, n, 8 * n)), empty)]

    def sites(self, n: int) -> Raw:
        (empty,) = self._measure(self._empty, (-n, n), True)
        (found,) = self._measure(self._function, (-n, n), True)
        problem, totals, rows, _ = without(found, empty)
        part, whole = empty[3], found[3]
        if not isinstance(part, tuple) or not isinstance(whole, tuple):
            return problem, totals, rows, part if isinstance(part, str) else whole
        return problem, totals, rows, whole + _negative(part)

    def close(self) -> None:
        import asyncio

        try:
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            if left:
                self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()


def calls_of(agent: Any, function: Callable[..., Any], args: _Args, kwargs: _Keywords) -> Any:
    """What makes and counts the calls function(*args, **kwargs)."""
    kind = CoroutineCalls if _is_coroutine_function(function) else Calls
    return kind(agent, function, args, kwargs)


def _is_coroutine_function(function: Any) -> bool:
    while isinstance(function, functools.partial):
        function = function.func
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None and not isinstance(function, type):
        code = getattr(getattr(type(function), "__call__", None), "__code__", None)
    return bool(getattr(code, "co_flags", 0) & _CO_COROUTINE)


def _bound(function: Callable[..., Any], args: _Args, kwargs: _Keywords) -> Callable[[], Any]:
    """A call without arguments. It makes nothing by itself that the same call of another function would not."""
    return functools.partial(function, *args, **kwargs) if args or kwargs else function


def _empty(positional: List[str], named: List[str]) -> Callable[..., Any]:
    """An empty coroutine function with such parameters."""
    space: Dict[str, Any] = {}
    parameters = positional + (["*"] if named else []) + named
    exec("async def empty(%s): pass" % ", ".join(parameters), space)
    made: Callable[..., Any] = space["empty"]
    return made


def _negative(sites: Tuple[Any, ...]) -> Tuple[Any, ...]:
    """The last of each eight is how many (agent/native/interval_sites.h)."""
    return tuple(-value if i % 8 == 7 else value for i, value in enumerate(sites))
