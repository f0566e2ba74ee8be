"""Repeats the suite beside it: in shuffled order, singly with -k, under --cov and --cov-branch, with random hash seeds.

    python repeat.py [REPETITIONS] PYTHON...

All of them must give the same numbers for per_call. Exits with 1 where some do not, and says which. A Python needs pytest and
pytest-cov, and the plugin where it finds it (PYTHONPATH).
"""

import json
import os
import random
import subprocess
import sys
import tempfile

SUITE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "repeated")
MODES = ([], ["--cov", "--cov-report="], ["--cov", "--cov-branch", "--cov-report="])
TESTS = ("record", "rows", "words", "counted", "matched", "caught", "summed", "text")
IN_ONE_PROCESS = 25


def run(python, folder, options, repetitions):
    """One process: the numbers it found, by test."""
    out = os.path.join(folder, "numbers.json")
    environment = dict(
        os.environ,
        REPETITIONS=str(repetitions),
        ORDER=str(random.randrange(10**9)),
        PYTHONHASHSEED=str(random.randrange(2**32)),
        NUMBERS=out,
        COVERAGE_FILE=os.path.join(folder, "coverage"),
        PYTHONDONTWRITEBYTECODE="1",
    )
    command = [python, "-m", "pytest", "-q", "-p", "pyallocs.pytest_plugin", "-p", "no:cacheprovider", "--allocs-strict"]
    command += ["--rootdir", SUITE, "-c", os.devnull] + [option + "=" + SUITE if option == "--cov" else option for option in options]
    done = subprocess.run(command + [SUITE], env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise SystemExit("%s %s: exit code %d\n%s" % (python, " ".join(options), done.returncode, done.stdout.decode()[-3000:]))
    with open(out) as file:
        return json.load(file)


def main(arguments):
    wanted = int(arguments.pop(0)) if arguments[0].isdigit() else 1000
    failed = False
    for python in arguments:
        first, different, left, mode = {}, set(), wanted, 0
        with tempfile.TemporaryDirectory() as folder:
            runs = [(["-k", "test_%s" % name] + MODES[i % 3], 1) for i, name in enumerate(TESTS)]
            while left > 0:
                runs.append((MODES[mode % len(MODES)], min(IN_ONE_PROCESS, left)))
                left -= IN_ONE_PROCESS
                mode += 1
            for options, repetitions in runs:
                for name, numbers in run(python, folder, options, repetitions).items():
                    if first.setdefault(name, numbers) != numbers:
                        different.add("%s %s: %s, and before %s" % (name, " ".join(options), numbers, first[name]))
        failed = failed or bool(different) or len(first) != len(TESTS)
        print("%s: %d repetitions in %d processes, %d tests: %s" % (python, wanted, len(runs), len(first), "all the same" if not different else "\n".join(sorted(different))), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
