"""What is measured: small, and of many kinds."""

import json
import re

WORD = re.compile(r"(\w+)=(\d+)")


def record(n):
    if n > 2:
        found = {"n": n, "half": n / 4}
    else:
        found = {}
    return [found, (n, found)]


class Row:
    def __init__(self, a, b):
        self.a = a
        self.b = b

    def pair(self):
        return self.a, self.b


def rows(n):
    return [Row(i, str(i)).pair() for i in range(n)]


def words(text):
    return {word for word in text.split(",")}


def counted(text):
    found = {}
    for word in text.split(","):
        found[word] = found.get(word, 0) + 1
    return sorted(found.items())


def matched(text):
    return [(name, int(value)) for name, value in WORD.findall(text)]


def caught(x):
    try:
        return [][x]
    except IndexError as error:
        return str(error)


def numbers(n):
    for i in range(n):
        yield i * 1.5


def summed(n):
    return sum(numbers(n))


def text(value):
    return json.dumps({"value": value, "shown": "%s %r" % (value, value)})
