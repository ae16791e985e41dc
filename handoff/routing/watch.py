"""Repeats a step in one process of all: at once when tickets change, and every second as time passes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError

from core.errors import Unavailable
from core.leader import Leader
from core.logging import get_logger
from core.notify import Hub, wait_event

EVERY_S = 1.0
"""Time passes without anybody telling; a second is what a countdown shows."""
REST_S = 0.5
"""Least pause: a burst of changes is one step."""
LEASE_S = 5.0
"""A process that dies is replaced after this time, which is less than one offer."""

_log = get_logger("routing")


async def watch(
    stop: asyncio.Event, *, leader: Leader, hub: Hub, step: Callable[[], Awaitable[None]]
) -> None:
    """Run until `stop`; a store that does not answer is asked again."""
    with hub.watch("tickets", "presence") as changed:
        while not stop.is_set():
            try:
                if await leader.acquire():
                    await step()
            except (Unavailable, SQLAlchemyError, OSError) as error:
                _log.warning("routing.interrupted", error=type(error).__name__)
            await asyncio.sleep(REST_S)
            await wait_event(changed, EVERY_S)
        await _give_up(leader)


async def _give_up(leader: Leader) -> None:
    try:
        await leader.release()
    except Unavailable as error:
        _log.warning("routing.interrupted", error=str(error))
