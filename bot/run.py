"""`python -m bot run`: one process until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading

from bot.app import App
from core.config import load_config, read_environment
from core.logging import configure_logging, get_logger

_log = get_logger("run")

EXIT_ORPHANED = 75
"""`EX_TEMPFAIL` of sysexits.h: the embedded parts moved, start this process again."""


async def serve(roles: frozenset[str]) -> int:
    """Serve until SIGINT or SIGTERM; a second one ends the process at once.

    Raises:
        ConfigError: configuration or environment cannot be used.
        SetupError: a part this process needs is not there.
    """
    environment = read_environment()
    config = load_config(environment.config_path)
    configure_logging(config.logging.level, json=config.logging.format == "json")
    stop = asyncio.Event()
    _listen_for_signals(stop)
    async with App(config=config, environment=environment, roles=roles) as app:
        _log.info("duet.serving", roles=sorted(roles), name=app.name)
        waiting = [asyncio.create_task(event.wait()) for event in (stop, app.orphaned)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        _log.info("duet.stopping")
    _log.info("duet.stopped")
    return EXIT_ORPHANED if app.orphaned.is_set() else 0


def _listen_for_signals(stop: asyncio.Event) -> None:
    def asked() -> None:
        if stop.is_set():
            print("stopping at once", file=sys.stderr)  # noqa: T201 - the person at the terminal asked twice
            os._exit(1)  # children end with their parent
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked)


def leave(code: int) -> int:
    """The exit code, unless a thread still loads a model: then the process ends here.

    Everything is closed by now, and an interpreter that shuts down under a thread inside a library may crash.
    """
    if any(thread.name == "encoder" for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
