"""Where objects are created: lines of code, from what the agent copied of code objects (agent/native/interval_sites.h)."""

import dis
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple, Union

_FIELDS = 8
_NOWHERE = "", 0, "(no Python code)"


class Site(NamedTuple):
    """A line of Python at which objects were created, by itself or by what it called that is no Python."""

    file: str
    """As the code names it. "" where none of the program ran; then the function is "(no Python code)": what count() calls
    itself, the frame of a function up to 3.10, a type or a method that is no Python."""
    line: int
    """0 for an instruction without a line."""
    function: str
    """Its qualified name; up to 3.10 its name."""
    creations: Union[int, float]
    """Per call, in what count() returns."""
    types: Dict[str, Union[int, float]]
    """Creations by the name of the type, most first."""


def sites_of(told: Tuple[Any, ...], ours: str, expected: int, calls: int) -> List[Site]:
    """Most creations first; `ours` is the file whose frames are no part of the program. Raises ValueError when they are not as many as expected."""
    lines = _Lines()
    found: Dict[Tuple[str, int, str], Dict[str, int]] = {}
    for file, function, first_line, table, size, offset, name, number in _rows(told):
        place = _NOWHERE if file in ("", ours) else (file, lines.line(first_line, table, size, offset), function)
        types = found.setdefault(place, {})
        types[name] = types.get(name, 0) + number
    total = sum(sum(types.values()) for types in found.values())
    if total != expected:
        raise ValueError("the sites come to %d creations, and %d were counted" % (total, expected))
    sites = []
    for (file, line, function), types in found.items():
        made = [(name, number) for name, number in types.items() if number]
        made.sort(key=lambda row: (-row[1], row[0]))
        if made:
            creations = per(sum(number for _, number in made), calls)
            sites.append(Site(file, line, function, creations, {name: per(number, calls) for name, number in made}))
    sites.sort(key=lambda site: (-site.creations, site.file, site.line, site.function))
    return sites


def per(number: int, calls: int) -> Union[int, float]:
    """A whole number where it is one."""
    return number // calls if number % calls == 0 else number / calls


def _rows(told: Tuple[Any, ...]) -> Iterator[Tuple[str, str, int, bytes, int, int, str, int]]:
    for i in range(0, len(told) - _FIELDS + 1, _FIELDS):
        yield told[i : i + _FIELDS]  # type: ignore[misc]


class _Lines:
    """Lines of instructions, as the interpreter reads them out of a line table."""

    def __init__(self) -> None:
        self._known: Dict[Tuple[int, bytes, int], List[Tuple[int, int, Optional[int]]]] = {}

    def line(self, first_line: int, table: bytes, size: int, offset: int) -> int:
        key = first_line, table, size
        ranges = self._known.get(key)
        if ranges is None:
            ranges = self._known[key] = _ranges(first_line, table, size) if size else []
        return next((line or 0 for start, end, line in ranges if start <= offset < end), 0)


def _ranges(first_line: int, table: bytes, size: int) -> List[Tuple[int, int, Optional[int]]]:
    """A function of that many bytes that does nothing, but stands where the real one did."""
    code = _ranges.__code__
    parts: Dict[str, Any] = {"co_code": bytes((dis.opmap["NOP"], 0)) * (size // 2), "co_firstlineno": first_line}
    parts["co_linetable" if hasattr(code, "co_linetable") else "co_lnotab"] = table
    if hasattr(code, "co_exceptiontable"):
        parts["co_exceptiontable"] = b""
    bare = code.replace(**parts)
    if hasattr(bare, "co_lines"):
        return list(bare.co_lines())
    starts = list(dis.findlinestarts(bare))
    return [(start, end, line) for (start, line), (end, _) in zip(starts, starts[1:] + [(size, 0)])]
