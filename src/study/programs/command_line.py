"""A command line tool: parses arguments with subcommands, and logs what it does to a stream in memory."""

import argparse
import io
import logging


def parser():
    tool = argparse.ArgumentParser(prog="tool", description="Keeps a list of tasks.")
    tool.add_argument("-v", "--verbose", action="count", default=0)
    commands = tool.add_subparsers(dest="command")
    add = commands.add_parser("add", help="add a task")
    add.add_argument("title")
    add.add_argument("--priority", type=int, choices=range(5), default=2)
    add.add_argument("--tag", action="append", default=[])
    show = commands.add_parser("list", help="list tasks")
    show.add_argument("--limit", type=int)
    return tool


class StandingClock:
    """What a record makes of the time depends on its milliseconds: small integers are cached."""

    @staticmethod
    def time():
        return 1700000000.5

    @staticmethod
    def time_ns():
        return 1700000000500000000


class PlainFormatter(logging.Formatter):
    """Without the time: what is logged is the same each time."""

    def __init__(self):
        super().__init__("%(levelname)s %(name)s: %(message)s")


def main():
    logging.time = StandingClock
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter())
    log = logging.getLogger("tool")
    log.addHandler(handler)
    log.propagate = False
    tasks = []
    for i in range(120):
        line = ["add", "Task %d" % i, "--priority", str(i % 5), "--tag", "home"] if i % 3 else ["-v", "list", "--limit", "5"]
        options = parser().parse_args(line)
        log.setLevel(logging.DEBUG if options.verbose else logging.INFO)
        if options.command == "add":
            tasks.append((options.priority, options.title, tuple(options.tag)))
            log.info("added %s with priority %d", options.title, options.priority)
        else:
            for priority, title, _ in sorted(tasks)[: options.limit]:
                log.debug("%d %s", priority, title)
    assert stream.getvalue().count("added") == 80


main()
