"""Five bodies that attract each other: arithmetic of floats in lists."""

from math import sqrt

BODIES = [
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 40.0],
    [[5.0, -1.2, -0.1], [0.6, 2.8, 0.0], 0.038],
    [[8.3, 4.1, -0.4], [-1.0, 1.8, 0.01], 0.011],
    [[13.0, -15.0, -0.2], [1.1, 0.9, -0.01], 0.0017],
    [[15.4, -26.0, 0.2], [1.0, 0.6, -0.03], 0.002],
]


def pairs_of(bodies):
    return [(one, other) for i, one in enumerate(bodies) for other in bodies[i + 1 :]]


def advance(bodies, pairs, step, count):
    for _ in range(count):
        for (p, v, mass), (q, w, other) in pairs:
            x = p[0] - q[0]
            y = p[1] - q[1]
            z = p[2] - q[2]
            square = x * x + y * y + z * z
            force = step / (square * sqrt(square))
            v[0] -= x * other * force
            v[1] -= y * other * force
            v[2] -= z * other * force
            w[0] += x * mass * force
            w[1] += y * mass * force
            w[2] += z * mass * force
        for p, v, _mass in bodies:
            p[0] += step * v[0]
            p[1] += step * v[1]
            p[2] += step * v[2]


def energy(bodies, pairs):
    total = 0.0
    for _p, v, mass in bodies:
        total += 0.5 * mass * (v[0] ** 2 + v[1] ** 2 + v[2] ** 2)
    for (p, _v, mass), (q, _w, other) in pairs:
        total -= mass * other / sqrt(sum((a - b) ** 2 for a, b in zip(p, q)))
    return total


def main():
    pairs = pairs_of(BODIES)
    before = energy(BODIES, pairs)
    advance(BODIES, pairs, 0.001, 8000)
    assert abs(energy(BODIES, pairs) - before) < 0.01


main()
