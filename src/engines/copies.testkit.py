"""Copies of live code objects, as the agent makes them, and what dis says of each instruction.

    python copies.testkit.py FILE [--traced] [--only] [MODULE|FOLDER|ARCHIVE...]

Imports the modules, those named and all in the folders and zip files, executes functions many times so that the interpreter
specialises them, and writes copies to FILE: of what is in this file, unless --only, and in the modules. --traced: while a
trace function is set, which changes the code since 3.12. FILE is JSON, a list of {"file", "name", "firstLine", "code",
"lineTable", "names", "offsets", "plain": co_code, "expected": [{"offset", "start", "line", "column", "opcode", "argument"}]}.
"""

import base64
import dis
import gc
import importlib
import importlib.util
import json
import os
import sys
import types

MINOR = sys.version_info[1]
LONGEST = 80


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)


class Named:
    def __init__(self, name):
        self.name = name
        self.parts = []

    @property
    def size(self):
        return len(self.parts)

    def add(self, part):
        self.parts.append(part)
        return self


class Derived(Named):
    def add(self, part):
        return super().add(part * 2)


def squares(count):
    for i in range(count):
        yield i * i


def warm(i, text, table=None, *rest, flag=False, **more):
    """Constructs that are specialised, each in its own way."""
    total = 0
    numbers = [1, 2.5, i]
    pairs = (i, text)
    a, b = pairs
    first, *others = numbers
    mapping = {"a": 1, "b": i, text: numbers}
    for number in numbers:
        total += number
        if number == 1 or number is None or text != "t" and number not in (3, 4):
            total -= 1
    point = Point(i, 2) + Point(1.5, i)
    named = Derived(text).add(i).add(1)
    total += named.size + point.x - mapping["b"] + numbers[0] + pairs[-2]
    mapping["c"] = total
    numbers[1] = text + "x"
    text += "y"
    line = f"{i!r:>4} {text!s} {total:.2f}"
    doubled = [one * 2 for one in squares(3) if one]
    chosen = {key: value for key, value in mapping.items() if value is not text}
    odd = {one & 1 for one in doubled}

    def inner(z=total, *, w: int = 3):
        nonlocal first
        first = z
        return w + a if flag else w - first

    try:
        total += inner() + inner(2, w=i)
        if i % 5 == 3:
            raise KeyError(text, line)
    except KeyError as error:
        total += len(error.args)
    finally:
        total += 1
    while total > 100:
        total //= 7
        if total % 11 == 0:
            continue
    with open_nothing() as opened:
        total += opened
    assert total is not None, "never"
    del b, others
    return (total, len(line), sorted(chosen.items(), key=str), odd, *rest, {**more})


class open_nothing:
    def __enter__(self):
        return 1

    def __exit__(self, *exception):
        return False


# More than 255 names and constants, so that instructions need a prefix.
exec(
    compile(
        "def long(x):\n y = 0\n" + "".join(" y += name_%d(x) + %d.5\n" % (i, i) for i in range(300)) + " return y\n",
        "<long>",
        "exec",
    ),
    dict(("name_%d" % i, abs) for i in range(300)),
    globals(),
)


def use_library(i):
    import re
    import textwrap

    json.loads(json.dumps({"a": [1, 2, {"b": None}], "c": "text %d" % i}))
    textwrap.wrap("some words that are longer than a line " * 2, 20)
    re.compile(r"(a|b)*c{%d}" % (i % 7 + 1)).match("ababc")
    list(dis.get_instructions(squares.__code__))


def codes_of(files):
    """Code objects of all functions, and those in them. `files`: the end of the files' names."""
    found = {}
    waiting = [one.__code__ for one in gc.get_objects() if type(one) is types.FunctionType]
    while waiting:
        code = waiting.pop()
        if id(code) in found:
            continue
        found[id(code)] = code
        waiting += [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return [code for code in found.values() if code.co_filename in files]


def copy_of(code):
    live = getattr(code, "_co_code_adaptive", code.co_code)
    expected = expected_of(code)
    return {
        "file": code.co_filename,
        "name": code.co_qualname if MINOR >= 11 else code.co_name,
        "firstLine": code.co_firstlineno,
        "code": base64.b64encode(live).decode(),
        "lineTable": base64.b64encode(code.co_linetable if MINOR >= 10 else code.co_lnotab).decode(),
        "names": list(code.co_names),
        "offsets": [one["offset"] for one in expected],
        "plain": base64.b64encode(code.co_code).decode(),
        "expected": expected,
    }


def expected_of(code):
    """Of each code unit, inline caches and prefixes included."""
    told = []
    lines = lines_of(code)
    columns = [start[2] for start in code.co_positions()] if MINOR >= 11 else []
    prefixes = 0
    for one in dis.get_instructions(code):
        if one.opname == "EXTENDED_ARG":
            prefixes += 1
            continue
        start = one.offset
        column = columns[start // 2] if columns else None
        text = {
            "start": start,
            "line": lines[start // 2],
            "column": None if column is None else column + 1,
            "opcode": one.opname,
            "argument": argument_of(one),
        }
        first = start - 2 * (getattr(one, "start_offset", None) is not None and (start - one.start_offset) // 2 or prefixes)
        last = start + 2 * cache_units(one)
        told += [dict(text, offset=offset) for offset in range(first, last + 1, 2)]
        prefixes = 0
    return told


def cache_units(one):
    if MINOR < 11:
        return 0
    sizes = dis._inline_cache_entries
    return sizes[one.opcode] if isinstance(sizes, list) else sizes.get(one.opname, 0)


def lines_of(code):
    """The line of each code unit."""
    units = len(code.co_code) // 2
    lines = [None] * units
    if MINOR >= 10:
        for start, end, line in code.co_lines():
            lines[start // 2 : end // 2] = [line] * (end // 2 - start // 2)
        return lines
    starts = dict(dis.findlinestarts(code))
    line = code.co_firstlineno
    for unit in range(units):
        line = lines[unit] = starts.get(2 * unit, line)
    return lines


def argument_of(one):
    """As dis has it, without what it says of flags, and with an offset for a jump."""
    if one.arg is None:
        return ""
    if isinstance(one.argval, types.CodeType):
        return "<code object %s>" % one.argval.co_name
    text = one.argrepr
    if text.startswith(("to ", "from L")):
        text = "to %d" % one.argval
    elif one.opcode in dis.hasjabs:
        text = "to %d" % one.argval
    elif one.opcode in dis.hasname:
        text = one.argval
    elif one.opname in ("IS_OP", "CONTAINS_OP"):  # dis says this since 3.14
        text = (("is", "is not") if one.opname == "IS_OP" else ("in", "not in"))[one.arg]
    elif one.opname == "COMPARE_OP":
        text = one.argval
    elif one.opname in ("MAKE_FUNCTION", "CONVERT_VALUE", "FORMAT_VALUE", "SET_FUNCTION_ATTRIBUTE"):
        pass
    elif one.opname == "LOAD_COMMON_CONSTANT" and text.startswith("<built-in"):
        text = text[:-1].split()[-1]
    elif one.opcode in dis.hasconst and (has_set(one.argval) or one.opname == "KW_NAMES" and text == ""):
        text = None  # in another order each time; 3.11 says nothing of keywords
    elif text == "" and one.opcode not in dis.hasconst:
        text = str(one.arg)
    return text if text is None or len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def has_set(value):
    return isinstance(value, frozenset) or isinstance(value, tuple) and any(map(has_set, value))


def modules_of(name):
    """Imports what an argument names."""
    if name.endswith(".zip"):
        sys.path.insert(0, name)
        import zipfile

        with zipfile.ZipFile(name) as archive:
            return [importlib.import_module(one[:-3]) for one in archive.namelist()]
    if not os.path.isdir(name):
        return [importlib.import_module(name)]
    found = []
    for file in sorted(os.listdir(name)):
        if file.endswith(".py"):
            path = os.path.join(name, file)
            spec = importlib.util.spec_from_file_location("module_%d" % len(found), path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            found.append(module)
    return found


def main(output, words):
    traced = "--traced" in words
    if traced:
        sys.settrace(lambda frame, event, argument: lambda *event: None)
    for i in range(1000):
        warm(i, "t", 1, 2, flag=i % 2, k=i)
        long(i)  # noqa: F821
    for i in range(30):
        use_library(i)
    files = set() if "--only" in words else {__file__, "<long>"}
    for name in words:
        if name.startswith("--"):
            continue
        for module in modules_of(name):
            for function in list(vars(module).values()):
                if isinstance(function, types.FunctionType) and function.__name__.startswith("warm"):
                    for i in range(100):
                        function(i)
            files.add(getattr(module, "__file__", None))
        files.add("<frozen %s>" % name)
    copies = [copy_of(code) for code in codes_of(files)]
    sys.settrace(None)
    with open(output, "w", encoding="ascii") as file:
        json.dump(copies, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
