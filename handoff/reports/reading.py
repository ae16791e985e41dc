"""The queries behind reports; each means the same on SQLite and PostgreSQL.

Time zones are left to Python: SQL counts by quarter of an hour, which every zone's hours are made of.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.errors import Unavailable
from core.sql import only_reading
from core.tables import conversations, decisions, operators, tickets, turns, verdicts
from handoff.reports.types import Narrowed, Period
from handoff.reports.work import QUARTER_MS, Split, Worked

_PORTION = 1000


class Begun(NamedTuple):
    """Conversations that began in one quarter of an hour on one channel, by who had them."""

    quarter: int
    channel: str
    by: str
    n: int


class Judged(NamedTuple):
    """Verdicts of one source on answers of the bot."""

    source: str
    right: bool
    n: int


class Asked(NamedTuple):
    """Conversations that touched a topic within one quarter of an hour."""

    quarter: int
    topic: str
    n: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All a report is made of."""

    begun: Sequence[Begun]
    work: Split
    judged: Sequence[Judged]
    asked: Sequence[Asked]
    asked_before: Sequence[Asked]
    names: dict[str, str]
    choices: dict[str, list[tuple[str, str]]]


class Archive:
    """Reads facts; takes no lock that the archiver needs."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` of the archive."""
        self._reading = only_reading(engine)

    async def facts(self, period: Period, narrowed: Narrowed, now_ms: int) -> Facts:
        """What happened in a period, as of `now_ms`.

        Raises:
            Unavailable: the database does not answer.
        """
        span, before = (period.since_ms, period.until_ms), (period.before.since_ms, period.since_ms)
        try:
            async with self._connected() as connection:
                names = await _names(connection)
                begun = [Begun(*row) for row in await _rows(connection, _begun(span, narrowed))]
                work = await _work(connection, worked_query(span, narrowed), now_ms)
                present = (
                    _present(begun, work) if narrowed == Narrowed() else await _asked_for(connection, span)
                )
                return Facts(
                    begun=begun,
                    work=work,
                    judged=[
                        Judged(row[0], bool(row[1]), row[2])
                        for row in await _rows(connection, _judged(span, narrowed))
                    ],
                    asked=[Asked(*row) for row in await _rows(connection, asked_query(span, narrowed))],
                    asked_before=[
                        Asked(*row) for row in await _rows(connection, asked_query(before, narrowed))
                    ],
                    names=names,
                    choices=_choices(present, names),
                )
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        async with self._reading.connect() as connection:
            if connection.dialect.name == "postgresql":
                # Compiling these queries takes longer than running them.
                await connection.exec_driver_sql("SET LOCAL jit = off")
            yield connection

    async def work(self, period: Period, now_ms: int) -> tuple[Split, dict[str, str]]:
        """Only the tickets of a period, as of `now_ms`, and the names of operators.

        Raises:
            Unavailable: the database does not answer.
        """
        query = worked_query((period.since_ms, period.until_ms), Narrowed())
        try:
            async with self._connected() as connection:
                return await _work(connection, query, now_ms), await _names(connection)
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error


async def _work(connection: AsyncConnection, query: Select[Any], now_ms: int) -> Split:
    """Tickets counted in as they come: a long period must hold up neither memory nor those at the desk."""
    split = Split()
    async with connection.stream(query) as found:
        async for rows in found.partitions(_PORTION):
            for row in rows:
                split.add(Worked(*row), now_ms)
            await asyncio.sleep(0)
    return split.finish()


async def _rows(connection: AsyncConnection, query: Select[Any]) -> Sequence[Any]:
    found: Sequence[Any] = (await connection.execute(query)).all()
    return found


async def _names(connection: AsyncConnection) -> dict[str, str]:
    query = select(operators.c.id, operators.c.display_name)
    return {str(row[0]): str(row[1]) for row in await _rows(connection, query)}


def _present(begun: Sequence[Begun], work: Split) -> dict[str, set[str]]:
    """Values of each filter, from facts that are not narrowed."""
    channels = {each.channel for each in begun}
    return {"channel": channels, "group": set(work.by["group"]), "operator": set(work.by["operator"])}


async def _asked_for(connection: AsyncConnection, span: tuple[int, int]) -> dict[str, set[str]]:
    """The same from the archive, since narrowed facts lack what they are not narrowed to."""
    within = _within(tickets.c.created_ms, span)
    queries: dict[str, Select[Any]] = {
        "channel": select(conversations.c.channel).where(_within(conversations.c.started_ms, span)),
        "group": select(tickets.c.group).where(within),
        "operator": select(tickets.c.operator).where(within, tickets.c.operator.is_not(None)),
    }
    return {name: set(await connection.scalars(query.distinct())) for name, query in queries.items()}


def _choices(present: Mapping[str, set[str]], names: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What a period can be narrowed to: values, and operators' names."""
    return {
        name: sorted(
            ((value, names.get(value, value) if name == "operator" else value) for value in values),
            key=lambda pair: pair[1],
        )
        for name, values in present.items()
    }


def _within(column: ColumnElement[int], span: tuple[int, int]) -> ColumnElement[bool]:
    return and_(column >= span[0], column < span[1])


def _on(narrowed: Narrowed) -> list[ColumnElement[bool]]:
    return [conversations.c.channel == narrowed.channel] if narrowed.channel else []


def _begun(span: tuple[int, int], narrowed: Narrowed) -> Select[Any]:
    """Who had a conversation, as the governor of the split counts: people if it ever had a ticket, else the
    bot if it held an answer or a skill, else nobody (a greeting alone).
    """
    # With LIMIT, since PostgreSQL would hash all tickets there ever were to answer an EXISTS.
    ticket = select(tickets.c.conversation).where(tickets.c.conversation == conversations.c.id).limit(1)
    answer = select(decisions.c.conversation).where(
        decisions.c.conversation == conversations.c.id, decisions.c.decision.in_(("answer", "skill"))
    )
    handed, answered = ticket.scalar_subquery().is_not(None), answer.limit(1).scalar_subquery().is_not(None)
    each = (
        select(
            (conversations.c.started_ms // QUARTER_MS).label("quarter"),
            conversations.c.channel,
            case((handed, "people"), (answered, "bot"), else_="nobody").label("by"),
        )
        .where(_within(conversations.c.started_ms, span), *_on(narrowed))
        .subquery()
    )
    kinds = (each.c.quarter, each.c.channel, each.c.by)
    return select(*kinds, func.count()).group_by(*kinds)


def worked_query(span: tuple[int, int], narrowed: Narrowed) -> Select[Any]:
    """Tickets of a span of time, one row each."""
    earlier = tickets.alias("earlier")
    since = (
        select(func.max(earlier.c.ended_ms))
        .where(earlier.c.conversation == tickets.c.conversation, earlier.c.created_ms < tickets.c.created_ms)
        .scalar_subquery()
    )
    replies = (
        select(func.count())
        .where(
            turns.c.conversation == tickets.c.conversation,
            turns.c.author == "operator",
            turns.c.at_ms >= tickets.c.created_ms,
            turns.c.at_ms <= func.coalesce(tickets.c.ended_ms, turns.c.at_ms),
        )
        .scalar_subquery()
    )
    query = (
        select(
            tickets.c.created_ms, conversations.c.channel, tickets.c.group, tickets.c.operator,
            tickets.c.reason, tickets.c.due_ms, tickets.c.taken_ms, tickets.c.replied_ms, tickets.c.ended_ms,
            func.coalesce(since, conversations.c.started_ms), replies,
        )
        .join(conversations, conversations.c.id == tickets.c.conversation)
        .where(_within(tickets.c.created_ms, span), *_on(narrowed))
    )  # fmt: skip
    if narrowed.group:
        query = query.where(tickets.c.group == narrowed.group)
    if narrowed.operator:
        query = query.where(tickets.c.operator == narrowed.operator)
    return query


def _judged(span: tuple[int, int], narrowed: Narrowed) -> Select[Any]:
    """Verdicts on what the bot answered; those on candidates it kept to itself say nothing of that."""
    query = (
        select(verdicts.c.source, verdicts.c.right, func.count())
        .join(decisions, decisions.c.id == verdicts.c.decision_id)
        .where(_within(verdicts.c.at_ms, span), decisions.c.decision == "answer")
        .group_by(verdicts.c.source, verdicts.c.right)
    )
    if narrowed.channel:
        query = query.join(conversations, conversations.c.id == decisions.c.conversation).where(
            *_on(narrowed)
        )
    return query


def asked_query(span: tuple[int, int], narrowed: Narrowed, *, by_quarter: bool = True) -> Select[Any]:
    """Topics of decisions: the article answered with, else the skill, else the intent.

    A conversation counts once a topic in each quarter of an hour (or once in the span), however often it
    asks. Courtesies are no topic.
    """
    topic = case(
        (decisions.c.article.is_not(None), "article:" + decisions.c.article),
        (decisions.c.skill.is_not(None), "skill:" + decisions.c.skill),
        else_="intent:" + decisions.c.intent,
    )
    query = select(
        (decisions.c.at_ms // QUARTER_MS).label("quarter"), topic.label("topic"), decisions.c.conversation
    ).where(
        _within(decisions.c.at_ms, span),
        decisions.c.decision != "smalltalk",
        func.coalesce(decisions.c.article, decisions.c.skill, decisions.c.intent, "") != "",
    )
    if narrowed.channel:
        query = query.join(conversations, conversations.c.id == decisions.c.conversation).where(
            *_on(narrowed)
        )
    each = query.subquery()
    kinds = (each.c.quarter, each.c.topic) if by_quarter else (each.c.topic,)
    return select(*kinds, func.count(distinct(each.c.conversation))).group_by(*kinds)
