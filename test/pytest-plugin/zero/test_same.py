"""The same assertions as pytest rewrites them and as Python compiles them. What passes creates one list for each and, or."""

import ast

import pytest

ASSERTIONS = {
    "assert x == 3": 0,
    "assert x * 1000 == 3000, 'message'": 0,
    "assert y == [1, 2]": 0,
    "assert 2 < x < 4": 0,
    "assert len(y) == 2": 0,
    "assert x.real == max(1, x, key=abs)": 0,
    "assert d['k'] == (1, 2)": 0,
    "assert all(i for i in y)": 0,
    "assert (x if y else None) == 3": 0,
    "assert len(y) == 2 and y[0] == 1": 1,
    "assert x == 4 or y": 1,
    "assert not (x == 4 or x == 5)": 1,
    "assert x == 4 or (x == 3 and y)": 2,
}


def compiled(text, config, rewrite):
    from _pytest.assertion.rewrite import rewrite_asserts

    source = "def function(x, y, d):\n    " + text
    tree = ast.parse(source)
    if rewrite:
        rewrite_asserts(tree, source.encode(), "test.py", config)
    space = {}
    exec(compile(tree, "test.py", "exec", dont_inherit=True), space)
    return space["function"]


@pytest.mark.parametrize("text", ASSERTIONS)
def test_a_passing_assertion(text, allocs, pytestconfig):
    arguments = 3, [1, 2], {"k": (1, 2)}
    plain = allocs.per_call(compiled(text, pytestconfig, False), *arguments)
    ours = allocs.per_call(compiled(text, pytestconfig, True), *arguments)
    lists = ASSERTIONS[text]
    assert ours.creations == plain.creations + lists
    assert ours.by_type["list"] == plain.by_type["list"] + lists
    assert (ours.requests, ours.buffers, ours.resizes) == (plain.requests, plain.buffers, plain.resizes)
