"""Repeats and shuffles the suite, and compares what per_call gives: the first difference fails a test.

REPETITIONS: how often each test runs; ORDER: a number that the order follows from; NUMBERS: where the numbers are written.
"""

import json
import os
import random

import pytest

SEEN = {}


def pytest_generate_tests(metafunc):
    metafunc.fixturenames.append("repetition")
    metafunc.parametrize("repetition", range(int(os.environ.get("REPETITIONS", "1"))))


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.nodeid)
    random.Random(int(os.environ.get("ORDER", "0"))).shuffle(items)


@pytest.fixture
def numbers(request, allocs):
    """Calls per_call, and compares all it tells with what it told before."""

    def per_call(function, *arguments):
        counts = allocs.per_call(function, *arguments)
        types = {name: [number, number.freelist] for name, number in sorted(counts.by_type.items())}
        found = [types, counts.requests, counts.buffers, counts.resizes]
        assert SEEN.setdefault(request.node.originalname, found) == found

    return per_call


def pytest_sessionfinish():
    if "NUMBERS" in os.environ:
        with open(os.environ["NUMBERS"], "w") as file:
            json.dump(SEEN, file, sort_keys=True)
