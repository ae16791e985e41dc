"""Loops of a process: kept, restarted, ended together."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot import background
from bot.background import Background


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_PAUSE_S", 0.01)


async def test_a_loop_that_fails_is_started_again() -> None:
    runs = 0

    async def fails_twice(stop: asyncio.Event) -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise RuntimeError("once more")
        await stop.wait()

    loops = Background()
    loops.start("loop", fails_twice)
    async with asyncio.timeout(5):
        while runs < 3:
            await asyncio.sleep(0.01)
    await loops.stop(timeout_s=1)
    assert runs == 3


async def test_a_loop_finishes_what_it_has_begun() -> None:
    done = []

    async def slow(stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.sleep(0.05)
        done.append("finished")

    loops = Background()
    loops.start("slow", slow)
    await asyncio.sleep(0)
    await loops.stop(timeout_s=5)
    assert done == ["finished"]


@pytest.mark.parametrize(("may_be_cut", "timeout_s"), [(True, 30.0), (False, 0.05)])
async def test_what_may_be_cut_or_takes_too_long_is_cancelled(may_be_cut: bool, timeout_s: float) -> None:
    async def deaf(_: asyncio.Event) -> None:
        await asyncio.sleep(60)

    loops = Background()
    loops.start("deaf", deaf, may_be_cut=may_be_cut)
    await asyncio.sleep(0)
    began = time.monotonic()
    await loops.stop(timeout_s=timeout_s)
    assert time.monotonic() - began < 5


async def test_a_task_that_is_done_is_not_run_again() -> None:
    runs = []

    async def once(_: asyncio.Event) -> None:
        runs.append(1)

    loops = Background()
    loops.start("once", once)
    await asyncio.sleep(0.05)
    await loops.stop(timeout_s=1)
    assert runs == [1]
