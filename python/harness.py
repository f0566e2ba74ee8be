"""The harness of a measured statement. Runs inside the measured interpreter, never inside a counted interval.

A host calls these functions one after the other:

    load(setup, statement, gc)   parses both; the statement is spliced into a loop as a syntax tree, never as text
    start()                      executes setup in a fresh namespace and makes the function to run
    settle()                     calls that function often, with no execution, so that every call after it costs the same
    plan(executions)             makes the arguments of the runs to come, so that nothing is made between them
    finish(used)                 tells what happened, once the runs are over

Each takes strings and returns a string: "" when all is well, otherwise an error as JSON. Between them the host calls
`function(*arguments[k])` itself, from C, so that no frame of the harness is on the stack.

Works on CPython 3.8 and newer without any third-party module.
"""

import ast
import gc
import importlib.machinery
import itertools
import json
import keyword
import operator
import sys
import traceback
import types

PLACES = ("setup", "statement")
MESSAGE_LIMIT = 2000

function = None
arguments = []

_loaded = None
_collections_before = 0


class _Loaded:
    __slots__ = ("setup", "names", "statement", "tree", "gc", "loops")

    def __init__(self, setup, names, statement, tree, gc_on):
        self.setup = setup
        self.names = names
        self.statement = statement
        self.tree = tree
        self.gc = gc_on
        self.loops = {}  # compiled, by the names in them


def prepare_interpreter(folders):
    """Puts folders (a JSON list) first on sys.path; tells about the interpreter, as JSON."""
    sys.path[:0] = json.loads(folders)
    sys.dont_write_bytecode = True
    gc.collect()
    gc.freeze()  # a gc.collect() of the statement need not look at what the interpreter itself made
    return json.dumps({"version": sys.version.split()[0]})


def absent_modules():
    """Public modules of the standard library that are not in this build, as JSON."""
    find = importlib.machinery.PathFinder.find_spec
    names = getattr(sys, "stdlib_module_names", ())
    known = (name for name in names if not name.startswith("_") and name not in sys.builtin_module_names)
    return json.dumps(sorted(name for name in known if name not in sys.modules and find(name) is None))


def load(setup, statement, gc_on):
    """Parses setup and statement. Neither is executed."""
    global _loaded
    try:
        setup_tree = _parse(setup, "setup")
        tree = _parse(statement, "statement")
    except _Refused as refused:
        return refused.json
    if not tree.body:
        return _error("syntax-error", "the statement holds no code, only comments", None, "statement")
    waits = _own(tree.body, (ast.Await, ast.AsyncFor, ast.AsyncWith))
    waits += [node for node in _own(tree.body, (ast.comprehension,)) if node.is_async]
    if waits:
        return _leaves_the_loop(getattr(waits[0], "lineno", None))
    names = frozenset(node.id for node in ast.walk(setup_tree) if isinstance(node, ast.Name))
    setup_code = compile(setup_tree, "<setup>", "exec", dont_inherit=True)
    _loaded = _Loaded(setup_code, names, statement, tree, gc_on == "gc")
    return ""


def start():
    """Executes setup in a fresh `__main__` and compiles the loop; the collector is off afterwards unless wanted."""
    global function, _collections_before
    function = None
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    namespace = main.__dict__
    before = set(namespace) | {"__builtins__"}
    try:
        exec(_loaded.setup, namespace)
    except BaseException as error:
        return _described(error, "setup")
    bound = [name for name in namespace if name not in before and _can_be_parameter(name)]
    try:
        function = _loop(namespace, bound)
    except _Refused as refused:
        return refused.json
    if function.__code__.co_flags & 0x2A0:  # CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR
        return _leaves_the_loop(None)
    gc.collect()
    if _loaded.gc:
        gc.enable()
    else:
        gc.disable()
    _collections_before = _collections()
    return ""


def settle():
    """Calls the function with no execution until it is no longer new: up to 3.10 the 1,024th call of a code object makes
    its table of caches (Python/ceval.c, _PyCode_InitOpcache)."""
    values = _values()
    for _ in range(1100):
        function(itertools.repeat(None, 0), *values)
    return ""


def plan(executions):
    """Makes one argument tuple per run: an iterator of that many executions, and what setup bound."""
    arguments[:] = [(itertools.repeat(None, int(n)),) + _values() for n in executions.split(",")]
    return ""


def plan_growth(n):
    """Makes one run of 10n executions; returns the addresses of three objects that die after n, 2n and 10n of them.

    The run iterates over a chain of three iterators, and only the chain holds them: it drops each when it is exhausted.
    The list that hands them over is so long that taking them never makes it shrink; None ends it.
    """
    n = int(n)
    legs = [itertools.repeat(None, times) for times in (n, n, 8 * n)]
    addresses = ",".join(str(id(leg)) for leg in legs)
    legs.reverse()
    source = [None] * 100 + legs
    legs.clear()
    arguments[:] = [(itertools.chain.from_iterable(iter(source.pop, None)),) + _values()]
    return addresses


def check(used):
    """Whether one of the first `used` planned runs left its loop early: "unfinished" or ""."""
    early = any(operator.length_hint(run[0], 0) for run in arguments[: int(used)])
    return "unfinished" if early else ""


def finish():
    """The number of cyclic collections since start()."""
    collections = _collections() - _collections_before
    arguments.clear()
    gc.enable()
    return str(collections)


def unfolded():
    """If part of the statement is a constant expression: setup and statement that compute it, as JSON."""
    taken = {node.id for node in ast.walk(_loaded.tree) if isinstance(node, ast.Name)} | _loaded.names
    names = (name for name in _names() if name not in taken)
    tree = ast.parse(_loaded.statement)
    unfold = _Unfold(names)
    unfold.visit(tree)
    if not unfold.bound:
        return ""
    setup = "; ".join("%s = %r" % pair for pair in unfold.bound)
    statement = _unparsed(tree, dict(unfold.bound))
    if not statement or len(setup) + len(statement) > MESSAGE_LIMIT:
        return ""
    return json.dumps({"setup": setup, "statement": statement})


def evaluate(code, argument):
    """Executes code as a fresh `__main__` and calls its `main`: "+" and the string it returns, or the error as JSON."""
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    try:
        exec(compile(code, "<statement>", "exec", dont_inherit=True), main.__dict__)
        return "+" + main.main(argument)
    except BaseException as error:
        return _described(error, "statement")


def describe(kind, error, trace):
    """The error that ended a run, as JSON."""
    if not isinstance(error, BaseException):
        error = kind() if error is None else kind(error)
    return _described(error.with_traceback(trace), "statement")


def _values():
    """What setup bound, in the order of the parameters."""
    names = function.__code__.co_varnames[1 : function.__code__.co_argcount]
    return tuple(function.__globals__[name] for name in names)


class _Refused(Exception):
    def __init__(self, json_text):
        super().__init__(json_text)
        self.json = json_text


def _unparsed(tree, values):
    """The text of a statement in which names stand for these values; "" when it cannot be had."""
    if hasattr(ast, "unparse"):
        return ast.unparse(ast.fix_missing_locations(tree))
    # 3.8: the names are put into the source, at the places where the constants stand.
    source = _loaded.statement.encode()
    starts = [0]
    for line in source.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    renamed = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in values]
    for node in sorted(renamed, key=lambda node: (-node.lineno, -node.col_offset)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        try:
            same = ast.literal_eval(source[start:end].decode()) == values[node.id]
        except (ValueError, SyntaxError):  # inside an f-string places are not those of the source
            same = False
        if not same:
            return ""
        source = source[:start] + node.id.encode() + source[end:]
    return source.decode()


class _Unfold(ast.NodeTransformer):
    """Gives a name to each constant of the expressions that the compiler folds."""

    FOLDED = (ast.BinOp, ast.UnaryOp, ast.Tuple, ast.Subscript)

    def __init__(self, names):
        self.names = names
        self.bound = []

    def visit(self, node):
        if isinstance(node, self.FOLDED) and self._constant(node) and not self._is_number(node):
            return _Rename(self.names, self.bound).visit(node)
        return self.generic_visit(node)

    def _constant(self, node):
        parts = self.FOLDED + (ast.Constant, ast.operator, ast.unaryop, ast.expr_context)
        return all(isinstance(part, parts) for part in ast.walk(node)) and any(
            isinstance(part, ast.Constant) for part in ast.walk(node)
        )

    def _is_number(self, node):
        return isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)


class _Rename(ast.NodeTransformer):
    def __init__(self, names, bound):
        self.names = names
        self.bound = bound

    def visit_Constant(self, node):
        name = next(self.names)
        self.bound.append((name, node.value))
        return ast.copy_location(ast.Name(name, ast.Load()), node)


def _parse(text, place):
    try:
        return ast.parse(text, "<%s>" % place)
    except BaseException as error:
        raise _Refused(_described(error, place)) from None


def _own(nodes, wanted):
    """Nodes of these classes that belong to the statement itself, not to a function or class inside it."""
    found = []
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, wanted):
            found.append(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            waiting += node.decorator_list
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found


def _can_be_parameter(name):
    dunder = name.startswith("__") and name.endswith("__")
    return name.isidentifier() and not keyword.iskeyword(name) and not dunder


def _loop(namespace, bound):
    """def _loop(_it, *bound): for _i in _it: statement

    Compiled once, so that code inside the statement is no longer new when setup is executed again: up to 3.10 the 1,024th
    call of a comprehension or a lambda would ask for its table of caches, in the middle of a count.
    """
    outer = {name for node in _own(_loaded.tree.body, (ast.Global,)) for name in node.names}
    parameters = [name for name in bound if name not in outer]
    taken = {node.id for node in ast.walk(_loaded.tree) if isinstance(node, ast.Name)} | set(namespace)
    iterator, item = (_free(name, taken) for name in ("_it", "_i"))
    head = "def _loop(%s):\n for %s in %s: pass" % (", ".join([iterator] + parameters), item, iterator)
    made = {}
    try:
        if head not in _loaded.loops:
            module = ast.parse(head)
            module.body[0].body[0].body = _loaded.tree.body
            _loaded.loops[head] = compile(module, "<statement>", "exec", dont_inherit=True)
        exec(_loaded.loops[head], namespace, made)
    except BaseException as error:
        raise _Refused(_described(error, "statement")) from None
    return made["_loop"]


def _free(name, taken):
    while name in taken:
        name = "_" + name
    return name


def _names():
    for size in itertools.count(1):
        for letters in itertools.product("abcdefghijklmnopqrstuvwxyz", repeat=size):
            name = "".join(letters)
            if not keyword.iskeyword(name):
                yield name


def _collections():
    return sum(generation["collections"] for generation in gc.get_stats())


def _described(error, place):
    name = type(error).__name__
    if isinstance(error, SyntaxError) and error.filename in ("<setup>", "<statement>"):
        lines = traceback.format_exception_only(type(error), error)
        excerpt = [line.rstrip("\n") for line in "".join(lines).split("\n") if line.startswith("    ")]
        return _error("syntax-error", "%s: %s" % (name, error.msg), error.lineno, error.filename[1:-1], excerpt)
    line = None
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename in ("<setup>", "<statement>"):
            line, place = number, frame.f_code.co_filename[1:-1]
    try:
        text = str(error)
    except BaseException:
        text = "(its text cannot be had)"
    syntax = isinstance(error, (SyntaxError, ValueError)) and error.__traceback__ is not None and line is None
    code = "syntax-error" if syntax else "python-exception"
    return _error(code, ("%s: %s" % (name, text) if text else name), line, place)


def _leaves_the_loop(line):
    message = "the statement leaves the loop (break, return, yield or await)"
    return _error("leaves-the-loop", message, line, "statement")


def _error(code, message, line, place, excerpt=()):
    if len(message) > MESSAGE_LIMIT:
        message = message[:MESSAGE_LIMIT] + "…"
    return json.dumps(
        {"code": code, "message": message, "line": line, "place": {"in": place, "excerpt": list(excerpt)[:4]}}
    )
