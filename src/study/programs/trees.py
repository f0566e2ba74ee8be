"""Binary trees that are made, counted and dropped: tuples in tuples, and slotted nodes."""


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right

    def count(self):
        return 1 + (self.left.count() + self.right.count() if self.left is not None else 0)


def node(depth):
    return Node(node(depth - 1), node(depth - 1)) if depth else Node(None, None)


def tree(depth):
    return (tree(depth - 1), tree(depth - 1)) if depth else (None, None)


def count(pair):
    left, right = pair
    return 1 + (count(left) + count(right) if left is not None else 0)


def main():
    for depth in range(4, 13):
        assert node(depth).count() == count(tree(depth)) == 2 ** (depth + 1) - 1


main()
