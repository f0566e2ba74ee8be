"""Stands in for pyperf, so that pyperformance's benchmarks run as plain scripts: in this process, a fixed number of times.

PYALLOCS_BENCH_LOOPS says how often; PYALLOCS_BENCH_RESULT names the file that gets, as JSON, the processor and wall-clock time
of the loops alone and the highest resident memory so far.
"""
import argparse
import os
import platform
from time import perf_counter, process_time

LOOPS = int(os.environ.get("PYALLOCS_BENCH_LOOPS", "1"))
RESULT = os.environ.get("PYALLOCS_BENCH_RESULT")


def python_implementation():
    return platform.python_implementation().lower()


def peak_kib():
    # Not ru_maxrss: that one is inherited from the process that started this one.
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])


class Runner:
    def __init__(self, add_cmdline_args=None, **_):
        self.argparser = argparse.ArgumentParser()
        self.metadata = {}
        self._cpu = self._wall = 0.0

    def parse_args(self, args=None):
        return self.argparser.parse_args(args)

    def bench_func(self, name, func, *args, inner_loops=None, metadata=None):
        def loop(loops):
            for _ in range(loops):
                func(*args)

        self.bench_time_func(name, loop)

    def bench_async_func(self, name, func, *args, inner_loops=None, metadata=None, loop_factory=None):
        import asyncio

        async def loop(loops):
            for _ in range(loops):
                await func(*args)

        self.bench_time_func(name, lambda loops: asyncio.run(loop(loops)))

    def bench_time_func(self, name, time_func, *args, inner_loops=None, metadata=None):
        cpu, wall = process_time(), perf_counter()
        time_func(LOOPS, *args)
        self._cpu += process_time() - cpu
        self._wall += perf_counter() - wall
        if RESULT:
            with open(RESULT, "w") as result:
                result.write('{"cpu": %r, "wall": %r, "peakKiB": %d}' % (self._cpu, self._wall, peak_kib()))
