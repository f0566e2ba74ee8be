"""Makes, before the program, what an interpreter makes once and keeps: whether its start did so already depends on the
machine. And switches the collector off: from 3.12 each of its runs makes two strings."""
import gc
import sys


class Warm:
    def __enter__(self):
        pass

    def __exit__(self, *error):
        pass

    def __add__(self, other):
        return self

    def __getitem__(self, key):
        return key

    def __lt__(self, other):
        return False

    def __hash__(self):
        return 1

    def __repr__(self):
        return "warm"

    def __call__(self):
        return self

    def __del__(self):
        pass

    def __await__(self):
        return iter(())

    async def __aenter__(self):
        pass

    async def __aexit__(self, *error):
        pass


async def warm():
    async with Warm():
        await Warm()


for one in range(256):  # up to 3.10: characters and bytes
    chr(one), bytes([one])
repr([0])  # Py_ReprEnter (Objects/object.c): the list of what is being printed
# Up to 3.11: names that C code looks up (_PyUnicode_FromId), and the keywords of its functions.
with Warm():
    round(1.5), divmod(3, 2), "{:5} {!r}".format(1, Warm), f"{1!r:>3} {1.5:>5}", int("1"), "a b".split(), b"a".decode()
    sorted([2, 1], key=abs), [2, 1].sort(key=abs), max(1, 2, key=abs), "a".encode()
    repr(Warm()), str(Warm()), f"{Warm()}", Warm()(), Warm() + Warm(), Warm()[0], {Warm(): 1}, sorted([Warm(), Warm()])
for wrong in "nowhere", "gc.nothing", "warm().send(None)":
    try:
        eval(wrong)
    except (NameError, AttributeError, StopIteration):
        pass
if sys.version_info >= (3, 10):
    exec('match {"k": 1}:\n    case {"k": _, **rest}: pass')
gc.disable()
