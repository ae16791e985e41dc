"""An operator's own figures of a period, from the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import case, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import Unavailable
from core.sql import only_reading
from core.tables import tickets
from handoff.ratings.tables import ratings
from handoff.tasks.tables import tasks


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts and times of one operator; medians are None where nothing was measured.

    Attributes:
        taken: Conversations taken.
        first_answer_s: Median seconds from the hand-over to the operator's first words.
        work_s: Median seconds from taking to the end.
        ratings: How often each score from 1 to 5 was given.
        tasks_done: Tasks done, and `in_time` those done before they were due.
    """

    taken: int
    first_answer_s: float | None
    work_s: float | None
    ratings: tuple[int, int, int, int, int]
    tasks_done: int
    in_time: int


async def own_figures(engine: AsyncEngine, operator: str, *, since: datetime) -> Figures:
    """The figures of an operator (id) since a moment.

    Raises:
        Unavailable: the database does not answer.
    """
    since_ms = int(since.timestamp() * 1000)
    worked = select(tickets.c.created_ms, tickets.c.taken_ms, tickets.c.replied_ms, tickets.c.ended_ms).where(
        tickets.c.operator == operator, tickets.c.taken_ms >= since_ms
    )
    given = (
        select(ratings.c.score, func.count())
        .where(ratings.c.operator == operator, ratings.c.at_ms >= since_ms)
        .group_by(ratings.c.score)
    )
    settled = select(func.count(), func.sum(case((tasks.c.done_ms <= tasks.c.due_ms, 1), else_=0))).where(
        tasks.c.done_by == operator, tasks.c.status == "done", tasks.c.done_ms >= since_ms
    )
    try:
        async with only_reading(engine).connect() as connection:
            rows = (await connection.execute(worked)).all()
            scores = {int(score): int(number) for score, number in await connection.execute(given)}
            done, in_time = (await connection.execute(settled)).one()
    except (DBAPIError, OSError) as error:
        raise Unavailable(f"database: {error}") from error
    return Figures(
        taken=len(rows),
        first_answer_s=_median([(each.created_ms, each.replied_ms) for each in rows]),
        work_s=_median([(each.taken_ms, each.ended_ms) for each in rows]),
        ratings=tuple(scores.get(score, 0) for score in range(1, 6)),  # type: ignore[arg-type]  # five of them
        tasks_done=int(done),
        in_time=int(in_time or 0),
    )


def _median(spans: Sequence[tuple[int | None, int | None]]) -> float | None:
    known = [(until - since) / 1000 for since, until in spans if since is not None and until is not None]
    return median(known) if known else None
