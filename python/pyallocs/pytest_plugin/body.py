"""Counts the body of a test: the call of its function, and nothing of pytest or of ours."""

import functools
import inspect
from types import FunctionType
from typing import Any, Callable, Dict, Optional

Row = Dict[str, Any]
"""What was measured of a test, as JSON can hold it: id, creations, freelist, requests, buffers, resizes, types; or id and why."""


def counted(function: Callable[..., Any], done: Callable[[Any], None], sites: bool) -> Callable[..., Any]:
    """The function, but that it is counted as it runs; done(counts) comes when it has returned, and may raise.

    A coroutine function is counted from its first step to its last, with what the event loop does on this thread meanwhile.
    With `sites` the counts know where objects were created. Raises NotCountable.
    """
    from .._counting import find_agent

    agent = find_agent()
    inner = inspect.unwrap(function)
    code = getattr(inner, "__code__", None)
    codes = () if code is None else (code,)
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def body(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            coroutine = function(*args, **kwargs)
            interval = agent.interval(_owner(codes), sites)
            with interval as counts:
                result = await coroutine
            done(counts)
            return result

        return body

    makes_frame = isinstance(getattr(function, "__func__", function), FunctionType)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        owner = _owner(codes)
        result = agent.call_in(function, args + tuple(kwargs.values()), tuple(kwargs), agent.interval(owner, sites), makes_frame)
        done(owner)
        return result

    return call


def _owner(codes: Any) -> Any:
    from .._counting import _Interval

    return _Interval(False, codes)


def row_of(test: str, counts: Any) -> Row:
    why: Optional[str] = counts._why
    if why is not None:
        return {"id": test, "why": why}
    return {
        "id": test,
        "creations": int(counts.creations),
        "freelist": int(counts.creations.freelist),
        "requests": counts.requests,
        "buffers": counts.buffers,
        "resizes": counts.resizes,
        "types": {name: int(number) for name, number in counts.by_type.items()},
    }
