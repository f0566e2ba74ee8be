"""Runs a script as plain python does, and writes the nanoseconds of its first instruction to its last to a descriptor.

    python program_time.py DESCRIPTOR SCRIPT

Imports nothing that python itself has not imported by then.
"""

import sys
import time
from os import path, write

descriptor = int(sys.argv[1])
script = sys.argv[2]
del sys.argv[:2]
sys.path[0] = path.dirname(path.realpath(script))
with open(script, "rb") as file:
    code = compile(file.read(), script, "exec", dont_inherit=True)
main = type(sys)("__main__")
main.__dict__.update(__file__=script, __builtins__=__builtins__)
sys.modules["__main__"] = main
start = time.perf_counter_ns()
exec(code, main.__dict__)
write(descriptor, b"%d" % (time.perf_counter_ns() - start))
