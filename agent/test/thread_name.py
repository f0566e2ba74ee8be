"""What agent/core/thread_name.c reads of objects, as JSON: [[what, read, expected], ...]. null: nothing was read.

    python thread_name.py LIBRARY
"""

import ctypes
import json
import sys
import threading

library = ctypes.CDLL(sys.argv[1])
library.pa_thread_name.restype = ctypes.c_bool
library.pa_thread_name.argtypes = [ctypes.c_uint, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]


def read(thing, size=4096, minor=sys.version_info[1]):
    out = ctypes.create_string_buffer(b"\xff" * size, size)
    found = library.pa_thread_name(minor, id(thing), out, size)
    text = out.value.decode("utf-8")  # fails when no zero byte, or half a character, is at the end
    return text if found else None


class Plain(threading.Thread):
    pass


class Slots(threading.Thread):
    __slots__ = ("one", "two")


class Weak:
    """Neither a Thread nor made by one."""


class OnlySlots:
    __slots__ = ("_name",)


class FromC(list):
    pass


class Error(Exception):
    pass


def named(thing, name):
    thing._name = name
    return thing


def looked_at(thread):
    thread.__dict__
    return thread


def with_many(thread):
    for i in range(400):
        setattr(thread, "attribute_%d" % i, i)
    return thread


def with_other_keys(thread):
    thread.__dict__[1] = 2
    return thread


def again(thread):
    name = thread._name
    del thread._name
    thread.later = 1
    thread._name = name
    return thread


def replaced(thread):
    thread.__dict__ = dict(thread.__dict__)
    return thread


def deleted(thread):
    del thread._name
    return thread


class Text(str):
    pass


started = []
other = threading.Thread(target=lambda: started.append(threading.current_thread()), name="other")
other.start()
other.join()

results = [("main", read(threading.main_thread()), "MainThread"), ("one that ran", read(started[0]), "other")]
for kind in (threading.Thread, Plain, Slots, threading.Timer):
    for name in ("worker", "", "w\xf6rker", "\u7dda\u7a0b", "\U0001f40d snake", "x" * 300, "\x1b[1m<b>\n", "a\0b"):
        arguments = (1, None) if kind is threading.Timer else ()
        for change in (lambda t: t, looked_at, with_many, with_other_keys, again, replaced):
            thread = kind(*arguments)
            thread.name = name
            what = "%s %s %r" % (kind.__name__, change.__name__, name)
            results.append((what, read(change(thread)), name.partition("\0")[0]))
        thread = kind(*arguments)
        results.append(("%s deleted" % kind.__name__, read(deleted(thread)), None))
for thing in (named(Weak(), "weak"), named(FromC(), "from C"), named(Error(), "error"), named(lambda: 0, "function")):
    results.append((type(thing).__name__, read(thing), thing._name))
results.append(("lone surrogate", read(named(Weak(), "a\udcffb")), "a\ufffdb"))
for size, name in ((2, "worker"), (7, "worker"), (6, "worker"), (3, "\u7dda\u7a0b"), (4, "\u7dda\u7a0b"), (7, "\u7dda\u7a0b")):
    whole = name.encode()[: size - 1].decode(errors="ignore")
    results.append(("%d bytes for %r" % (size, name), read(named(Weak(), name), size), whole))
for thing in (None, 1, 10**50, 1.5, "_name", b"", [], {}, {"_name": "x"}, (), object(), type, Weak, Weak(), sys, print, Ellipsis):
    results.append((repr(thing), read(thing), None))
for value in (None, 1, b"bytes", ["x"], Weak()):
    results.append(("_name is %r" % (value,), read(named(Weak(), value)), None))
results.append(("only slots", read(named(OnlySlots(), "slot")), None))
results.append(("a string of another type", read(named(Weak(), Text("x"))), None))
results.append(("unknown version", read(threading.main_thread(), minor=99), None))
print(json.dumps(results))
