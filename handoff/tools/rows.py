"""Reading and writing the archive with errors of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.errors import Unavailable
from core.records import dump
from core.sql import only_reading
from core.tables import audit
from handoff.records import milliseconds


@asynccontextmanager
async def reads(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection for reading; a database that does not answer is `Unavailable`."""
    try:
        async with only_reading(engine).connect() as connection:
            yield connection
    except (DBAPIError, OSError) as error:
        raise Unavailable(f"database: {error}") from error


@asynccontextmanager
async def writes(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction; a database that does not answer is `Unavailable`."""
    try:
        async with engine.begin() as connection:
            yield connection
    except (DBAPIError, OSError) as error:
        raise Unavailable(f"database: {error}") from error


async def note(connection: AsyncConnection, now: datetime, who: str, action: str, **detail: Any) -> None:
    """A line of the audit."""
    await connection.execute(
        insert(audit).values(at_ms=milliseconds(now), who=who, action=action, detail=dump(detail))
    )
