"""Leaves by an exception."""


class Order:
    def __init__(self, number):
        self.number = number


def ship(orders):
    for order in orders:
        if order.number == 70:
            raise SystemExit(0)


ship([Order(i) for i in range(100)])
