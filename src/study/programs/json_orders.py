"""Orders as JSON: made, written, read back, summed up and written with indents."""

import json


def order(number):
    return {
        "id": number,
        "customer": {"name": "Customer %d" % (number % 40), "mail": "c%d@example.org" % (number % 40)},
        "lines": [
            {"article": "A-%03d" % ((number * 7 + i) % 500), "quantity": i + 1, "price": 1.25 * (i + 3), "note": None}
            for i in range(4)
        ],
        "paid": number % 3 == 0,
        "tags": ["new", "web"] if number % 2 else [],
    }


def main():
    text = json.dumps([order(number) for number in range(600)])
    orders = json.loads(text)
    totals = {}
    for one in orders:
        name = one["customer"]["name"]
        totals[name] = totals.get(name, 0.0) + sum(line["quantity"] * line["price"] for line in one["lines"])
    assert len(totals) == 40
    assert json.loads(json.dumps(orders[:60], indent=2, sort_keys=True)) == orders[:60]


main()
