"""pytest-benchmark: with --allocs what one call creates stands beside how long it takes. It is counted apart, afterwards."""

from typing import Any, Callable, Generator

import pytest

from .. import NotCountable


class Counting:
    """The fixture `benchmark`, whose calls are also counted."""

    def __init__(self, inner: Any, test: str, told: Callable[[Any], None]) -> None:
        self._inner = inner
        self._test = test
        self._told = told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        result = self._inner(*args, **kwargs)
        self._count(args[0], args[1:], kwargs)
        return result

    def pedantic(self, target: Any, args: Any = (), kwargs: Any = None, setup: Any = None, **options: Any) -> Any:
        __tracebackhide__ = True
        result = self._inner.pedantic(target, args=args, kwargs=kwargs, setup=setup, **options)
        if setup is None:
            self._count(target, args, kwargs or {})
        else:
            self._told({"id": self._test, "why": "its arguments are made anew for each round"})
        return result

    def _count(self, function: Any, args: Any, kwargs: Any) -> None:
        import pyallocs

        try:
            counts = pyallocs.count(function, *args, **kwargs)
            row = {
                "id": self._test,
                "per_call": True,
                "creations": _told(counts.creations),
                "freelist": _told(counts.creations.freelist),
                "requests": counts.requests,
                "buffers": counts.buffers,
                "resizes": counts.resizes,
                "types": {name: _told(number) for name, number in counts.by_type.items()},
            }
        except NotCountable as error:
            self._told({"id": self._test, "why": str(error)})
            return
        self._told(row)
        for field in ("creations", "freelist", "requests", "buffers", "resizes", "types"):
            self._inner.extra_info["allocs." + field] = row[field]


def _told(number: Any) -> Any:
    return int(number) if number == int(number) else float(number)


class Groups:
    """Adds the creations to the names in the table of pytest-benchmark, which has no columns for others."""

    @pytest.hookimpl(hookwrapper=True, optionalhook=True)
    def pytest_benchmark_group_stats(self) -> Generator[None, Any, None]:
        outcome = yield
        for _, benchmarks in outcome.get_result() or ():
            for one in benchmarks:
                creations = one["extra_info"].get("allocs.creations")
                if creations is not None:
                    one["name"] = "%s [%s created]" % (one["name"], creations)
