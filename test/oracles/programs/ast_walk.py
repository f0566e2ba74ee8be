"""A small linter: parses a module of the standard library, walks it, rewrites it, compiles it."""
import ast
import textwrap

with open(textwrap.__file__, encoding='utf-8') as file:
    source = file.read()

tree = ast.parse(source)
names, calls = {}, 0
for node in ast.walk(tree):
    if isinstance(node, ast.Name):
        names[node.id] = names.get(node.id, 0) + 1
    elif isinstance(node, ast.Call):
        calls += 1


class Doubler(ast.NodeTransformer):
    def visit_Constant(self, node):
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            return ast.copy_location(ast.Constant(node.value * 2), node)
        return node


changed = ast.fix_missing_locations(Doubler().visit(ast.parse(source)))
code = compile(changed, 'doubled', 'exec')
dump = ast.dump(tree)
assert calls > 20 and names['self'] > 20 and len(dump) > 10000 and code.co_consts
