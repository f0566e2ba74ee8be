"""Finds the native agent and lets it into this interpreter, so that the interpreter can count itself.

Under `pyallocs stat` the agent is there before the interpreter: it is the built-in module _pyallocs. Otherwise it is a shared
object, which is imported as that module: beside this file, or where PYALLOCS_AGENT_PATH says, or in the clone around it.
"""

import os
import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader

from . import NotCountable, _tracers

PROTOCOL = 2


_agent = None


def find_agent():
    """The module _pyallocs with its hooks in place. Raises NotCountable."""
    global _agent
    if _agent is None:
        agent = _attached()
        trace = sys.gettrace()
        if trace is not None:
            sys.settrace(None)
        suspended = _tracers.Suspended()
        try:
            suspended.suspend_tools()
            _check(agent)
        finally:
            suspended.restore()
            if trace is not None:
                sys.settrace(trace)
                _tracers.wake()
        _agent = agent
    return _agent


def _attached():
    if sys.implementation.name != "cpython":
        raise NotCountable("%s cannot be counted, only CPython 3.8 and later" % sys.implementation.name)
    if hasattr(sys, "_is_gil_enabled") and "t" in getattr(sys, "abiflags", ""):
        raise NotCountable("this is a free-threaded build: these cannot be counted yet")
    try:
        import _pyallocs as agent  # type: ignore[import-not-found]
    except ImportError:
        agent = _loaded()
    if getattr(agent, "counting_protocol", None) != PROTOCOL:
        raise NotCountable(
            "the pyallocs that runs this program is of another version, or has embedded it: a program can count itself in an "
            "installed CPython only"
        )
    why = agent.attach()
    if why is not None:
        raise NotCountable("this interpreter cannot be counted: %s" % why)
    return agent


def _loaded():
    if not sys.platform.startswith("linux") or os.uname().machine != "x86_64" or sys.maxsize < 2**32:
        raise NotCountable("Pythons can be counted on Linux (x86-64) only")
    path = _path()
    loader = ExtensionFileLoader("_pyallocs", path)
    spec = spec_from_loader("_pyallocs", loader)
    assert spec is not None
    try:
        module = module_from_spec(spec)
        loader.exec_module(module)
    except (ImportError, SystemError) as error:
        raise NotCountable("the native agent %s cannot be loaded: %s" % (path, error)) from error
    return module


def _path():
    here = os.path.dirname(os.path.abspath(__file__))
    clone = os.path.join(os.path.dirname(os.path.dirname(here)), "dist", "agent", "libpyallocs.so")
    given = os.environ.get("PYALLOCS_AGENT_PATH")
    for path in [given] if given else [os.path.join(here, "libpyallocs.so"), clone]:
        if os.path.exists(path):
            return path
    if given:
        raise NotCountable("PYALLOCS_AGENT_PATH names %s, which does not exist" % given)
    raise NotCountable(
        "this installation of pyallocs has no native agent: install it again where a wheel for Linux (x86-64) or a C compiler is "
        "(pip install --force-reinstall pyallocs; in a clone: pip install ./python), or name the agent's shared object in "
        "PYALLOCS_AGENT_PATH"
    )


def _check(agent):
    """What is known from CPython's source must be found (src/engines/self-check.ts has the same for other hosts)."""
    minor = sys.version_info[1]
    frames = 1 if minor <= 10 else 0  # up to 3.10 a call makes a frame
    ints = 1 if minor >= 14 else 0  # long_alloc pops a freelist since 3.14
    floats = 1 if minor in (12, 13) else 2  # 3.12 and 3.13 write the sum into the product
    known = (
        (_nothing, (), "frame", frames, frames),
        (_add, (5000, 1), "int", 1, ints),
        (_multiply_add, (1.5,), "float", floats, floats),
        (_pair, (1, 2), "tuple", 1, 1),
        (_object, (), "object", 1, 0),
    )
    calls = 50
    for function, arguments, name, creations, recycled in known:
        single, double = agent.measure(function, arguments, (), (-calls, -calls, calls, -calls, 2 * calls))
        found = _of(double, name, 0) - _of(single, name, 0), _of(double, name, 4) - _of(single, name, 4)
        others = _of(double, None, 4) - _of(single, None, 4) - found[1]
        expected = creations * calls, recycled * calls
        if single[0] or double[0] or (found[1], found[0]) != expected or others != (0 if name == "frame" else frames * calls):
            raise NotCountable(
                "this interpreter did not pass its self-check (%s: expected %d %s, %d of them from a freelist, found %d and "
                "%d; %s)" % (function.__name__, expected[0], name, expected[1], found[1], found[0], double[0] or "no event lost")
            )


def _of(count, name, fields):
    """Creations of a type, or of all: those from a freelist, or of the first four fields."""
    rows = (numbers for row, numbers in count[2] if name is None or row == name)
    return sum(sum(numbers[: fields or 1]) for numbers in rows)


def _nothing():
    pass


def _add(x, y):
    x = x + y


def _multiply_add(x):
    x = x * x + x


def _pair(x, y):
    x = (x, y)


def _object():
    object()
