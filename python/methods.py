"""What the usual methods say of statements. Executed after harness.py in the same namespace, where nothing is counted.

`main` takes {"method", "experiments": [{"setup", "statement", "executions"}]} as JSON, and answers a list with what the
method says of each experiment, in order; {"error": an error of the harness} where the statement does not work out.
"""

import dis
import time
import tracemalloc

TEXT_LIMIT = 80
ADAPTIVE = {"adaptive": True} if sys.version_info >= (3, 11) else None
RUN_NS = 400000


class _Failed(Exception):
    pass


def main(request):
    asked = json.loads(request)
    method = METHODS[asked["method"]]
    return json.dumps([_said(method, experiment) for experiment in asked["experiments"]])


def _said(method, experiment):
    try:
        return method(experiment)
    except _Failed as failed:
        return {"error": json.loads(str(failed))}
    except BaseException as error:
        return {"error": json.loads(_described(error, "statement"))}
    finally:
        function_over()


def function_over():
    """Nothing of an experiment is there when the next one begins."""
    global function
    function = None
    arguments.clear()
    sys.modules["__main__"] = types.ModuleType("__main__")
    gc.enable()
    gc.collect()


def _checked(answer):
    if answer != "":
        raise _Failed(answer)


def _ready(experiment):
    _checked(load(experiment["setup"], experiment["statement"], ""))
    _checked(start())


def _run(number):
    function(*arguments[number])


def _tracemalloc(experiment):
    """As it is usually done: warm, snapshot, run, snapshot, compare by line; only lines of tracemalloc.py are left out."""
    n = experiment["executions"]
    _ready(experiment)
    plan("%d,%d" % (n, n))
    _run(0)
    tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot()
        _run(1)
        after = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    own = (tracemalloc.Filter(False, tracemalloc.__file__),)
    rows = after.filter_traces(own).compare_to(before.filter_traces(own), "lineno")
    return {
        "executions": n,
        "blocks": sum(row.count_diff for row in rows),
        "bytes": sum(row.size_diff for row in rows),
    }


NOTE, ID, RESULT = "__pyallocs_note__", "__pyallocs_id__", "__pyallocs_result__"


def _ids(experiment):
    """How many results share an address: all kept alive, and each dropped before the next. None: there is no result."""
    n = experiment["executions"]
    kept = []
    if not _noted(experiment, n, lambda name: "%s(%s)" % (NOTE, name), kept.append):
        return None
    if all(result is None for result in kept):
        return None
    distinct = len({id(result) for result in kept})
    kept.clear()
    dropping = "%s(%s(%%s)); del %%s" % (NOTE, ID)
    seen = set()
    try:
        dropped = _noted(experiment, n, lambda name: dropping % (name, name), seen.add, seen)
    except NameError:  # the statement reads what it assigns: the next assignment drops it
        seen.clear()
        dropped = _noted(experiment, n, lambda name: "%s(%s(%s))" % (NOTE, ID, name), seen.add, seen)
    return {"results": n, "kept": distinct, "dropped": dropped}


# Rounds of dropped results, each after more blocks of every size class of pymalloc were taken: pools end elsewhere.
ROUNDS = 5
TAKEN = 61


def _noted(experiment, n, more, note, seen=None):
    """Runs the statement with more code after it, which is told the name of the result. False: there is no such name.

    With `seen`, where `note` puts addresses: the fewest of several rounds, of which the first warms up.
    """
    _checked(load(experiment["setup"], experiment["statement"], ""))
    body = _loaded.tree.body
    name = _result_name(body)
    if name is None:
        return False
    body += ast.parse(more(name)).body
    _checked(start())
    function.__globals__[NOTE] = note
    function.__globals__[ID] = id
    plan(",".join([str(n)] * (1 if seen is None else 1 + ROUNDS)))
    _run(0)
    if seen is None:
        return True
    taken = []
    fewest = n
    for round_ in range(1, 1 + ROUNDS):
        seen.clear()
        _run(round_)
        fewest = min(fewest, len(seen))
        if fewest == 1:
            break
        taken += [bytes(size - sys.getsizeof(b"")) for size in range(48, 513, 16) for _ in range(TAKEN)]
    return fewest


def _result_name(body):
    last = body[-1]
    if isinstance(last, ast.Expr):
        body[-1] = ast.Assign(targets=[ast.Name(RESULT, ast.Store())], value=last.value, type_comment=None)
        ast.copy_location(body[-1], last)
        ast.fix_missing_locations(body[-1])
        return RESULT
    if isinstance(last, ast.Assign):
        target = last.targets[-1]
        while isinstance(target, (ast.Tuple, ast.List)) and target.elts:
            target = target.elts[-1]
    elif isinstance(last, (ast.AugAssign, ast.AnnAssign)):
        target = last.target
    else:
        return None
    return target.id if isinstance(target, ast.Name) else None


def _bytecode(experiment):
    """The instructions of the statement and of the functions in its text and its setup, as compiled and after warming up."""
    _ready(experiment)
    codes = [code for outer in (function.__code__, _loaded.setup) for code in _nested(outer)]
    plain = [list(dis.get_instructions(code)) for code in codes]
    n = experiment["executions"]
    plan("%d,%d" % (n, n))
    _run(0)
    _run(1)
    return [_code(code, instructions, code is function.__code__) for code, instructions in zip(codes, plain)]


def _nested(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _nested(constant)


def _code(code, instructions, own):
    warmed = {}
    if ADAPTIVE is not None:
        warmed = {one.offset: one.opname for one in dis.get_instructions(code, **ADAPTIVE)}
    lines = dict(dis.findlinestarts(code))
    line = None
    told = []
    shown = _of_statement(instructions) if own else instructions
    for one in instructions:
        line = lines.get(one.offset, line)
        if one not in shown:
            continue
        opcode = warmed.get(one.offset, one.opname)
        specialized = None if opcode == one.opname else opcode
        told.append([line, one.offset, one.opname, _argument(one), specialized])
    if len(told) > 1 and shown[0].opname.startswith("STORE_FAST_"):
        told[0][0] = told[1][0]  # an instruction that the loop and the statement share has the line of the loop
    name = "" if own else getattr(code, "co_qualname", code.co_name)
    text = code.co_filename[1:-1]  # "<setup>"
    return {"name": name, "firstLine": code.co_firstlineno, "text": text, "instructions": told}


def _argument(one):
    if isinstance(one.argval, types.CodeType):
        return "<code object %s>" % one.argval.co_name  # without its address
    text = one.argrepr
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"


# Jumps that end an execution of the loop's body: up to 3.10 JUMP_ABSOLUTE, then JUMP_BACKWARD and its variants.
BACK = ("JUMP_ABSOLUTE", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT")
LOOP_NEXT = ("STORE_FAST", "STORE_NAME", "STORE_DEREF", "STORE_GLOBAL")


def _of_statement(instructions):
    """Those between the loop's own: after the store to its variable, without the jumps to its head, and without its end."""
    head = next(i for i, one in enumerate(instructions) if one.opname == "FOR_ITER")
    begin, end = instructions[head].offset, instructions[head].argval
    first = head + 1
    while instructions[first].opname == "NOT_TAKEN" or instructions[first].opname == "EXTENDED_ARG":
        first += 1
    if instructions[first].opname in LOOP_NEXT:
        first += 1
    leaving = False
    shown = []
    for one in instructions[first:]:
        leaving = leaving or one.offset == end
        if leaving:
            leaving = one.opname not in ("RETURN_VALUE", "RETURN_CONST")
        elif one.opname != "EXTENDED_ARG" and not (one.opname in BACK and one.argval == begin):
            shown.append(one)
    return shown


def _time(experiment):
    """Nanoseconds per execution, the loop included, in each of several runs; and the same with operands nobody can fold."""
    repeats = experiment["repeats"]
    _ready(experiment)
    text = unfolded()
    found = {"times": _times(repeats, experiment["executions"]), "unfolded": None}
    if text != "":
        other = json.loads(text)
        setup = "\n".join(part for part in (experiment["setup"], other["setup"]) if part)
        again = {"setup": setup, "statement": other["statement"]}
        _ready(again)
        found["unfolded"] = dict(again, times=_times(repeats, experiment["executions"]))
    return found


def _times(repeats, most):
    """As many executions as take RUN_NS, at most `most`; the first run warms up."""
    n = 1
    while n < most:
        plan(str(n))
        if _timed(0) >= RUN_NS:
            break
        n = min(most, 2 * n)
    plan(",".join([str(n)] * (repeats + 1)))
    return [_timed(k) / n for k in range(repeats + 1)][1:]


def _timed(number):
    planned = arguments[number]
    clock = time.perf_counter_ns
    begun = clock()
    function(*planned)
    return clock() - begun


def _listing(experiment):
    """The instructions of a whole program, without running it: it stands in place of the statement."""
    module = compile(experiment["statement"], "<statement>", "exec", dont_inherit=True)
    return [_code(code, list(dis.get_instructions(code)), False) for code in _nested(module)]


METHODS = {"tracemalloc": _tracemalloc, "ids": _ids, "bytecode": _bytecode, "time": _time, "listing": _listing}
