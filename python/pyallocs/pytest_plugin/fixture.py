"""The fixture `allocs`."""

from typing import Any, NoReturn, Optional

import pytest

from .. import NotCountable
from .._tracers import TRACING


def make(strict: bool) -> Any:
    """What a test calls: it makes an interval, and its per_call counts a function. Skips the test where nothing can be counted."""
    import pyallocs

    try:
        from .._agent import find_agent

        agent = find_agent()
        count, counting = pyallocs.count, pyallocs.counting
    except (ImportError, NotCountable) as error:
        not_checked(str(error), strict)

    def allocs(*, gc: bool = False) -> Any:
        """Counts the body of the `with` once, as it stands: `with allocs() as a:`. Its sites are for what fails."""
        return counting(gc=gc, sites=True)

    def per_call(*args: Any, **kwargs: Any) -> Any:
        """per_call(fn, *args, **kwargs): what one call creates once it is warm."""
        return count(*args, **kwargs)

    setattr(allocs, "per_call", agent.uncounted(per_call))
    return agent.uncounted(allocs)


def not_checked(why: str, strict: bool) -> NoReturn:
    if strict:
        pytest.fail("not checked: %s (--allocs-strict)" % why, pytrace=False)
    try:
        skipped = pytest.skip.Exception("not checked: %s" % why, _use_item_location=True)
    except TypeError:  # pytest 6
        skipped = pytest.skip.Exception("not checked: %s" % why)
    raise skipped


def traced(error: Optional[BaseException]) -> Optional[str]:
    """Why a test has no numbers because of a tracer; None: this error is something else."""
    return str(error) if isinstance(error, NotCountable) and str(error).startswith(TRACING) else None
