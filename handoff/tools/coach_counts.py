"""How often each operator was shown an expression to avoid, and what came of it; no texts are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import desc, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.sql import insert_once
from handoff.tools.rows import reads, writes
from handoff.tools.tables import coach_counts


@dataclass(frozen=True, slots=True)
class CoachCount:
    """Of one operator: expressions replaced, and expressions sent as they were."""

    operator: str
    replaced: int
    kept: int


class CoachCounts:
    """Adds up by day and operator."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` is the archive's."""
        self._engine = engine

    async def add(self, operator: str, *, day: date, replaced: int, kept: int) -> None:
        """Count what came of one reply.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        key = f"{day.isoformat()}|{operator}"
        row = {"id": key, "day": day, "operator": operator, "replaced": 0, "kept": 0}
        more = {
            "replaced": coach_counts.c.replaced + replaced,
            "kept": coach_counts.c.kept + kept,
        }
        async with writes(self._engine) as connection:
            await insert_once(connection, coach_counts, row, key="id")
            await connection.execute(update(coach_counts).where(coach_counts.c.id == key).values(**more))

    async def since(self, day: date) -> Sequence[CoachCount]:
        """Each operator's sums from a day on, the most kept first.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        replaced, kept = func.sum(coach_counts.c.replaced), func.sum(coach_counts.c.kept)
        query = (
            select(coach_counts.c.operator, replaced, kept)
            .where(coach_counts.c.day >= day)
            .group_by(coach_counts.c.operator)
            .order_by(desc(kept), coach_counts.c.operator)
        )
        async with reads(self._engine) as connection:
            return [CoachCount(row[0], int(row[1]), int(row[2])) for row in await connection.execute(query)]
