"""The pytest plugin: limits on what tests create, and a table of it. docs/pytest.md says how it is used.

A suite that uses none of it is not disturbed: the interpreter is let alone until a test is to be counted.
"""

from typing import Any, Generator, Optional

import pytest

from . import marker


def pytest_addoption(parser: Any) -> None:
    group = parser.getgroup("pyallocs", "object creations (pyallocs)")
    group.addoption("--allocs", action="store_true", help="print what each test creates")
    group.addoption(
        "--allocs-update",
        action="store_true",
        help="write what was measured into the budget file (pyallocs.toml, or [tool.pyallocs] of pyproject.toml)",
    )
    group.addoption("--allocs-ratchet", action="store_true", help="the same, but only where a limit becomes lower")
    group.addoption(
        "--allocs-strict",
        action="store_true",
        help="what cannot be counted or checked, or has no limits where it should, fails",
    )
    parser.addini("allocs_limit_creations", "the limit of creations of tests without @pytest.mark.limit_allocs", default="")


def pytest_configure(config: Any) -> None:
    config.addinivalue_line(
        "markers",
        "limit_allocs(creations=, types=, requests=, resizes=, buffers=): what the body of the test may create, once, as it "
        'stands: 3 (at most), "= 3" (exactly), "2..3" (between); without numbers, what the budget file says of it',
    )
    from .session import Session

    session = Session(config)
    config.pluginmanager.register(session, "pyallocs-session")
    if session.wants_benchmarks and config.pluginmanager.hasplugin("benchmark"):
        from .benchmark import Groups

        config.pluginmanager.register(Groups(), "pyallocs-benchmarks")


def pytest_collection_modifyitems(config: Any, items: Any) -> None:
    for item in items:
        marker.limits_of(item)  # what is wrong with one is said before a test runs


@pytest.fixture
def allocs(request: Any) -> Any:
    """allocs.per_call(fn, *args, **kwargs): what one call creates once it is warm. `with allocs() as a:` what the body does, once."""
    from .fixture import make

    return make(request.config.pluginmanager.get_plugin("pyallocs-session").strict)


def pytest_assertrepr_compare(config: Any, op: str, left: Any, right: Any) -> Optional[Any]:
    """Beside a count that is not what was asserted: what was created."""
    counts = getattr(left, "_counts", None) or getattr(right, "_counts", None)
    if counts is None or not type(counts).__module__.startswith("pyallocs"):
        return None
    from .failure import explained

    return ["%r %s %r" % (left, op, right)] + explained(counts)
