"""Rising topics, found in the archive and told once; on SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from core.leader import Leader
from core.secret_box import SecretBox, new_key
from core.settings import Settings
from core.tables import decisions
from handoff.reports.alerts import Alerts
from handoff.reports.settings import REPORTS, ReportSettings
from handoff.webhooks.store import Webhooks
from handoff.webhooks.tables import webhook_deliveries
from tests.integration.handoff.handoff_past import decision, write
from tests.integration.handoff.handoff_world import World

# Summer time began in Berlin on 29 March: the same hour of the clock is another one of UTC two weeks earlier.
NOW = datetime(2026, 4, 6, 10, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def alerts(engine: AsyncEngine) -> Alerts:
    return Alerts(engine, settings=Settings(engine, memory_s=0), zone=BERLIN)


async def asked(engine: AsyncEngine, end: datetime, count: int, article: str = "lost-parcel") -> None:
    at = end.replace(tzinfo=None) - timedelta(minutes=30)
    rows = [
        decision(f"{article}{end:%m%d%H}-{n}", f"c{end:%m%d%H}-{n}", str(at), article=article)
        for n in range(count)
    ]
    await write(engine, {decisions: rows})


async def past(engine: AsyncEngine, weekly: int) -> None:
    """The same hour of Berlin's clock in the five Mondays before."""
    local = NOW.astimezone(BERLIN)
    for week in range(1, 6):
        await asked(engine, (local - timedelta(weeks=week)).astimezone(UTC), weekly)


async def test_a_topic_that_rises_is_kept_told_and_not_repeated_for_hours(archive: AsyncEngine) -> None:
    await past(archive, 2)
    await asked(archive, NOW, 20)
    hooks = Webhooks(archive, SecretBox(new_key()), allow_private=False)
    await hooks.add("https://crm.example/hook", ["topic.rising"], by="root", now=NOW)
    watch = alerts(archive)
    (found,) = await watch.look(NOW)
    assert (found.topic, found.count, found.expected) == ("article:lost-parcel", 20, 8.5 / 4)
    assert await watch.look(NOW + timedelta(minutes=5)) == []

    at_ms = round(NOW.timestamp() * 1000)
    (kept,) = await watch.between(at_ms, at_ms + 1)
    assert (kept.at, kept.rising.topic, kept.rising.count) == (NOW, "article:lost-parcel", 20)
    assert await watch.between(at_ms + 1, at_ms + 10**9) == []
    async with archive.connect() as connection:
        (payload,) = await connection.scalars(select(webhook_deliveries.c.payload))
    told = json.loads(payload)
    assert told["event"] == "topic.rising"
    assert (told["data"]["topic"], told["data"]["count"]) == ("article:lost-parcel", 20)

    await asked(archive, NOW + timedelta(hours=7), 20)
    assert len(await watch.look(NOW + timedelta(hours=7))) == 1


async def test_the_usual_of_the_same_hour_is_no_alarm(archive: AsyncEngine) -> None:
    await past(archive, 20)
    await asked(archive, NOW, 22)
    assert await alerts(archive).look(NOW) == []
    # An hour of UTC beside it the same count would be unheard of.
    await asked(archive, NOW + timedelta(hours=2), 22, "other")
    assert [each.topic for each in await alerts(archive).look(NOW + timedelta(hours=2))] == ["article:other"]


async def test_a_young_archive_and_a_switched_off_watch_are_silent(archive: AsyncEngine) -> None:
    await asked(archive, NOW - timedelta(weeks=1), 2)
    await asked(archive, NOW, 50)
    assert await alerts(archive).look(NOW) == []
    await asked(archive, NOW - timedelta(weeks=5), 1)
    settings = Settings(archive, memory_s=0)
    await settings.put(REPORTS, ReportSettings(alerts=False), version=0, by="lena", now=NOW)
    assert await alerts(archive).look(NOW) == []
    await settings.put(REPORTS, ReportSettings(), version=1, by="lena", now=NOW)
    assert len(await alerts(archive).look(NOW)) == 1


async def test_one_process_of_all_watches(engine: AsyncEngine, world: World) -> None:
    await past(engine, 2)
    await asked(engine, NOW, 20)
    stop, looks = asyncio.Event(), 0

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        stop.set()
        return NOW

    def leader(holder: str) -> Leader:
        return Leader(world.scripts, name="topics", holder=holder, lease_s=60)

    watch = alerts(engine)
    await watch.run(stop, leader("first"), clock, every_s=0.01)
    at_ms = round(NOW.timestamp() * 1000)
    assert (looks, len(await watch.between(at_ms, at_ms + 1))) == (1, 1)

    stop.clear()
    other = asyncio.create_task(watch.run(stop, leader("second"), clock, every_s=0.01))
    await asyncio.sleep(0.1)
    assert not stop.is_set()  # it never had a turn
    stop.set()
    await other
    assert looks == 1
