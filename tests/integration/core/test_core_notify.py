"""Wake-ups: who hears what, and that a lost connection wakes everyone once it is back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from core.keys import Keys
from core.notify import Hub, wait_event
from core.redis import connect
from tests.conftest import free_port
from tests.stubs.valkey import Valkey


@asynccontextmanager
async def listening(redis: Redis, keys: Keys) -> AsyncIterator[Hub]:
    """A hub that hears."""
    hub, stop = Hub(redis, keys), asyncio.Event()
    with hub.watch("ready") as ready:
        task = asyncio.create_task(hub.run(stop))
        assert await wait_event(ready, 5)  # subscribing wakes everyone
    try:
        yield hub
    finally:
        stop.set()
        await asyncio.wait_for(task, 5)


async def test_a_topic_wakes_those_who_wait_for_it_and_nobody_else(redis: Redis, keys: Keys) -> None:
    async with listening(redis, keys) as hub:
        with (
            hub.watch("chat:a:1") as first,
            hub.watch("chat:a:1", "tickets") as both,
            hub.watch("x") as other,
        ):
            await redis.publish(keys("notify"), "chat:a:1")
            assert await wait_event(first, 5)
            assert await wait_event(both, 5)
            await redis.publish(keys("notify"), "tickets")
            assert await wait_event(both, 5)
            assert not first.is_set()
            assert not other.is_set()


async def test_nobody_is_woken_by_another_deployment(redis: Redis, keys: Keys) -> None:
    async with listening(redis, keys) as hub:
        with hub.watch("tickets") as event:
            await redis.publish(Keys("other")("notify"), "tickets")
            await redis.publish(keys("notify"), "marker")
            assert not await wait_event(event, 0.2)


async def test_an_announcement_before_the_wait_is_not_lost(redis: Redis, keys: Keys) -> None:
    async with listening(redis, keys) as hub:
        with hub.watch("tickets") as event:
            await redis.publish(keys("notify"), "tickets")
            while not event.is_set():
                await asyncio.sleep(0.005)
            assert await wait_event(event, 0.001)
            assert not await wait_event(event, 0.001)


async def test_who_left_is_forgotten(redis: Redis, keys: Keys) -> None:
    hub = Hub(redis, keys)
    with hub.watch("tickets") as outer:
        with hub.watch("tickets") as inner:
            pass
        hub.wake("tickets")
    assert outer.is_set()
    assert not inner.is_set()
    hub.wake("tickets")


async def test_scripts_announce_to_the_same_channel(redis: Redis, keys: Keys) -> None:
    from core.keys import lua_keys

    async with listening(redis, keys) as hub:
        with hub.watch("out:telegram") as event:
            await redis.eval(f"{lua_keys('test')}\nredis.call('PUBLISH', K.notify(), 'out:telegram')", 0)
            assert await wait_event(event, 5)


async def test_after_a_lost_connection_everyone_is_woken_and_hears_again(tmp_path: Path, keys: Keys) -> None:
    valkey = Valkey(tmp_path, free_port())
    await valkey.start()
    client = connect(valkey.url)
    async with listening(client, keys) as hub:
        with hub.watch("tickets") as event:
            valkey.stop()
            await asyncio.sleep(0.1)
            event.clear()
            await valkey.start()
            assert await wait_event(event, 5)  # something may have been said meanwhile
            await client.publish(keys("notify"), "tickets")
            assert await wait_event(event, 5)
    await client.aclose()
    valkey.stop()
