"""The budget file: [[test]] tables of pyallocs.toml, or of [tool.pyallocs] in pyproject.toml. As docs/budgets.md has [[case]].

[[case]] tables belong to `pyallocs check`, and are left as they are.
"""

import os
import re
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import pytest

from .limits import FIELDS, BadLimit, Limit, Limits, at_most, kind_of, of, parse_all, unknown
from .toml_lines import line_of, tables

OWN, PROJECT = "pyallocs.toml", "pyproject.toml"
_KEYS = ("id", "limits", "builds", "python")


class BudgetError(Exception):
    """What is wrong with the budget file: a sentence with file and line."""


class Entry(NamedTuple):
    """What stands there for one test."""

    index: int
    line: int
    limits: Limits
    python: Dict[str, Limits]
    builds: List[str]

    def limits_for(self, minor: str) -> Limits:
        return {**self.limits, **self.python.get(minor, {})}

    def other_build(self, minor: str, build: str) -> str:
        """What is to be said where the limits were measured on another build of this version."""
        same = [one for one in self.builds if one.split(":")[-1].startswith(minor + ".")]
        return "" if not same or build in same else ", measured on %s" % same[0]


class Budget(NamedTuple):
    name: str
    path: Path
    text: str
    entries: Dict[str, Entry]


def find(root: Path, writes: bool) -> Optional[Budget]:
    """The budget of a project; None: it has none. Raises pytest.UsageError."""
    try:
        own, project = root / OWN, root / PROJECT
        has_own = own.is_file()
        text = project.read_text(encoding="utf-8") if project.is_file() else ""
        has_project = "pyallocs" in text and _table(_parse(text, PROJECT), True) is not None
        if has_own and has_project:
            raise BudgetError("there are two budgets: %s and [tool.pyallocs] in %s; put all into one of them" % (OWN, PROJECT))
        path = project if has_project else own
        if writes and path.exists() and not _writable(path):
            raise BudgetError("%s cannot be written: make it writable, or run without --allocs-update" % path.name)
        if not has_own and not has_project:
            return None
        return read(path)
    except (BudgetError, OSError, UnicodeDecodeError) as error:
        raise pytest.UsageError(str(error)) from None


def _writable(path: Path) -> bool:
    return os.access(str(path), os.W_OK) and bool(path.stat().st_mode & 0o222)


def read(path: Path) -> Budget:
    text = path.read_bytes().decode("utf-8")
    if not re.search(r"\btest\b", text):  # nothing for us: it need not be parsed
        return Budget(path.name, path, text, {})
    return Budget(path.name, path, text, _Reader(path.name, text).entries())


def _kit() -> Any:
    try:
        import tomlkit
    except ImportError:
        raise BudgetError("the budget file is read by tomlkit, which is not installed: pip install tomlkit") from None
    return tomlkit


def _parse(text: str, name: str) -> Any:
    kit = _kit()
    try:
        return kit.parse(text)
    except kit.exceptions.ParseError as error:
        sentence = re.sub(r" at line \d+ col \d+$", "", str(error))
        raise BudgetError("%s is not TOML: line %d, column %d: %s" % (name, error.line, error.col + 1, sentence)) from None
    except kit.exceptions.TOMLKitError as error:
        raise BudgetError("%s is not TOML: %s" % (name, error)) from None


def _table(document: Any, project: bool) -> Any:
    """The table that holds the budget."""
    if not project:
        return document
    tool = document.get("tool", {})
    return tool.get("pyallocs") if isinstance(tool, dict) else None


class _Reader:
    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._project = name == PROJECT
        self._header = "tool.pyallocs.test" if self._project else "test"
        self._places = tables(text, self._header)

    def _error(self, index: int, path: Sequence[str], sentence: str) -> BudgetError:
        if index >= len(self._places):
            return BudgetError("%s: %s" % (self._name, sentence))
        return BudgetError("%s:%d: %s" % (self._name, line_of(self._text, self._places[index], path), sentence))

    def entries(self) -> Dict[str, Entry]:
        whole = _table(_parse(self._text, self._name), self._project).unwrap()
        tests = whole.get("test", [])
        for key in whole:
            if key not in ("test", "case"):
                raise BudgetError("%s: %s" % (self._name, unknown(key, ("test", "case"))))
        if not isinstance(tests, list) or not all(isinstance(one, dict) for one in tests):
            raise BudgetError("%s: test is %s; write [[%s]]" % (self._name, kind_of(tests), self._header))
        found: Dict[str, Entry] = {}
        for index, table in enumerate(tests):
            entry = self._entry(index, table)
            if table["id"] in found:
                sentence = 'a second test with the id "%s"; the first is in line %d' % (table["id"], found[table["id"]].line)
                raise self._error(index, ["id"], sentence)
            found[table["id"]] = entry
        return found

    def _entry(self, index: int, table: Any) -> Entry:
        for key in table:
            if key not in _KEYS:
                raise self._error(index, [key], unknown(key, _KEYS))
        name = table.get("id")
        if not isinstance(name, str) or not name.strip():
            sentence = "the test has no id; it is what pytest calls it, as in tests/test_x.py::test_y[a]"
            raise self._error(index, ["id"], sentence if name is None else "id is %s; it must be a string" % kind_of(name))
        builds = table.get("builds", [])
        if not isinstance(builds, list) or not all(isinstance(one, str) for one in builds):
            raise self._error(index, ["builds"], "builds is not an array of strings; leave it to pytest --allocs-update")
        python = table.get("python", {})
        if not isinstance(python, dict):
            raise self._error(index, ["python"], 'python is %s; write [%s.python."3.14"] with limits' % (kind_of(python), self._header))
        own = {minor: self._version(index, minor, value) for minor, value in python.items()}
        line = self._places[index][0] if index < len(self._places) else 1
        return Entry(index, line, self._limits(index, table.get("limits", {}), []), own, list(builds))

    def _version(self, index: int, minor: str, value: Any) -> Limits:
        number = re.match(r"3\.(\d{1,2})$", minor)
        if number is None or int(number.group(1)) < 8:
            why = 'versions are "3.8" and later'
            if isinstance(value, dict) and minor == "3" and "limits" not in value:
                why = 'a version stands in quotes, as in [%s.python."3.14"]' % self._header
            elif re.match(r"3\.\d+\.", minor):
                why = "limits are for a minor version"
            raise self._error(index, ["python", minor], 'impossible version "%s"; %s' % (minor, why))
        if not isinstance(value, dict) or "limits" not in value:
            raise self._error(index, ["python", minor], "there are no limits for %s" % minor)
        for key in value:
            if key != "limits":
                raise self._error(index, ["python", minor, key], unknown(key, ("limits",)))
        return self._limits(index, value["limits"], ["python", minor])

    def _limits(self, index: int, value: Any, path: List[str]) -> Limits:
        if not isinstance(value, dict):
            raise self._error(index, path + ["limits"], "limits is %s; it must be a table" % kind_of(value))
        try:
            return parse_all(value)
        except BadLimit as error:
            raise self._error(index, path + ["limits"] + list(error.path), str(error)) from None


# --- writing ---


def update(root: Path, budget: Optional[Budget], rows: Sequence[Any], minor: str, build: str, lower_only: bool) -> List[str]:
    """Writes what was measured; lines that say what changed. Everything else in the file stays as it is."""
    path = root / OWN if budget is None else budget.path
    before = budget.text if budget is not None else ""
    project = path.name == PROJECT
    document = _parse(before, path.name)
    entries = budget.entries if budget is not None else {}
    added, changes = [], []
    for row in sorted(rows, key=lambda row: row["id"]):
        entry = entries.get(row["id"])
        if entry is None:
            if not lower_only:
                added.append(_new(row, build, project))
                changes.append("%s: creations <= %d (new)" % (row["id"], row["creations"]))
            continue
        placed = _changed(entry, row, minor, lower_only)
        if not placed and (lower_only or build in entry.builds):
            continue
        changes += ["%s: %s" % (row["id"], change) for change in _write(document, entry, row, placed, minor, build, project)]
    text = document.as_string()
    if text != before:
        text = text.rstrip("\n") + "\n"
        # tomlkit puts one more blank line in front of the last table.
        text = re.sub(r"\n{3,}(?=\[[\w.]*test\.python\.\"?%s\b)" % re.escape(minor), "\n\n", text)
    for block in added:
        text += ("" if not text else "\n" if text.endswith("\n") else "\n\n") + block
    if text == before:
        return ["%s stays as it is" % path.name]
    after = _Reader(path.name, text).entries()
    for row in rows:
        held = row["id"] not in after or not _over(after[row["id"]].limits_for(minor), row)
        if not held or {one for one in entries} - set(after):
            raise BudgetError("%s would not be what it should be after the update" % path.name)
    _replace(path, text)
    return changes + ["%s is written" % path.name]


def _over(limits: Limits, row: Any) -> bool:
    return any(not limit.allows(of(row, field)) for field, limit in limits.items())


def _replace(path: Path, text: str) -> None:
    """Whole or not at all."""
    beside = path.with_name(path.name + ".new")
    try:
        beside.write_bytes(text.encode("utf-8"))
        if path.exists():
            os.chmod(str(beside), path.stat().st_mode & 0o7777)
        os.replace(str(beside), str(path))
    except OSError as error:
        if beside.exists():
            beside.unlink()
        raise BudgetError("%s cannot be written: %s" % (path.name, error.strerror)) from None


def _key(name: str) -> str:
    return name if re.match(r"[\w-]+$", name, re.ASCII) else _quoted(name)


def _quoted(text: str) -> str:
    return '"%s"' % "".join(
        "\\" + c if c in '"\\' else c if " " <= c != "\x7f" else "\\u%04X" % ord(c) for c in text
    )


def _inline(limits: Limits) -> str:
    def value(limit: Limit) -> str:
        found = limit.toml()
        return str(found) if isinstance(found, int) else _quoted(found)

    types = ["%s = %s" % (_key(field[6:]), value(limit)) for field, limit in limits.items() if field.startswith("types.")]
    fields = ["%s = %s" % (field, value(limit)) for field, limit in limits.items() if not field.startswith("types.")]
    return "{ %s }" % ", ".join(fields + (["types = { %s }" % ", ".join(types)] if types else []))


def _new(row: Any, build: str, project: bool) -> str:
    limits = {"creations": at_most(row["creations"])}
    limits.update(("types." + name, at_most(number)) for name, number in row["types"].items())
    header = "tool.pyallocs.test" if project else "test"
    return "[[%s]]\nid = %s\nlimits = %s\nbuilds = [%s]\n" % (header, _quoted(row["id"]), _inline(limits), _quoted(build))


def _changed(entry: Entry, row: Any, minor: str, lower_only: bool) -> List[Tuple[bool, str, Optional[Limit], Limit]]:
    """(whether it is of this version alone, field, limit before, after) for each limit that is to be another.

    A limit that a version has for itself is changed there. One that versions share is changed only where no other version
    was measured with it; otherwise this version gets one of its own.
    """
    limits = entry.limits_for(minor)
    wanted = dict(limits)
    if not wanted:
        wanted = {"creations": at_most(0)}
        wanted.update(("types." + name, at_most(0)) for name in row["types"])
    elif not lower_only and _names_every_type(limits):
        for name in row["types"]:
            wanted.setdefault("types." + name, at_most(0))
    own = entry.python.get(minor, {})
    others = {one.split(":")[-1].rsplit(".", 1)[0] for one in entry.builds} | set(entry.python)
    others.discard(minor)
    found = []
    for field, limit in wanted.items():
        before = limits.get(field)
        after = limit.moved(of(row, field))
        shared = any(field not in entry.python.get(other, {}) for other in others)
        if before == after or (lower_only and (before is None or after.high >= before.high)):
            continue
        found.append((field in own or shared, field, before, after))
    return found


def _names_every_type(limits: Limits) -> bool:
    """Types whose limits add up to that of all creations: types that come later belong to them as well."""
    types = [limit for field, limit in limits.items() if field.startswith("types.")]
    whole = limits.get("creations")
    if whole is None or not types or whole.kind == "between" or any(limit.kind == "between" for limit in types):
        return False
    return sum(limit.high for limit in types) == whole.high


def _write(document: Any, entry: Entry, row: Any, placed: Any, minor: str, build: str, project: bool) -> List[str]:
    table = _table(document, project)["test"][entry.index]
    for own in (False, True):
        limits: Limits = {field: after for is_own, field, _, after in placed if is_own == own}
        if not limits:
            continue
        if own and minor not in table.get("python", {}):
            _add_version(table, minor, limits)
            continue
        place = table["python"][minor] if own else table
        if "limits" not in place:
            place["limits"] = _item("limits", _inline(limits))
            continue
        added = [_set(place["limits"], field, limit) for field, limit in limits.items()]
        if any(added) and isinstance(place["limits"], _kit().items.InlineTable):
            place["limits"] = _item("limits", _written(place["limits"]))
    kept = [one for one in entry.builds if one.split(":")[-1].rsplit(".", 1)[0] != minor]
    if build not in entry.builds:
        table["builds"] = _item("builds", "[%s]" % ", ".join(map(_quoted, sorted(kept + [build], key=_order))))
    return [
        "%s %s → %s%s" % (field, "none" if before is None else before, after, " on %s" % minor if is_own else "")
        for is_own, field, before, after in placed
    ]


def _item(name: str, value: str) -> Any:
    return _kit().parse("%s = %s\n" % (name, value))[name]


def _add_version(table: Any, minor: str, limits: Limits) -> None:
    """[test.python."3.14"] with its limits, between blank lines."""
    kit = _kit()
    version = kit.table()
    text = table.as_string()
    version.trivia.indent = "" if text.endswith(("\n\n", "\n\r\n")) else "\n" if text.endswith("\n") else "\n\n"
    version.add("limits", _item("limits", _inline(limits)))
    version.add(kit.nl())
    if "python" not in table:
        table.add("python", kit.table(is_super_table=True))
    table["python"].add(minor, version)


def _order(build: str) -> List[int]:
    return [int(number) for number in re.findall(r"\d+", build)]


def _written(table: Any) -> str:
    """An inline table with its spaces, also before what was added."""
    return "{ %s }" % ", ".join(
        "%s = %s" % (_key(key), _written(value) if isinstance(value, dict) else value.as_string())
        for key, value in table.items()
    )


def _set(limits: Any, field: str, limit: Limit) -> bool:
    """Keeps how it was written, as far as that can be: "<= 3" becomes "<= 2". Whether there was no such limit."""
    if field.startswith("types."):
        if "types" not in limits:
            limits["types"] = _kit().inline_table()
        limits, field = limits["types"], field[6:]
    old = limits.get(field)
    value = limit.toml()
    if isinstance(old, str) and isinstance(value, int) and re.match(r"\s*(<=)?\s*\d", old):
        value = re.sub(r"\d+", str(value), old)
    limits[field] = value
    return old is None


__all__ = ["BudgetError", "Budget", "Entry", "FIELDS", "find", "read", "update"]
