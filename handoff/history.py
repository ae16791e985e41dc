"""The history of a chat: from the archive up to where it is written, from the live stream after that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, desc, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.errors import Unavailable
from core.keys import Keys
from core.redis import Scripts
from core.sql import only_reading
from core.tables import archive_cursor, conversations, deliveries, tickets, turns, verdicts
from handoff.packets import load_packet
from handoff.records import archived_ticket
from handoff.store import reading
from handoff.turns import Entry, Turn, assemble
from handoff.types import HandoffPacket, Ticket

EARLIER = 5
"""Conversations shown besides the present one."""
MOST_TURNS = 400
"""Turns shown at most, the latest; more than a person scrolls through."""
_PAGE = 1000
_BEFORE = 1 << 62
_SHOWN = ("turn", "delivery", "feedback", "verdict")


@dataclass(frozen=True, slots=True)
class Past:
    """Turns of a chat, oldest first; `truncated` when there are older ones."""

    turns: tuple[Turn, ...]
    truncated: bool = False


class History:
    """Reads both stores; writes neither."""

    def __init__(self, *, engine: AsyncEngine, scripts: Scripts, keys: Keys) -> None:
        """`engine` is the archive's."""
        self._engine = only_reading(engine)
        self._redis = scripts.redis
        self._keys = keys

    async def of_chat(self, ref: str, conversation: str) -> Past:
        """The turns of a conversation and of the last ones before it in the same chat.

        Raises:
            Unavailable: a store does not answer.
        """
        try:
            live = await self._after(await self._cursor(), ref)
            # The archive is read last: what is archived and trimmed from the stream meanwhile is found there.
            async with self._engine.connect() as connection:
                ids = await _conversations(connection, ref, conversation)
                archived = await _archived(connection, ids)
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        found = assemble([*archived, *live])
        return Past(found[-MOST_TURNS:], truncated=len(found) > MOST_TURNS)

    async def of_conversation(self, conversation: str) -> tuple[str, str, Past] | None:
        """Ref, channel and own turns of a conversation that is in the archive; None for an unknown one.

        Raises:
            Unavailable: a store does not answer.
        """
        try:
            async with self._engine.connect() as connection:
                query = select(conversations.c.ref, conversations.c.channel)
                row = (await connection.execute(query.where(conversations.c.id == conversation))).first()
            if row is None:
                return None
            live = await self._after(await self._cursor(), row.ref)
            async with self._engine.connect() as connection:
                archived = await _archived(connection, {conversation})
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        found = assemble([*archived, *(entry for entry in live if entry.conversation == conversation)])
        return row.ref, row.channel, Past(found[-MOST_TURNS:], truncated=len(found) > MOST_TURNS)

    async def turn(self, ref: str, conversation: str, turn_id: str) -> Turn | None:
        """One turn of a chat, or None; without the database, one that is not archived yet is found too.

        Raises:
            Unavailable: the live record does not answer.
        """
        try:
            turns = (await self.of_chat(ref, conversation)).turns
        except Unavailable:
            turns = assemble(await self._after("0-0", ref))
        return next((turn for turn in turns if turn.id == turn_id), None)

    async def ticket(self, ticket: str) -> tuple[Ticket, HandoffPacket] | None:
        """A ticket that ended long ago, or None.

        Raises:
            Unavailable: the database does not answer.
            BadRecord: it is stored in a way that cannot be read.
        """
        query = (
            select(tickets, conversations.c.channel)
            .join(conversations, conversations.c.id == tickets.c.conversation)
            .where(tickets.c.id == ticket)
        )
        try:
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).mappings().first()
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        if row is None:
            return None
        return archived_ticket(dict(row), row["channel"]), load_packet(row["packet"])

    async def last_lines(self, ids: Sequence[str]) -> dict[str, str]:
        """The archive's last words of each conversation, for lists.

        Raises:
            Unavailable: the database does not answer.
        """
        last = select(func.max(turns.c.event_id)).where(turns.c.conversation.in_(ids))
        query = select(turns.c.conversation, turns.c.text).where(
            turns.c.event_id.in_(last.group_by(turns.c.conversation))
        )
        try:
            async with self._engine.connect() as connection:
                return {row.conversation: row.text[:200] for row in await connection.execute(query)}
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error

    async def _cursor(self) -> str:
        query = select(archive_cursor.c.last_event).where(archive_cursor.c.name == "events")
        async with self._engine.connect() as connection:
            return str(await connection.scalar(query) or "0-0")

    async def _after(self, cursor: str, ref: str) -> list[Entry]:
        found: list[Entry] = []
        start = f"({cursor}"
        while True:
            with reading():
                page: Any = await self._redis.xrange(self._keys("events"), min=start, count=_PAGE)
            found += [_live(event_id, fields) for event_id, fields in page if fields["ref"] == ref]
            if len(page) < _PAGE:
                return [entry for entry in found if entry.kind in _SHOWN]
            start = f"({page[-1][0]}"


def event_number(event_id: str) -> int:
    """`ms-seq` of the stream as the archive's key: ms × 1,000,000 + seq."""
    ms, _, sequence = event_id.partition("-")
    return int(ms) * 1_000_000 + int(sequence)


def _live(event_id: str, fields: Mapping[str, str]) -> Entry:
    return Entry(
        number=event_number(event_id),
        kind=fields["kind"],
        conversation=fields["conversation"],
        at_ms=int(fields["at"]),
        payload=json.loads(fields["payload"]),
    )


async def _conversations(connection: AsyncConnection, ref: str, conversation: str) -> set[str]:
    query = (
        select(conversations.c.id)
        .where(conversations.c.ref == ref)
        .order_by(desc(conversations.c.started_ms))
        .limit(EARLIER + 1)
    )
    return {conversation, *(await connection.scalars(query))}


async def _archived(connection: AsyncConnection, ids: set[str]) -> list[Entry]:
    said = (
        select(turns)
        .where(turns.c.conversation.in_(ids))
        .order_by(desc(turns.c.event_id))
        .limit(MOST_TURNS + 1)
    )
    rows = (await connection.execute(said)).mappings().all()
    sent = select(deliveries).where(deliveries.c.conversation.in_(ids)).order_by(deliveries.c.event_id)
    marks = (await connection.execute(sent)).mappings().all()
    said_of = select(verdicts).where(verdicts.c.conversation.in_(ids)).order_by(verdicts.c.at_ms)
    judged = (await connection.execute(said_of)).mappings().all()
    return [
        *map(_archived_turn, rows),
        *map(_archived_delivery, marks),
        *(_archived_verdict(row, place) for place, row in enumerate(judged)),
    ]


def _archived_turn(row: RowMapping) -> Entry:
    return Entry(row["event_id"], "turn", row["conversation"], row["at_ms"], json.loads(row["payload"]))


def _archived_verdict(row: RowMapping, place: int) -> Entry:
    """A verdict has no number of its own in the archive: it comes before all events, which may be newer."""
    payload = {"decision": row["decision_id"], "source": row["source"], "right": row["right"]}
    return Entry(place - _BEFORE, "verdict", row["conversation"], row["at_ms"], payload)


def _archived_delivery(row: RowMapping) -> Entry:
    payload = {
        "out": row["out_id"],
        "status": row["status"],
        "attempt": row["attempt"],
        "error": row["error"],
    }
    return Entry(row["event_id"], "delivery", row["conversation"], row["at_ms"], payload)
