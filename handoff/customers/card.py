"""The card: everything known of the person behind a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import and_, desc, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.errors import Unavailable
from core.keys import Keys, split_ref
from core.sql import only_reading
from core.tables import conversations, customers, tickets, turns
from handoff.customers.persons import customers_of, members_of, person_of
from handoff.customers.profiles import Profile, read_profile
from handoff.customers.tables import person_history, person_notes
from handoff.lists.ended import tags_of
from handoff.lists.tables import conversation_topics
from handoff.records import moment
from handoff.store import reading

MOST_PAST = 30
"""Past conversations a card lists; older ones are found by the search."""
MOST_NOTES = 100


@dataclass(frozen=True, slots=True)
class Channel:
    """A customer on one channel; `phone` is verified, in E.164, or empty."""

    customer: str
    channel: str
    name: str
    language: str
    phone: str
    first_seen_at: datetime | None
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastConversation:
    """One of their conversations; `operator` is the id of who had it last, `first_line` its first words."""

    id: str
    channel: str
    started_at: datetime
    ended_at: datetime | None
    reason: str
    topic: str
    tags: tuple[str, ...]
    operator: str
    ticket: str
    first_line: str


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a person; customers never see it."""

    id: str
    at: datetime
    operator: str
    text: str


@dataclass(frozen=True, slots=True)
class Joining:
    """Two people who were made one and can be two again; `who` is an operator's id or `system`."""

    id: int
    at: datetime
    who: str
    how: str
    customers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A person."""

    person: str
    channels: tuple[Channel, ...]
    profile: Profile
    notes: tuple[Note, ...]
    past: tuple[PastConversation, ...]
    joined: tuple[Joining, ...]

    @property
    def customers(self) -> tuple[str, ...]:
        """Keys of all channels."""
        return tuple(each.customer for each in self.channels)

    @property
    def phone(self) -> str:
        """A verified phone, or empty."""
        return next((each.phone for each in self.channels if each.phone), "")


class Cards:
    """Reads cards; who changes them is `handoff.customers.people`."""

    def __init__(self, *, engine: AsyncEngine, redis: Redis, keys: Keys) -> None:
        """`redis` has what the archive does not have yet."""
        self._engine = only_reading(engine)
        self._redis = redis
        self._keys = keys

    async def customer_of(self, *, ticket: str = "", conversation: str = "") -> str:
        """The customer of a ticket or conversation, or empty.

        Raises:
            Unavailable: a store does not answer.
        """
        if ticket:
            with reading():
                live: Any = await self._redis.hmget(self._keys("ticket", id=ticket), ["conversation", "ref"])
            if live[0]:
                return await self._scalar(_whose(live[0])) or str(live[1])
            own = select(tickets.c.conversation).where(tickets.c.id == ticket).scalar_subquery()
            return await self._scalar(select(conversations.c.customer).where(conversations.c.id == own))
        return await self._scalar(_whose(conversation))

    async def card(self, customer: str) -> Card:
        """The card of the person behind a customer.

        Raises:
            Unavailable: a store does not answer.
        """
        try:
            async with self._engine.connect() as connection:
                person = await person_of(connection, customer)
                members = await members_of(connection, person)
                keys = await customers_of(connection, members, asked=customer)
                rows = {row["key"]: row for row in await _customers(connection, keys)}
                profile = await read_profile(connection, person)
                notes, past = await _notes(connection, members), await _past(connection, keys)
                joined = await _joined(connection, members)
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        channels = [await self._channel(key, rows.get(key)) for key in keys]
        return Card(person, tuple(channels), profile, notes, past, joined)

    async def _channel(self, key: str, row: Mapping[str, Any] | None) -> Channel:
        account, user_id = split_ref(key)
        with reading():
            live: Any = await self._redis.hgetall(self._keys("customer", account=account, user_id=user_id))
        return Channel(
            customer=key,
            channel=account,
            name=live.get("name") or (row["name"] if row else "") or user_id,
            language=live.get("language") or (row["language"] if row else ""),
            phone=live.get("phone") or (row["phone"] if row else "") or "",
            first_seen_at=moment(row["first_seen_ms"]) if row else None,
            last_seen_at=moment(row["last_seen_ms"]) if row else None,
        )

    async def _scalar(self, query: Any) -> str:
        try:
            async with self._engine.connect() as connection:
                return str(await connection.scalar(query) or "")
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error


def _whose(conversation: str) -> Any:
    return select(conversations.c.customer).where(conversations.c.id == conversation)


async def _customers(connection: AsyncConnection, keys: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    rows = await connection.execute(select(customers).where(customers.c.key.in_(keys)))
    return [dict(row) for row in rows.mappings()]


async def _notes(connection: AsyncConnection, members: Sequence[str]) -> tuple[Note, ...]:
    query = select(person_notes).where(person_notes.c.person.in_(members))
    rows = await connection.execute(query.order_by(desc(person_notes.c.at_ms)).limit(MOST_NOTES))
    return tuple(Note(row.id, moment(row.at_ms), row.operator, row.text) for row in rows)


async def _past(connection: AsyncConnection, keys: Sequence[str]) -> tuple[PastConversation, ...]:
    query = (
        select(conversations, conversation_topics.c.topic)
        .outerjoin(conversation_topics, conversation_topics.c.conversation == conversations.c.id)
        .where(conversations.c.customer.in_(keys))
        .order_by(desc(conversations.c.started_ms))
        .limit(MOST_PAST)
    )
    rows = (await connection.execute(query)).mappings().all()
    ids = [row["id"] for row in rows]
    tags, lines = await tags_of(connection, ids), await _first_lines(connection, ids)
    had = select(tickets.c.id, tickets.c.conversation, tickets.c.reason, tickets.c.operator)
    had = had.where(tickets.c.conversation.in_(ids)).order_by(tickets.c.created_ms)
    work = {row.conversation: row for row in await connection.execute(had)}
    return tuple(
        PastConversation(
            id=row["id"],
            channel=row["channel"],
            started_at=moment(row["started_ms"]),
            ended_at=moment(row["closed_ms"]) if row["closed_ms"] else None,
            reason=work[row["id"]].reason if row["id"] in work else "",
            topic=row["topic"] or "",
            tags=tuple(tags.get(row["id"], ())),
            operator=(work[row["id"]].operator or "") if row["id"] in work else "",
            ticket=work[row["id"]].id if row["id"] in work else "",
            first_line=lines.get(row["id"], ""),
        )
        for row in rows
    )


async def _first_lines(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    """What the customer wrote first in each: it tells best what it was about."""
    said = select(turns.c.conversation, turns.c.text).where(
        turns.c.conversation.in_(ids), turns.c.author == "customer"
    )
    found: dict[str, str] = {}
    for row in await connection.execute(said.order_by(turns.c.event_id)):
        found.setdefault(row.conversation, row.text[:160])
    return found


async def _joined(connection: AsyncConnection, members: Sequence[str]) -> tuple[Joining, ...]:
    mine = and_(person_history.c.person.in_(members), person_history.c.other.in_(members))
    query = select(person_history).where(or_(mine), person_history.c.undone_ms.is_(None))
    rows = (await connection.execute(query.order_by(desc(person_history.c.id)))).mappings().all()
    found = []
    for row in rows:
        below = await members_of(connection, row["other"])
        keys = await customers_of(connection, below)
        found.append(Joining(row["id"], moment(row["at_ms"]), row["who"], row["how"], tuple(keys)))
    return tuple(found)
