"""Runs every check and then the tests, telling each one's time: `python -m scripts.checks [--only-lint]`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from scripts.browser import find_browser

ROOT = Path(__file__).resolve().parent.parent
IMPORT_LINTER = (
    "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
)
LINT = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy", "."],
    "import-linter": ["-c", IMPORT_LINTER],
}


def tests() -> list[str]:
    """The pytest command; tests of parts this machine lacks are left out, and that is said."""
    left_out = []
    if find_browser() is None:
        left_out.append("browser")
        print("NOTE: no Chromium here, so tests marked `browser` are skipped (apt-get install chromium)")
    if not (ROOT / ".venv-rasa" / "bin" / "python").exists():
        left_out.append("rasa")
        print("NOTE: no Rasa environment here, so tests marked `rasa` are skipped (see make setup)")
    marks = ["-m", " and ".join(f"not {mark}" for mark in left_out)] if left_out else []
    return ["-m", "pytest", *marks]


def run(name: str, arguments: list[str]) -> bool:
    """Run one check with this Python; True if it passed."""
    print(f"[check] {name} ...", flush=True)
    began_s = time.monotonic()
    passed = subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode == 0
    print(f"[check] {name}: {'ok' if passed else 'FAILED'} in {time.monotonic() - began_s:.1f} s", flush=True)
    return passed


def main() -> int:
    """Run all; the exit code is 0 when everything passed. A failed check does not hide the later ones."""
    parser = argparse.ArgumentParser(description="Run every check, then the tests.")
    parser.add_argument("--only-lint", action="store_true", help="leave the tests out")
    steps = dict(LINT)
    if not parser.parse_args().only_lint:
        steps["tests"] = tests()
    failed = [name for name, arguments in steps.items() if not run(name, arguments)]
    print(f"[check] {'failed: ' + ', '.join(failed) if failed else 'all passed'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
