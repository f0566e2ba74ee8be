"""Where something stands in a TOML file: tomlkit keeps how it is written, but not where."""

import re
from typing import List, Optional, Sequence, Tuple


def _plain(text: str) -> List[str]:
    """The lines, with those inside of strings of several lines empty."""
    lines, ends = [], ""
    for line in text.splitlines():
        if ends:
            at = line.find(ends)
            lines.append("")
            ends = "" if at >= 0 else ends
            continue
        opened = re.search(r"\"\"\"|'''", re.sub(r"(\"\"\"|''').*?\1", "", line))
        code = line.split("#")[0] if not re.search(r"[\"']", line.split("#")[0]) else line
        lines.append(code)
        ends = opened.group() if opened else ""
    return lines


def tables(text: str, name: str) -> List[Tuple[int, int]]:
    """From which line to which the tables [[name]] go, from 1 on."""
    lines = _plain(text)
    header = re.compile(r"\s*\[\[\s*%s\s*\]\]" % re.escape(name).replace(r"\.", r"\s*\.\s*"))
    other = re.compile(r"\s*\[(?!\[?\s*%s\s*\.)" % re.escape(name))
    starts = [number for number, line in enumerate(lines, 1) if header.match(line)]
    found = []
    for start in starts:
        after = (number for number in range(start + 1, len(lines) + 1) if other.match(lines[number - 1]))
        found.append((start, next(after, len(lines) + 1) - 1))
    return found


def line_of(text: str, within: Tuple[int, int], path: Sequence[str]) -> int:
    """The line of a key: the last of its path that is found, one after the other."""
    lines = _plain(text)
    at = within[0]
    for key in path:
        word = re.compile(r"(?<![\w.\"'-])[\"']?%s[\"']?(?![\w-])\s*[\].=]|\.\s*[\"']?%s[\"']?\s*[\].=]" % ((re.escape(key),) * 2))
        found: Optional[int] = next((number for number in range(at, within[1] + 1) if word.search(lines[number - 1])), None)
        at = found or at
    return at
