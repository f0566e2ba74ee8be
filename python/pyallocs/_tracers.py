"""What watches a program makes objects as it does so: it is suspended while something is counted, and set again afterwards.

Trace functions (sys.settrace) are taken away by the agent, around everything else. Here: profile functions, and the tools of
sys.monitoring (3.12 and later). A tool's events for all code can be turned off, and those for one code object too; the code of
all functions is looked through for these. Nobody can list all code there is, so callbacks are replaced by one that remembers
that it was called: where it was not, nothing was watched, and otherwise the count is not exact.
"""

import gc
import sys
from types import CodeType, FrameType, FunctionType
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

TRACING = "tracing active"
"""What the sentence begins with that says why there are no numbers."""

_monitoring = getattr(sys, "monitoring", None)
_TOOLS = range(6)
_NAME = "pyallocs"


def _events() -> List[int]:
    names = vars(_monitoring.events) if _monitoring is not None else {}
    parted = "BRANCH_LEFT" in names  # 3.14: BRANCH stands for two events
    return [
        value
        for name, value in names.items()
        if isinstance(value, int) and value > 0 and value & (value - 1) == 0 and not (parted and name == "BRANCH")
    ]


_EVENTS = _events()


class Suspended:
    """What is suspended: set again by restore(), which says whether some of it went on."""

    __slots__ = ("_profile", "_tools", "_seen", "_own")

    def __init__(self) -> None:
        self._profile = sys.getprofile()
        self._tools: List[Tuple[int, str, int, List[Any], List[Tuple[CodeType, int]]]] = []
        self._seen: List[int] = []
        self._own: Optional[int] = None
        if self._profile is not None:
            disable = getattr(self._profile, "disable", None)  # cProfile: sys.setprofile() cannot set it
            if disable is None:
                sys.setprofile(None)
            else:
                disable()

    def suspend_tools(self, codes: Iterable[CodeType] = (), traced: bool = False) -> None:
        """Tools of sys.monitoring: for all code, for the code of functions, for what is running, and for this code.

        `traced`: a trace function was taken away before.
        """
        if _monitoring is None or not (traced or tools_in_use()):
            return
        here = _all_code(codes)
        for tool in tools_in_use():
            callback = self._callback(tool)
            events = _monitoring.get_events(tool)
            _monitoring.set_events(tool, 0)
            local = []
            for code in here:
                own = _monitoring.get_local_events(tool, code)
                if own:
                    local.append((code, own))
                    _monitoring.set_local_events(tool, code, 0)
            callbacks = [_monitoring.register_callback(tool, event, callback) for event in _EVENTS]
            self._tools.append((tool, _monitoring.get_tool(tool), events, callbacks, local))
        self._settle(here)

    def _settle(self, codes: Iterable[CodeType]) -> None:
        """Events were turned off: code is made to know that now, rather than when it is called next.

        From 3.12 on each code object that was made before finds at its next call that it is out of date, and then asks for
        memory (Python/instrumentation.c, _Py_Instrument; from 3.14 on where there is a second tier of optimisation also for a
        list). A tool that asks for an event of a code object, and takes that back, brings it up to date. Giving the tool back
        would make all code out of date again (3.14), so that comes afterwards.
        """
        assert _monitoring is not None
        tool = next((tool for tool in reversed(_TOOLS) if _monitoring.get_tool(tool) is None), None)
        if tool is None:
            return
        _monitoring.use_tool_id(tool, _NAME)
        self._own = tool
        for code in codes:
            _monitoring.set_local_events(tool, code, _monitoring.events.PY_START)
            _monitoring.set_local_events(tool, code, 0)

    def _callback(self, tool: int) -> Callable[..., None]:
        def seen(*_: Any) -> None:
            if tool not in self._seen:
                self._seen.append(tool)

        return seen

    def restore(self) -> Optional[str]:
        """Why what was counted meanwhile is not exact; None: nothing was watched."""
        watched = [name for tool, name, _, _, _ in self._tools if tool in self._seen]
        for tool, _, events, callbacks, local in self._tools:
            assert _monitoring is not None
            for event, callback in zip(_EVENTS, callbacks):
                _monitoring.register_callback(tool, event, callback)
            for code, own in local:
                _monitoring.set_local_events(tool, code, own)
            _monitoring.set_events(tool, events)
        self._tools = []
        if self._own is not None:
            assert _monitoring is not None
            _monitoring.free_tool_id(self._own)
            self._own = None
        profile, self._profile = self._profile, None
        if profile is not None:
            getattr(profile, "enable", lambda: sys.setprofile(profile))()
        if not watched:
            return None
        return "%s: %s watches through sys.monitoring what was counted, and makes objects as it does" % (
            TRACING,
            " and ".join(watched),
        )


class Quiet:
    """Nothing makes objects beside the code that is counted, until end(): no cyclic garbage collector, no tracer.

    A trace function is taken away, and set again, by the caller in its own frame: the tracer has seen that begin, and is to
    see it end. `traced`: there was one.
    """

    def __init__(self, traced: bool) -> None:
        self._traced = traced
        self._collector = gc.isenabled()
        gc.disable()
        self._suspended = Suspended()
        self._watched: Optional[str] = None

    def suspend_tools(self, codes: Iterable[CodeType] = ()) -> None:
        """Those of sys.monitoring, if there are any: see Suspended."""
        self._suspended.suspend_tools(codes)

    def end(self) -> None:
        """All is again as it was."""
        self._watched = self._suspended.restore()
        if self._collector:
            gc.enable()

    def why_not(self, rows: Iterable[Tuple[str, Tuple[int, ...]]]) -> Optional[str]:
        """Why what was counted in it, these types, is not exact."""
        return self._watched or new_code(rows, self._traced)


def new_code(rows: Iterable[Tuple[str, Tuple[int, ...]]], traced: bool) -> Optional[str]:
    """Why a count is not exact if new code was made in it; None: it was not, or nothing is watched."""
    if _monitoring is None or not (traced or tools_in_use()):
        return None
    if not any(name == "code" and sum(numbers[:4]) for name, numbers in rows):
        return None
    return "%s: code that was made meanwhile (an import, exec) is prepared for it, which costs memory" % TRACING


def _all_code(codes: Iterable[CodeType]) -> List[CodeType]:
    """These, those of frames that are running, and those of functions, with what is nested in them."""
    left: List[CodeType] = list(codes)
    frame: Optional[FrameType] = sys._getframe()
    while frame is not None:
        left.append(frame.f_code)
        frame = frame.f_back
    left.extend(function.__code__ for function in gc.get_objects() if type(function) is FunctionType)
    found: Dict[int, CodeType] = {}  # by identity: equal ones have events of their own
    while left:
        code = left.pop()
        if id(code) not in found:
            found[id(code)] = code
            left.extend(inner for inner in code.co_consts if type(inner) is CodeType)
    return list(found.values())


def tools_in_use() -> List[int]:
    """Tools of sys.monitoring, but ours."""
    return [] if _monitoring is None else [tool for tool in _TOOLS if _monitoring.get_tool(tool) not in (None, _NAME)]


def wake() -> None:
    """A call that a trace function sees."""
