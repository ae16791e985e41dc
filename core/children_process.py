"""Starting and stopping one child process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path

GUARD = Path(__file__).with_name("children_guard.py")
MAX_LOG_BYTES = 5 * 1024 * 1024
"""Size from which a log is set aside at the next start: two files of it hold days of a quiet child."""


async def spawn(
    argv: tuple[str, ...],
    *,
    env: Mapping[str, str],
    cwd: Path | None,
    log_path: Path,
    pass_fds: tuple[int, ...],
) -> Process:
    """Start a program in its own session with exactly `env`; it dies with this process.

    Call it from the thread that lives longest (the event loop's): the kernel ties the child to that thread.

    Raises:
        OSError: the log cannot be written or the process cannot be made.
    """
    log = _open_log(log_path)
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *argv),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(env),
            cwd=cwd,
            pass_fds=pass_fds,
            start_new_session=True,
        )
    finally:
        os.close(log)


def _open_log(path: Path) -> int:
    """Open for appending, readable by the owner alone; a large one is first set aside as `NAME.1`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


async def terminate(process: Process, *, timeout_s: float) -> bool:
    """Ask the child's whole group to end, kill it after `timeout_s`; True if it had to be killed."""
    if process.returncode is not None:
        return False
    _signal_group(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(timeout_s):
            await process.wait()
    except TimeoutError:
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()
        return True
    return False


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return  # it ended by itself meanwhile


def describe_end(code: int) -> str:
    """An exit code in words; negative ones are signals, as `asyncio` reports them."""
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"ended with code {code}"
