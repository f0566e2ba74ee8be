"""Counts what this process creates and asks for: pyallocs.counting() and pyallocs.count()."""

import gc
import sys
from typing import Any, Callable, Dict, List, NoReturn, Optional, Tuple, Union

from . import NotCountable
from ._agent import find_agent

# The fields of a count, in the order of agent/core/counts.h.
_FREELIST, _PYMALLOC, _MALLOC, _FOREIGN, _BUFFERS, _BUFFERS_MALLOC, _REQUESTS, _RESIZES, _RELOCATIONS, _RELEASES = range(10)
_FIELDS = 12

_Numbers = Tuple[int, ...]
_Raw = Tuple[Optional[str], _Numbers, List[Tuple[str, _Numbers]]]

_WARM_UPS = 20
_ATTEMPTS = 3
_EVENT_LIMIT = 1000000


class Creations(int):
    """Objects created, and who supplied their memory."""

    freelist: int
    """Recycled by CPython: no allocator was asked."""
    pymalloc: int
    """From a block of a pymalloc pool."""
    malloc: int
    """From the C library."""
    foreign: int
    """In memory that never came through CPython's allocators."""


class CreationRate(float):
    """Objects created per call, where that is not a whole number: every second call creates one, say."""

    freelist: float
    pymalloc: float
    malloc: float
    foreign: float


class Types(Dict[str, Union[Creations, CreationRate]]):
    """Creations by the name of the type, as the interpreter stores it; 0 for a type of which nothing was created."""

    def __missing__(self, name: str) -> int:
        return 0


class Counts:
    """What was created and asked for in an interval, or per call."""

    __slots__ = ("creations", "requests", "buffers", "resizes", "by_type", "_why")

    creations: Union[Creations, CreationRate]
    """New objects, with .freelist, .pymalloc, .malloc and .foreign."""
    requests: Union[int, float]
    """Blocks asked of CPython's allocators: for objects and for buffers."""
    buffers: Union[int, float]
    """Requests whose block became no object: the items of a list, the keys of a dict."""
    resizes: Union[int, float]
    """Live blocks that got another size."""
    by_type: Types
    """Creations by the name of the type, most first."""

    def __init__(self) -> None:
        self._why: Optional[str] = "nothing was counted yet"

    def __getattr__(self, name: str) -> NoReturn:
        if name in Counts.__slots__:
            raise NotCountable(self._why or "this was not counted")
        raise AttributeError("'Counts' object has no attribute %r" % name)

    def _set(self, totals: _Numbers, rows: List[Tuple[str, _Numbers]], calls: int) -> None:
        self.creations = _creations(totals, calls)
        self.requests = _per(totals[_REQUESTS], calls)
        self.buffers = _per(totals[_BUFFERS] + totals[_BUFFERS_MALLOC], calls)
        self.resizes = _per(totals[_RESIZES], calls)
        made = [(name, numbers) for name, numbers in rows if sum(numbers[:_BUFFERS])]
        made.sort(key=lambda row: (-sum(row[1][:_BUFFERS]), row[0]))
        self.by_type = Types((name, _creations(numbers, calls)) for name, numbers in made)
        self._why = None

    def __repr__(self) -> str:
        if self._why is not None:
            return "<Counts: %s>" % self._why
        made = self.creations
        return "<Counts: %s created (%s from a freelist), %s requested, %s resized; %s>" % (
            int(made) if isinstance(made, int) else float(made),
            made.freelist,
            self.requests,
            self.resizes,
            ", ".join("%s %s" % (number, name) for name, number in self.by_type.items()) or "nothing",
        )


class _Interval(Counts):
    """The Counts of one counting(): what the agent tells as it is entered and left."""

    __slots__ = ("_gc", "_collects", "_trace", "_profile")

    def __init__(self, collects: bool) -> None:
        Counts.__init__(self)
        self._collects = collects

    def _begin(self) -> None:
        self._why = "the interval is not over: read it behind the `with`"
        self._gc, self._trace, self._profile = _quiet(self._collects)

    def _end(self, count: _Raw) -> None:
        _restore(self._gc, self._trace, self._profile)
        problem, totals, rows = count
        if problem is None:
            self._set(totals, rows, 1)
        else:
            self._why = "what was counted is not exact: %s" % problem


class CallCounts(Counts):
    """What one call creates and asks for, measured over many.

    Where calls do not all cost the same there is no such number: `exact` or `steady` is False, and the numbers raise
    NotCountable, which says why; `growth` and `samples` tell what was found.
    """

    __slots__ = ("calls", "exact", "steady", "samples", "growth")

    calls: int
    """How many calls each sample counts."""
    exact: bool
    """All samples agree in creations by type and origin, requests and resizes."""
    steady: bool
    """Ten times as many calls cost ten times as much."""
    samples: List[Counts]
    """What so many calls came to, each time."""
    growth: List[Tuple[int, Counts]]
    """Calls, and what they came to, one after the other."""


def _per(number: int, calls: int) -> Union[int, float]:
    return number // calls if number % calls == 0 else number / calls


def _creations(numbers: _Numbers, calls: int) -> Union[Creations, CreationRate]:
    origins = [_per(number, calls) for number in numbers[:_BUFFERS]]
    total = _per(sum(numbers[:_BUFFERS]), calls)
    made: Any = Creations(total) if isinstance(total, int) else CreationRate(total)
    made.freelist, made.pymalloc, made.malloc, made.foreign = origins
    return made


def _quiet(collects: bool) -> Tuple[bool, Any, Any]:
    """Turns off what makes objects beside the code that is counted; what must be turned on again."""
    collector, trace, profile = gc.isenabled() and not collects, sys.gettrace(), sys.getprofile()
    if collector:
        gc.disable()
    if trace is not None:
        sys.settrace(None)
    if profile is not None:
        sys.setprofile(None)
    return collector, trace, profile


def _restore(collector: bool, trace: Any, profile: Any) -> None:
    if profile is not None:
        sys.setprofile(profile)
    if trace is not None:
        sys.settrace(trace)
    if collector:
        gc.enable()


def make(name: str) -> Any:
    """What the package has by this name. Raises NotCountable where it needs an agent that cannot be had."""
    return {"counting": _make_counting, "count": _make_count}[name]() if name in ("counting", "count") else globals()[name]


def _make_counting() -> Any:
    agent = find_agent()

    def counting(*, gc: bool = False) -> Any:
        """Counts what this thread does in the body of the `with`, once, as it stands: `with pyallocs.counting() as c:`.

        The numbers of c, a Counts, are there when the body is left. An empty body counts 0. Nothing of other threads or of
        pyallocs is counted. The cyclic garbage collector is off meanwhile, unless `gc` is true, and so are trace and
        profile functions of Python.
        """
        return agent.interval(_Interval(gc))

    return agent.uncounted(counting)


def _make_count() -> Any:
    agent = find_agent()

    def count(*args: Any, **kwargs: Any) -> CallCounts:
        """count(fn, *args, **kwargs): what one call fn(*args, **kwargs) costs once it is warm.

        fn is called often, from C, which makes nothing by itself: up to 3.10 a call of a Python function creates its frame,
        and later nothing. Those calls are counted nowhere else. An exception of fn is raised. The cyclic garbage collector, trace and profile functions of Python
        are off meanwhile.
        """
        if not args or not callable(args[0]):
            raise TypeError("count() takes something to call, and its arguments")
        return _count(agent, args[0], args[1:], kwargs)

    return agent.uncounted(count)


def _count(agent: Any, function: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> CallCounts:
    code = getattr(function, "__code__", None)
    if code is not None and code.co_flags & 0x80:  # CO_COROUTINE
        raise NotCountable("calling a coroutine function only makes a coroutine; count a function that runs it")
    call = function, args + tuple(kwargs.values()), tuple(kwargs)
    collector, trace, profile = _quiet(False)
    try:
        first = agent.measure(*call, (1,))[0][1]
        # Each event once, as for any statement that is measured (src/engines/protocol.ts).
        events = sum(first[:_BUFFERS]) + first[_REQUESTS] + first[_RESIZES] + first[_RELEASES]
        n = next((n for n in (1000, 100, 10) if n * events <= _EVENT_LIMIT), 1)
        samples: List[_Raw] = []
        for _ in range(_ATTEMPTS):  # what happens once for all does not come again: the 1,024th call up to 3.10
            agent.warm(*call, n, _WARM_UPS)
            counts = agent.measure(*call, (-n, n, -n, 2 * n) * 3)
            samples = [_difference(counts[i + 1], counts[i]) for i in (0, 2, 4)]
            if all(_same(samples[0], sample) for sample in samples):
                break
        growth = agent.measure(*call, (n, n, 8 * n))
    finally:
        _restore(collector, trace, profile)
    return _result(n, samples, growth)


def _result(n: int, samples: List[_Raw], growth: List[_Raw]) -> CallCounts:
    result = CallCounts()
    result.calls = n
    result.samples = [_counts_of(sample) for sample in samples]
    result.growth = [(calls, _counts_of(count)) for calls, count in zip((n, n, 8 * n), growth)]
    result.exact = all(_same(samples[0], sample) for sample in samples)
    second, last = growth[1][1], growth[2][1]
    result.steady = all(
        x == 8 * y
        for x, y in (
            (sum(last[:_BUFFERS]), sum(second[:_BUFFERS])),
            (last[_REQUESTS], second[_REQUESTS]),
            (last[_RESIZES], second[_RESIZES]),
        )
    )
    problem = next((problem for problem, _, _ in samples + growth if problem is not None), None)
    if problem is not None:
        result._why = "what was counted is not exact: %s" % problem
    elif not result.steady:
        result._why = "there is no cost per call: %d calls made %d creations, %d requests and %d resizes, the next %d %d, %d and %d" % (
            (n, sum(second[:_BUFFERS]), second[_REQUESTS], second[_RESIZES])
            + (8 * n, sum(last[:_BUFFERS]), last[_REQUESTS], last[_RESIZES])
        )
    elif not result.exact:
        result._why = "repetitions did not agree; does it use random numbers, the time or a cache that fills up?"
    else:
        result._set(samples[0][1], samples[0][2], n)
    return result


def _counts_of(count: _Raw) -> Counts:
    problem, totals, rows = count
    made = Counts()
    if problem is None:
        made._set(totals, rows, 1)
    else:
        made._why = "what was counted is not exact: %s" % problem
    return made


def _difference(a: _Raw, b: _Raw) -> _Raw:
    nothing = (0,) * _FIELDS
    before, after = dict(b[2]), dict(a[2])
    rows = [(name, _minus(after.get(name, nothing), before.get(name, nothing))) for name in {**before, **after}]
    return a[0] or b[0], _minus(a[1], b[1]), [row for row in rows if any(row[1])]


def _minus(a: _Numbers, b: _Numbers) -> _Numbers:
    return tuple(x - y for x, y in zip(a, b))


def _same(a: _Raw, b: _Raw) -> bool:
    """In creations by type and origin, requests and resizes."""

    def compared(count: _Raw) -> Any:
        rows = ((name, numbers[:_BUFFERS] + numbers[_REQUESTS : _RESIZES + 1]) for name, numbers in count[2])
        return {name: numbers for name, numbers in rows if any(numbers)}

    return compared(a) == compared(b)
