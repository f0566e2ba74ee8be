"""Which tests of a session are counted, and what comes of it. With pytest-xdist the workers count and the controller tells."""

import functools
import platform
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Generator, List, NamedTuple, Optional

import pytest
from _pytest import outcomes

from .limits import BadLimit, Limits, Over, judge, parse
from .marker import limits_of

MINOR = "%d.%d" % sys.version_info[:2]
BUILD = "native:%s" % platform.python_version()


class Wanted(NamedTuple):
    """Why a test is counted."""

    limits: Limits
    limited_by: str
    in_file: bool
    """Its limits stand in the budget file, or should."""
    asked: bool
    """There are limits for this one test: it is worth nothing where it cannot be counted."""


class Session:
    def __init__(self, config: Any) -> None:
        option = config.option
        self.strict: bool = option.allocs_strict
        self._table: bool = option.allocs
        self._update: bool = option.allocs_update
        self._ratchet: bool = option.allocs_ratchet
        self._is_worker = hasattr(config, "workerinput")
        root = Path(str(getattr(config, "rootpath", None) or config.rootdir))
        self._root = root
        self._default = _default_limits(config.getini("allocs_limit_creations"))
        self._rows: Dict[str, Any] = {}
        self._notes: List[str] = []
        self._written: List[str] = []
        self._refusal: Optional[str] = None
        self._asked = False
        self.wants_benchmarks = self._table
        if self._update and self._ratchet:
            raise pytest.UsageError("--allocs-update writes what was measured, --allocs-ratchet only what is lower: take one")
        from .budget_file import find

        self._budget = find(root, writes=(self._update or self._ratchet) and not self._is_worker)

    # --- counting ---

    def _wanted(self, item: Any) -> Optional[Wanted]:
        if not isinstance(item, pytest.Function):
            return None
        marked = limits_of(item)
        if marked is not None and not marked.budgeted:
            return Wanted(marked.limits, "@pytest.mark.limit_allocs", False, True)
        entry = None if self._budget is None else self._budget.entries.get(item.nodeid)
        if entry is not None and self._budget is not None:
            return Wanted(entry.limits_for(MINOR), "%s:%d%s" % (self._budget.name, entry.line, entry.other_build(MINOR, BUILD)), True, True)
        if marked is not None:
            return Wanted({}, "", True, True)
        if self._default:
            return Wanted(self._default, "allocs_limit_creations", False, False)
        return Wanted({}, "", False, False) if self._table else None

    def _countable(self) -> Optional[str]:
        """Why nothing can be counted here."""
        from .. import NotCountable

        try:
            from .._agent import find_agent

            find_agent()
        except (ImportError, NotCountable) as error:
            return str(error)
        return None

    def pytest_runtest_setup(self, item: Any) -> None:
        wanted = self._wanted(item)
        if wanted is None or not wanted.asked:
            return
        from .fixture import not_checked

        why = self._countable()
        if why is not None:
            not_checked(why, self.strict)
        if wanted.in_file and not wanted.limits and not self._update:
            sentence = "no limits for it on %s in the budget file; pytest --allocs-update writes them" % MINOR
            if self.strict:
                pytest.fail("not checked: %s (--allocs-strict)" % sentence, pytrace=False)
            item.pyallocs_note = sentence

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: Any) -> Generator[None, Any, None]:
        wanted = self._wanted(item)
        restore = None if wanted is None else self._prepare(item, wanted)
        outcome = yield
        if restore is not None:
            restore()
        if outcome.excinfo is not None and "pyallocs._tracers" in sys.modules:
            from .fixture import not_checked, traced

            why = traced(outcome.excinfo[1])
            if why is not None:  # it read what `with allocs() as a:` could not count
                try:
                    not_checked(why, self.strict)
                except outcomes.OutcomeException as instead:
                    _end_with(outcome, instead)

    def _prepare(self, item: Any, wanted: Wanted) -> Optional[Callable[[], None]]:
        """Lets the test be counted as it runs. What is to be called afterwards."""
        benchmark = item.funcargs.get("benchmark")
        if benchmark is not None and self._table and not wanted.asked:
            from .benchmark import Counting

            item.funcargs["benchmark"] = Counting(benchmark, item.nodeid, functools.partial(self._keep, item))
            return lambda: item.funcargs.update(benchmark=benchmark)
        why = self._countable()
        if why is not None:  # what is asked for was skipped before
            self._keep(item, {"id": item.nodeid, "why": why})
            return None
        from .body import counted, row_of

        function = item.obj

        def done(counts: Any) -> None:
            __tracebackhide__ = True
            row = row_of(item.nodeid, counts)
            self._keep(item, row)
            self._judge(wanted, row, counts)

        item.obj = counted(function, done, bool(wanted.limits))
        return lambda: setattr(item, "obj", function)

    def _keep(self, item: Any, row: Any) -> None:
        item.pyallocs_row = row
        for field in ("creations", "freelist", "requests", "resizes"):
            if field in row:
                item.user_properties.append(("allocs." + field, row[field]))

    def _judge(self, wanted: Wanted, row: Any, counts: Any) -> None:
        row["wanted"] = bool(wanted.limits)
        if "why" in row:
            if self.strict and wanted.limits:
                pytest.fail("not checked: %s (--allocs-strict)" % row["why"], pytrace=False)
            return
        row["in_file"] = wanted.in_file
        over: List[Over] = judge(wanted.limits, row)
        if not over or (self._update and wanted.in_file):
            return
        from .failure import text

        pytest.fail(text(row["id"], over, counts, wanted.limited_by, wanted.in_file), pytrace=False)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, None]:
        outcome = yield
        if call.when != "call":
            return
        report = outcome.get_result()
        row = getattr(item, "pyallocs_row", None)
        if row is not None:
            report.pyallocs = dict(row, passed=report.passed)
            item.pyallocs_row = None
        note = getattr(item, "pyallocs_note", None)
        if note is not None:
            report.pyallocs_note = note

    # --- telling ---

    def pytest_runtest_logreport(self, report: Any) -> None:
        row = getattr(report, "pyallocs", None)
        if row is not None:
            self._rows[row["id"]] = row
        note = getattr(report, "pyallocs_note", None)
        if note is not None:
            self._notes.append("%s: %s" % (report.nodeid, note))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: Any) -> None:
        if self._is_worker or not (self._update or self._ratchet):
            return
        from .budget_file import BudgetError, update

        rows = [row for row in self._rows.values() if row.get("in_file") and row["passed"]]
        try:
            self._written = update(self._root, self._budget, rows, MINOR, BUILD, lower_only=self._ratchet)
        except (BudgetError, OSError) as error:
            self._refusal = "nothing was written: %s" % error
            session.exitstatus = 4  # usage error

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._is_worker:
            return
        write = terminalreporter.write_line
        rows = list(self._rows.values())
        if self._table and rows:
            from .table import lines_of

            terminalreporter.section("allocations, CPython %s" % platform.python_version())
            for line in lines_of(rows):
                write(line)
        traced = ["%s: %s" % (row["id"], row["why"]) for row in rows if "why" in row and row.get("wanted")]
        for line in sorted(traced) + sorted(self._notes):
            write("pyallocs: not checked: %s" % line)
        for line in self._written:
            write("pyallocs: %s" % line)
        if self._refusal is not None:
            write("pyallocs: %s" % self._refusal, red=True)


def _end_with(outcome: Any, error: BaseException) -> None:
    force = getattr(outcome, "force_exception", None)  # of pluggy 1.1
    if force is None:
        raise error
    force(error)


def _default_limits(value: str) -> Limits:
    text = value.strip()
    if not text:
        return {}
    try:
        return {"creations": parse(text, ("allocs_limit_creations",))}
    except BadLimit as error:
        raise pytest.UsageError("the ini option allocs_limit_creations: %s" % error) from None
