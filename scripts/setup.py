"""Sets up everything Duet needs on a bare machine: `python3 -m scripts.setup [--with-tests] [--quick]`.

Does only what is not done yet. Standard library only; Python 3.9 and newer, since it runs before
the environments exist.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from scripts.browser import ensure_browser
from scripts.environments import READY, REBUILD, Venv, digest
from scripts.packages import install_packages
from scripts.progress import InterruptedSetup, StepError, run, say, step, stop_on_signals
from scripts.pythons import Interpreter, find
from scripts.rasa_environment import WITHOUT, RasaEnvironment

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12")
NO_PYTHON = (
    "Duet needs Python 3.11 or 3.12 with its venv module. On Debian: apt-get install python3.11 "
    "python3.11-venv. Then run the same command again."
)


class Setup:
    """One run of set-up over a checkout."""

    def __init__(self, *, root: Path, with_tests: bool, quick: bool) -> None:
        self._root = root
        self._quick = quick
        self._with_tests = with_tests
        self._main = Venv(root / ".venv")
        self._rasa = RasaEnvironment(root=root, main=self._main)

    def work(self) -> None:
        """Bring everything up to date.

        Raises:
            StepError: the main environment cannot be made; trouble with Rasa's is only reported.
        """
        wanted = self._wanted()
        state = self._main.state(wanted)
        if state != READY:
            self._prepare(state)
        reason = self._rasa.failed_lately() if self._quick else ""
        with ThreadPoolExecutor(max_workers=1) as pool:
            rasa = None if reason or self._rasa.is_ready() else pool.submit(self._rasa.install)
            if state != READY:
                self._fill(wanted)
            if self._with_tests:
                ensure_browser()
            if rasa is not None:
                self._finish_rasa(rasa)
        if reason:
            say(WITHOUT.format(reason=reason.splitlines()[0]))

    def _wanted(self) -> dict[str, str]:
        """Hashes of the requirement files: the tests' too if asked for, or if they were installed before."""
        installed = self._main.stamp().get("requirements", {})
        names = ["runtime.txt"]
        if self._with_tests or "dev.txt" in installed:
            names.append("dev.txt")
        return {name: digest([self._root / "requirements" / name], self._root) for name in names}

    def _prepare(self, state: str) -> None:
        """Make the main environment as far as uv, which fetches Rasa's packages meanwhile."""
        if state == REBUILD:
            interpreter = self._interpreter()
            version = ".".join(map(str, interpreter.version))
            with step(f"main environment (.venv) with Python {version} from {interpreter.executable}"):
                self._main.create(interpreter.executable, pip=True)
        self._main.begin()
        lines = (self._root / "requirements" / "runtime.txt").read_text(encoding="utf-8").splitlines()
        with step("uv"):
            self._pip(next(line for line in lines if line.startswith("uv==")))

    def _interpreter(self) -> Interpreter:
        found = find(PYTHONS, os.environ, needs_pip=True)
        if found is None and install_packages("python3.11", "python3.11-venv"):
            found = find(PYTHONS, os.environ, needs_pip=True)
        if found is None:
            raise StepError(NO_PYTHON)
        return found

    def _fill(self, wanted: dict[str, str]) -> None:
        files = [self._root / "requirements" / name for name in wanted]
        with step(f"packages of the main environment ({', '.join(wanted)})"):
            self._pip(*(part for file in files for part in ("-r", str(file))))
        with step("compiling them"):
            self._main.compile(self._main.python)
        self._main.finish(wanted)

    def _pip(self, *arguments: str) -> None:
        """Install with pip: it reads the machine's own settings, and so finds the CPU build of torch."""
        options = ["--no-compile", "--disable-pip-version-check", "--no-input", "--quiet"]
        command: list[str | Path] = [self._main.python, "-m", "pip", "install", *options, *arguments]
        run(command, what="pip install")

    def _finish_rasa(self, packages: Future[None]) -> None:
        """Wait for Rasa's packages, then train its model."""
        try:
            packages.result()
            self._rasa.train()
        except StepError as error:
            self._rasa.note_failure(error)


@contextmanager
def alone() -> Iterator[None]:
    """Let one set-up of a checkout run at a time; a second one waits."""
    with Path(__file__).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up of this checkout is running; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        os.set_inheritable(file.fileno(), True)
        yield


def main() -> int:
    """Run set-up; the exit code is 0 when Duet can run."""
    parser = argparse.ArgumentParser(description="Set up what Duet needs; does only what is missing.")
    parser.add_argument("--with-tests", action="store_true", help="also what tests and checks need")
    parser.add_argument("--quick", action="store_true", help="do not retry at once what failed lately")
    options = parser.parse_args()
    stop_on_signals()
    began_s = time.monotonic()
    try:
        with alone():
            Setup(root=ROOT, with_tests=options.with_tests, quick=options.quick).work()
    except StepError as error:
        say(str(error))
        return 1
    except InterruptedSetup:
        say("interrupted; the next run begins again where it has to")
        return 130
    say(f"ready after {time.monotonic() - began_s:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
