"""What the tests of the list, the search and the card share: events copied into SQL as the archiver does."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.projection import project
from core.sql import upsert
from core.tables import archive_cursor
from tests.integration.handoff.handoff_world import World


async def archive_all(world: World, engine: AsyncEngine) -> None:
    """Copy every event so far."""
    found: Any = await world.redis.xrange(world.keys("events"))
    async with engine.begin() as connection:
        for event_id, fields in found:
            await project(connection, event_id, fields)
        if found:
            row = {"name": "events", "last_event": found[-1][0]}
            await upsert(connection, archive_cursor, row, key="name")
