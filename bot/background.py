"""Tasks that run as long as the process: kept, restarted when they fail, awaited at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from core.logging import get_logger

_log = get_logger("background")
_PAUSE_S = 1.0

Runs = Callable[[asyncio.Event], Awaitable[None]]
"""Works until the event is set, or has something to do once and returns."""


class Background:
    """Starts loops and ends them all together."""

    def __init__(self) -> None:
        self._stop = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._cuttable: set[str] = set()

    @property
    def stopping(self) -> asyncio.Event:
        """Set once the process is to end."""
        return self._stop

    def start(self, name: str, run: Runs, *, may_be_cut: bool = False) -> None:
        """Keep a loop running under a name that appears in the log.

        `may_be_cut`: at the end it is cancelled at once, since what it has begun may be begun again.
        """
        self._tasks[name] = asyncio.create_task(self._keep(name, run), name=name)
        if may_be_cut:
            self._cuttable.add(name)

    async def stop(self, *, timeout_s: float) -> None:
        """Let every loop finish what it has begun; one that takes too long is cancelled."""
        self._stop.set()
        if not self._tasks:
            return
        for name in self._cuttable:
            self._tasks[name].cancel()
        _, late = await asyncio.wait(self._tasks.values(), timeout=timeout_s)
        for task in late:
            _log.warning("background.cancelled", task=task.get_name())
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _keep(self, name: str, run: Runs) -> None:
        while not self._stop.is_set():
            try:
                await run(self._stop)
                return
            except Exception:  # noqa: BLE001 - a loop that failed is started again, and the log says so
                _log.exception("background.failed", task=name)
                await asyncio.sleep(_PAUSE_S)
