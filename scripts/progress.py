"""Tells what set-up is doing, step by step with seconds. Standard library only; Python 3.9 and newer."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any

BEAT_S = 10.0
"""Seconds after which a step that still works says so."""
TAIL_LINES = 25
"""Last lines of a failed command that are shown."""

_lock = threading.Lock()
_running: set[subprocess.Popen[bytes]] = set()
_stopping = threading.Event()


class StepError(Exception):
    """A step did not succeed; the message says what to do."""


class InterruptedSetup(BaseException):
    """Set-up was asked to stop (Ctrl-C, SIGTERM)."""


def say(text: str) -> None:
    """Print one line at once, whole even when two steps run side by side."""
    with _lock:
        sys.stdout.write(f"[set-up] {text}\n")
        sys.stdout.flush()


@contextmanager
def step(name: str) -> Iterator[None]:
    """Announce a step, say every few seconds that it goes on, and how long it took."""
    began_s = time.monotonic()
    done = threading.Event()
    beat = threading.Thread(target=_beat, args=(name, began_s, done), daemon=True)
    say(f"{name} ...")
    beat.start()
    try:
        yield
    except BaseException:
        say(f"{name}: FAILED after {time.monotonic() - began_s:.1f} s")
        raise
    finally:
        done.set()
        beat.join()
    say(f"{name}: done in {time.monotonic() - began_s:.1f} s")


def _beat(name: str, began_s: float, done: threading.Event) -> None:
    while not done.wait(BEAT_S):
        say(f"{name} ... {time.monotonic() - began_s:.0f} s so far")


def run(
    command: Sequence[str | Path],
    *,
    what: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a command quietly and return what it printed.

    Raises:
        StepError: it failed; its last lines are in the message.
    """
    with tempfile.TemporaryFile() as output:
        code = _wait(command, output, env, cwd)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if code != 0:
        tail = "\n".join("    " + line for line in text.splitlines()[-TAIL_LINES:])
        raise StepError(f"{what} failed with code {code}. Its last lines:\n{tail}")
    return text


def _wait(
    command: Sequence[str | Path], output: IO[bytes], env: Mapping[str, str] | None, cwd: Path | None
) -> int:
    try:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            close_fds=False,  # it shares set-up's lock, so that one left behind by a kill is waited for
        )
    except OSError as error:
        output.write(str(error).encode())
        return 127
    _running.add(process)
    try:
        code = process.wait()
    finally:
        _running.discard(process)
    if _stopping.is_set():
        raise InterruptedSetup
    return code


def stop_on_signals() -> None:
    """Make Ctrl-C and SIGTERM end set-up and every command it runs, in whichever thread."""

    def handler(_number: int, _frame: FrameType | None) -> Any:
        _stopping.set()
        for process in list(_running):
            process.terminate()
        raise InterruptedSetup

    signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGTERM, handler)
