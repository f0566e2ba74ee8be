"""Timed with three numbers, whose negative is: one of the integers that are always there (3), a float (1000.5), which a
freelist serves, and an integer of two digits (10000000000), which the allocator serves, on 3.8 to 3.15. Each is dropped at
once, so that the loops differ in the creation and release of one object.
"""

import sys
from itertools import repeat


def negate(number, times):
    for _ in times:
        -number


text = sys.argv[1]
negate(float(text) if "." in text else int(text), repeat(None, int(sys.argv[2])))
