"""What waits, what an operator has, and what the bot has: the lists of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.keys import Keys, split_ref
from core.logging import get_logger
from core.redis import Scripts
from handoff.errors import BadRecord
from handoff.packets import load_packet
from handoff.records import FIELDS, live_ticket, moment
from handoff.shared import Shared
from handoff.store import reading, strings
from handoff.types import HandoffPacket, Ticket

View = Literal["waiting", "mine", "all"]

TALKING_LIMIT = 200
"""Conversations of the bot that the desk lists, the latest first: more than anyone reads."""

_TALK_FIELDS = ("id", "owner", "channel", "language", "last_at")

_log = get_logger("handoff.board")


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation the bot has."""

    id: str
    ref: str
    channel: str
    customer: str
    language: str
    last_at: datetime


class Board:
    """Reads the live record."""

    def __init__(self, *, scripts: Scripts, keys: Keys) -> None:
        """`scripts` carries the connection; nothing is changed."""
        self._redis = scripts.redis
        self._keys = keys
        # One change makes every page ask for these two, which are the same for all.
        self._waiting = Shared(lambda: self._listed(keys("queue")))
        self._open = Shared(lambda: self._listed(keys("tickets")))

    async def tickets(self, view: View, operator: str) -> Sequence[Ticket]:
        """Open tickets: `waiting` by when an answer is due, `mine` and `all` the oldest first."""
        if view == "mine":
            return await self._listed(self._keys("mine", operator=operator))
        return await (self._waiting if view == "waiting" else self._open).get()

    async def counts(self, operator: str) -> dict[str, int]:
        """How many tickets each view holds."""
        with reading():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.zcard(self._keys("queue"))
                pipe.zcard(self._keys("mine", operator=operator))
                pipe.zcard(self._keys("tickets"))
                waiting, mine, everything = await pipe.execute()
        return {"waiting": waiting, "mine": mine, "all": everything}

    async def ticket(self, ticket: str) -> tuple[Ticket, HandoffPacket] | None:
        """A live ticket with its packet, or None: ended tickets stay here for a day.

        Raises:
            BadRecord: it is stored in a way that cannot be read.
        """
        with reading():
            values = await self._redis.hgetall(self._keys("ticket", id=ticket))
        fields = {str(name): str(value) for name, value in values.items()}
        return (live_ticket(fields), load_packet(fields.get("packet", ""))) if fields else None

    async def talks(self) -> list[Talk]:
        """Conversations the bot has, the latest first, at most `TALKING_LIMIT`."""
        with reading():
            refs = strings(await self._redis.zrevrange(self._keys("talking"), 0, TALKING_LIMIT - 1))
            async with self._redis.pipeline(transaction=False) as pipe:
                for ref in refs:
                    account, chat_id = split_ref(ref)
                    pipe.hmget(self._keys("conversation", ref=ref), *_TALK_FIELDS)
                    pipe.hget(self._keys("customer", account=account, user_id=chat_id), "name")
                answers = await pipe.execute()
        found = zip(refs, answers[0::2], answers[1::2], strict=True)
        talks = (_talk(ref, fields, customer) for ref, fields, customer in found)
        return [talk for talk in talks if talk is not None]

    async def now(self) -> datetime:
        """The store's own clock, by which tickets are written."""
        with reading():
            seconds, microseconds = await self._redis.time()
        return moment(seconds * 1000 + microseconds // 1000)

    async def _listed(self, key: str) -> Sequence[Ticket]:
        """The tickets of a sorted set, in its order."""
        with reading():
            ids = strings(await self._redis.zrange(key, 0, -1))
            async with self._redis.pipeline(transaction=False) as pipe:
                for each in ids:
                    pipe.hmget(self._keys("ticket", id=each), FIELDS)
                rows = await pipe.execute()
        return tuple(ticket for row in rows if (ticket := _readable(row)) is not None)


def _readable(row: list[str | None]) -> Ticket | None:
    """A ticket, or None: it ended since its list was read, or its record is bad, which must hide no other."""
    if row[0] is None:
        return None
    try:
        return live_ticket(dict(zip(FIELDS, row, strict=True)))
    except BadRecord as error:
        _log.error("ticket.unreadable", ticket=row[0], error=str(error))
        return None


def _talk(ref: str, fields: list[str | None], customer: str | None) -> Talk | None:
    """The conversation of a chat, or None where the bot has none there."""
    conversation, owner, channel, language, last_at = fields
    if not conversation or owner != "bot" or last_at is None:
        return None
    chat_id = split_ref(ref)[1]
    return Talk(conversation, ref, channel or "", customer or chat_id, language or "", moment(last_at))
