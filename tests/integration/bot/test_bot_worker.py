"""Workers over a real Valkey: order, side by side, crashes, and that nothing is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.inbox import Pending
from bot.types import IncomingMessage
from bot.worker import Worker
from core.errors import Unavailable
from core.keys import Keys, ref_of
from core.redis import Scripts
from tests.integration.bot.bot_world import (
    FakeHandler,
    chat_message,
    events,
    inbox,
    step_in,
    until,
)
from tests.integration.bot.path_driver import ACCOUNT

LEASE_S = 0.6


def worker(scripts: Scripts, handler: FakeHandler, *, name: str = "w1", concurrency: int = 8) -> Worker:
    return Worker(
        redis=scripts.redis,
        keys=scripts.keys,
        inbox=inbox(scripts, lease_s=LEASE_S),
        handler=handler,
        name=name,
        concurrency=concurrency,
        lease_s=LEASE_S,
        max_attempts=2,
        handle_timeout_s=5.0,
    )


@asynccontextmanager
async def working(*workers: Worker) -> AsyncIterator[list[asyncio.Task[None]]]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(one.run(stop)) for one in workers]
    try:
        yield tasks
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 15)


async def write(scripts: Scripts, chat: str, *numbers: int) -> None:
    for number in numbers:
        await inbox(scripts).ingest(chat_message(chat, number))


async def quiet(scripts: Scripts, keys: Keys) -> bool:
    """Whether no message and no wake-up is left."""
    waiting = [key async for key in scripts.redis.scan_iter(match=keys("inbox", ref="*"))]
    return not waiting and await scripts.redis.xlen(keys("work")) == 0


async def turns(scripts: Scripts, chat: str) -> list[str]:
    """The customer's words in a chat, in the order of the history."""
    found = [turn for turn in await events(scripts, "turn") if turn["author"] == "customer"]
    return [turn["text"] for turn in found if turn["text"].startswith(f"{chat} ")]


def in_order(chat: str, count: int) -> list[str]:
    return [f"{chat} {number}" for number in range(1, count + 1)]


async def test_a_worker_told_to_stop_finishes_its_message_and_hands_on_the_rest(
    scripts: Scripts, keys: Keys
) -> None:
    began, go_on, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def hold(_: IncomingMessage, __: Pending) -> None:
        began.set()
        await go_on.wait()

    first, second = FakeHandler(hold), FakeHandler()
    stopping = asyncio.create_task(worker(scripts, first, name="w1").run(stop))
    await write(scripts, "a", 1, 2, 3)
    await began.wait()
    stop.set()
    go_on.set()
    await asyncio.wait_for(stopping, 10)
    assert first.handled == ["a 1"]
    async with working(worker(scripts, second, name="w2")):
        await until(lambda: quiet(scripts, keys))
    assert second.handled == ["a 2", "a 3"]


async def test_messages_of_a_conversation_are_handled_in_their_order(scripts: Scripts, keys: Keys) -> None:
    async def dawdle(message: IncomingMessage, _: Pending) -> None:
        await asyncio.sleep(0.01 if message.text.endswith(("1", "4")) else 0)

    handlers = [FakeHandler(dawdle), FakeHandler(dawdle)]
    async with working(worker(scripts, handlers[0]), worker(scripts, handlers[1], name="w2")):
        for number in range(1, 9):
            for chat in ("a", "b", "c"):
                await write(scripts, chat, number)
        await until(lambda: quiet(scripts, keys))
    for chat in ("a", "b", "c"):
        assert await turns(scripts, chat) == in_order(chat, 8)
    assert len(handlers[0].handled) + len(handlers[1].handled) == 24


async def test_messages_from_before_the_first_worker_are_handled(scripts: Scripts, keys: Keys) -> None:
    await write(scripts, "a", 1, 2)
    async with working(worker(scripts, FakeHandler())):
        await until(lambda: quiet(scripts, keys))
    assert await turns(scripts, "a") == in_order("a", 2)


async def test_a_slow_conversation_does_not_hold_up_others(scripts: Scripts) -> None:
    go_on = asyncio.Event()

    async def stuck_in_a(message: IncomingMessage, _: Pending) -> None:
        if message.chat_id == "a":
            await go_on.wait()

    handler = FakeHandler(stuck_in_a)
    async with working(worker(scripts, handler, concurrency=2)):
        await write(scripts, "a", 1)
        await write(scripts, "b", 1, 2, 3)

        async def b_is_done() -> bool:
            return len(await turns(scripts, "b")) == 3

        await until(b_is_done)
        assert await turns(scripts, "a") == []
        go_on.set()


async def test_a_slow_message_keeps_its_lease_however_long_it_takes(scripts: Scripts, keys: Keys) -> None:
    async def slow(_: IncomingMessage, __: Pending) -> None:
        await asyncio.sleep(LEASE_S * 3)

    first, second = FakeHandler(slow), FakeHandler(slow)
    async with working(worker(scripts, first), worker(scripts, second, name="w2")):
        await write(scripts, "a", 1)
        await until(lambda: quiet(scripts, keys))
    assert len(first.handled) + len(second.handled) == 1


async def test_a_worker_that_crashed_is_followed_by_another(scripts: Scripts, keys: Keys) -> None:
    begun = asyncio.Event()

    async def hang(_: IncomingMessage, __: Pending) -> None:
        begun.set()
        await asyncio.Event().wait()

    loop = asyncio.get_running_loop()
    before = asyncio.all_tasks()
    crashing = asyncio.create_task(worker(scripts, FakeHandler(hang)).run(asyncio.Event()))
    await write(scripts, "a", 1, 2)
    await begun.wait()
    crashed_at = loop.time()
    for task in asyncio.all_tasks() - before:  # everything the worker started dies with it
        task.cancel()
    await asyncio.gather(crashing, return_exceptions=True)
    healthy = FakeHandler()
    async with working(worker(scripts, healthy, name="w2")):
        await until(lambda: quiet(scripts, keys))
    assert healthy.handled == in_order("a", 2)
    assert loop.time() - crashed_at < LEASE_S * 6


async def test_a_message_that_fails_goes_to_a_person_and_the_next_are_relayed(
    scripts: Scripts, keys: Keys
) -> None:
    async def fail(_: IncomingMessage, pending: Pending) -> None:
        if pending.conversation.owned_by_bot:
            raise ValueError("a fault")

    handler = FakeHandler(fail)
    async with working(worker(scripts, handler)):
        await write(scripts, "a", 1, 2)
        await until(lambda: quiet(scripts, keys))
    assert handler.given_up == ["a 1"]
    outcomes = [turn["outcome"] for turn in await events(scripts, "turn") if turn["author"] == "customer"]
    assert outcomes == ["handed_off", "relayed"]
    assert [ticket["reason"] for ticket in await events(scripts, "ticket.created")] == ["bot_error"]


async def test_a_message_that_kills_workers_goes_to_a_person_after_its_tries(
    scripts: Scripts, keys: Keys
) -> None:
    async def vanish(_: IncomingMessage, __: Pending) -> None:
        raise Unavailable("away")  # nothing is written and the lease runs out, as when a worker dies

    handler = FakeHandler(vanish)
    async with working(worker(scripts, handler)):
        await write(scripts, "a", 1)
        await until(lambda: quiet(scripts, keys))
    assert handler.handled == []
    assert handler.given_up == ["a 1"]
    assert len(await events(scripts, "ticket.created")) == 1


async def test_a_message_that_takes_too_long_goes_to_a_person(scripts: Scripts, keys: Keys) -> None:
    async def forever(_: IncomingMessage, __: Pending) -> None:
        await asyncio.Event().wait()

    handler = FakeHandler(forever)
    impatient = Worker(
        redis=scripts.redis, keys=keys, inbox=inbox(scripts), handler=handler, name="w1", concurrency=1,
        lease_s=30, max_attempts=3, handle_timeout_s=0.1,
    )  # fmt: skip
    async with working(impatient):
        await write(scripts, "a", 1)
        await until(lambda: quiet(scripts, keys))
    assert handler.given_up == ["a 1"]


@pytest.mark.parametrize("body", ["not json", "{}", '{"account": 5}', ""])
async def test_an_entry_nobody_can_read_goes_to_a_person_as_it_is(
    body: str, scripts: Scripts, keys: Keys
) -> None:
    ref = ref_of(ACCOUNT, "a")
    await scripts.redis.rpush(keys("inbox", ref=ref), f"m1|{body}")
    await scripts.redis.xadd(keys("work"), {"ref": ref})
    handler = FakeHandler()
    async with working(worker(scripts, handler)):
        await until(lambda: quiet(scripts, keys))
    assert handler.given_up == [body]
    assert len(await events(scripts, "ticket.created")) == 1


async def test_a_take_while_a_message_is_read_makes_it_a_relay(scripts: Scripts, keys: Keys) -> None:
    reading, taken = asyncio.Event(), asyncio.Event()

    async def interrupted(_: IncomingMessage, __: Pending) -> None:
        reading.set()
        await taken.wait()

    async with working(worker(scripts, FakeHandler(interrupted))):
        await write(scripts, "a", 1)
        await reading.wait()
        await step_in(scripts, "a")
        taken.set()
        await until(lambda: quiet(scripts, keys))
    authors = [(turn["author"], turn.get("outcome")) for turn in await events(scripts, "turn")]
    assert authors == [("customer", "relayed")]


async def test_stopping_finishes_what_was_begun(scripts: Scripts, keys: Keys) -> None:
    begun = asyncio.Event()

    async def slow(_: IncomingMessage, __: Pending) -> None:
        begun.set()
        await asyncio.sleep(0.2)

    async with working(worker(scripts, FakeHandler(slow))):
        await write(scripts, "a", 1)
        await begun.wait()
    assert await turns(scripts, "a") == ["a 1"]
    assert await quiet(scripts, keys)


async def test_work_goes_on_after_everything_in_redis_was_lost(scripts: Scripts, keys: Keys) -> None:
    handler = FakeHandler()
    async with working(worker(scripts, handler)):
        await write(scripts, "a", 1)
        await until(lambda: quiet(scripts, keys))
        await scripts.redis.flushall()
        await write(scripts, "b", 1)

        async def b_is_done() -> bool:
            return handler.handled == ["a 1", "b 1"]

        await until(b_is_done)
