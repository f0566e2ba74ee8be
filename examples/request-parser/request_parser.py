"""Parses the head of an HTTP request."""

from typing import Dict, NamedTuple


class Request(NamedTuple):
    method: str
    target: str
    headers: Dict[str, str]


def parse(head: str) -> Request:
    """The request line and the headers, their names in lower case. Raises ValueError where it is no request."""
    line, _, rest = head.partition("\r\n")
    method, target, _ = line.split(" ")
    headers = {}
    for field in rest.splitlines():
        name, colon, value = field.partition(":")
        if not colon:
            raise ValueError("not a header: %r" % field)
        headers[name.lower()] = value.strip()
    return Request(method, target, headers)
