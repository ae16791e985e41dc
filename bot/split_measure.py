"""Who had the latest conversations, as the archive knows."""

from __future__ import annotations

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.governing import Measured
from core.tables import conversations, decisions, tickets


async def measure(engine: AsyncEngine, window: int, *, since_ms: int = 0, looked_ms: int = 0) -> Measured:
    """The latest `window` conversations of those that began after `since_ms`.

    A conversation counts for people if it ever had a ticket, for the bot if it had none and held an answer or
    a skill; small talk alone counts for neither. Those that began after `looked_ms` are fresh.
    """
    by_people = exists().where(tickets.c.conversation == conversations.c.id)
    by_bot = exists().where(
        decisions.c.conversation == conversations.c.id, decisions.c.decision.in_(("answer", "skill"))
    )
    latest = (
        select(conversations.c.started_ms, by_people.label("people"))
        .where(or_(by_people, by_bot), conversations.c.started_ms > since_ms)
        .order_by(conversations.c.started_ms.desc())
        .limit(window)
        .subquery()
    )
    query = select(
        func.count(),
        func.count().filter(~latest.c.people),
        func.count().filter(latest.c.started_ms > looked_ms),
        func.max(latest.c.started_ms),
    ).select_from(latest)
    async with engine.connect() as connection:
        total, alone, fresh, latest_ms = (await connection.execute(query)).one()
    return Measured(int(alone or 0), int(total or 0), int(fresh or 0), int(latest_ms or 0))
