"""What a failed limit says: at most 12 lines."""

import os
import shlex
from typing import Any, List, Sequence

from .. import NotCountable
from .limits import Over

_TYPES = 4
_SITES = 3
_LIMITS = 4


def text(test: str, over: Sequence[Over], counts: Any, limited_by: str, in_file: bool) -> str:
    """The limits that do not hold, the types, the sites that make most, and what to do next."""
    ordered = sorted(over, key=lambda one: one.field.startswith("types."))
    lines = ["%s: not within its limits (%s)" % (test, limited_by)]
    lines += ["  " + str(one) for one in ordered[:_LIMITS]]
    if len(ordered) > _LIMITS:
        lines[-1] += ", and %d more" % (len(ordered) - _LIMITS)
    lines += ["  %s" % line for line in explained(counts)]
    quoted = shlex.quote(test)
    lines.append("more: pyallocs record -p python -m pytest %s, then pyallocs report --by line" % quoted)
    if in_file:
        lines.append("If that is meant to be so: pytest --allocs-update %s" % quoted)
    return "\n".join(lines)


def explained(counts: Any) -> List[str]:
    """What was created, and where most of it: at most four lines."""
    types = list(counts.by_type.items())
    shown = ["%s %s" % (_number(number), name) for name, number in types[:_TYPES]]
    rest = sum(number for _, number in types[_TYPES:])
    if rest:
        shown.append("%s other%s" % (_number(rest), "" if rest == 1 else "s"))
    lines = ["created: %s" % (", ".join(shown) or "nothing")]
    try:
        sites = getattr(counts, "sites", ())
    except NotCountable:
        sites = ()
    for site in sorted(sites, key=lambda site: -site.creations)[:_SITES]:
        lines.append("%s created %s" % (_number(site.creations), _place(site)))
    return lines


def _place(site: Any) -> str:
    if not site.file:
        return "by the call itself, or code that is no Python"
    beside = os.path.relpath(site.file)
    return "at %s:%s in %s" % (site.file if beside.startswith("..") else beside, site.line, site.function)


def _number(number: Any) -> str:
    return str(int(number)) if number == int(number) else str(float(number))
