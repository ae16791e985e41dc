"""Starts the command line of `handoff`."""

import sys

from handoff.cli import main

if __name__ == "__main__":
    sys.exit(main())
