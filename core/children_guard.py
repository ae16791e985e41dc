"""Becomes another program that dies with the process that started it, even if that one is killed outright.

Run as a script: `children_guard.py PARENT_PID PROGRAM [ARGUMENT...]`. A script of its own instead of a
`preexec_fn`, which may deadlock in a process with threads. Standard library only, so that it starts fast.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""Number of the `prctl` option, from linux/prctl.h; the setting survives `execve`."""

EXIT_ORPHAN = 125
EXIT_NOT_FOUND = 127


def bind_life_to_parent() -> None:
    """Ask the kernel to kill this process when the thread that started it ends (Linux only)."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")


def main(arguments: list[str]) -> int:
    """Become the program; returns an exit code only if that could not be done."""
    parent, *argv = arguments
    bind_life_to_parent()
    if os.getppid() != int(parent):  # it ended before the kernel was asked
        return EXIT_ORPHAN
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - becoming the given program is this script's one task
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
    return EXIT_NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
