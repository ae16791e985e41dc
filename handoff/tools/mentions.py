"""Who was named in which note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, desc, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.sql import insert_once
from core.tables import tickets
from handoff.records import milliseconds, moment
from handoff.tools.announce import Announcer
from handoff.tools.rows import reads, writes
from handoff.tools.tables import mentions
from handoff.types import Ticket

MOST = 50
"""Mentions listed at most, the latest."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody (`by`, an id) named the reader in a note on a ticket."""

    ticket: str
    customer: str
    by: str
    at: datetime
    seen: bool


class Mentions:
    """Keeps them, and marks them seen."""

    def __init__(self, engine: AsyncEngine, *, announce: Announcer) -> None:
        """`engine` is the archive's."""
        self._engine = engine
        self._announce = announce

    async def add(
        self, note: str, ticket: Ticket, *, operators: Sequence[str], by: str, now: datetime
    ) -> None:
        """Write down at once whom a note names; the event stream makes the same rows, only later.

        Raises:
            core.errors.Unavailable: a store does not answer.
        """
        async with writes(self._engine) as connection:
            for operator in operators:
                row = {
                    "id": f"{note}:{operator}", "ticket": ticket.id, "conversation": ticket.conversation,
                    "operator": operator, "by": by, "at_ms": milliseconds(now),
                }  # fmt: skip
                await insert_once(connection, mentions, row, key="id")
        await self._announce(*(f"mention:{operator}" for operator in operators))

    async def of(self, operator: str) -> Sequence[Mention]:
        """Mentions of somebody, the latest first.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        query = (
            select(mentions, tickets.c.customer)
            .join(tickets, tickets.c.id == mentions.c.ticket, isouter=True)
            .where(mentions.c.operator == operator)
            .order_by(desc(mentions.c.at_ms))
            .limit(MOST)
        )
        async with reads(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            Mention(
                row["ticket"], row["customer"] or "", row["by"], moment(row["at_ms"]), bool(row["seen_ms"])
            )
            for row in rows
        ]

    async def tickets_of(self, operator: str) -> frozenset[str]:
        """Tickets with a mention that somebody has not seen yet, for the list's view.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        query = select(mentions.c.ticket).where(_unseen(operator)).distinct()
        async with reads(self._engine) as connection:
            return frozenset((await connection.scalars(query)).all())

    async def unseen(self, operator: str) -> int:
        """How many mentions somebody has not seen.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        query = select(func.count()).select_from(mentions).where(_unseen(operator))
        async with reads(self._engine) as connection:
            return int(await connection.scalar(query) or 0)

    async def seen(self, operator: str, ticket: str, *, now: datetime) -> None:
        """Somebody has looked at a ticket.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        change = update(mentions).where(_unseen(operator) & (mentions.c.ticket == ticket))
        async with writes(self._engine) as connection:
            await connection.execute(change.values(seen_ms=milliseconds(now)))


def _unseen(operator: str) -> ColumnElement[bool]:
    return (mentions.c.operator == operator) & mentions.c.seen_ms.is_(None)
