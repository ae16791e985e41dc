"""Tickets that ended, out of the archive, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, desc, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.errors import Unavailable
from core.sql import only_reading
from core.tables import conversations, tickets
from handoff.lists.filters import Filter
from handoff.lists.tables import conversation_tags, conversation_topics
from handoff.records import archived_ticket
from handoff.types import Ticket

_COLUMNS = tuple(
    column for column in tickets.c if column.name != "packet"
)  # the packet is by far the largest


@dataclass(frozen=True, slots=True)
class EndedPage:
    """A part of what ended, the latest first; `after` asks for the next part and is empty on the last."""

    tickets: tuple[Ticket, ...]
    after: str = ""


class Ended:
    """Reads the archive; nothing is changed."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` is the archive's."""
        self._engine = only_reading(engine)

    async def page(self, *, wanted: Filter, after: str = "", most: int = 50) -> EndedPage:
        """Tickets that were closed or returned to the bot, `most` of them from `after` on.

        Raises:
            Unavailable: the database does not answer.
        """
        query = (
            select(*_COLUMNS, conversations.c.channel, conversation_topics.c.topic)
            .join(conversations, conversations.c.id == tickets.c.conversation)
            .outerjoin(conversation_topics, conversation_topics.c.conversation == tickets.c.conversation)
            .where(tickets.c.ended_ms.is_not(None), *_conditions(wanted), *_later(after))
            .order_by(desc(tickets.c.ended_ms), desc(tickets.c.id))
            .limit(most + 1)
        )
        try:
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).mappings().all()
                tags = await tags_of(connection, [row["conversation"] for row in rows])
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        found = [_ticket(dict(row), tags) for row in rows[:most]]
        last = rows[most - 1] if len(rows) > most else None
        return EndedPage(tuple(found), f"{last['ended_ms']}.{last['id']}" if last else "")


async def tags_of(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[str]]:
    """Tags of each of these conversations."""
    found: dict[str, list[str]] = {}
    query = select(conversation_tags).where(conversation_tags.c.conversation.in_(ids))
    for row in await connection.execute(query.order_by(conversation_tags.c.tag)):
        found.setdefault(row.conversation, []).append(row.tag)
    return found


def _ticket(row: Mapping[str, Any], tags: Mapping[str, Sequence[str]]) -> Ticket:
    joined = "\n".join(tags.get(row["conversation"], ()))
    return archived_ticket({**row, "tags": joined}, row["channel"])


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    columns = {
        "channel": conversations.c.channel,
        "group": tickets.c.group,
        "language": tickets.c.language,
        "operator": tickets.c.operator,
        "reason": tickets.c.reason,
        "topic": conversation_topics.c.topic,
    }
    found: list[ColumnElement[bool]] = [
        column.in_(getattr(wanted, name)) for name, column in columns.items() if getattr(wanted, name)
    ]
    if wanted.tag:
        tagged = select(conversation_tags.c.conversation).where(conversation_tags.c.tag.in_(wanted.tag))
        found.append(tickets.c.conversation.in_(tagged))
    return found


def _later(after: str) -> list[ColumnElement[bool]]:
    """Rows that come after one; what is no place in the list starts it anew."""
    ended_ms, _, ticket = after.partition(".")
    if not ended_ms.isdecimal() or len(ended_ms) > 15:
        return []
    ms = int(ended_ms)
    return [or_(tickets.c.ended_ms < ms, and_(tickets.c.ended_ms == ms, tickets.c.id < ticket))]
