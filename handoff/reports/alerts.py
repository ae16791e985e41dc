"""Watching topics: what rises is stored, logged and told to webhooks, once in a few hours a topic."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.errors import Unavailable
from core.leader import Leader
from core.logging import get_logger
from core.settings import Settings
from core.sql import only_reading
from core.tables import decisions
from handoff.reports.reading import asked_query
from handoff.reports.rising import Rising, rising
from handoff.reports.settings import REPORTS
from handoff.reports.tables import topic_alerts
from handoff.reports.types import Narrowed
from handoff.webhooks.feed import announce

WINDOW = timedelta(hours=1)
"""What is judged: the last hour, against the same hour of the same weekday."""
WEEKS = 4
QUIET = timedelta(hours=6)
"""A topic that was told of is not told of again for so long."""
EVERY_S = 300.0

_log = get_logger("reports")


@dataclass(frozen=True, slots=True)
class Alert:
    """A topic that rose, and when that was noticed."""

    at: datetime
    rising: Rising


class Alerts:
    """Finds and keeps alerts."""

    def __init__(self, engine: AsyncEngine, *, settings: Settings, zone: ZoneInfo) -> None:
        """`zone` is the company's: the same hour of a weekday means its clock, summer time included."""
        self._engine = engine
        self._reading = only_reading(engine)
        self._settings = settings
        self._zone = zone

    async def between(self, since_ms: int, until_ms: int) -> list[Alert]:
        """What was noticed in a span of time, the latest first.

        Raises:
            Unavailable: the database does not answer.
        """
        table = topic_alerts.c
        query = (
            select(table.at_ms, table.topic, table.count, table.expected, table.chance)
            .where(table.at_ms >= since_ms, table.at_ms < until_ms)
            .order_by(table.at_ms.desc(), table.chance, table.topic)
            .limit(200)
        )
        try:
            async with self._reading.connect() as connection:
                rows = (await connection.execute(query)).all()
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return [Alert(datetime.fromtimestamp(row[0] / 1000, UTC), Rising(*row[1:])) for row in rows]

    async def look(self, now: datetime) -> list[Rising]:
        """Judge the last hour and keep what is new; returns that.

        Raises:
            Unavailable: the database does not answer.
        """
        settings = await self._settings.get(REPORTS)
        if not settings.alerts:
            return []
        try:
            async with self._reading.connect() as connection:
                counts, weeks = await self._counts(connection, now)
            found = rising(counts, weeks, settings.limits)
            if not found:
                return []
            async with self._engine.begin() as connection:
                return await _keep(connection, found, _ms(now))
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error

    async def run(
        self, stop: asyncio.Event, leader: Leader, clock: Callable[[], datetime], every_s: float = EVERY_S
    ) -> None:
        """Look every `every_s` seconds until `stop`, in whichever process holds the role."""
        while not stop.is_set():
            try:
                if await leader.acquire():
                    await self.look(clock())
            except Unavailable as error:
                _log.warning("topics.interrupted", error=str(error))
            try:
                async with asyncio.timeout(every_s):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _counts(
        self, connection: AsyncConnection, now: datetime
    ) -> tuple[Mapping[str, int], Sequence[Mapping[str, int]]]:
        """Conversations by topic in the last hour, and in that of each week the archive knows."""
        first = await connection.scalar(select(func.min(decisions.c.at_ms)))
        local = now.astimezone(self._zone)
        counts = await _topics(connection, local)
        ends = [local - timedelta(weeks=n) for n in range(1, WEEKS + 1)]
        known = [end for end in ends if first is not None and _ms(end - WINDOW) >= first]
        return counts, [await _topics(connection, end) for end in known]


async def _topics(connection: AsyncConnection, end: datetime) -> dict[str, int]:
    # Added to in UTC: on the clock of a zone an hour may be two, or none.
    until = _ms(end)
    each = asked_query((until - round(WINDOW.total_seconds() * 1000), until), Narrowed(), by_quarter=False)
    return {str(row[0]): int(row[1]) for row in (await connection.execute(each)).all()}


async def _keep(connection: AsyncConnection, found: Sequence[Rising], now_ms: int) -> list[Rising]:
    quiet_ms = round(QUIET.total_seconds() * 1000)
    query = select(topic_alerts.c.topic).where(topic_alerts.c.at_ms > now_ms - quiet_ms)
    told = set(await connection.scalars(query))
    fresh = [each for each in found if each.topic not in told]
    for n, each in enumerate(fresh):
        row = {
            "topic": each.topic, "count": each.count, "expected": round(each.expected, 2),
            "chance": each.chance,
        }  # fmt: skip
        await connection.execute(
            insert(topic_alerts).values(id=f"{now_ms}:{each.topic}", at_ms=now_ms, **row)
        )
        await announce(
            connection, number=now_ms * 1_000_000 + n, kind="topic.rising", conversation="", at_ms=now_ms,
            payload=row,
        )  # fmt: skip
        _log.warning("topic.rising", topic=each.topic, count=each.count, expected=row["expected"])
    return fresh


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
