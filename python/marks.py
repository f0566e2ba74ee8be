"""Runs statements so that a recording tells what each of their instructions allocates. Stands after harness.py in a program.

The code of each experiment is there three times, as code objects of files of their own: "<pyallocs 7.1>" is the statement
of copy 1 of experiment 7, "<pyallocs 7.1 setup>" its setup. Copy 0 brings the process into the state in which copies 1 and 2 begin. All are warmed up alike, then copy
1 runs n and copy 2 runs 2n executions: what one recorded more than the other are n executions.
"""

import os


def run_copies(experiments):
    """`experiments`: [[setup, statement, executions to warm up, n]]. One that does not work out is left out."""
    sys.stdout = open(os.devnull, "w")
    sys.dont_write_bytecode = True
    gc.collect()
    gc.freeze()
    for number, (setup, statement, warm, n) in enumerate(experiments):
        for copy in range(3):
            try:
                _run_copy(setup, statement, "<pyallocs %d.%d>" % (number, copy), warm, 2 * n if copy == 2 else n)
            except Exception:
                break


def _run_copy(setup, statement, file, warm, n):
    if load(setup, statement, "") != "":
        raise ValueError
    _loaded.setup = _moved(_loaded.setup, "%s setup>" % file[:-1])
    if start() != "":
        raise ValueError
    function.__code__ = _moved(function.__code__, file)
    plan("%d,%d,%d" % (warm, warm, n))
    for run in arguments:
        function(*run)
    finish()


def _moved(code, file):
    constants = tuple(_moved(one, file) if isinstance(one, types.CodeType) else one for one in code.co_consts)
    return code.replace(co_filename=file, co_consts=constants)
