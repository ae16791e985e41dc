"""A role that one process of all holds at a time, such as polling one Telegram account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from core.errors import Unavailable
from core.logging import get_logger
from core.redis import Scripts

_log = get_logger("leader")

_SCRIPT = "core/lua/leader.lua"


class Leader:
    """A lease on a name; it ends by itself when its holder falls silent."""

    def __init__(self, scripts: Scripts, *, name: str, holder: str, lease_s: float) -> None:
        """`holder` must be unique among processes."""
        self._scripts = scripts
        self._name = name
        self._holder = holder
        self._lease_ms = int(lease_s * 1000)

    async def acquire(self) -> bool:
        """Take or keep the role; False while somebody else has it.

        Raises:
            core.errors.Unavailable: Redis does not answer.
        """
        return await self._scripts.run(_SCRIPT, self._name, self._holder, self._lease_ms) == ["1"]

    async def renew(self) -> bool:
        """Keep the role; False when it was lost."""
        return await self.acquire()

    async def release(self) -> None:
        """Give the role up at once; harmless when somebody else has it."""
        await self._scripts.run(_SCRIPT, self._name, self._holder, 0)


async def led(
    stop: asyncio.Event, leader: Leader, step: Callable[[], Awaitable[object]], *, poll_s: float, part: str
) -> None:
    """Take a step every `poll_s` seconds until `stop`, in whichever process holds the role.

    A store that does not answer interrupts one step; `part` names it in the log.
    """
    while not stop.is_set():
        try:
            if await leader.acquire():
                await step()
        except Unavailable as error:
            _log.warning("leader.interrupted", job=part, error=str(error))
        try:
            async with asyncio.timeout(poll_s):
                await stop.wait()
        except TimeoutError:
            continue
