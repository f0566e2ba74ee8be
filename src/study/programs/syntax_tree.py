"""A module of 150 functions: parsed, walked, changed and compiled."""

import ast

FUNCTION = '''
def function_{n}(a, b={n}, *rest, **named):
    """Adds up."""
    total = a + b * {n}
    for i, item in enumerate(rest):
        if item and i % 2 == 0:
            total += item ** 2
        elif item is None:
            continue
    return [total, {{"rest": rest, **named}}, lambda x: x + total]
'''


class Renamed(ast.NodeTransformer):
    def visit_Name(self, node):
        if node.id == "total":
            node.id = "sum_of_all"
        return node


class Calls(ast.NodeVisitor):
    def __init__(self):
        self.names = []

    def visit_Call(self, node):
        self.names.append(node.func.id)
        self.generic_visit(node)


def main():
    tree = ast.parse("".join(FUNCTION.format(n=n) for n in range(150)))
    assert sum(isinstance(node, ast.FunctionDef) for node in ast.walk(tree)) == 150
    calls = Calls()
    calls.visit(tree)
    assert calls.names == ["enumerate"] * 150
    namespace = {}
    exec(compile(Renamed().visit(tree), "generated", "exec"), namespace)
    assert namespace["function_3"](1, 2)[0] == 7


main()
