"""Queens on a board: generators that call themselves, tuples and sets."""


def place(size, row, columns, rising, falling, placed):
    if row == size:
        yield placed
        return
    for column in range(size):
        if column in columns or row + column in rising or row - column in falling:
            continue
        yield from place(
            size,
            row + 1,
            columns | {column},
            rising | {row + column},
            falling | {row - column},
            placed + (column,),
        )


def main():
    empty = frozenset()
    assert sum(1 for _ in place(8, 0, empty, empty, empty, ())) == 92


main()
