class A: pass


class B: pass


same = "def made():\n    A()\n"
for _ in range(10_000):
    space = {"A": A}
    exec(same, space)
    space["made"]()

# Each is gone before the next one is compiled, at the same address more often than not.
for k in range(2_000):
    space = {"B": B}
    exec(compile("\n" * (k % 100) + "def other():\n    x = %d\n    B()\n" % k, "<made>", "exec"), space)
    space["other"]()
