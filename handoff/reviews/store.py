"""Reviews in SQL: which conversations to look at, and what was said of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, RowMapping, Select, and_, exists, func, not_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import Unavailable
from core.records import dump
from core.sql import only_reading, upsert
from core.tables import conversations, customers, decisions, tickets
from handoff.ratings.tables import ratings
from handoff.reviews.scoring import Scored, total
from handoff.reviews.tables import reviews

Way = Literal["random", "low"]
WAYS: tuple[Way, ...] = ("random", "low")
By = Literal["person", "bot"]
SAMPLE = 12
"""Conversations shown at once: about what one looks through in an hour."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that could be reviewed; `customer` is their name or the end of their key."""

    conversation: str
    ref: str
    channel: str
    customer: str
    closed_at: datetime
    operator: str
    rating: int | None
    comment: str
    reviewed: bool


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody said of a conversation; `total` in per cent."""

    conversation: str
    operator: str
    reviewer: str
    at: datetime
    total: float | None
    failed: bool
    scores: tuple[Scored, ...]
    comment: str


class Reviews:
    """Samples, keeps and shows."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` of the archive."""
        self._engine = engine
        self._reading = only_reading(engine)

    async def sample(self, way: Way, *, by: By, operator: str, reviewer: str, since: datetime) -> list[Found]:
        """Closed conversations this reviewer has not reviewed yet: at random, or the lowest rated first.

        `by` says who answered in them; `operator` (an id) narrows it to one person.

        Raises:
            Unavailable: the database does not answer.
        """
        wanted = [
            conversations.c.closed_ms >= int(since.timestamp() * 1000),
            _answered_by(by, operator),
            not_(exists().where(_reviewed(reviewer))),
        ]
        query = select(conversations.c.id).where(*wanted).limit(SAMPLE)
        if way == "low":
            query = query.join(ratings, ratings.c.conversation == conversations.c.id)
            query = query.order_by(ratings.c.score, conversations.c.closed_ms.desc())
        else:
            query = query.order_by(func.random())
        ids = [row["id"] for row in await self._rows(query)]
        found = {each.conversation: each for each in await self._found(ids, reviewer)}
        return [found[each] for each in ids]

    async def conversation(self, conversation: str, *, reviewer: str) -> Found | None:
        """One conversation that is over, or None.

        Raises:
            Unavailable: the database does not answer.
        """
        return next(iter(await self._found([conversation], reviewer)), None)

    async def put(
        self, found: Found, scores: Sequence[Scored], comment: str, *, reviewer: str, now: datetime
    ) -> Review:
        """Keep a review; one's own earlier one of the same conversation is replaced.

        Raises:
            Unavailable: the database does not answer.
        """
        reached, failed = total(scores)
        row = {
            "id": f"{found.conversation}:{reviewer}",
            "conversation": found.conversation,
            "operator": found.operator or None,
            "reviewer": reviewer,
            "at_ms": int(now.timestamp() * 1000),
            "total": reached,
            "failed": failed,
            "scores": dump([asdict(each) for each in scores]),
            "comment": comment,
        }
        try:
            async with self._engine.begin() as connection:
                await upsert(connection, reviews, row, key="id")
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return _review(row)

    async def own(self, conversation: str, *, reviewer: str) -> Review | None:
        """A reviewer's review of a conversation.

        Raises:
            Unavailable: the database does not answer.
        """
        rows = await self._rows(select(reviews).where(reviews.c.id == f"{conversation}:{reviewer}"))
        return _review(rows[0]) if rows else None

    async def of_operator(self, operator: str, *, since: datetime) -> list[Review]:
        """What was said of somebody's conversations, the latest first.

        Raises:
            Unavailable: the database does not answer.
        """
        query = select(reviews).where(
            reviews.c.operator == operator, reviews.c.at_ms >= int(since.timestamp() * 1000)
        )
        return [_review(row) for row in await self._rows(query.order_by(reviews.c.at_ms.desc()).limit(100))]

    async def _found(self, ids: Sequence[str], reviewer: str) -> list[Found]:
        person = select(tickets.c.operator).where(
            tickets.c.conversation == conversations.c.id, tickets.c.operator.is_not(None)
        )
        query = (
            select(
                conversations, customers.c.name, ratings.c.score, ratings.c.comment,
                person.order_by(tickets.c.created_ms.desc()).limit(1).scalar_subquery().label("person"),
                exists().where(_reviewed(reviewer)).label("reviewed"),
            )
            .outerjoin(customers, customers.c.key == conversations.c.customer)
            .outerjoin(ratings, ratings.c.conversation == conversations.c.id)
            .where(conversations.c.id.in_(ids), conversations.c.closed_ms.is_not(None))
        )  # fmt: skip
        return [_found(row) for row in await self._rows(query)]

    async def _rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        try:
            async with self._reading.connect() as connection:
                return list((await connection.execute(query)).mappings())
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error


def _reviewed(reviewer: str) -> ColumnElement[bool]:
    return and_(reviews.c.conversation == conversations.c.id, reviews.c.reviewer == reviewer)


def _answered_by(by: By, operator: str) -> ColumnElement[bool]:
    of_person = and_(tickets.c.conversation == conversations.c.id, tickets.c.operator.is_not(None))
    if by == "bot":
        answered = and_(decisions.c.conversation == conversations.c.id, decisions.c.decision == "answer")
        return and_(exists().where(answered), not_(exists().where(of_person)))
    if operator:
        return exists().where(and_(of_person, tickets.c.operator == operator))
    return exists().where(of_person)


def _found(row: RowMapping) -> Found:
    return Found(
        conversation=row["id"],
        ref=row["ref"],
        channel=row["channel"],
        customer=row["name"] or row["customer"].partition(":")[2] or row["customer"],
        closed_at=datetime.fromtimestamp(row["closed_ms"] / 1000, UTC),
        operator=row["person"] or "",
        rating=row["score"],
        comment=row["comment"] or "",
        reviewed=bool(row["reviewed"]),
    )


def _review(row: Any) -> Review:
    return Review(
        conversation=row["conversation"],
        operator=row["operator"] or "",
        reviewer=row["reviewer"],
        at=datetime.fromtimestamp(row["at_ms"] / 1000, UTC),
        total=row["total"],
        failed=bool(row["failed"]),
        scores=tuple(Scored(**each) for each in json.loads(row["scores"])),
        comment=row["comment"],
    )


def month_before(now: datetime) -> datetime:
    """Thirty days: what figures of one's own page are about."""
    return now - timedelta(days=30)
