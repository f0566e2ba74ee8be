"""Dataclasses that hold each other: made, compared, replaced, copied in depth and turned into dictionaries."""

import copy
from dataclasses import asdict, dataclass, field, replace
from typing import List


@dataclass(order=True)
class Line:
    article: str
    price: float
    quantity: int = 1

    def total(self):
        return self.price * self.quantity


@dataclass
class Basket:
    owner: str
    lines: List[Line] = field(default_factory=list)
    notes: dict = field(default_factory=dict)


def basket(number):
    lines = [Line("A-%d" % (number + i), 2.5 * i, i + 1) for i in range(6)]
    return Basket("Owner %d" % number, lines, {"gift": number % 2 == 0, "sizes": [number, number + 1]})


def main():
    baskets = [basket(number) for number in range(150)]
    copies = copy.deepcopy(baskets)
    assert copies == baskets and copies[0].lines[0] is not baskets[0].lines[0]
    for one in copies:
        one.lines = sorted(replace(line, quantity=line.quantity + 1) for line in one.lines)
    assert sum(line.total() for one in copies for line in one.lines) > 0
    assert len([asdict(one) for one in copies]) == 150


main()
