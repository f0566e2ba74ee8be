"""Names regions of a program for pyallocs, which counts what each one allocates.

    import pyallocs

    with pyallocs.region("parse"):
        tree = parse(text)

    @pyallocs.region("render")
    def render(tree):
        ...

    pyallocs stat program.py

Counting begins as the last act of entering and ends as the first of leaving. What a region calls belongs to it, and so do
the regions inside it. Only the thread that entered it is counted. A region entered again inside itself is one region. A
decorated generator or coroutine is counted only while it runs.

Without pyallocs around it, a program with regions runs as it would without them: they do nothing.
"""

__all__ = ["region"]

_PROTOCOL = 1


class _Region:
    """A region when nobody counts."""

    __slots__ = ("name",)

    def __init__(self, name):
        if not isinstance(name, str):
            raise TypeError("the name of a region is a str, not %s" % type(name).__name__)
        self.name = name

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return None

    def __call__(self, function):
        if not callable(function):
            raise TypeError("a region decorates one function")
        return function


def _find_region():
    try:
        import _pyallocs
    except ImportError:
        return _Region
    if _pyallocs.protocol == _PROTOCOL:
        return _pyallocs.region
    import warnings

    warnings.warn(
        "this module speaks protocol %d and the pyallocs that runs the program speaks %d: regions are not counted"
        % (_PROTOCOL, _pyallocs.protocol),
        RuntimeWarning,
        stacklevel=2,
    )
    return _Region


region = _find_region()
