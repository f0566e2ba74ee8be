import pytest

from request_parser import parse

HEAD = "GET /orders/41 HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n"


def test_parse():
    request = parse(HEAD)
    assert request.target == "/orders/41"
    assert request.headers == {"host": "example.com", "accept": "*/*"}


def test_parse_allocates_little(allocs):
    """A call that is warm: the same number in every order, on every machine."""
    cost = allocs.per_call(parse, HEAD)
    assert cost.creations <= 29
    assert cost.by_type["str"] == 15
    assert cost.by_type["list"] == 2


@pytest.mark.limit_allocs
@pytest.mark.parametrize("headers", [0, 1, 10])
def test_each_header_costs_the_same(headers):
    """The limits are in pyallocs.toml: `pytest --allocs-update` measures them."""
    parse("GET / HTTP/1.1\r\n" + "X-Header: some value\r\n" * headers)
