"""The browser that tests drive. Standard library only; Python 3.9 and newer."""

from __future__ import annotations

import shutil

from scripts.packages import install_packages
from scripts.progress import say

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """Path of the first Chromium on the PATH."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure_browser() -> None:
    """Install Chromium where that is possible; else say that the browser tests will be skipped."""
    if find_browser() is None and not install_packages("chromium"):
        say("no Chromium here, so tests marked `browser` are skipped; apt-get install chromium brings it")
