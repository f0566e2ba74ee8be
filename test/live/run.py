"""Runs workload.py: run.py TALL, or under tracemalloc: run.py TALL peak, or end, which prints what that says of this moment.

Freelists are used up first, and what they held is kept or given back: a block that they hand out later was requested by the
workload, which is all that either sees of them.
"""

import gc
import json
import sys
import tracemalloc

TALL, ASKED = int(sys.argv[1]), (sys.argv + [None])[2]
told = {"peak": 0, "rows": {}}
HELD = [
    [
        *(j + 10**6, float(j), {}, {j: j}, [], range(j), iter(range(j)), slice(j), "".join, iter([]), iter(())),
        *((j,) * n for n in range(1, 12)),
    ]
    for j in range(300)
]
gc.collect()


def by_line():
    """Blocks and bytes by line of the workload."""
    rows = {}
    for trace in tracemalloc.take_snapshot().traces:
        frame = trace.traceback[0]
        if frame.filename.endswith("workload.py"):
            row = rows.setdefault(frame.lineno, [0, 0])
            row[0] += 1
            row[1] += trace.size
    return rows


def at_peak():
    if ASKED == "peak":
        told["peak"] = tracemalloc.get_traced_memory()[1]
        told["rows"] = by_line()


if ASKED:
    tracemalloc.start(1)
import workload

workload.main(TALL, at_peak)
if ASKED:
    if ASKED == "end":
        told["rows"] = by_line()
    tracemalloc.stop()
    print(json.dumps(told))
