"""Programs a test starts, kills, pauses and stops; none outlives the test."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUARD = ROOT / "core" / "children_guard.py"
"""Has a program die with the process that started it, should the test itself be killed."""


class Program:
    """One program, which may be started again; its output is appended to `log`."""

    def __init__(self, name: str, argv: Sequence[str], *, env: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._argv = [sys.executable, str(GUARD), str(os.getpid()), *argv]
        self._env = dict(env)
        self._process: subprocess.Popen[bytes] | None = None
        self._said_before = 0

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it."""
        assert not self.running
        self._said_before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv, cwd=ROOT, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def pause(self) -> None:
        """Freeze it (SIGSTOP)."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on as if no time had passed for it (SIGCONT)."""
        if self.running:
            os.kill(self.pid, signal.SIGCONT)

    async def stop(self, *, timeout_s: float = 30.0) -> int:
        """Ask it to end (SIGTERM); its exit code.

        Raises:
            AssertionError: it did not end in time (it is killed then).
        """
        assert self._process is not None
        self.resume()
        self._process.terminate()
        deadline = time.monotonic() + timeout_s
        while self.running:
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(
                    f"{self.name} did not stop within {timeout_s} s; its output: {self.tail()}"
                )
            await asyncio.sleep(0.05)
        return self._process.wait()

    def tail(self, lines: int = 25) -> str:
        """The end of its output."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])

    async def wait_for(self, words: str, *, timeout_s: float = 30.0) -> str:
        """Wait until a line of the output holds these words, said since the last start; the line.

        Raises:
            AssertionError: it ended, or they did not come in time.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            said = self.log.read_bytes()[self._said_before :].decode("utf-8", "replace")
            found = next((line for line in said.splitlines() if words in line), None)
            if found is not None:
                return found
            if not self.running or time.monotonic() > deadline:
                raise AssertionError(f"{self.name} did not say {words!r}; its output:\n{self.tail()}")
            await asyncio.sleep(0.05)


def children(pid: int) -> list[int]:
    """Ids of all living processes below one."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found += [int(stat.parent.name), *children(int(stat.parent.name))]
    return found


def alive(pids: Sequence[int]) -> list[int]:
    """Those of the processes that live."""
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait for some time, or until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
