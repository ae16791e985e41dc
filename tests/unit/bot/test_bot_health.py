"""The word for all parts together, and what keeps running."""

from __future__ import annotations

import asyncio

import pytest

from bot.background import Background
from bot.health import Health, Part, Status, overall

CASES: dict[str, tuple[dict[str, Status], str, bool]] = {
    "all well": ({"redis": "ok", "database": "ok", "nlu": "ok"}, "ok", True),
    "a part that is not used": ({"redis": "ok", "telegram": "off"}, "ok", True),
    "something still starts": ({"redis": "ok", "encoder": "starting"}, "starting", True),
    "something is down": ({"redis": "ok", "database": "down"}, "degraded", True),
    "something is worse than it should be": ({"redis": "ok", "nlu": "degraded"}, "degraded", True),
    "down weighs more than starting": (
        {"redis": "ok", "nlu": "starting", "database": "down"},
        "degraded",
        True,
    ),
    "no Redis yet": ({"redis": "starting", "database": "ok"}, "starting", False),
    "no Redis": ({"redis": "down", "database": "ok"}, "degraded", False),
    "a process without Redis among its parts": ({"database": "ok"}, "ok", True),
}


@pytest.mark.parametrize("name", CASES)
def test_the_word_for(name: str) -> None:
    states, word, takes = CASES[name]
    assert overall({part: Part(status) for part, status in states.items()}) == (word, takes)


async def test_the_report_says_of_each_part_how_it_is() -> None:
    async def well() -> Part:
        return Part("ok")

    async def poorly() -> Part:
        return Part("degraded", "It limps.")

    body, takes = await Health({"redis": well, "nlu": poorly}).report()
    assert takes
    assert body == {
        "status": "degraded",
        "parts": {"redis": {"status": "ok"}, "nlu": {"status": "degraded", "detail": "It limps."}},
    }


async def test_a_loop_that_fails_is_started_again() -> None:
    runs = 0
    again = asyncio.Event()

    async def loop(stop: asyncio.Event) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise RuntimeError("once")
        again.set()
        await stop.wait()

    background = Background()
    background.start("loop", loop)
    async with asyncio.timeout(2):
        await again.wait()
    await background.stop(timeout_s=1)
    assert runs == 2
    assert background.stopping.is_set()


async def test_what_is_done_is_not_started_again() -> None:
    runs = 0

    async def once(_: asyncio.Event) -> None:
        nonlocal runs
        runs += 1

    background = Background()
    background.start("once", once)
    await asyncio.sleep(0.01)
    await background.stop(timeout_s=1)
    assert runs == 1


async def test_a_loop_that_does_not_end_is_cancelled_and_the_others_finish() -> None:
    finished, cancelled = asyncio.Event(), asyncio.Event()

    async def good(stop: asyncio.Event) -> None:
        await stop.wait()
        finished.set()

    async def stubborn(_: asyncio.Event) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    background = Background()
    background.start("good", good)
    background.start("stubborn", stubborn)
    await asyncio.sleep(0)
    await background.stop(timeout_s=0.05)
    assert finished.is_set()
    assert cancelled.is_set()


async def test_stopping_with_nothing_running_is_no_fault() -> None:
    await Background().stop(timeout_s=1)
