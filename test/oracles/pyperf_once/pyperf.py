"""Stands in for pyperf: every benchmark of pyperformance is executed once, with one loop and no clock."""
import argparse


def perf_counter():
    return 0.0


class Runner:
    def __init__(self, *args, **options):
        self.metadata = {}
        self.argparser = argparse.ArgumentParser()
        self.args = None

    def parse_args(self, args=()):
        self.args = self.argparser.parse_args(args)
        return self.args

    def bench_func(self, name, function, *args, **options):
        function(*args)

    def bench_time_func(self, name, function, *args, **options):
        function(1, *args)
