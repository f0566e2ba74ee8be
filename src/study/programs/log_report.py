"""A web server's log, read with a regular expression and summed up by path and status."""

import re
from collections import Counter

LINE = re.compile(r'(?P<host>\S+) - - \[(?P<time>[^\]]+)\] "(?P<verb>[A-Z]+) (?P<path>\S+) [^"]*" (?P<status>\d{3}) (?P<size>\d+|-)')


def log(lines):
    for i in range(lines):
        yield '10.0.%d.%d - - [01/Feb/2024:10:%02d:%02d +0000] "%s /shop/%s?page=%d HTTP/1.1" %d %s' % (
            i % 7,
            i % 250,
            i // 60 % 60,
            i % 60,
            ("GET", "GET", "POST")[i % 3],
            ("cart", "item", "search", "pay")[i % 4],
            i % 9,
            (200, 200, 304, 404, 500)[i % 5],
            "-" if i % 5 == 2 else str(300 + i % 1000),
        )


def main():
    paths = Counter()
    failures = Counter()
    size = 0
    for line in log(5000):
        found = LINE.match(line)
        path = re.sub(r"\?.*$", "", found.group("path"))
        paths[path] += 1
        if int(found["status"]) >= 400:
            failures[path, found["status"]] += 1
        if found["size"] != "-":
            size += int(found["size"])
    assert sum(paths.values()) == 5000 and sum(failures.values()) == 2000 and size > 0


main()
