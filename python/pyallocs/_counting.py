"""Counts what this process creates and asks for: pyallocs.counting() and pyallocs.count()."""

import gc
import sys
from types import CodeType
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple, Union

from . import NotCountable, _tracers
from ._agent import find_agent
from ._calls import calls_of
from ._raw import BUFFERS, BUFFERS_MALLOC, FIELDS, RELEASES, REQUESTS, RESIZES, Numbers, Raw, Rows, Sites, same
from ._sites import Site as Site
from ._sites import per, sites_of

ATTEMPTS = 3
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
    _counts: "Counts"


class CreationRate(float):
    """Objects created per call, where that is not a whole number: every second call creates one, say."""

    freelist: float
    pymalloc: float
    malloc: float
    foreign: float
    _counts: "Counts"


class Types(Dict[str, Union[Creations, CreationRate]]):
    """Creations by the name of the type, as the interpreter stores it; 0 for a type of which nothing was created."""

    def __missing__(self, name: str) -> int:
        return 0


class Counts:
    """What was created and asked for in an interval, or per call.

    It is kept as the numbers it is read from, in one tuple, and what is read is made then: nothing that CPython recycles is
    missing while it is kept, and what is read may know whose it is.
    """

    __slots__ = ("_kept", "_calls", "_sites", "_why", "_why_no_sites")

    def __init__(self) -> None:
        self._kept: Tuple[Any, ...] = ()
        self._calls = 1
        self._sites: Sites = None
        self._why: Optional[str] = "nothing was counted yet"
        self._why_no_sites = "where objects are created was not asked for: pyallocs.counting(sites=True) collects it"

    def _set(self, totals: Numbers, rows: Rows, calls: int, sites: Sites = None) -> None:
        kept: List[Any] = list(totals)
        for name, numbers in rows:
            if sum(numbers[:BUFFERS]):
                kept.append(name)
                kept.extend(numbers)
        self._kept = tuple(kept + [None] * FIELDS)  # a short one would be one that CPython recycles
        self._calls = calls
        self._why = None
        if isinstance(sites, str):
            self._why_no_sites = "where objects are created is not known: %s" % sites
        elif sites is not None:
            self._sites = sites + (None,) * FIELDS * 2

    def _totals(self) -> Numbers:
        __tracebackhide__ = True  # of pytest: what is of interest is who asked
        if self._why is not None:
            raise NotCountable(self._why)
        return self._kept[:FIELDS]

    def _types(self) -> Rows:
        __tracebackhide__ = True
        self._totals()
        rows = range(FIELDS, len(self._kept) - FIELDS, FIELDS + 1)
        return [(self._kept[row], self._kept[row + 1 : row + 1 + FIELDS]) for row in rows]

    @property
    def creations(self) -> Union[Creations, CreationRate]:
        """New objects, with .freelist, .pymalloc, .malloc and .foreign."""
        __tracebackhide__ = True
        return _creations(self._totals(), self)

    @property
    def requests(self) -> Union[int, float]:
        """Blocks asked of CPython's allocators: for objects and for buffers."""
        __tracebackhide__ = True
        return per(self._totals()[REQUESTS], self._calls)

    @property
    def buffers(self) -> Union[int, float]:
        """Requests whose block became no object: the items of a list, the keys of a dict."""
        __tracebackhide__ = True
        totals = self._totals()
        return per(totals[BUFFERS] + totals[BUFFERS_MALLOC], self._calls)

    @property
    def resizes(self) -> Union[int, float]:
        """Live blocks that got another size."""
        __tracebackhide__ = True
        return per(self._totals()[RESIZES], self._calls)

    @property
    def by_type(self) -> Types:
        """Creations by the name of the type, most first."""
        __tracebackhide__ = True
        rows = sorted(self._types(), key=lambda row: (-sum(row[1][:BUFFERS]), row[0]))
        return Types((name, _creations(numbers, self)) for name, numbers in rows)

    @property
    def sites(self) -> List[Site]:
        """The lines at which objects were created, most first: all of them, so they come to `creations`."""
        __tracebackhide__ = True
        totals = self._totals()
        if self._sites is None or isinstance(self._sites, str):
            raise NotCountable(self._why_no_sites)
        try:
            return sites_of(self._sites[: -FIELDS * 2], calls_of.__code__.co_filename, sum(totals[:BUFFERS]), self._calls)
        except ValueError as error:
            raise NotCountable("where objects are created is not known: %s" % error) from None

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

    def _repr_html_(self) -> str:
        from ._notebook import counts_html

        return counts_html(self)


def _hide_reading(agent: Any) -> None:
    """What is read inside of another interval is not charged to that."""
    for name in ("creations", "requests", "buffers", "resizes", "by_type", "sites"):
        found = Counts.__dict__[name]
        if isinstance(found.fget, type(_hide_reading)):
            setattr(Counts, name, property(agent.uncounted(found.fget), doc=found.__doc__))


class _Interval(Counts):
    """The Counts of one counting(): what the agent tells as it is entered and left."""

    __slots__ = ("_gc", "_collects", "_suspended", "_codes", "_traced")

    # Of the trace function the agent takes care itself, before _begin() and after _end().
    _gettrace = sys.gettrace
    _settrace = sys.settrace
    _wake = staticmethod(_tracers.wake)

    def __init__(self, collects: bool, codes: Tuple[Any, ...] = ()) -> None:
        Counts.__init__(self)
        self._collects = collects
        self._codes = codes
        self._traced = False

    def _settle(self) -> None:
        self._traced = True

    def _begin(self) -> None:
        self._why = "the interval is not over: read it behind the `with`"
        self._gc = _collector_off(self._collects)
        self._suspended = _tracers.Suspended()
        self._suspended.suspend_tools(self._codes, self._traced)

    def _end(self, count: Raw) -> None:
        watched = self._suspended.restore()
        if self._gc:
            gc.enable()
        problem, totals, rows, sites = count
        watched = watched or _tracers.new_code(rows, self._traced)
        if problem is not None:
            self._why = "what was counted is not exact: %s" % problem
        elif watched is not None:
            self._why = watched
        else:
            self._set(totals, rows, 1, sites)


_Interval.__name__ = _Interval.__qualname__ = "Counts"  # that is all it is to others


class CallCounts(Counts):
    """What one call creates and asks for, measured over many.

    Where calls do not all cost the same there is no such number: `exact` or `steady` is False, and the numbers raise
    NotCountable, which says why; `growth` and `samples` tell what was found.
    """

    __slots__ = ("calls", "exact", "steady", "samples", "growth", "event_loop")

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
    event_loop: Optional[Counts]
    """Of a coroutine function: what one call of an empty one costs, with the same arguments and run the same way. It was
    taken off. None for other functions."""


def _creations(numbers: Numbers, counts: Counts) -> Union[Creations, CreationRate]:
    calls = counts._calls
    total = per(sum(numbers[:BUFFERS]), calls)
    made: Any = Creations(total) if isinstance(total, int) else CreationRate(total)
    made.freelist, made.pymalloc, made.malloc, made.foreign = [per(number, calls) for number in numbers[:BUFFERS]]
    made._counts = counts
    return made


def _collector_off(collects: bool) -> bool:
    """Turns the cyclic garbage collector off, unless it is to collect; whether it is to be turned on again."""
    collector = gc.isenabled() and not collects
    if collector:
        gc.disable()
    return collector


def make(name: str) -> Any:
    """What the package has by this name. Raises NotCountable where it needs an agent that cannot be had."""
    return {"counting": _make_counting, "count": _make_count}[name]() if name in ("counting", "count") else globals()[name]


def _make_counting() -> Any:
    agent = find_agent()
    _hide_reading(agent)

    def counting(*, gc: bool = False, sites: bool = False) -> Any:
        """Counts what this thread does in the body of the `with`, once, as it stands: `with pyallocs.counting() as c:`.

        The numbers of c, a Counts, are there when the body is left. An empty body counts 0. Nothing of other threads or of
        pyallocs is counted. The cyclic garbage collector is off meanwhile, unless `gc` is true, and so are trace and
        profile functions of Python. With `sites`, c.sites says at which lines objects were created.
        """
        return agent.interval(_Interval(gc), bool(sites))

    return agent.uncounted(counting)


def _make_count() -> Any:
    agent = find_agent()
    _hide_reading(agent)

    def count(*args: Any, **kwargs: Any) -> CallCounts:
        """count(fn, *args, **kwargs): what one call fn(*args, **kwargs) costs once it is warm.

        fn is called often, from C, which makes nothing by itself: up to 3.10 a call of a Python function creates its frame,
        and later nothing; from 3.14 on one with more than 8 arguments asks for one buffer. Those calls are counted nowhere
        else. An exception of fn is raised. The cyclic garbage collector, trace and profile functions of Python are off
        meanwhile.

        The calls of a coroutine function are awaited one after the other in an event loop that already runs, made for them.
        What an empty coroutine function costs there, its coroutine above all, is taken off: see `event_loop`.
        """
        if not args or not callable(args[0]):
            raise TypeError("count() takes something to call, and its arguments")
        return _count(agent, args[0], args[1:], kwargs)

    return agent.uncounted(count)


def _count(agent: Any, function: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> CallCounts:
    trace = sys.gettrace()
    if trace is not None:
        sys.settrace(None)
    quiet = _tracers.Quiet(trace is not None)
    try:
        calls = calls_of(agent, function, args, kwargs)
        try:
            measured = _measured(calls, lambda: quiet.suspend_tools(_codes_of(function)))
        finally:
            calls.close()
    finally:
        quiet.end()
        if trace is not None:
            sys.settrace(trace)
            _tracers.wake()
    return result_of(measured, quiet.why_not(measured.growth[-1][2]))


def _codes_of(function: Any) -> List[CodeType]:
    code = getattr(function, "__code__", None)
    return [code] if isinstance(code, CodeType) else []


class Measured(NamedTuple):
    """Samples of n calls each, with what was taken off them, if anything; what n calls, the next n and the next 8n cost."""

    n: int
    samples: List[Tuple[Raw, Optional[Raw]]]
    growth: List[Raw]
    sites: Raw


def executions_for(totals: Numbers) -> int:
    """How many calls of such cost a sample has: as for any statement that is measured (src/engines/protocol.ts)."""
    events = sum(totals[:BUFFERS]) + totals[REQUESTS] + totals[RESIZES] + totals[RELEASES]
    return next((n for n in (1000, 100, 10) if n * events <= _EVENT_LIMIT), 1)


def _measured(calls: Any, suspend: Callable[[], None]) -> Measured:
    first = calls.once()[1]
    n = executions_for(first)
    samples: List[Tuple[Raw, Optional[Raw]]] = []
    if _tracers.tools_in_use():  # most want to see a line or a branch once only
        calls.warm(n)
        suspend()
    for _ in range(ATTEMPTS):  # what happens once for all does not come again: the 1,024th call up to 3.10
        calls.warm(n)
        samples = calls.samples(n)
        if all(same(samples[0][0], sample) for sample, _ in samples):
            break
    return Measured(n, samples, calls.growth(n), calls.sites(n))


def result_of(measured: Measured, watched: Optional[str]) -> CallCounts:
    n, growth, sites = measured.n, measured.growth, measured.sites
    samples = [sample for sample, _ in measured.samples]
    result = CallCounts()
    result.calls = n
    result.samples = [counts_of(sample) for sample in samples]
    result.growth = [(calls, counts_of(count)) for calls, count in zip((n, n, 8 * n), growth)]
    result.exact = all(same(samples[0], sample) for sample in samples)
    off = measured.samples[0][1]
    result.event_loop = None if off is None else counts_of(off, n)
    second, last = growth[1][1], growth[2][1]
    result.steady = all(
        x == 8 * y
        for x, y in (
            (sum(last[:BUFFERS]), sum(second[:BUFFERS])),
            (last[REQUESTS], second[REQUESTS]),
            (last[RESIZES], second[RESIZES]),
        )
    )
    problem = next((problem for problem, _, _, _ in samples + growth if problem is not None), None)
    if problem is not None:
        result._why = "what was counted is not exact: %s" % problem
    elif watched is not None:
        result._why = watched
    elif not result.steady:
        result._why = "there is no cost per call: %d calls made %d creations, %d requests and %d resizes, the next %d %d, %d and %d" % (
            (n, sum(second[:BUFFERS]), second[REQUESTS], second[RESIZES])
            + (8 * n, sum(last[:BUFFERS]), last[REQUESTS], last[RESIZES])
        )
    elif not result.exact:
        result._why = "repetitions did not agree; does it use random numbers, the time or a cache that fills up?"
    else:
        result._set(samples[0][1], samples[0][2], n, sites[0] or sites[3])
    return result


def counts_of(count: Raw, calls: int = 1) -> Counts:
    problem, totals, rows, _ = count
    made = Counts()
    if problem is None:
        made._set(totals, rows, calls)
    else:
        made._why = "what was counted is not exact: %s" % problem
    return made
