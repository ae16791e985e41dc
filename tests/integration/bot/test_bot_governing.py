"""Measuring who had the conversations, over SQLite and PostgreSQL alike, and moving the threshold."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.customers import RedisCustomers
from bot.governing import Band, Measured
from bot.governor import Governor
from bot.moves import Moves
from bot.split_measure import measure
from core.errors import Unavailable
from core.keys import Keys
from core.leader import Leader
from core.redis import Scripts, connect
from core.sql import insert_once
from core.tables import conversations, decisions, tickets
from tests.conftest import free_port

BAND = Band(target=0.2, tolerance=0.05, window=20, step=0.01)
_numbers = itertools.count(1)
_began: list[int] = [0]


def clock() -> datetime:
    """When the newest conversation began; the next one begins later."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=_began[0])


async def held(engine: AsyncEngine, *kinds: str, ticket: bool = False, count: int = 1) -> None:
    """Conversations with these decisions, each begun after the one before."""
    for _ in range(count):
        number = _began[0] = next(_numbers)
        name = f"c{number}"
        started = {"id": name, "ref": "t:1", "channel": "t", "customer": "t:1", "language": "ru",
                   "started_ms": number}  # fmt: skip
        async with engine.begin() as connection:
            await insert_once(connection, conversations, started, key="id")
            for place, kind in enumerate(kinds):
                decided = {"id": f"{name}-{place}", "event_id": number, "conversation": name,
                           "message_id": "m", "decision": kind, "payload": "{}", "at_ms": number}  # fmt: skip
                await insert_once(connection, decisions, decided, key="id")
            if ticket:
                work = {"id": name, "conversation": name, "ref": "t:1", "status": "waiting", "reason": "r",
                        "group": "general", "priority": 1, "customer": "c", "language": "ru", "packet": "{}",
                        "created_ms": number, "due_ms": number}  # fmt: skip
                await insert_once(connection, tickets, work, key="id")


def governor(scripts: Scripts, engine: AsyncEngine, *, name: str = "a", maximum: float = 0.99) -> Governor:
    leader = Leader(scripts, name="governor", holder=name, lease_s=60)
    return Governor(
        redis=scripts.redis, keys=scripts.keys, engine=engine, leader=leader, band=BAND, maximum=maximum,
        clock=clock,
    )  # fmt: skip


async def test_nothing_is_measured_in_an_empty_archive(archive: AsyncEngine) -> None:
    assert await measure(archive, 20) == Measured(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("kinds", "ticket", "expected"),
    [
        (("answer",), False, (1, 1)),
        (("skill",), False, (1, 1)),
        (("smalltalk", "clarify", "answer"), False, (1, 1)),
        (("smalltalk",), False, (0, 0)),
        (("clarify",), False, (0, 0)),
        ((), False, (0, 0)),
        (("answer", "handoff"), True, (0, 1)),
        (("handoff",), True, (0, 1)),
        ((), True, (0, 1)),
    ],
)
async def test_who_a_conversation_counts_for(
    kinds: Sequence[str], ticket: bool, expected: tuple[int, int], archive: AsyncEngine
) -> None:
    await held(archive, *kinds, ticket=ticket)
    found = await measure(archive, 20)
    assert (found.by_bot, found.total) == expected


async def test_only_the_latest_are_looked_at(archive: AsyncEngine) -> None:
    await held(archive, "answer", count=5)
    await held(archive, ticket=True, count=3)
    await held(archive, "smalltalk", count=3)
    found = await measure(archive, 4)
    assert (found.by_bot, found.total) == (1, 4)
    assert found.share == 0.25


async def test_only_what_began_after_a_move_tells_what_came_of_it(archive: AsyncEngine) -> None:
    await held(archive, "answer", count=3)
    moved = _began[0]
    await held(archive, ticket=True, count=2)
    looked = _began[0]
    await held(archive, "answer")
    found = await measure(archive, 20, since_ms=moved, looked_ms=looked)
    assert (found.by_bot, found.total, found.fresh) == (1, 3, 1)


async def test_the_threshold_rises_while_the_bot_has_too_much(scripts: Scripts, archive: AsyncEngine) -> None:
    one = governor(scripts, archive)
    await held(archive, "answer", count=5)
    await one.step()
    assert one.threshold(0.9) == pytest.approx(0.91)
    await held(archive, "answer", count=4)  # too few to see what came of it
    await one.step()
    assert one.threshold(0.9) == pytest.approx(0.91)
    await held(archive, "answer")
    await one.step()
    assert one.threshold(0.9) == pytest.approx(0.93)


async def test_a_move_is_remembered_with_its_reason(scripts: Scripts, archive: AsyncEngine) -> None:
    one = governor(scripts, archive)
    one.threshold(0.9)
    await held(archive, "answer", count=6)
    await one.step()
    (move,) = await Moves(redis=scripts.redis, key=scripts.keys("split_moves")).latest(10)
    assert move.reason == "above_band"
    assert move.before == 0.9
    assert move.after == pytest.approx(0.91)
    assert (move.share, move.counted, move.at_ms) == (1.0, 6, _began[0])


async def test_the_threshold_falls_back_as_soon_as_the_bot_has_too_little(
    scripts: Scripts, archive: AsyncEngine
) -> None:
    one = governor(scripts, archive, maximum=0.92)
    assert one.threshold(0.9) == 0.9
    for _ in range(6):  # far more than the maximum lets through
        await held(archive, "answer", count=5)
        await one.step()
    assert one.threshold(0.9) == 0.92
    await held(archive, ticket=True, count=20)
    await one.step()
    assert one.threshold(0.9) == pytest.approx(0.91)


async def test_a_threshold_verdicts_raised_holds_until_they_lower_it(
    scripts: Scripts, archive: AsyncEngine
) -> None:
    one = governor(scripts, archive)
    await scripts.redis.hset(scripts.keys("floor"), "threshold", "0.95")
    await one.step()
    assert one.threshold(0.9) == 0.95
    assert one.threshold(0.97) == 0.97
    await scripts.redis.hset(scripts.keys("floor"), "threshold", "0.8")
    await one.step()
    assert one.threshold(0.9) == 0.9


async def test_one_governs_and_the_others_follow(scripts: Scripts, archive: AsyncEngine) -> None:
    first, second = governor(scripts, archive), governor(scripts, archive, name="b")
    await held(archive, "answer", count=5)
    await first.step()
    await second.step()
    assert second.threshold(0.9) == first.threshold(0.9) == pytest.approx(0.91)


async def test_the_raise_outlives_the_process(scripts: Scripts, archive: AsyncEngine) -> None:
    await held(archive, "answer", count=5)
    await governor(scripts, archive).step()
    again = governor(scripts, archive)
    await again.step()
    assert again.threshold(0.9) == pytest.approx(0.91)


async def test_what_is_known_of_a_customer(redis: Redis, keys: Keys) -> None:
    customers = RedisCustomers(redis, keys)
    assert await customers.get("telegram", "42") == {}
    await redis.hset(keys("customer", account="telegram", user_id="42"), mapping={"name": "Анна"})
    assert await customers.get("telegram", "42") == {"name": "Анна"}


async def test_nothing_is_known_while_redis_is_away(tmp_path: Path, keys: Keys) -> None:
    away = connect(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(Unavailable):
        await RedisCustomers(away, keys).get("telegram", "42")
    await away.aclose()
