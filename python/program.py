"""The harness of a program in an embedded interpreter. Runs before and after what is counted, never during it.

A host calls these functions one after the other:

    prepare(request)       makes the interpreter look like a fresh one: modules, streams, environment, sys
    find(request)          finds and compiles the program: `code` and `namespace`, or `function` and `arguments`
    ended(kind, …)         what an exception means for the exit code, and what to tell the user
    after_main()           whether there are callbacks of atexit to run
    finish()               flushes; tells which modules the program imported

Each takes and returns strings, as JSON. Between them the host runs the program from C, so that no frame of the harness
is on the stack: a traceback, sys._getframe() and the counts are those of plain python.
"""

import atexit
import errno
import gc
import importlib.machinery
import io
import json
import os
import sys
import textwrap
import traceback
import types
import warnings

# What plain python has imported when the program begins; encodings and zlib belong to reading the standard library.
KEPT = frozenset(
    "sys builtins _frozen_importlib _imp _thread _warnings _weakref _frozen_importlib_external _io marshal posix time "
    "zipimport zlib codecs _codecs _signal _abc abc io __main__ stat _stat _collections_abc posixpath genericpath os.path "
    "os _sitebuiltins site".split()
)
FINDERS = ("BuiltinImporter", "FrozenImporter", "PathFinder")

# For the host. Either the code to run and its namespace, or a function of runpy and its arguments.
code = None
namespace = None
function = None
arguments = None
failure = None

_standard_library = ()
_folders = ()
_imported_before = frozenset()
_compiled = set()
_callbacks = False
_raised = False


def prepare(text):
    """Takes away what Pyodide added, and makes the process look like the one that asked for the program."""
    request = json.loads(text)
    if "_asyncio" in sys.modules:
        sys.modules["_asyncio"]._set_running_loop(None)  # Pyodide's
    for name in [name for name in sys.modules if name not in KEPT and name.partition(".")[0] != "encodings"]:
        del sys.modules[name]
    atexit._clear()
    sys.meta_path[:] = [f for f in sys.meta_path if getattr(f, "__name__", "") in FINDERS]
    sys.excepthook = sys.__excepthook__
    sys.unraisablehook = sys.__unraisablehook__
    sys.executable = "python"
    sys.argv[:] = request["argv"]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[:] = ["python"] + request["command"]
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        sys.__dict__.pop(name, None)
    _environment(request["environment"])
    _library_path(request)
    _streams(request["terminals"], request["environment"], request["errors"])
    sys.warnoptions.extend(request["warnings"])
    warnings._processoptions(request["warnings"])
    if sys.warnoptions:
        sys.modules["warnings"] = warnings  # as python does with -W
    sys.modules["__main__"] = _main_module()
    gc.enable()
    gc.unfreeze()
    for _ in range(3):
        gc.collect()
    return ""


def _environment(variables):
    os.environ.clear()
    os.environ.update(variables)


def _library_path(request):
    """sys.path of plain python: PYTHONPATH, then the standard library."""
    global _standard_library, _folders
    _folders = tuple(request["folders"])
    _standard_library = tuple(
        entry for entry in sys.path if "/lib/python3" in entry and not entry.endswith("site-packages")
    )
    library = [entry for entry in sys.path if "/lib/python3" in entry]
    _provide_pyallocs(request["module"], library)
    sys.path[:] = request["path"] + library
    sys.path_importer_cache.clear()


def _provide_pyallocs(text, library):
    """Puts the module pyallocs, whose regions count nothing here, where installed packages are."""
    folder = next((path for path in library if path.endswith("site-packages")), None)
    if folder is not None:
        os.makedirs(folder + "/pyallocs", exist_ok=True)
        with open(folder + "/pyallocs/__init__.py", "w", encoding="utf-8") as file:
            file.write(text)


def _streams(terminals, environment, fallback):
    """Makes sys.stdin, sys.stdout and sys.stderr anew, as create_stdio of Python/pylifecycle.c does."""
    chosen = "PYTHONIOENCODING" in environment or "utf8" in sys._xoptions or environment.get("PYTHONUTF8") == "1"
    encoding, errors = (sys.stdout.encoding, sys.stdout.errors) if chosen else ("utf-8", fallback)
    without_buffers = sys.stdout.write_through  # -u or PYTHONUNBUFFERED
    for fd, name in enumerate(("stdin", "stdout", "stderr")):
        raw = io.FileIO(fd, "w" if fd else "r", closefd=False)
        raw.name = "<%s>" % name
        unbuffered = fd > 0 and without_buffers
        buffer = raw if unbuffered else io.BufferedWriter(raw) if fd else io.BufferedReader(raw)
        stream = io.TextIOWrapper(
            buffer,
            encoding=encoding,
            errors="backslashreplace" if fd == 2 else errors,
            newline="\n" if fd else None,
            line_buffering=fd == 2 or (terminals[fd] and not unbuffered),
            write_through=unbuffered,
        )
        stream.mode = "w" if fd else "r"
        setattr(sys, name, stream)
        setattr(sys, "__%s__" % name, stream)


def _main_module():
    """The module `__main__` as add_main_module of Python/pylifecycle.c makes it."""
    import builtins

    main = types.ModuleType("__main__")
    if sys.version_info < (3, 14):
        main.__annotations__ = {}
    main.__builtins__ = builtins
    main.__loader__ = importlib.machinery.BuiltinImporter
    return main


def find(text):
    """Finds the program and compiles it. "code", "function", "failure", or an exit as JSON."""
    global code, namespace, _imported_before
    request = json.loads(text)
    form, what = request["form"], request["what"]
    namespace = sys.modules["__main__"].__dict__
    found = None
    try:
        if form == "module":
            _path_0(os.getcwd())
            found = _through_runpy(what, True)
        elif form == "script":
            found = _script(what)
        elif form == "command":
            _path_0("")
            found = _command(what)
        else:
            _path_0("")
            source = sys.stdin.buffer.read()
            code = compile(source, "<stdin>", "exec", dont_inherit=True)
            found = "code"
    except BaseException as error:
        _fail(error)
        found = "failure"
    _imported_before = frozenset(sys.modules)
    return found


def _fail(error):
    """Keeps an exception for the host, without the frames of the harness."""
    global failure
    error.__traceback__ = None
    error.__context__ = None
    failure = error


def _path_0(folder):
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):
        sys.path.insert(0, folder)


def _command(source):
    global code
    if sys.version_info >= (3, 14):
        source = textwrap.dedent(source)
    code = compile(source, "<string>", "exec", dont_inherit=True)
    if sys.version_info >= (3, 13):
        import linecache  # python registers the text there, so that tracebacks show it

        linecache._register_code(code if sys.version_info >= (3, 14) else "<string>", source, "<string>")
    return "code"


def _script(path):
    global code
    folder = os.path.dirname(os.path.realpath(path))
    path = os.path.join(os.getcwd(), path)
    if _importer(path) is not None:
        sys.path.insert(0, path)
        return _through_runpy("__main__", False)
    _path_0(folder)
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        number = {"ENOENT": 2, "EACCES": 13, "EPERM": 1, "ENOTDIR": 20}.get(_symbol(error.errno), error.errno)
        return _exit(2, "python: can't open file %r: [Errno %s] %s" % (path, number, error.strerror))
    compiled = path.endswith(".pyc")
    kind = importlib.machinery.SourcelessFileLoader if compiled else importlib.machinery.SourceFileLoader
    loader = kind("__main__", path)
    namespace["__file__"] = path
    if sys.version_info < (3, 15):
        namespace["__cached__"] = None
    namespace["__loader__"] = loader
    code = loader.get_code("__main__") if compiled else compile(source, path, "exec", dont_inherit=True)
    return "code"


def _symbol(number):
    return errno.errorcode.get(number)


def _importer(path):
    """What imports from this path, as PyImport_GetImporter finds it: None for a plain file."""
    for hook in sys.path_hooks:
        try:
            return hook(path)
        except ImportError:
            pass
    return None


def _through_runpy(module, alter_argv):
    """Readies runpy to execute a module with the host's function in place of exec, which it alone sees."""
    global function, arguments
    import runpy

    patched = dict(runpy.__dict__, exec=run_main)  # run_main is put here by the host
    for name in ("_run_module_as_main", "_run_code"):
        original = getattr(runpy, name)
        patched[name] = types.FunctionType(original.__code__, patched, name, original.__defaults__)
    function = patched["_run_module_as_main"]
    arguments = (module, alter_argv)
    return "function"


def _exit(status, message):
    return json.dumps({"status": status, "message": message})


def flush():
    """Flushes as flush_io of Python/pythonrun.c does."""
    for stream in (sys.stderr, sys.stdout):
        try:
            stream.flush()
        except BaseException:
            pass
    return ""


def say(line):
    """Writes a line to the error stream, whatever the program made of sys.stderr."""
    flush()
    os.write(2, (line + "\n").encode("utf-8", "backslashreplace"))
    return ""


def ended(kind, error, trace):
    """What an exception that left the program means: for the exit, whether its traceback is printed, and a hint."""
    if not isinstance(error, SystemExit):
        interrupt = isinstance(error, KeyboardInterrupt)
        return json.dumps({"print": True, "interrupt": interrupt, "status": 1, "hint": _hint(error)})
    status = error.code
    message = ""
    if status is None:
        status = 0
    elif not isinstance(status, int):
        flush()
        try:
            message = str(status)
            sys.stderr.write(message + "\n")
        except BaseException:
            pass
        status = 1
    return json.dumps({"print": False, "interrupt": False, "status": status & 0xFF, "hint": _exit_hint(message)})


def _exit_hint(message):
    """runpy reports a module that is missing by leaving with a message."""
    marker = "No module named "
    start = "python: " + marker
    if not message.startswith(start):
        return ""
    name = message[len(start) :].strip().strip("'\"")
    return _missing(name.partition(".")[0]) if "; " not in name else ""


def _missing(name):
    if not name or importlib.machinery.PathFinder.find_spec(name) is not None or name in sys.builtin_module_names:
        return ""
    return "%s is not in the embedded Python; try -p .venv/bin/python" % name


def _hint(error):
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        hint = _limit(error)
        if hint:
            return hint
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return ""


PROCESSES = "the embedded Python has no processes; try -p python3"
THREADS = "the embedded Python has no threads; try -p python3"


def _limit(error):
    """The sentence about the limit of the embedded interpreter that an exception comes from, or ""."""
    if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str):
        if error.name in ("_posixsubprocess", "_multiprocessing", "_posixshmem"):
            return PROCESSES
        return _missing(error.name.partition(".")[0])
    try:
        text = str(error)
    except BaseException:
        return ""
    if isinstance(error, RuntimeError) and "start new thread" in text:
        return THREADS
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, OSError) and (
        "does not support processes" in text or error.errno == errno.ENOSYS and _calls(frames, "fork")
    ):
        return PROCESSES
    if isinstance(error, AttributeError) and getattr(error, "obj", None) is os:
        return PROCESSES if error.name in ("fork", "forkpty", "posix_spawn", "posix_spawnp") else ""
    if isinstance(error, OSError) and isinstance(error.filename, str):
        return _invisible(os.path.join(os.getcwd(), error.filename))
    names = [frame.f_code.co_name for frame in frames]
    if isinstance(error, OSError) and ("_make_self_pipe" in names or "socketpair" in names):
        return "the embedded Python has no sockets, which asyncio.run() needs; try -p python3"
    return ""


def _calls(frames, name):
    return bool(frames) and name in frames[-1].f_code.co_names


def _invisible(path):
    """The sentence about a path outside of the folders that are shown, or ""."""
    path = os.path.normpath(path)
    if any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in _folders):
        return ""
    return "the embedded Python sees only %s; try -p python3" % " and ".join(_folders)


def after_main():
    """Takes back what running a script set. "callbacks" when there are callbacks of atexit to run."""
    global _callbacks, _imported_before
    if function is None:
        namespace.pop("__file__", None)
        namespace.pop("__cached__", None)
    if atexit._ncallbacks() == 0:
        return ""
    _callbacks = True
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _unraisable
    _imported_before = frozenset(sys.modules)
    atexit.register(begin_callbacks)  # put here by the host; the last one registered is the first to run
    return "callbacks"


def _unraisable(arguments_of_hook):
    """Prints as python does, and notes that what it takes to print was counted."""
    global _raised
    _raised = True
    sys.__unraisablehook__(arguments_of_hook)


run_callbacks = atexit._run_exitfuncs


def finish():
    """Flushes; the exit code that a failing flush of stdout asks for (Py_FinalizeEx), and modules compiled, as JSON."""
    global namespace, code, function, arguments, failure
    if _callbacks:
        note_imports()
    status = 0
    try:
        sys.stdout.flush()
    except BaseException as error:
        status = 120
        try:
            sys.stderr.write("Exception ignored in: %r\n" % (sys.stdout,))
            sys.stderr.write("".join(traceback.format_exception_only(type(error), error)))
        except BaseException:
            pass
    try:
        sys.stderr.flush()
    except BaseException:
        status = 120
    namespace = code = function = arguments = failure = None  # what the program left dies as it does without us
    return json.dumps({"status": status, "raised": _raised, "compiled": sorted(_compiled - {"pyallocs"}), "regions": "pyallocs" in sys.modules})


def note_imports():
    """Keeps the names of the modules of the standard library that were imported, and compiled, while it was counted."""
    new = [name for name in sys.modules if name not in _imported_before]
    _compiled.update(name for name in new if _from_library(sys.modules[name]))
    return ""


def _from_library(module):
    origin = getattr(getattr(module, "__spec__", None), "origin", None)
    return isinstance(origin, str) and origin.endswith(".py") and origin.startswith(_standard_library)
