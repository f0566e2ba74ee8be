"""The largest singular value of an endless matrix: calls of small functions, floats and generators."""


def element(row, column):
    return 1.0 / ((row + column) * (row + column + 1) // 2 + row + 1)


def times(vector):
    return [sum(element(row, column) * x for column, x in enumerate(vector)) for row in range(len(vector))]


def transposed_times(vector):
    return [sum(element(column, row) * x for column, x in enumerate(vector)) for row in range(len(vector))]


def norm(size, rounds):
    u = [1.0] * size
    v = u
    for _ in range(rounds):
        v = transposed_times(times(u))
        u = transposed_times(times(v))
    return (sum(a * b for a, b in zip(u, v)) / sum(b * b for b in v)) ** 0.5


assert abs(norm(80, 5) - 1.2742) < 0.001
