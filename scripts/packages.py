"""Debian packages, where set-up may install them. Standard library only; Python 3.9 and newer."""

from __future__ import annotations

import os
import shutil

from scripts.progress import StepError, run, say, step


def may_install() -> bool:
    """Whether this is Debian's kind of machine and we are root on it."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_packages(*names: str) -> bool:
    """Install Debian packages if that is possible here; True if they were installed."""
    if not may_install():
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        with step(f"Debian packages {', '.join(names)}"):
            run(["apt-get", "-qq", "update"], what="apt-get update", env=env)
            command = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *names]
            run(command, what="apt-get install", env=env)
    except StepError as error:
        say(str(error))
        return False
    return True
