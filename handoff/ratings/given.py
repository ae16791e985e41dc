"""Ratings for the reports: each with the group and the operator of the conversation's latest ticket."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import Unavailable
from core.sql import only_reading
from core.tables import tickets
from handoff.ratings.tables import ratings
from handoff.reports.types import Rating


class GivenRatings:
    """Reads what customers gave."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` of the archive."""
        self._reading = only_reading(engine)

    async def between(self, since_ms: int, until_ms: int) -> Sequence[Rating]:
        """All given from `since_ms` to before `until_ms`, oldest first.

        Raises:
            Unavailable: the database does not answer.
        """
        latest = (
            select(tickets.c.group)
            .where(tickets.c.conversation == ratings.c.conversation)
            .order_by(tickets.c.created_ms.desc())
            .limit(1)
            .scalar_subquery()
            .label("group")
        )
        query = (
            select(ratings.c.score, ratings.c.channel, ratings.c.operator, latest)
            .where(ratings.c.at_ms >= since_ms, ratings.c.at_ms < until_ms)
            .order_by(ratings.c.at_ms)
        )
        try:
            async with self._reading.connect() as connection:
                rows = (await connection.execute(query)).mappings().all()
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return [
            Rating(row["score"], row["channel"], row["group"] or "", row["operator"] or "") for row in rows
        ]
