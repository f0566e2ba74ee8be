"""What the instructions of recorded code objects are, said by the interpreter that executed them.

    python -S instructions.py < request > answer

While a program runs, its code objects are copied out of memory. Afterwards this finds the source of each, compiles it
again or finds it compiled in __pycache__, and takes the arguments of instructions from what the compiler made, if that
is the same code. Where it is not, because the source is gone or was changed, it tells what the copy alone can tell. Nothing of the recording is executed,
and no code object is made of it: copies are read here, byte by byte, and may hold anything.

The request, as JSON:

    codes     list of {"file": co_filename, "name": co_qualname (up to 3.10 co_name), "firstLine": co_firstlineno,
              "code": the code as it stood in memory, "lineTable": co_linetable (up to 3.9 co_lnotab), both in base64,
              "names": co_names, or the first of them, "offsets": the instructions asked for, in bytes}
    folder    relative file names start there
    opcodes   the tables of src/engines/opcodes.ts
    optimize  0, 1 or 2, for -O and -OO; tried first
    sources   {file: text} of sources that are no files, such as "<string>" of -c
    compile   false: no source is compiled, so that no code object matches

The answer, as JSON: {"codes": [{"matched", "instructions": [{"offset", "start", "line", "column", "opcode",
"argument"}]}]}, in the order of the request; or {"error": a sentence}.

It runs on CPython 3.8 and later, and imports nothing but the standard library.
"""

import _imp
import base64
import importlib.machinery
import importlib.util
import json
import opcode
import os
import stat
import sys
import types
import warnings
import zipimport
from bisect import bisect_right

MINOR = sys.version_info[1]

# The longest argument that is told, in characters.
LONGEST = 80
# Of longer strings the beginning is looked at: which quotes repr() takes depends on all of it.
LONGEST_TEXT = 100000
# The largest source that is read, in bytes.
LARGEST_SOURCE = 64 << 20
# How deep constants are looked into: the compiler nests tuples as deep as they are written.
DEEPEST = 5

NAME_OF = dict((number, name) for name, number in opcode.opmap.items())
EXTENDED_ARG = opcode.EXTENDED_ARG
HAS_ARGUMENT = frozenset(getattr(opcode, "hasarg", range(opcode.HAVE_ARGUMENT, 256)))
HAS_CONSTANT = frozenset(opcode.hasconst)
HAS_NAME = frozenset(opcode.hasname)
HAS_VARIABLE = frozenset(opcode.haslocal) | frozenset(opcode.hasfree)
HAS_CELL = frozenset(opcode.hasfree)
JUMPS_BY = frozenset(opcode.hasjrel)
JUMPS_TO = frozenset(opcode.hasjabs)

# Bits of the argument below the index of a name (Python/bytecodes.c, Python/compile.c; Lib/dis.py shows them).
FLAGS_BELOW_NAME = {}
if MINOR >= 11:
    FLAGS_BELOW_NAME["LOAD_GLOBAL"] = 1
if MINOR >= 12:
    FLAGS_BELOW_NAME["LOAD_ATTR"] = 1
    FLAGS_BELOW_NAME["LOAD_SUPER_ATTR"] = 2
if MINOR >= 15:
    FLAGS_BELOW_NAME["IMPORT_NAME"] = 2
FLAGS_BELOW_COMPARISON = 5 if MINOR >= 13 else 4 if MINOR == 12 else 0

# Two variables in the halves of a byte, since 3.13.
PAIRS = frozenset(name for name in opcode.opmap if name.count("_FAST") == 2)

# Instructions whose argument is a choice, and what can be chosen.
CHOICES = {
    "IS_OP": ("is", "is not"),
    "CONTAINS_OP": ("in", "not in"),
    "CONVERT_VALUE": ("", "str", "repr", "ascii"),
    "BINARY_OP": [names[1] for names in getattr(opcode, "_nb_ops", ())],
    "CALL_INTRINSIC_1": getattr(opcode, "_intrinsic_1_descs", ()),
    "CALL_INTRINSIC_2": getattr(opcode, "_intrinsic_2_descs", ()),
    "LOAD_SPECIAL": getattr(opcode, "_special_method_names", ()),
    "LOAD_COMMON_CONSTANT": [
        one.__name__ if hasattr(one, "__name__") else repr(one) for one in getattr(opcode, "_common_constants", ())
    ],
}

# Instructions whose argument is a set of flags.
ATTRIBUTES = ("defaults", "kwdefaults", "annotations", "closure", "annotate")
FLAGS = {"MAKE_FUNCTION": ATTRIBUTES, "SET_FUNCTION_ATTRIBUTE": ATTRIBUTES}
CONVERSIONS = ("", "str", "repr", "ascii")


class BadRequest(Exception):
    """The sentence is for the host."""


class Tables:
    """What undoes specialisation: see src/engines/opcodes.ts."""

    def __init__(self, tables):
        try:
            self.base = bytes.fromhex(tables["base"])
            self.caches = bytes.fromhex(tables["caches"])
        except (TypeError, KeyError, ValueError):
            raise BadRequest("the tables of opcodes cannot be read")
        if len(self.base) != 256 or len(self.caches) != 256:
            raise BadRequest("the tables of opcodes have another size than 256")
        # Each of them may stand for several opcodes.
        self.unknown = frozenset(
            number
            for name, number in opcode.opmap.items()
            if number < 256
            and self.base[number] == number
            and (name.startswith("INSTRUMENTED_") or name in ("ENTER_EXECUTOR", "TRACE_RECORD"))
        )
        self.anything = bytes(0 if n in self.unknown else 255 for n in range(256))
        self.executor = bytes(0 if n == opcode.opmap.get("ENTER_EXECUTOR") else 255 for n in range(256))


NOT_CACHE = bytes([0]) + bytes([255]) * 255


class Copy:
    """A code object as it was recorded."""

    def __init__(self, fields):
        self.file = _of_type(fields, "file", str)
        self.name = _of_type(fields, "name", str)
        self.first_line = _of_type(fields, "firstLine", int)
        self.code = _bytes(fields, "code")
        self.line_table = _bytes(fields, "lineTable")
        self.names = _of_type(fields, "names", list)
        self.offsets = _of_type(fields, "offsets", list)
        if not all(isinstance(name, str) for name in self.names):
            raise BadRequest("names of a code object are not all strings")
        if not all(isinstance(offset, int) for offset in self.offsets):
            raise BadRequest("offsets of a code object are not all integers")
        if len(self.code) % 2:
            self.code = self.code[:-1]


def _of_type(fields, name, kind):
    value = fields.get(name) if isinstance(fields, dict) else None
    if not isinstance(value, kind):
        raise BadRequest("%s is missing or is no %s" % (name, kind.__name__))
    return value


def _bytes(fields, name):
    try:
        return base64.b64decode(_of_type(fields, name, str), validate=True)
    except ValueError:
        raise BadRequest("%s is not in base64" % name)


# Sources


class Sources:
    """Code objects compiled from the files that recorded ones name."""

    def __init__(self, folder, texts, optimize, may_compile):
        self.folder = folder
        self.texts = texts
        self.may_compile = may_compile
        self.levels = [optimize] + [level for level in (0, 1, 2) if level != optimize]

    def compiled(self, file):
        """Yields what is cached of a file, and then what the compiler makes of it at each level of optimisation."""
        if not self.may_compile:
            return
        if file.startswith("<frozen ") and file not in self.texts:
            for name in _frozen_names(file[8:].rstrip(">")):
                try:
                    yield _index(_imp.get_frozen_object(name))
                except ImportError:
                    pass
            return
        source = self.source(file)
        if source is None:
            return
        if file not in self.texts:
            code = _cached(os.path.join(self.folder, file))
            if code is not None:
                yield _index(code)
        for level in self.levels:
            try:
                code = compile(source, file, "exec", dont_inherit=True, optimize=level)
            except Exception:  # SyntaxError, ValueError, RecursionError, MemoryError
                return
            yield _index(code)

    def source(self, file):
        """The text as it is on the disk or in a zip file, in bytes; None where there is none."""
        if file in self.texts:
            return self.texts[file]
        try:
            path = os.path.join(self.folder, file)
            if os.path.lexists(path):
                return _regular_file(path)
            return _in_archive(path)
        except (OSError, ValueError, ImportError):
            return None


class _CachedOnly(importlib.machinery.SourceFileLoader):
    """Finds the code that an import of this source would take from its cache, neither compiles nor writes."""

    def source_to_code(self, *args, **kwargs):
        raise ImportError("it is not cached")

    def set_data(self, *args, **kwargs):
        pass


def _cached(path):
    """
    The code of a file in __pycache__, where that is of this file as it is; otherwise None.

    Reading it takes a tenth of the time of compiling.
    """
    try:
        if not stat.S_ISREG(os.stat(importlib.util.cache_from_source(path)).st_mode):
            return None
        return _CachedOnly("cached", path).get_code("cached")
    except Exception:  # OSError, ImportError, NotImplementedError; ValueError, EOFError, TypeError of what is damaged
        return None


def _regular_file(path):
    about = os.stat(path)
    if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST_SOURCE:
        return None
    with open(path, "rb") as file:
        return file.read(LARGEST_SOURCE)


def _in_archive(path):
    """zipimport reads archives without executing anything of them."""
    folder = os.path.dirname(path)
    while folder and folder != os.path.dirname(folder) and not os.path.exists(folder):
        folder = os.path.dirname(folder)
    if not os.path.isfile(folder):
        return None
    importer = _archives.get(folder)
    if importer is None:
        importer = _archives[folder] = zipimport.zipimporter(folder)
    return importer.get_data(path)


_archives = {}


# Modules of importlib have other names than their files say: Python/frozen.c.
FROZEN_AS = {
    "importlib._bootstrap": "_frozen_importlib",
    "importlib._bootstrap_external": "_frozen_importlib_external",
}


def _frozen_names(name):
    """Under which a module may be frozen."""
    yield FROZEN_AS.get(name, name)
    yield name


def _index(module):
    """All code objects in one, by name and first line."""
    found = {}
    waiting = [module]
    while waiting:
        code = waiting.pop()
        name = code.co_qualname if MINOR >= 11 else code.co_name
        found.setdefault((name, code.co_firstlineno), []).append(code)
        waiting += [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return found


def matches(tables, copy, code):
    """
    Whether a copy is this code object, but for what the interpreter wrote into it.

    Constants are not copied: one that was changed on the disk while the program ran, to another of the same width, is
    not noticed here.
    """
    ours, theirs = copy.code, code.co_code
    if len(ours) != len(theirs) or any(a != b for a, b in zip(copy.names, code.co_names)):
        return False
    if not _same_lines(copy, code):
        return False
    opcodes = ours[0::2]
    compared = theirs[0::2].translate(NOT_CACHE) if MINOR >= 11 else bytes([255]) * len(opcodes)
    return _equal(
        opcodes.translate(tables.base), theirs[0::2], (compared, opcodes.translate(tables.anything))
    ) and _equal(ours[1::2], theirs[1::2], (compared, opcodes.translate(tables.executor)))


def _equal(a, b, masks):
    """Whether bytes are equal where all masks have their bits set."""
    mask = -1
    for one in masks:
        mask &= int.from_bytes(one, "big")
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")) & mask == 0


def _same_lines(copy, code):
    if MINOR < 10:
        return copy.line_table == code.co_lnotab
    if copy.line_table == code.co_linetable:
        return True
    if MINOR == 10:
        return False
    ours, _ = _locations(copy.line_table, copy.first_line)
    if any(column is not None for _, _, column in ours):
        return False
    # With -X no_debug_ranges there are lines without columns.
    theirs, _ = _locations(code.co_linetable, copy.first_line)
    return _lines(ours) == _lines(theirs)


def _lines(entries):
    changes = []
    for end, line, _ in entries:
        if changes and changes[-1][1] == line:
            changes.pop()
        changes.append((end, line))
    return changes


# Places


class Places:
    """Line and column of each code unit, as a line table tells them."""

    def __init__(self, copy):
        read = _locations if MINOR >= 11 else _line_ranges if MINOR == 10 else _line_steps
        # Each entry: the code unit it ends before, its line, its column.
        self.entries, self.boundaries = read(copy.line_table, copy.first_line)
        self.ends = [entry[0] for entry in self.entries]

    def at(self, unit):
        i = bisect_right(self.ends, unit)
        return self.entries[i][1:] if i < len(self.entries) else (None, None)


def _line_steps(table, first_line):
    """Up to 3.9: Objects/lnotab_notes.txt."""
    entries = []
    line = first_line
    end = 0
    for step, lines in zip(table[0::2], table[1::2]):
        end += step
        if step:
            entries.append(((end + 1) // 2, line, None))
        line += lines - 256 if lines >= 128 else lines
    entries.append((1 << 62, line, None))
    return entries, ()


def _line_ranges(table, first_line):
    """3.10: Objects/lnotab_notes.txt."""
    entries = []
    line = first_line
    end = 0
    for step, lines in zip(table[0::2], table[1::2]):
        end += step
        if lines != 128:
            line += lines - 256 if lines > 128 else lines
        if step:
            entries.append((end // 2, None if lines == 128 else line, None))
    return entries, ()


def _locations(table, first_line):
    """Since 3.11: Objects/locations.md, InternalDocs/code_objects.md in 3.13. Ends before what cannot be right."""
    entries = []
    boundaries = []
    line = first_line
    end = at = 0
    size = len(table)
    try:
        while at < size:
            first = table[at]
            if first < 128:
                break
            kind = first >> 3 & 15
            units = (first & 7) + 1
            at += 1
            column = None
            here = True
            if kind < 10:
                column = (kind << 3 | table[at] >> 4 & 7) + 1
                at += 1
            elif kind < 13:
                line += kind - 10
                column = table[at] + 1
                at += 2
            elif kind == 13:
                step, at = _signed(table, at)
                line += step
            elif kind == 14:
                step, at = _signed(table, at)
                line += step
                _, at = _varint(table, at)
                start, at = _varint(table, at)
                _, at = _varint(table, at)
                column = start or None
            else:
                here = False
            end += units
            entries.append((end, line if here else None, column))
            if units < 8:  # longer ones go on in the next entry
                boundaries.append(end)
    except IndexError:
        pass
    return entries, boundaries


def _varint(table, at):
    byte = table[at]
    value = byte & 63
    shift = 0
    while byte & 64:
        at += 1
        byte = table[at]
        shift += 6
        if shift > 30:
            raise IndexError
        value |= (byte & 63) << shift
    return value, at + 1


def _signed(table, at):
    value, at = _varint(table, at)
    return (-(value >> 1) if value & 1 else value >> 1), at


# Instructions


def despecialised(tables, copy, boundaries):
    """
    Opcodes, one byte per code unit, as the compiler wrote them; 0 in inline caches.

    After an opcode that may stand for several, it is not known how many caches follow: up to where the line table says
    that an instruction begins, all units become that opcode.
    """
    base, caches, unknown = tables.base, tables.caches, tables.unknown
    plain = bytearray(copy.code[0::2].translate(base))
    if MINOR < 11:
        return bytes(plain)
    i = 0
    units = len(plain)
    while i < units:
        op = plain[i]
        i += 1
        if op in unknown:
            next_one = bisect_right(boundaries, i - 1)
            until = min(boundaries[next_one], units) if next_one < len(boundaries) else units
            while i < until:
                plain[i] = op
                i += 1
        elif caches[op]:
            until = min(i + caches[op], units)
            while i < until:
                plain[i] = 0
                i += 1
    return bytes(plain)


def instructions(tables, copy, code):
    """What stands at the offsets asked for. `code`: the matching code object, or None."""
    places = Places(copy)
    if code is None:
        opcodes, arguments, names = despecialised(tables, copy, places.boundaries), copy.code[1::2], copy.names
    else:
        opcodes, arguments, names = code.co_code[0::2], code.co_code[1::2], code.co_names
    units = len(opcodes)
    told = []
    for offset in copy.offsets:
        unit = offset // 2
        if not 0 <= unit < units:
            told.append(_nothing(offset))
            continue
        if MINOR >= 11:
            while unit > 0 and opcodes[unit] == 0:
                unit -= 1
        # Up to 3.10 a frame stands at the first prefix of its instruction.
        while opcodes[unit] == EXTENDED_ARG and unit + 1 < units:
            unit += 1
        op = opcodes[unit]
        line, column = places.at(unit)
        text = {"offset": offset, "start": 2 * unit, "line": line, "column": column, "opcode": "", "argument": ""}
        if op not in tables.unknown:
            text["opcode"] = NAME_OF.get(op, "")
            if op in HAS_ARGUMENT:
                argument = _whole_argument(opcodes, arguments, unit)
                text["argument"] = _cut(_argument(tables, op, argument, unit, names, code))
        told.append(text)
    return told


def _nothing(offset):
    return {"offset": offset, "start": offset, "line": None, "column": None, "opcode": "", "argument": ""}


def _whole_argument(opcodes, arguments, unit):
    value = arguments[unit]
    shift = 0
    while unit > 0 and opcodes[unit - 1] == EXTENDED_ARG and shift < 24:
        unit -= 1
        shift += 8
        value |= arguments[unit] << shift
    return value


def _argument(tables, op, argument, unit, names, code):
    """What dis prints in brackets, otherwise the number it prints; "" where that says nothing without the source."""
    name = NAME_OF.get(op, "")
    try:
        if name == "LOAD_SMALL_INT":
            return str(argument)
        if op in HAS_CONSTANT:
            return "" if code is None else _constant(code.co_consts[argument], DEEPEST)
        if op in HAS_NAME:
            return names[argument >> FLAGS_BELOW_NAME.get(name, 0)]
        if op in JUMPS_BY or op in JUMPS_TO:
            return "to %d" % _target(tables, op, name, argument, unit)
        if name in PAIRS:
            indexes = (argument >> 4, argument & 15)
            return "" if code is None else ", ".join(_variable(code, op, index) for index in indexes)
        if op in HAS_VARIABLE:
            return "" if code is None else _variable(code, op, argument)
        if name == "COMPARE_OP":
            return opcode.cmp_op[argument >> FLAGS_BELOW_COMPARISON]
        if name in CHOICES:
            return CHOICES[name][argument]
        if name in FLAGS:
            return ", ".join(word for bit, word in enumerate(FLAGS[name]) if argument >> bit & 1)
        if name == "FORMAT_VALUE":
            return ", ".join(filter(None, (CONVERSIONS[argument & 3], "with format" if argument & 4 else "")))
    except (IndexError, ValueError):
        return ""
    return str(argument)


def _variable(code, op, index):
    if MINOR >= 11:
        return code._varname_from_oparg(index)
    return (code.co_cellvars + code.co_freevars)[index] if op in HAS_CELL else code.co_varnames[index]


def _target(tables, op, name, argument, unit):
    """The offset that a jump goes to, in bytes."""
    scale = 1 if MINOR < 10 else 2
    if op in JUMPS_TO:
        return scale * argument
    backward = "JUMP_BACKWARD" in name or name == "END_ASYNC_FOR"
    return 2 * (unit + 1 + tables.caches[op]) + scale * (-argument if backward else argument)


def _constant(value, depth):
    """repr() of a constant, the same in each process and at most a little longer than what is told."""
    if isinstance(value, types.CodeType):
        return "<code object %s>" % value.co_name
    if isinstance(value, (tuple, frozenset)) and not depth:
        return "..."
    if isinstance(value, tuple):
        inner = ", ".join(_constant(one, depth - 1) for one in value[:LONGEST])
        return "(%s,)" % inner if len(value) == 1 else "(%s)" % inner
    if isinstance(value, frozenset):
        inner = ", ".join(sorted(_constant(one, depth - 1) for one in value))
        return "frozenset({%s})" % inner if value else "frozenset()"
    if isinstance(value, (str, bytes)):
        return repr(value[:LONGEST_TEXT])
    if isinstance(value, int) and value.bit_length() > 8 * LONGEST:
        return hex(value)  # repr() refuses numbers of more than some thousand digits, and takes long for them
    return repr(value)


def _cut(text):
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


# The whole


def answer(text, opcodes="null"):
    """From a request to an answer, both as JSON. `opcodes`: the tables, where the request does not hold them."""
    try:
        return json.dumps({"codes": _answers(*_read(text, opcodes))})
    except BadRequest as error:
        return json.dumps({"error": str(error)})


def _read(text, opcodes):
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        raise BadRequest("the request is no JSON")
    copies = [Copy(fields) for fields in _of_type(request, "codes", list)]
    texts = request.get("sources") or {}
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise BadRequest("sources are not texts by their file")
    optimize = request.get("optimize", 0)
    if optimize not in (0, 1, 2):
        raise BadRequest("optimize is not 0, 1 or 2")
    tables = Tables(request.get("opcodes") or json.loads(opcodes))
    may_compile = request.get("compile", True) is True
    return copies, Sources(_of_type(request, "folder", str), texts, optimize, may_compile), tables


def _answers(copies, sources, tables):
    warnings.simplefilter("ignore")
    by_file = {}
    for i, copy in enumerate(copies):
        by_file.setdefault(copy.file, []).append(i)
    answers = [None] * len(copies)
    for file, waiting in by_file.items():
        for index in sources.compiled(file):
            rest = []
            for i in waiting:
                copy = copies[i]
                candidates = index.get((copy.name, copy.first_line), ())
                code = next((one for one in candidates if matches(tables, copy, one)), None)
                if code is None:
                    rest.append(i)
                else:
                    answers[i] = {"matched": True, "instructions": instructions(tables, copy, code)}
            waiting = rest
            if not waiting:
                break
        for i in waiting:
            answers[i] = {"matched": False, "instructions": instructions(tables, copies[i], None)}
    return answers


if __name__ == "__main__":
    sys.stdout.write(answer(sys.stdin.buffer.read().decode("utf-8", "surrogatepass")))
