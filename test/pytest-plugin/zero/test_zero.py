"""Bodies that create nothing, in every way that pytest runs one."""

import unittest

import pytest


def test_empty():
    pass


def test_assertions():
    x = 3
    y = (1, 2)
    assert x == 3
    assert 2 < x < 4
    assert x not in y
    assert len(y) == 2
    assert y, "not empty"
    assert not (x == 4)


def test_fixtures(tmp_path, monkeypatch, request):
    pass


@pytest.mark.parametrize("value", ["a", "b c"])
def test_parameter(value):
    pass


def test_only_by_name(*, tmp_path):
    pass


class TestClass:
    def test_method(self, tmp_path):
        pass

    @staticmethod
    def test_static():
        pass


class TestCase(unittest.TestCase):
    def setUp(self):
        self.made = [object() for _ in range(3)]

    def test_case(self):
        pass


@pytest.mark.asyncio
async def test_coroutine():
    pass


@pytest.mark.asyncio
async def test_coroutine_with_fixture(tmp_path):
    pass


def test_deep_stack(a=1, b=2, c=3, d=4, e=5, f=6, g=7, h=8, i=9, j=10, k=11, l=12):
    pass
