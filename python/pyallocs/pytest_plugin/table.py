"""The table of --allocs."""

from typing import Any, List, Sequence

_HEADS = ("creations", "freelist", "requests", "resizes")
_TYPES = 3


def lines_of(rows: Sequence[Any]) -> List[str]:
    """A line for each test, in the order of their ids."""
    width = max([len(row["id"]) for row in rows] + [4])
    lines = ["".join("%11s" % head for head in _HEADS) + "  " + "test".ljust(width) + "  most"]
    for row in sorted(rows, key=lambda row: row["id"]):
        if "why" in row:
            numbers, last = "".join("%11s" % "-" for _ in _HEADS), "not checked: %s" % row["why"]
        else:
            numbers = "".join("%11s" % row[head] for head in _HEADS)
            most = sorted(row["types"].items(), key=lambda one: (-one[1], one[0]))[:_TYPES]
            last = ", ".join("%s %s" % (number, name) for name, number in most)
            if row.get("per_call"):
                last += " (per call)"
        lines.append(("%s  %s  %s" % (numbers, row["id"].ljust(width), last)).rstrip())
    return lines
