"""Reads that are shared by those who ask at the same time."""

from __future__ import annotations

import asyncio

import pytest

from handoff.shared import Shared


class Store:
    """A slow store that counts reads and knows how many run at once."""

    def __init__(self) -> None:
        self.value = 0
        self.reads = 0
        self.running = 0
        self.fails = False

    async def read(self) -> int:
        self.reads += 1
        self.running += 1
        assert self.running == 1
        seen = self.value
        await asyncio.sleep(0.01)
        self.running -= 1
        if self.fails:
            raise OSError
        return seen


async def test_a_hundred_who_ask_at_once_cost_one_read() -> None:
    store = Store()
    shared = Shared(store.read)
    assert await asyncio.gather(*(shared.get() for _ in range(100))) == [0] * 100
    assert store.reads == 1


async def test_who_asks_during_a_read_gets_a_later_one_and_sees_their_own_change() -> None:
    store = Store()
    shared = Shared(store.read)
    before = asyncio.create_task(shared.get())
    await asyncio.sleep(0.005)
    store.value = 1
    after = await asyncio.gather(*(shared.get() for _ in range(50)))
    assert await before == 0
    assert after == [1] * 50
    assert store.reads == 2


async def test_a_failure_reaches_all_who_waited_and_nobody_after_them() -> None:
    store = Store()
    shared = Shared(store.read)
    store.fails = True
    outcomes = await asyncio.gather(shared.get(), shared.get(), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OSError, OSError]
    store.fails = False
    assert await shared.get() == 0


async def test_one_who_gives_up_takes_the_read_from_nobody() -> None:
    store = Store()
    shared = Shared(store.read)
    impatient, patient = asyncio.create_task(shared.get()), asyncio.create_task(shared.get())
    await asyncio.sleep(0.005)
    impatient.cancel()
    assert await patient == 0
    with pytest.raises(asyncio.CancelledError):
        await impatient
