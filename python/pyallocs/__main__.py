"""`python -m pyallocs …`: the command line, with this interpreter where none is chosen."""

import sys

from ._cli import main

if __name__ == "__main__":
    sys.exit(main(python=sys.executable))
