"""Every open ticket at once, for the views that have to look at each: filters, and what is overdue."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence

from handoff.shared import Shared
from handoff.types import Ticket

SHARE = 10
"""A snapshot serves so many times as long as it took to read: reading takes a tenth of the time at most."""
LEAST_S = 0.05


class Snapshot:
    """Reads all open tickets, no more often than it can afford."""

    def __init__(
        self, read: Callable[[], Awaitable[Sequence[Ticket]]], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`read` asks the live record; `monotonic` is in seconds."""
        self._shared = Shared(self._timed)
        self._read = read
        self._monotonic = monotonic
        self._good_until = 0.0
        self._known: Sequence[Ticket] = ()

    async def get(self) -> Sequence[Ticket]:
        """Open tickets, the oldest first; seconds old at most where there are thousands.

        Raises:
            core.errors.Unavailable: the live record does not answer.
        """
        if self._monotonic() < self._good_until:
            return self._known
        return await self._shared.get()

    async def _timed(self) -> Sequence[Ticket]:
        began = self._monotonic()
        self._known = await self._read()
        now = self._monotonic()
        took = now - began
        self._good_until = now + took * SHARE if took > LEAST_S else 0.0
        return self._known
