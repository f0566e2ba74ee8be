"""Runs cells (a JSON list on standard input) in an IPython shell: what each displayed, printed, gave and raised, as JSON."""

import json
import re
import sys

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

COLOURS = re.compile("\x1b\\[[0-9;]*m")


def run(shell, cell):
    with capture_output() as captured:
        result = shell.run_cell(cell, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    return {
        "text": [one.data.get("text/plain") for one in captured.outputs],
        "html": [one.data.get("text/html") for one in captured.outputs],
        "printed": COLOURS.sub("", captured.stdout + captured.stderr),
        "result": None if result.result is None else repr(result.result),
        "error": None if error is None else [type(error).__name__, str(error)],
    }


shell = InteractiveShell.instance()
json.dump([run(shell, cell) for cell in json.load(sys.stdin)], sys.__stdout__)
