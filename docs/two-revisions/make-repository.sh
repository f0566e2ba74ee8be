#!/bin/sh
# Makes a repository of two commits in the folder shop, for docs/two-revisions.md.
set -e
mkdir shop
cd shop
git init -q -b main
git config user.name 'A Reader'
git config user.email 'reader@example.org'

cat >orders.py <<'END'
def totals(lines):
    found = {}
    for line in lines:
        name, price = line.split(",")
        found[name] = found.get(name, 0) + int(price)
    return found
END
cat >year.py <<'END'
from orders import totals

LINES = [f"customer-{n % 10},{1000 + n}" for n in range(10_000)]
print(totals(LINES)["customer-7"])
END
printf '__pycache__/\n*.pb.gz*\n' >.gitignore
git add .
git commit -q -m 'Totals by customer'

cat >orders.py <<'END'
from collections import namedtuple

Order = namedtuple("Order", "name price")


def parse(line):
    return Order(*line.split(","))


def totals(lines):
    found = {}
    for line in lines:
        order = parse(line)
        found[order.name] = found.get(order.name, 0) + int(order.price)
    return found
END
git commit -q -a -m 'An order has names for its parts'
