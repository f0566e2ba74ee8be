"""How many flips of a prefix bring 1 to the front, over all orders of nine numbers: slices of lists."""


def fannkuch(size):
    order = list(range(size))
    rotations = list(range(1, size + 1))
    most = 0
    while True:
        first = order[0]
        if first:
            flipped = order[:]
            flips = 0
            while first:
                flipped[: first + 1] = flipped[first::-1]
                first = flipped[0]
                flips += 1
            most = max(most, flips)
        at = 1
        while True:
            if at == size:
                return most
            order.insert(at, order.pop(0))
            rotations[at] -= 1
            if rotations[at] > 0:
                break
            rotations[at] = at + 1
            at += 1


assert fannkuch(8) == 22
