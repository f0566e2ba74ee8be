"""What the claims of the study rest on beside counts: which values are one object, what instructions there are, and what
tracemalloc says. Runs in an interpreter without hooks, which calls `main`; the answer is JSON. Works on CPython 3.8 and newer.
"""

import dis
import json
import sys
import tracemalloc


def main(argument):
    return json.dumps(
        {
            "smallInts": small_ints(),
            "ids": {"0-9": ids(range(10)), "250-259": ids(range(250, 260)), "1000-1009": ids(range(1000, 1010))},
            "strings": strings(),
            "emptyTuple": tuple([]) is tuple(set()) is (),
            "instructions": instructions(),
            "blocks": {
                "plain": net_blocks("p = Plain(1)", "class Plain:\n def __init__(self, x): self.x = x", 10000),
                "slots": net_blocks(
                    "p = Slots(1)", "class Slots:\n __slots__ = ('x',)\n def __init__(self, x): self.x = x", 10000
                ),
                "tuple": net_blocks("t = (i, i, i)", "", 100000),
                "append": net_blocks("L.append(i)", "L = []", 10000),
                "insert": net_blocks("d[i] = i", "d = {}", 10000),
            },
        }
    )


def made(value):
    """A value equal to this int, computed now: no compiler and no argument has it."""
    return int(str(value))


def small_ints():
    """Bounds of the ints around 0 of which there is one object each; null: there are none."""
    if made(0) is not made(0):
        return None
    low = high = 0
    while low > -100000 and made(low - 1) is made(low - 1):
        low -= 1
    while high < 100000 and made(high + 1) is made(high + 1):
        high += 1
    return [low, high]


def ids(values):
    """How many of the values have the same id when made twice: both alive, and the first one gone before the second."""
    kept = dropped = 0
    for value in values:
        first = made(value)
        second = made(value)
        kept += id(first) == id(second)
        first = second = None
        dropped += id(made(value)) == id(made(value))
    return {"of": len(values), "kept": kept, "dropped": dropped}


def compiled(source):
    namespace = {}
    exec(compile(source, "<claims>", "exec"), namespace)
    return namespace["f"]


def strings():
    name, text = "pyallocs_claims_name", "pyallocs claims: text"
    return {
        # A literal is interned if sys.intern() of an equal string that is made later gives the literal.
        "nameInterned": compiled("def f(): return %r" % name)() is sys.intern("".join(list(name))),
        "textInterned": compiled("def f(): return %r" % text)() is sys.intern("".join(list(text))),
        "nameShared": same(compiled("def f(): return %r, %r" % (name, name))),
        "textShared": same(compiled("def f():\n a = %r\n b = %r\n return a, b" % (text, text))),
        "textSharedAcross": compiled("def f(): return %r" % (text + "!"))() is compiled("def f(): return %r" % (text + "!"))(),
        "runtimeShared": "".join(list(name)) is "".join(list(name)),
        "characterShared": text[:1] is name[:1],
        "internShared": sys.intern("".join(list(text))) is sys.intern("".join(list(text))),
    }


def same(function):
    a, b = function()
    return a is b


# What frames every function, and does none of its work.
FRAMING = ("RESUME", "NOP", "CACHE", "NOT_TAKEN", "EXTENDED_ARG")


def work(source):
    """The instructions of the first line of a function's body, and of the functions within."""

    def of(code):
        for one in dis.get_instructions(code):
            if one.opname not in FRAMING:
                yield [one.opname, one.argrepr if one.opname == "BINARY_OP" else one.arg if one.opname == "BUILD_LIST" else None]
        for inner in code.co_consts:
            if hasattr(inner, "co_code"):
                yield from of(inner)

    return list(of(compiled(source).__code__))


def instructions():
    return {
        # Without the two that return None.
        "addOne": upto(work("def f(x):\n y = x + 1\n"), "STORE_FAST"),
        "addInts": work("def f():\n a = 1000; b = 2000; c = a + b\n"),
        "addStrings": work("def f():\n a = 'x y'; b = 'z w'; c = a + b\n"),
        "comprehension": work("def f(L):\n return [v for v in L]\n"),
    }


def upto(listing, last):
    names = [name for name, _ in listing]
    return listing[: names.index(last) + 1] if last in names else listing


def net_blocks(statement, setup, times):
    """Executions in a loop, and the difference of living blocks between a snapshot before it and one after it."""
    namespace = {}
    exec(setup, namespace)
    names = [name for name in namespace if name != "__builtins__"]
    exec("def run(%s):\n for i in range(%d): %s\n" % (", ".join(names), times, statement), namespace)
    values = [namespace[name] for name in names]
    tracemalloc.start()
    before = tracemalloc.take_snapshot()
    namespace["run"](*values)
    after = tracemalloc.take_snapshot()
    tracemalloc.stop()
    return {"times": times, "blocks": sum(one.count_diff for one in after.compare_to(before, "lineno"))}
