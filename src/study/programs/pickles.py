"""Objects as pickles and back, by every protocol from 2 on."""

import pickle


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def main():
    document = {
        "points": [Point(i, i * 0.5) for i in range(1500)],
        "names": ["name %d" % i for i in range(2000)],
        "table": {(i, str(i)): [i, i + 1, None, True] for i in range(1500)},
        "numbers": list(range(0, 10**6, 400)),
    }
    for protocol in range(2, 6):
        again = pickle.loads(pickle.dumps(document, protocol))
        assert again["table"] == document["table"] and again["points"][-1].x == 1499


main()
