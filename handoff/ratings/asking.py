"""Asks customers how it went, a little after their conversation ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import Unavailable
from core.leader import Leader, led
from core.logging import get_logger
from core.records import PRIORITY_NOTICE, dump, outgoing
from core.redis import Scripts
from core.settings import Settings
from core.sql import only_reading
from core.tables import conversations, customers, tickets, turns
from handoff.ratings.ports import MayWrite, always
from handoff.ratings.section import RATINGS, RatingSettings
from handoff.ratings.tables import rating_asks

_log = get_logger("ratings")
LATEST = timedelta(minutes=30)
"""After that nobody is asked any more: they would have to remember what it was about."""
BETWEEN = timedelta(hours=24)
"""One customer is asked once in this time, whatever they wrote and where."""
OPEN = timedelta(days=7)
"""How long a score counts after the question."""
_POLL_S = 10.0
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Ended:
    """A conversation that is over; `heard_at` is when the customer wrote last."""

    conversation: str
    ref: str
    channel: str
    customer: str
    language: str
    operator: str
    heard_at: datetime | None


class Asker:
    """Looks for conversations that ended lately and asks; each only once, whoever asks."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        scripts: Scripts,
        settings: Settings,
        now: Callable[[], datetime],
        may_write: MayWrite = always,
    ) -> None:
        """`may_write` knows the windows in which channels let us write."""
        self._reading = only_reading(engine)
        self._scripts = scripts
        self._settings = settings
        self._now = now
        self._may_write = may_write
        self._settled: dict[str, None] = {}

    async def run(self, stop: asyncio.Event, leader: Leader) -> None:
        """Ask until `stop`, in whichever process holds the role."""
        await led(stop, leader, self.step, poll_s=_POLL_S, part="ratings")

    async def step(self) -> int:
        """Ask whoever is due; how many were asked.

        Raises:
            Unavailable: a store does not answer.
        """
        settings = await self._settings.get(RATINGS)
        if not settings.on:
            return 0
        asked = 0
        for ended in await self._ended(settings):
            if ended.conversation not in self._settled:
                asked += await self._ask(ended, settings)
                self._remember(ended.conversation)
        return asked

    async def _ask(self, ended: Ended, settings: RatingSettings) -> bool:
        if not ended.operator and not settings.after_bot:
            return False
        if not self._may_write(ended.channel, heard_at=ended.heard_at, now=self._now()):
            return False
        answer = await self._scripts.run(
            "handoff/lua/ask_rating.lua", ended.ref, ended.conversation, ended.customer,
            _ms(BETWEEN), _ms(OPEN), ended.operator, ended.channel, ended.language,
            question(ended.conversation, settings.said(ended.language).ask, ended.language), "",
        )  # fmt: skip
        _log.info("rating.asked", conversation=ended.conversation, outcome=answer[0])
        return answer[0] == "asked"

    def _remember(self, conversation: str) -> None:
        self._settled[conversation] = None
        if len(self._settled) > _REMEMBERED:
            del self._settled[next(iter(self._settled))]

    async def _ended(self, settings: RatingSettings) -> list[Ended]:
        now = self._now()
        since, until = now - LATEST, now - timedelta(minutes=settings.delay_min)
        person = select(tickets.c.operator).where(
            tickets.c.conversation == conversations.c.id, tickets.c.operator.is_not(None)
        )
        heard = select(func.max(turns.c.at_ms)).where(
            turns.c.conversation == conversations.c.id, turns.c.author == "customer"
        )
        query = (
            select(
                conversations,
                customers.c.language.label("spoken"),
                person.order_by(tickets.c.created_ms.desc()).limit(1).scalar_subquery().label("person"),
                heard.scalar_subquery().label("heard"),
            )
            .outerjoin(customers, customers.c.key == conversations.c.customer)
            .outerjoin(rating_asks, rating_asks.c.conversation == conversations.c.id)
            .where(conversations.c.closed_ms.between(_at_ms(since), _at_ms(until)))
            # Who fell silent hours ago has left; nobody is called back to rate a silence.
            .where(conversations.c.close_reason != "silence", rating_asks.c.conversation.is_(None))
            .order_by(conversations.c.closed_ms)
        )
        try:
            async with self._reading.connect() as connection:
                rows = (await connection.execute(query)).mappings().all()
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return [
            Ended(
                conversation=row["id"],
                ref=row["ref"],
                channel=row["channel"],
                customer=row["customer"],
                language=row["spoken"] or row["language"] or "ru",
                operator=row["person"] or "",
                heard_at=datetime.fromtimestamp(row["heard"] / 1000, UTC) if row["heard"] else None,
            )
            for row in rows
        ]


def question(conversation: str, text: str, language: str) -> str:
    """The outbox entry (JSON) that asks; its id is the conversation's, so it is queued once."""
    buttons = [{"id": f"rate:{conversation}:{score}", "text": f"{score} ★"} for score in range(1, 6)]
    reply_id = "o" + sha256(f"rating\n{conversation}".encode()).hexdigest()[:40]
    reply = {"text": text, "buttons": buttons}
    return dump(outgoing(reply_id, "system", reply, language=language, priority=PRIORITY_NOTICE))


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def _at_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
