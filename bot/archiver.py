"""Copies the event stream into SQL, once, and trims the stream only below what is archived."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.metrics import ARCHIVE_LAG, ARCHIVED
from bot.projection import project
from core.errors import Unavailable
from core.keys import Keys
from core.leader import Leader
from core.logging import get_logger
from core.sql import insert_once, upsert
from core.tables import archive_cursor

_log = get_logger("archiver")
_NAME = "events"


class Archiver:
    """One process of all archives at a time; two at once would be harmless, since rows are keyed by event."""

    def __init__(
        self,
        *,
        redis: Redis,
        keys: Keys,
        engine: AsyncEngine,
        leader: Leader,
        batch_events: int,
        poll_s: float,
    ) -> None:
        """`poll_s` is the pause between looks while nothing is new."""
        self._redis = redis
        self._events = keys("events")
        self._engine = engine
        self._leader = leader
        self._batch_events = batch_events
        self._poll_s = poll_s

    async def run(self, stop: asyncio.Event) -> None:
        """Archive until `stop`, and once more at the end so that nothing waits for the next start."""
        while not stop.is_set():
            try:
                copied = await self.step() if await self._leader.acquire() else 0
            except (RedisError, OSError, SQLAlchemyError, Unavailable) as error:
                _log.warning("archive.interrupted", error=type(error).__name__)
                copied = 0
            if copied < self._batch_events:
                await _pause(stop, self._poll_s)
        try:
            while await self.step():
                pass
            await self._leader.release()
        except (RedisError, OSError, SQLAlchemyError, Unavailable) as error:
            _log.warning("archive.left_for_later", error=type(error).__name__)

    async def step(self) -> int:
        """Copy one batch and trim; the number of events copied."""
        async with self._engine.begin() as connection:
            cursor = await _hold_cursor(connection)
            found: list[tuple[str, dict[str, str]]] = await self._redis.xrange(  # type: ignore[assignment]
                self._events, min=f"({cursor}", count=self._batch_events
            )  # the client decodes, which its types do not know
            for event_id, fields in found:
                await project(connection, event_id, fields)
            if found:
                await upsert(
                    connection, archive_cursor, {"name": _NAME, "last_event": found[-1][0]}, key="name"
                )
        ARCHIVED.inc(len(found))
        last = found[-1][0] if found else cursor
        if found:
            # Trimming keeps the last archived event: a stream that is never empty keeps its ids rising.
            await self._redis.xtrim(self._events, minid=last, approximate=False)
        ARCHIVE_LAG.set(max(int(await self._redis.xlen(self._events)) - 1, 0))
        return len(found)


async def read_cursor(connection: AsyncConnection) -> str:
    """Stream id of the last archived event, `0-0` before the first."""
    row = await connection.scalar(select(archive_cursor.c.last_event).where(archive_cursor.c.name == _NAME))
    return str(row) if row else "0-0"


async def _hold_cursor(connection: AsyncConnection) -> str:
    """The cursor, held until the transaction ends: a slower archiver must not move it back."""
    await insert_once(connection, archive_cursor, {"name": _NAME, "last_event": "0-0"}, key="name")
    held = select(archive_cursor.c.last_event).where(archive_cursor.c.name == _NAME).with_for_update()
    return str(await connection.scalar(held))


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
