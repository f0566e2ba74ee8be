"""Counts in a notebook: their table, and the magics %allocs and %%allocs.

    %load_ext pyallocs
    %allocs y = x + 1        # what one execution costs, once it is warm

    %%allocs                 # what the cell costs, once, as it stands
    tree = parse(text)

`%allocs` puts its statement into a loop in a function, as a syntax tree, and counts as `pyallocs bench` does. Names are the
notebook's own and are read as globals, as they are in its cells. Only what the statement itself binds is local, and begins
with the notebook's value: nothing in the notebook is changed, unless the statement says `global` or changes an object.

`%%allocs` puts the cell into `with pyallocs.counting():` as a syntax tree, so that its first instruction is the first that is
counted, and executes it as the notebook would.
"""

import ast
import builtins
import io
import os
import sys
from html import escape
from types import CodeType, TracebackType
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple, Union

import pyallocs

from . import NotCountable
from ._agent import find_agent
from ._counting import ATTEMPTS, CallCounts, Counts, Measured, Types, counts_of, executions_for, result_of
from ._raw import BUFFERS, REQUESTS, RESIZES, difference, same
from ._tracers import Quiet, wake

_Number = Union[int, float]

_TYPES_SHOWN = 20
_NAME_WIDTH = 80
# The signs and colours of the command line; the colours are readable on white and on black.
_ORIGINS = (
    ("freelist", "○", "#0a9a70", "from a freelist"),
    ("pymalloc", "◐", "#c77f00", "from pymalloc"),
    ("malloc", "●", "#d4552a", "from malloc"),
    ("foreign", "◇", "#888888", "from elsewhere"),
)
_HOLDER = "__pyallocs_cell__"
# Up to 3.10 the 1,024th call of a code object makes its table of caches (Python/ceval.c, _PyCode_InitOpcache).
_CALLS_UNTIL_OLD = 1100
_WARM_UP_RUNS = 4


def counts_html(counts: Counts, caption: Optional[str] = None) -> str:
    """A table of its own: it asks for nothing from outside, and takes its colours from the page around it."""
    if caption is None:
        caption = "one call" if isinstance(counts, CallCounts) else "counted once"
    try:
        made = counts.creations
    except NotCountable as error:
        return "<div><b>%s</b>: %s</div>" % (escape(caption), escape(str(error)))
    largest = max(made, counts.requests, 1)
    rows = [_row("objects created", made, largest, "currentColor", "")]
    rows += [
        _row("%s %s" % (sign, told), getattr(made, origin), largest, colour, "no request" if origin == "freelist" and made.freelist else "", 1)
        for origin, sign, colour, told in _ORIGINS
        if origin != "foreign" or made.foreign
    ]
    rows.append(_row("▪ buffers", counts.buffers, largest, "#3f8fbf", ""))
    rows.append(_row("= requests", counts.requests, largest, "currentColor", "objects not from a freelist, and buffers"))
    rows.append(_row("↔ resizes", counts.resizes, largest, "#b5639a", ""))
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:collapse;font-variant-numeric:tabular-nums">'
        '<caption style="caption-side:top;text-align:left;padding:0.3em 0.6em;color:inherit">%s</caption><tbody>%s</tbody></table>%s</div>'
        % (
            "<b>%s</b> <span style=\"opacity:0.7\">CPython %s</span>" % (escape(caption), sys.version.split()[0]),
            "".join(rows),
            _types_html(counts.by_type),
        )
    )


_CELL = "text-align:%s;padding:0.1em 0.6em;vertical-align:baseline"


def _row(name: str, number: _Number, largest: _Number, colour: str, note: str, indent: int = 0) -> str:
    bar = '<span style="display:inline-block;height:0.7em;width:%.4gem;background:%s;opacity:0.75"></span>'
    return (
        '<tr><th scope="row" style="%s;font-weight:normal;padding-left:%.1fem">%s</th><td style="%s">%s</td>'
        '<td style="%s;min-width:12em">%s <span style="opacity:0.7">%s</span></td></tr>'
        % (
            _CELL % "left",
            0.6 + indent,
            escape(name),
            _CELL % "right",
            _text(number),
            _CELL % "left",
            bar % (12 * number / largest, colour) if number else "",
            escape(note),
        )
    )


def _types_html(types: Types) -> str:
    if not types:
        return ""
    shown = [origin for origin, _, _, _ in _ORIGINS if any(getattr(made, origin) for made in types.values())]
    signs = {origin: "%s %s" % (sign, origin) for origin, sign, _, _ in _ORIGINS}
    heads = ["type", "created"] + [signs[origin] for origin in shown]
    rows = ["<tr>%s</tr>" % "".join('<th scope="col" style="%s">%s</th>' % (_CELL % _side(i), head) for i, head in enumerate(heads))]
    for name, made in list(types.items())[:_TYPES_SHOWN]:
        numbers = [made] + [getattr(made, origin) for origin in shown]
        cells = "".join('<td style="%s">%s</td>' % (_CELL % "right", _text(number) if number else "·") for number in numbers)
        rows.append(
            '<tr><th scope="row" style="%s;font-weight:normal"><code>%s</code></th>%s</tr>'
            % (_CELL % "left", escape(_cut(name)), cells)
        )
    more = len(types) - _TYPES_SHOWN
    if more > 0:
        rest = sum(made for made in list(types.values())[_TYPES_SHOWN:])
        rows.append(
            '<tr><th scope="row" style="%s;font-weight:normal">%d more types</th><td style="%s">%s</td>%s</tr>'
            % (_CELL % "left", more, _CELL % "right", _text(rest), "<td></td>" * len(shown))
        )
    return '<table style="border-collapse:collapse;font-variant-numeric:tabular-nums"><tbody>%s</tbody></table>' % "".join(rows)


def _side(column: int) -> str:
    return "right" if column else "left"


def _text(number: _Number) -> str:
    """1,000 and 0.5: never shorter than it is."""
    return "{:,}".format(int(number)) if int(number) == number else repr(float(number))


def _cut(text: str) -> str:
    """One line, on which nothing is hidden."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return line if len(line) <= _NAME_WIDTH else line[: _NAME_WIDTH - 1] + "…"


class _Shown:
    """Counts with what they are of, as a cell shows them."""

    def __init__(self, counts: Counts, of: str) -> None:
        self._counts, self._of = counts, of

    def __repr__(self) -> str:
        return "%s: %r" % (self._of, self._counts)

    def _repr_html_(self) -> str:
        return counts_html(self._counts, self._of)


def load_ipython_extension(ipython: Any) -> None:
    """%load_ext pyallocs: registers %allocs and %%allocs."""
    from IPython.core.magic import needs_local_scope, no_var_expand

    @needs_local_scope
    @no_var_expand  # {x: 1} is a dict, and no variable to put in
    def allocs(line: str, cell: Optional[str] = None, local_ns: Optional[Dict[str, Any]] = None) -> Any:
        """What a statement, or a cell, creates and asks for.

        %allocs [-o] STATEMENT
            What one execution costs once it is warm. It is executed many thousand times; what it prints is dropped.
            -o: the answer is the Counts, to be assigned: c = %allocs -o STATEMENT

        %%allocs [NAME]
        CELL
            What the cell costs, executed once, as it stands. NAME: the Counts are bound to it.
        """
        __tracebackhide__ = True
        try:
            if cell is None:
                return _line(ipython, line, local_ns)
            return _cell(ipython, line.strip(), cell)
        except SyntaxError as error:
            raise error.with_traceback(None)
        except NotCountable as error:
            problem = str(error)
        raise _usage_error(problem)

    ipython.register_magic_function(allocs, "line_cell", "allocs")


def _usage_error(sentence: str) -> Exception:
    """IPython prints it on one line."""
    from IPython.core.error import UsageError

    error: Exception = UsageError(sentence)
    return error


def _display(counts: Counts, of: str) -> None:
    from IPython.display import display

    display(_Shown(counts, of))


def _line(shell: Any, line: str, local: Optional[Dict[str, Any]]) -> Optional[Counts]:
    __tracebackhide__ = True
    text = line.strip()
    returned = text.split(None, 1)[:1] == ["-o"]
    if returned:
        text = text[2:].lstrip()
    if not text:
        raise _usage_error("%allocs takes a statement: %allocs y = x + 1")
    source = _Source(shell, text)
    names = shell.user_ns if local is None else {**shell.user_ns, **local}
    function, arguments = source.function(shell.user_ns, names, names if local not in (None, shell.user_ns) else {})
    counts = _count(source, function, arguments)
    if returned:
        return counts
    _display(counts, "one execution of %s" % _cut(text))
    return None


def _count(source: "_Source", function: Callable[..., Any], arguments: Tuple[Any, ...]) -> Counts:
    __tracebackhide__ = True
    streams = sys.stdout, sys.stderr
    agent = find_agent()
    trace = sys.gettrace()
    if trace is not None:
        sys.settrace(None)
    quiet = Quiet(trace is not None)
    quiet.suspend_tools()
    try:
        # Each write costs the same.
        with io.TextIOWrapper(open(os.devnull, "wb", buffering=0), write_through=True) as nowhere:
            sys.stdout = sys.stderr = nowhere
            return _measured(agent, function, arguments)
    except BaseException as error:
        raise error.with_traceback(source.own(error.__traceback__))
    finally:
        sys.stdout, sys.stderr = streams
        quiet.end()
        if trace is not None:
            sys.settrace(trace)
            wake()


def _measured(agent: Any, function: Callable[..., Any], arguments: Tuple[Any, ...]) -> CallCounts:
    """What `bench` does: executions in one loop; 2n of them less n are the result, and 10n less 2n must be eight times that."""

    def runs(*executions: int) -> List[Any]:
        """Each is counted right behind one of its kind: objects made in between would be another start than that one had."""
        calls = [((None,) * number,) + arguments for number in executions]
        return [agent.measure(function, call, (), (-1, 1))[0] for call in calls]

    agent.measure(function, ((),) + arguments, (), (-_CALLS_UNTIL_OLD,))
    n = executions_for(runs(1)[0][1])
    if sys.version_info < (3, 11) and n >= 100:  # functions that the statement makes or calls get old as well
        runs(*(n,) * (_CALLS_UNTIL_OLD // (2 * n) + 1))
    # Before the others: what grows does so less often the larger it is.
    nothing, *grown = runs(0, n, 2 * n, 10 * n)
    one, two, ten = [difference(count, nothing) for count in grown]  # without the loop itself
    samples: List[Any] = []
    for _ in range(ATTEMPTS):
        runs(*(n,) * _WARM_UP_RUNS)
        counted = runs(n, 2 * n, n, 2 * n, n, 2 * n)
        samples = [difference(counted[i + 1], counted[i]) for i in (0, 2, 4)]
        if all(same(samples[0], sample) for sample in samples):
            break
    growth = [one, difference(two, one), difference(ten, two)]
    no_sites = None, (), [], "%allocs counts a loop; %%allocs and pyallocs.count() have them"
    measured = Measured(n, [(sample, None) for sample in samples], growth, no_sites)
    counts = result_of(measured, None)
    counts.growth = [(runs_of * n, counts_of(count)) for runs_of, count in ((1, one), (2, two), (10, ten))]
    if not counts.steady and not any(problem for problem, _, _, _ in [one, two, ten] + samples):
        counts._why = "there is no cost per execution: %s; %s" % (_told(2 * n, two[1]), _told(10 * n, ten[1]))
    return counts


def _told(executions: int, totals: Any) -> str:
    made = executions, sum(totals[:BUFFERS]), totals[REQUESTS], totals[RESIZES]
    return "%d executions made %d creations, %d requests and %d resizes" % made


class _Holder:
    """What an instrumented cell has of its counting: no Python object is made by using it."""

    __slots__ = ("interval", "counts", "value")

    def __init__(self, interval: Any) -> None:
        self.interval = interval
        self.counts: Any = None
        self.value: Any = None


def _cell(shell: Any, name: str, text: str) -> Any:
    __tracebackhide__ = True
    if name and not name.isidentifier():
        raise _usage_error("%%%%allocs takes a name for its counts, or nothing; %r is no name" % _cut(name))
    source = _Source(shell, text, first=2)
    code = source.cell()
    holder = _Holder(pyallocs.counting())
    before = builtins.__dict__.get(_HOLDER)
    # Not in the notebook's namespace: one name more there could make its dict grow inside the interval.
    setattr(builtins, _HOLDER, holder)
    try:
        exec(code, shell.user_ns)
    except BaseException as error:
        raise error.with_traceback(source.own(error.__traceback__))
    finally:
        if before is None:
            delattr(builtins, _HOLDER)
        else:
            setattr(builtins, _HOLDER, before)
    if name:
        shell.user_ns[name] = holder.counts
    _display(holder.counts, "the cell, once")
    return None if text.rstrip().endswith(";") else holder.value


class _Source:
    """The text of a statement or a cell, as the notebook compiles it. Raises SyntaxError."""

    def __init__(self, shell: Any, text: str, first: int = 1) -> None:
        """`first`: the number of its first line in the cell."""
        self.text: str = "\n" * (first - 1) + shell.transform_cell(text)
        self.flags: int = shell.compile.flags
        self.file: str = shell.compile.cache(self.text, max(0, len(shell.history_manager.input_hist_parsed) - 1))  # tracebacks show its lines
        try:
            self.tree = ast.parse(self.text, self.file)
            code = compile(self.text, self.file, "exec", self.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
        except SyntaxError as error:
            raise self._with_line(error) from None
        if code.co_flags & 0x280:  # CO_COROUTINE, CO_ASYNC_GENERATOR
            raise _usage_error("what awaits cannot be counted here: the notebook runs it; count a function that runs it")
        if not self.tree.body:
            raise _usage_error("there is no code to count, only comments")

    def _with_line(self, error: SyntaxError) -> SyntaxError:
        """With its line, which the compiler takes from files only."""
        lines = self.text.split("\n")
        if error.text is None and error.lineno is not None and error.lineno <= len(lines):
            error.text = lines[error.lineno - 1] + "\n"
        return error.with_traceback(None)

    def function(
        self, namespace: Dict[str, Any], names: Dict[str, Any], local: Dict[str, Any]
    ) -> Tuple[Callable[..., Any], Tuple[Any, ...]]:
        """A function with the statement in a loop, and arguments behind its iterable: what the statement binds, and `local`."""
        _, code = self._compiled((), namespace)
        used = {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}
        own = code.co_varnames[2:] + code.co_cellvars  # without those of the loop
        wanted = list(own) + sorted(used & set(local))
        values = {name: names.get(name, builtins.__dict__.get(name)) for name in wanted if name in names or hasattr(builtins, name)}
        function, _ = self._compiled(values, namespace)
        return function, tuple(values.values())

    def _compiled(self, parameters: Iterable[str], namespace: Dict[str, Any]) -> Tuple[Callable[..., Any], CodeType]:
        used = {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)} | set(parameters)
        iterator, item = (_free(name, used) for name in ("_it", "_i"))
        head = "def statement(%s):\n for %s in %s: pass" % (", ".join([iterator, *parameters]), item, iterator)
        module: Any = ast.parse(head)
        module.body[0].body[0].body = self.tree.body
        made: Dict[str, Any] = {}
        try:
            exec(compile(module, self.file, "exec", self.flags, True), namespace, made)
        except SyntaxError as error:
            raise self._with_line(error) from None
        return made["statement"], made["statement"].__code__

    def cell(self) -> CodeType:
        """The cell in a `with` that counts it; the value of its last expression is kept."""
        body = list(self.tree.body)
        future: List[ast.stmt] = []
        while body and isinstance(body[0], ast.ImportFrom) and body[0].module == "__future__":
            future.append(body.pop(0))
        around: Any = ast.parse("with {0}.interval as {0}.counts:\n {0}.value = 0".format(_HOLDER))
        with_ = around.body[0]
        keep = with_.body[0]
        if body and isinstance(body[-1], ast.Expr):
            keep.value = body[-1].value
            body[-1] = ast.copy_location(keep, body[-1])
        with_.body = body or [ast.Pass()]
        around.body = future + [with_]
        try:
            return compile(ast.fix_missing_locations(around), self.file, "exec", self.flags, True)
        except SyntaxError as error:
            raise self._with_line(error) from None

    def own(self, trace: Optional[TracebackType]) -> Optional[TracebackType]:
        """The part of a traceback that begins in this text."""
        return next((part for part in _parts(trace) if part.tb_frame.f_code.co_filename == self.file), trace)


def _free(name: str, used: Any) -> str:
    while name in used:
        name = "_" + name
    return name


def _parts(trace: Optional[TracebackType]) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next
