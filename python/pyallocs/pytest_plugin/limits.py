"""Limits: what they are, how they are written, and what is over them. As docs/budgets.md has them."""

import re
from typing import Any, Dict, List, NamedTuple, Tuple, Union

FIELDS = ("creations", "requests", "buffers", "resizes")
"""Fields of a count, beside those of types."""

_FORMS = 'a limit is 3 or "<= 3" (at most), "= 3" (exactly) or "2..3" (between)'


class Limit(NamedTuple):
    """From `low` to `high`. `kind` is how it is written: "at-most", "exactly" or "between"."""

    kind: str
    low: int
    high: int

    def allows(self, number: int) -> bool:
        return self.low <= number <= self.high

    def __str__(self) -> str:
        if self.kind == "between":
            return "%d..%d" % (self.low, self.high)
        return "%s %d" % ("=" if self.kind == "exactly" else "<=", self.high)

    def toml(self) -> Union[int, str]:
        return self.high if self.kind == "at-most" else str(self)

    def moved(self, number: int) -> "Limit":
        """As strict as this one, for what was measured now. A range that holds stays."""
        if self.kind == "between" and self.allows(number):
            return self
        return exactly(number) if self.kind == "exactly" else at_most(number)


Limits = Dict[str, Limit]
"""By field: "creations", or "types.dict" for objects of a type."""


def at_most(number: int) -> Limit:
    return Limit("at-most", 0, number)


def exactly(number: int) -> Limit:
    return Limit("exactly", number, number)


class BadLimit(Exception):
    """What is wrong with a limit: the end of a sentence that begins with what it limits. `path` are the keys it stands under."""

    def __init__(self, path: Tuple[str, ...], sentence: str) -> None:
        Exception.__init__(self, sentence)
        self.path = path


def parse(value: Any, path: Tuple[str, ...]) -> Limit:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise BadLimit(path, "the limit of %s is %s; %s" % (path[-1], kind_of(value), _FORMS))
    if isinstance(value, int):
        if value < 0:
            raise BadLimit(path, "the limit of %s is negative; counts are 0 or more" % path[-1])
        return at_most(int(value))
    one = re.match(r"\s*(<=|=|)\s*(-?)\s*(\d+)\s*$", value)
    two = re.match(r"\s*(\d+)\s*\.\.\s*(\d+)\s*$", value)
    shown = '"%s"' % value
    if one is not None:
        if one.group(2):
            raise BadLimit(path, "the limit of %s %s is negative; counts are 0 or more" % (path[-1], shown))
        number = int(one.group(3))
        return exactly(number) if one.group(1) == "=" else at_most(number)
    if two is None:
        raise BadLimit(path, "the limit of %s %s is no limit; %s" % (path[-1], shown, _FORMS))
    low, high = int(two.group(1)), int(two.group(2))
    if low > high:
        raise BadLimit(
            path, "the limit of %s %s ends below its beginning; the smaller number comes first" % (path[-1], shown)
        )
    return Limit("between", low, high)


def parse_all(table: Any) -> Limits:
    """{creations: 3, types: {dict: 1}}"""
    limits: Limits = {}
    for name, value in table.items():
        if name == "types":
            if not isinstance(value, dict):
                raise BadLimit(("types",), "types is %s; write types = { dict = 1 }" % kind_of(value))
            for of, limit in value.items():
                if isinstance(limit, dict):
                    raise BadLimit(
                        ("types", of), 'the limit of %s is a table; a name with a dot stands in quotes: "%s.…"' % (of, of)
                    )
                limits["types." + str(of)] = parse(limit, ("types", str(of)))
        elif name in FIELDS:
            limits[str(name)] = parse(value, (str(name),))
        else:
            raise BadLimit((str(name),), unknown(name, FIELDS + ("types",)))
    return limits


def unknown(key: Any, known: Any) -> str:
    from difflib import get_close_matches

    near = get_close_matches(str(key), known, 1)
    return 'unknown key "%s"; %s' % (key, "did you mean %s?" % near[0] if near else "there are %s" % ", ".join(known))


def kind_of(value: Any) -> str:
    """What it is, to people."""
    for kind, name in ((bool, "true or false"), ((int, float), "a number"), (str, "a string"), (dict, "a table"), (list, "an array")):
        if isinstance(value, kind):  # type: ignore[arg-type]
            return name
    return "None" if value is None else "a %s" % type(value).__name__


class Over(NamedTuple):
    """What a limit does not allow."""

    field: str
    limit: Limit
    measured: int

    def __str__(self) -> str:
        off = self.measured - (self.limit.high if self.measured > self.limit.high else self.limit.low)
        name = self.field[6:] if self.field.startswith("types.") else self.field
        return "%s %d, limit %s (%+d)" % (name, self.measured, self.limit, off)


def judge(limits: Limits, row: Any) -> List[Over]:
    """What of a measured row is not within its limits."""
    measured = ((field, limit, of(row, field)) for field, limit in limits.items())
    return [Over(field, limit, number) for field, limit, number in measured if not limit.allows(number)]


def of(row: Any, field: str) -> int:
    found = row["types"].get(field[6:], 0) if field.startswith("types.") else row[field]
    return int(found)
