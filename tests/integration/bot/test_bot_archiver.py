"""Copying events into SQL, over SQLite and PostgreSQL alike: once each, whatever stops half-way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from redis.asyncio import Redis
from sqlalchemy import Table, delete, func, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.archiver import Archiver, read_cursor
from core.keys import Keys
from core.leader import Leader
from core.records import dump, turn
from core.redis import Scripts
from core.sql import migrate, open_engine
from core.tables import archive_cursor, conversations, turns, unread_events
from tests.integration.bot.bot_world import converse, operator_says, step_in, stream


def archiver(scripts: Scripts, engine: AsyncEngine, *, name: str = "a", batch_events: int = 7) -> Archiver:
    return Archiver(
        redis=scripts.redis,
        keys=scripts.keys,
        engine=engine,
        leader=Leader(scripts, name="archiver", holder=name, lease_s=0.3),
        batch_events=batch_events,
        poll_s=0.02,
    )


async def say(scripts: Scripts, *texts: str) -> list[str]:
    """Turns in the stream; their ids."""
    return [await append(scripts, turn("customer", text)) for text in texts]


async def append(scripts: Scripts, payload: str, *, kind: str = "turn") -> str:
    entry = await scripts.redis.xadd(
        scripts.keys("events"),
        {"kind": kind, "conversation": "c1", "ref": "stub:7", "at": "1000", "payload": payload},
    )
    return str(entry)


async def archived(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return list((await connection.scalars(select(turns.c.text).order_by(turns.c.event_id))).all())


async def count(engine: AsyncEngine, table: Table) -> int:
    async with engine.connect() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def cursor(engine: AsyncEngine) -> str:
    async with engine.connect() as connection:
        return await read_cursor(connection)


async def in_stream(scripts: Scripts) -> list[str]:
    return [entry for entry, _ in await stream(scripts, "events")]


async def drain(one: Archiver) -> None:
    while await one.step():
        pass


def words(number: int) -> Sequence[str]:
    return [f"t{one:03}" for one in range(number)]


async def test_every_event_is_copied_once_and_the_stream_trimmed_below(
    scripts: Scripts, archive: AsyncEngine
) -> None:
    ids = await say(scripts, *words(20))
    copied = archiver(scripts, archive)
    assert await copied.step() == 7
    assert await cursor(archive) == ids[6]
    assert await in_stream(scripts) == ids[6:]  # the last one stays, so that ids keep rising
    await drain(copied)
    assert await archived(archive) == words(20)
    assert await in_stream(scripts) == [ids[-1]]
    assert await copied.step() == 0


async def test_the_same_events_copied_twice_are_one_row_each(scripts: Scripts, archive: AsyncEngine) -> None:
    await converse(scripts, "a", hand_off=True)
    await converse(scripts, "b")
    await operator_says(scripts, await step_in(scripts, "b"), "o1")
    before = await stream(scripts, "events")
    await drain(archiver(scripts, archive))
    first = await snapshot(archive)
    async with archive.begin() as connection:
        await connection.execute(delete(archive_cursor))
    await scripts.redis.delete(scripts.keys("events"))
    for entry, fields in before:
        await scripts.redis.xadd(scripts.keys("events"), cast("dict[Any, Any]", fields), id=entry)
    await drain(archiver(scripts, archive))
    assert await snapshot(archive) == first
    assert first["turns"]
    assert first["tickets"]


async def snapshot(engine: AsyncEngine) -> dict[str, list[Any]]:
    found = {}
    async with engine.connect() as connection:
        for table in turns.metadata.sorted_tables:
            rows = (await connection.execute(select(table))).all()
            found[table.name] = sorted(map(tuple, rows), key=str)
    return found


async def test_two_archivers_at_once_copy_everything_once_and_never_step_back(
    scripts: Scripts, archive: AsyncEngine
) -> None:
    ids = await say(scripts, *words(60))
    seen: list[str] = []

    async def copy(one: Archiver) -> None:
        while await one.step():
            seen.append(await cursor(archive))

    await asyncio.gather(*(copy(archiver(scripts, archive, name=name)) for name in "abc"))
    assert await archived(archive) == words(60)
    assert await cursor(archive) == ids[-1]
    places = [ids.index(entry) for entry in seen]
    assert places == sorted(places)


class HeldUp(Redis):
    """Reads the stream and is then held up, as a process that is paused."""

    read: asyncio.Event
    go_on: asyncio.Event

    async def xrange(self, *arguments: Any, **named: Any) -> Any:
        found = await super().xrange(*arguments, **named)
        self.read.set()
        await self.go_on.wait()
        return found


async def test_an_archiver_that_was_held_up_does_not_move_the_cursor_back(
    scripts: Scripts, archive: AsyncEngine
) -> None:
    ids = await say(scripts, *words(10))
    held_up = HeldUp(connection_pool=scripts.redis.connection_pool)
    held_up.read, held_up.go_on = asyncio.Event(), asyncio.Event()
    slow = asyncio.create_task(archiver(Scripts(held_up, scripts.keys), archive, batch_events=2).step())
    await held_up.read.wait()
    fast = asyncio.create_task(archiver(scripts, archive, name="b", batch_events=10).step())
    await asyncio.sleep(0.2)
    held_up.go_on.set()
    assert await slow == 2
    await fast
    assert await cursor(archive) == ids[-1]
    assert await archived(archive) == words(10)


async def test_nothing_is_trimmed_that_was_not_archived(scripts: Scripts, archive: AsyncEngine) -> None:
    ids = await say(scripts, *words(3))
    started = dump({"channel": "stub", "customer": "stub:7", "language": "ru"})
    await append(scripts, started, kind="conversation.started")
    async with archive.begin() as connection:
        await connection.run_sync(conversations.drop)
    with pytest.raises(DBAPIError):
        await archiver(scripts, archive).step()
    assert len(await in_stream(scripts)) == 4
    assert await cursor(archive) == "0-0"
    assert (await archiver(scripts, archive, batch_events=3).step()) == 3
    assert await cursor(archive) == ids[-1]


async def test_an_entry_that_is_not_even_json_holds_up_no_other(
    scripts: Scripts, archive: AsyncEngine
) -> None:
    await append(scripts, "{half")
    await say(scripts, "after")
    assert await archiver(scripts, archive).step() == 2
    assert await archived(archive) == ["after"]
    assert await count(archive, unread_events) == 1


async def test_events_wait_while_the_database_is_away(scripts: Scripts, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    engine = open_engine(f"sqlite:///{folder}/archive.db")
    await say(scripts, *words(5))
    with pytest.raises(OperationalError):
        await archiver(scripts, engine).step()
    stop = asyncio.Event()
    running = asyncio.create_task(archiver(scripts, engine).run(stop))
    await asyncio.sleep(0.1)
    assert len(await in_stream(scripts)) == 5
    folder.mkdir()
    await migrate(engine)
    async with asyncio.timeout(10):
        while await count(engine, turns) < 5:
            await asyncio.sleep(0.02)
    stop.set()
    await running
    await engine.dispose()


async def test_an_archiver_that_stops_leaves_nothing_behind(scripts: Scripts, archive: AsyncEngine) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(archiver(scripts, archive).run(stop))
    await asyncio.sleep(0.05)
    await say(scripts, *words(20))
    stop.set()
    await asyncio.wait_for(running, 10)
    assert await archived(archive) == words(20)
    assert await archiver(scripts, archive, name="next").step() == 0
    assert await Leader(scripts, name="archiver", holder="next", lease_s=1).acquire()


async def test_only_one_of_all_archives_at_a_time(scripts: Scripts, keys: Keys, archive: AsyncEngine) -> None:
    await Leader(scripts, name="archiver", holder="other", lease_s=0.4).acquire()
    await say(scripts, *words(3))
    stop = asyncio.Event()
    running = asyncio.create_task(archiver(scripts, archive).run(stop))
    await asyncio.sleep(0.1)
    assert await count(archive, turns) == 0
    async with asyncio.timeout(10):
        while await count(archive, turns) < 3:  # the other one fell silent
            await asyncio.sleep(0.02)
    stop.set()
    await running


async def test_another_archiver_goes_on_where_one_stopped(scripts: Scripts, archive: AsyncEngine) -> None:
    await say(scripts, *words(10))
    await archiver(scripts, archive, name="first").step()
    await say(scripts, "later")
    await drain(archiver(scripts, archive, name="second"))
    assert await archived(archive) == [*words(10), "later"]
