"""One read for everybody who asks at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Shared(Generic[Value]):
    """Shares a read among those who wait for it.

    Whoever asks gets a read that began after they asked, so nobody sees less than they know already. A change
    that makes a hundred pages ask at once costs two reads.
    """

    def __init__(self, read: Callable[[], Awaitable[Value]]) -> None:
        """`read` is never under way twice at the same time."""
        self._read = read
        self._running: asyncio.Task[Value] | None = None
        self._next: asyncio.Task[Value] | None = None

    async def get(self) -> Value:
        """What a read that begins now, or after the one under way, finds; raises what it raises."""
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
            self._next.add_done_callback(_retrieved)
        return await asyncio.shield(self._next)

    async def _after(self, running: asyncio.Task[Value] | None) -> Value:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._next = self._next, None
        return await self._read()


def _retrieved(task: asyncio.Task[Value]) -> None:
    """Those who asked may have gone away meanwhile; a failure that nobody waits for is no news."""
    if not task.cancelled():
        task.exception()
