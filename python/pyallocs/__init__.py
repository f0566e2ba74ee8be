"""Exact counts of what Python code creates and asks for, and named regions of a program.

    import pyallocs

    pyallocs.count(json.dumps, [1, 2]).creations     # per call, once it is warm

    with pyallocs.counting() as c:                   # once, as it stands
        tree = parse(text)
    print(c.creations, c.creations.freelist, c.requests, c.by_type)

In a notebook, `%load_ext pyallocs` gives %allocs and %%allocs, and Counts are shown as tables.

Where an interpreter cannot be counted, both raise NotCountable, which says why.

Regions are for `pyallocs stat`, which counts what each one allocates:

    with pyallocs.region("parse"):
        tree = parse(text)

    @pyallocs.region("render")
    def render(tree):
        ...

    pyallocs stat program.py

Counting begins as the last act of entering and ends as the first of leaving. What a region calls belongs to it, and so do
the regions inside it. Only the thread that entered it is counted. A region entered again inside itself is one region. A
decorated generator or coroutine is counted only while it runs.

Without pyallocs around it, a program with regions runs as it would without them: they do nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, ContextManager

    from ._counting import CallCounts, Counts
    from ._sites import Site as Site

    def count(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> CallCounts: ...
    def counting(*, gc: bool = False, sites: bool = False) -> ContextManager[Counts]: ...


__all__ = ["CallCounts", "Counts", "NotCountable", "Site", "count", "counting", "region"]

_PROTOCOL = 1


class NotCountable(Exception):
    """What was asked cannot be counted; the text says why."""



class _Region:
    """A region when nobody counts."""

    __slots__ = ("name",)

    def __init__(self, name):
        if not isinstance(name, str):
            raise TypeError("the name of a region is a str, not %s" % type(name).__name__)
        self.name = name

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return None

    def __call__(self, function):
        if not callable(function):
            raise TypeError("a region decorates one function")
        return function


def _find_region():
    try:
        import _pyallocs
    except ImportError:
        return _Region
    if _pyallocs.protocol == _PROTOCOL:
        _hide(_pyallocs)
        return _pyallocs.region
    import warnings

    warnings.warn(
        "this module speaks protocol %d and the pyallocs that runs the program speaks %d: regions are not counted"
        % (_PROTOCOL, _pyallocs.protocol),
        RuntimeWarning,
        stacklevel=2,
    )
    return _Region


def _load(name):
    """What counts this process is loaded when it is first asked for: a program with regions needs none of it."""
    if name == "load_ipython_extension":  # %load_ext pyallocs
        from ._notebook import load_ipython_extension

        return load_ipython_extension
    if name not in __all__:
        raise AttributeError("module %r has no attribute %r" % (__name__, name))
    try:
        import pyallocs._counting as counting
    except ImportError as error:
        return _refusing(name, "what counts is not installed here: %s" % error)
    try:
        found = counting.make(name)
    except NotCountable as error:
        return _refusing(name, str(error))
    globals()[name] = found
    return found


def _refusing(name, why):
    def refused(*args, **kwargs):
        raise NotCountable(why)

    refused.__name__ = refused.__qualname__ = name
    return refused


def _hide(agent):
    """A program that is counted already is not charged for what is loaded."""
    global __getattr__
    if hasattr(agent, "attach") and agent.attach() is None:
        __getattr__ = agent.uncounted(_load)


def __dir__():
    return sorted(set(globals()) | set(__all__))


__getattr__ = _load
region = _find_region()
