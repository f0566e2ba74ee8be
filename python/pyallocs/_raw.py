"""Counts as the agent gives them (agent/native/counting.h), and what is reckoned with them."""

from typing import Any, Dict, List, Optional, Tuple, Union

# The fields of a count, in the order of agent/core/counts.h.
FREELIST, PYMALLOC, MALLOC, FOREIGN, BUFFERS, BUFFERS_MALLOC, REQUESTS, RESIZES, RELOCATIONS, RELEASES = range(10)
FIELDS = 12

Numbers = Tuple[int, ...]
Rows = List[Tuple[str, Numbers]]
Sites = Union[None, str, Tuple[Any, ...]]
Raw = Tuple[Optional[str], Numbers, Rows, Sites]
"""Why it is not exact, or None; all; by type; where objects were created, or why that is not known."""

_NOTHING = (0,) * FIELDS


def difference(a: Raw, b: Raw) -> Raw:
    """What a has more than b."""
    before, after = dict(b[2]), dict(a[2])
    rows = [(name, _minus(after.get(name, _NOTHING), before.get(name, _NOTHING))) for name in {**before, **after}]
    return a[0] or b[0], _minus(a[1], b[1]), [row for row in rows if any(row[1])], None


def _minus(a: Numbers, b: Numbers) -> Numbers:
    return tuple(x - y for x, y in zip(a, b))


def without(found: Raw, part: Raw) -> Raw:
    """The same, where `part` is in what was found, but perhaps from another origin: there it is taken off."""
    problem, _, rows, _ = difference(found, part)
    left: Rows = []
    for name, numbers in rows:
        own = list(numbers)
        for lacks in range(FOREIGN + 1):
            for has in range(FOREIGN + 1):
                moved = min(-own[lacks], own[has])
                if moved > 0:
                    own[lacks] += moved
                    own[has] -= moved
                    own[REQUESTS] += moved * ((lacks in (PYMALLOC, MALLOC)) - (has in (PYMALLOC, MALLOC)))
        if any(number < 0 for number in own[: RESIZES + 1]):
            problem = problem or "it came to less than what it is a part of (%s)" % name
        left.append((name, tuple(own)))
    totals = tuple(sum(numbers[field] for _, numbers in left) for field in range(FIELDS))
    return problem, totals, [row for row in left if any(row[1])], None


def same(a: Raw, b: Raw) -> bool:
    """In creations by type and origin, requests and resizes."""

    def compared(count: Raw) -> Dict[str, Numbers]:
        rows = ((name, numbers[:BUFFERS] + numbers[REQUESTS : RESIZES + 1]) for name, numbers in count[2])
        return {name: numbers for name, numbers in rows if any(numbers)}

    return compared(a) == compared(b)
