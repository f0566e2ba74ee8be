"""@pytest.mark.limit_allocs"""

from typing import Any, NamedTuple, Optional

import pytest

from .limits import BadLimit, Limits, parse_all

NAME = "limit_allocs"


class Marked(NamedTuple):
    """What the markers of a test say."""

    limits: Limits
    budgeted: bool
    """Its limits stand in the budget file."""


def limits_of(item: Any) -> Optional[Marked]:
    """None: it has no such marker. That of a function comes before that of its class and module, field by field."""
    markers = list(item.iter_markers(NAME))
    if not markers:
        return None
    limits: Limits = {}
    for mark in reversed(markers):
        if mark.args:
            raise _wrong(item, "its limits have names, as in limit_allocs(creations=%r)" % (mark.args[0],))
        try:
            limits.update(parse_all(mark.kwargs))
        except BadLimit as error:
            raise _wrong(item, str(error)) from None
    return Marked(limits, not limits)


def _wrong(item: Any, sentence: str) -> pytest.UsageError:
    path, line, _ = item.location
    return pytest.UsageError("%s:%s: @pytest.mark.%s: %s" % (path, (line or 0) + 1, NAME, sentence))
