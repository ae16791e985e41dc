"""Senders over a real Valkey with a channel that does as it is told: order, limits, tries, doubt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

from bot.channels.contract import Limits, SendResult, SendStatus
from bot.sender import Sender
from core.errors import Unavailable
from core.keys import Keys
from core.notify import Hub
from core.redis import Scripts
from tests.integration.bot.bot_world import (
    FakeChannel,
    converse,
    events,
    everything,
    operator_says,
    step_in,
    until,
)

RETRY = SendResult(SendStatus.RETRY, error="busy")
UNKNOWN = SendResult(SendStatus.UNKNOWN, error="time-out")
FAILED = SendResult(SendStatus.FAILED, error="blocked")


def sender(scripts: Scripts, channel: FakeChannel, **settings: Any) -> Sender:
    return Sender(channel=channel, scripts=scripts, hub=Hub(scripts.redis, scripts.keys), **settings)


@asynccontextmanager
async def sending(*senders: Sender) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(one.run(stop)) for one in senders]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 15)


def count(channel: FakeChannel, number: int) -> Callable[[], Any]:
    async def reached() -> bool:
        return len(channel.sent) >= number

    return reached


async def statuses(scripts: Scripts, out: str) -> list[str]:
    """What was told of one reply, in order."""
    return [str(told["status"]) for told in await events(scripts, "delivery") if told["out"] == out]


def settled(scripts: Scripts, out: str, status: str) -> Callable[[], Any]:
    async def reached() -> bool:
        return (await statuses(scripts, out))[-1:] == [status]

    return reached


async def test_the_replies_of_a_chat_are_sent_in_their_order(scripts: Scripts) -> None:
    expected = []
    for number in range(1, 5):
        for chat in ("a", "b"):
            expected.append(f"b{(await converse(scripts, chat, number)).id}")
    channels = [FakeChannel(), FakeChannel()]
    async with sending(*(sender(scripts, channel) for channel in channels)):

        async def all_sent() -> bool:
            return len(channels[0].sent) + len(channels[1].sent) == 8

        await until(all_sent)
    assert sorted(channels[0].ids + channels[1].ids) == sorted(expected)
    order = [told["out"] for told in await events(scripts, "delivery") if told["status"] == "sending"]
    for start in (0, 1):
        assert [out for out in order if out in expected[start::2]] == expected[start::2]
    for out in expected:
        assert await statuses(scripts, out) == ["queued", "sending", "sent"]


async def test_people_go_before_the_bot_in_other_chats(scripts: Scripts) -> None:
    for chat in ("a", "b", "c"):
        await converse(scripts, chat)
    await operator_says(scripts, await step_in(scripts, "c"), "from-olga")
    channel = FakeChannel(limits=Limits(per_second=50))
    async with sending(sender(scripts, channel, concurrency=1)):
        await until(count(channel, 3))
    assert channel.ids[0] == "from-olga"
    assert [message.author for message in channel.sent] == ["operator", "bot", "bot"]


async def test_a_take_cancels_what_the_bot_had_queued(scripts: Scripts) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    ticket = await step_in(scripts, "a")
    await operator_says(scripts, ticket, "from-olga")
    channel = FakeChannel()
    async with sending(sender(scripts, channel)):
        await until(count(channel, 1))
    assert channel.ids == ["from-olga"]
    assert await statuses(scripts, out) == ["queued", "cancelled"]


async def test_a_chat_is_written_to_no_faster_than_its_vendor_allows(scripts: Scripts) -> None:
    for number in (1, 2, 3):
        await converse(scripts, "a", number)
    channel = FakeChannel(limits=Limits(per_chat_interval_s=0.2))
    async with sending(sender(scripts, channel)):
        await until(count(channel, 3))
    assert all(after - before >= 0.19 for before, after in pairwise(channel.at))


async def test_a_group_has_a_limit_of_its_own(scripts: Scripts) -> None:
    for number in (1, 2):
        await converse(scripts, "-100", number)
    channel = FakeChannel(limits=Limits(per_group_per_minute=300))
    async with sending(sender(scripts, channel)):
        await until(count(channel, 2))
    assert channel.at[1] - channel.at[0] >= 0.19


async def test_an_account_sends_no_faster_than_its_vendor_allows(scripts: Scripts) -> None:
    for number in range(6):
        await converse(scripts, f"c{number}")
    channel = FakeChannel(limits=Limits(per_second=20))
    async with sending(sender(scripts, channel), sender(scripts, channel)):
        await until(count(channel, 6))
    assert channel.at[-1] - channel.at[0] >= 5 * 0.05 - 0.01


async def test_a_wait_the_vendor_asked_for_costs_no_try(scripts: Scripts) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    asked = SendResult(SendStatus.RETRY, retry_after_s=0.05)
    channel = FakeChannel(plan=[asked] * 4)
    async with sending(sender(scripts, channel, tries=2)):
        await until(settled(scripts, out, "sent"))
    assert channel.ids == [out] * 5
    assert channel.at[1] - channel.at[0] >= 0.045


async def test_a_reply_refused_again_and_again_fails_and_the_next_is_sent(scripts: Scripts) -> None:
    first = f"b{(await converse(scripts, 'a', 1)).id}"
    second = f"b{(await converse(scripts, 'a', 2)).id}"
    channel = FakeChannel(plan=[RETRY, RETRY])
    async with sending(sender(scripts, channel, tries=2)):
        await until(settled(scripts, second, "sent"))
    assert channel.ids == [first, first, second]
    assert (await statuses(scripts, first))[-1] == "failed"
    assert channel.at[1] - channel.at[0] >= 0.95  # the first pause


async def test_a_reply_the_vendor_refuses_for_good_fails(scripts: Scripts) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    async with sending(sender(scripts, FakeChannel(plan=[FAILED]))):
        await until(settled(scripts, out, "failed"))
    assert (await events(scripts, "delivery"))[-1]["error"] == "blocked"


async def test_doubt_is_said_and_not_sent_again(scripts: Scripts) -> None:
    first = f"b{(await converse(scripts, 'a', 1)).id}"
    second = f"b{(await converse(scripts, 'a', 2)).id}"
    channel = FakeChannel(plan=[UNKNOWN])
    async with sending(sender(scripts, channel)):
        await until(settled(scripts, second, "sent"))
    assert channel.ids == [first, second]
    assert (await statuses(scripts, first))[-1] == "unknown"


async def test_a_channel_that_breaks_leaves_doubt(scripts: Scripts) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    async with sending(sender(scripts, FakeChannel(plan=[RuntimeError("a fault")]))):
        await until(settled(scripts, out, "unknown"))


async def test_doubt_is_sent_again_where_that_is_harmless(scripts: Scripts) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    channel = FakeChannel(repeat_safe=True, plan=[UNKNOWN])
    async with sending(sender(scripts, channel)):
        await until(settled(scripts, out, "sent"))
    assert channel.ids == [out, out]


async def claim(scripts: Scripts, call_ms: int) -> list[str]:
    """A sender that claims and is never heard of again."""
    return await scripts.run("bot/lua/claim_out.lua", "stub", 0, call_ms, "")


async def settle(scripts: Scripts, out: str, attempt: str, status: str) -> list[str]:
    return await scripts.run("bot/lua/settle_out.lua", out, attempt, status, "v", "", 0, 8, 0, "")


async def test_a_reply_whose_sender_died_becomes_unknown_and_the_next_goes_on(scripts: Scripts) -> None:
    first = f"b{(await converse(scripts, 'a', 1)).id}"
    second = f"b{(await converse(scripts, 'a', 2)).id}"
    assert (await claim(scripts, 20))[1] == first
    channel = FakeChannel()
    async with sending(sender(scripts, channel)):
        await until(settled(scripts, second, "sent"))
    assert channel.ids == [second]
    assert await statuses(scripts, first) == ["queued", "sending", "unknown"]


async def test_a_reply_whose_sender_died_is_sent_where_repeating_is_harmless(scripts: Scripts) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    await claim(scripts, 20)
    channel = FakeChannel(repeat_safe=True)
    async with sending(sender(scripts, channel)):
        await until(settled(scripts, out, "sent"))
    assert channel.ids == [out]


async def test_the_truth_may_come_late(scripts: Scripts) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    _, _, attempt, *_ = await claim(scripts, 0)
    await scripts.run("bot/lua/sweep_out.lua", "stub", 0, "")
    assert await settle(scripts, out, attempt, "failed") == ["ignored"]
    assert await settle(scripts, out, attempt, "sent") == ["settled"]
    assert await statuses(scripts, out) == ["queued", "sending", "unknown", "sent"]
    before = await everything(scripts.redis)
    assert await settle(scripts, out, attempt, "sent") == ["ignored"]
    assert await everything(scripts.redis) == before


async def test_what_an_outdated_sender_says_is_ignored(scripts: Scripts) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    _, _, old, *_ = await claim(scripts, 0)
    await scripts.run("bot/lua/sweep_out.lua", "stub", 1, "")
    await asyncio.sleep(0.002)
    assert (await claim(scripts, 60_000))[1] == out
    before = await everything(scripts.redis)
    assert await settle(scripts, out, old, "failed") == ["ignored"]
    assert await scripts.run("bot/lua/confirm_out.lua", out, old, 1000, "") == ["stop"]
    assert await everything(scripts.redis) == before


async def test_a_chat_on_its_way_to_the_vendor_gives_nothing_to_others(scripts: Scripts) -> None:
    await converse(scripts, "a", 1)
    await claim(scripts, 60_000)
    await converse(scripts, "a", 2)
    before = await everything(scripts.redis)
    assert await claim(scripts, 60_000) == ["idle"]
    assert await everything(scripts.redis) == before


class SlowToCall(Scripts):
    """Held up after each claim, as a machine that is paused."""

    meanwhile: Callable[[], Any]
    held_up = False

    async def run(self, path: str, *arguments: str | int | float) -> list[str]:
        answer = await super().run(path, *arguments)
        if path.endswith("claim_out.lua") and answer[0] == "send" and not self.held_up:
            self.held_up = True
            await self.meanwhile()
        return answer


async def test_a_sender_held_up_after_its_claim_asks_again_and_finds_the_conversation_taken(
    scripts: Scripts, keys: Keys
) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    slow = SlowToCall(scripts.redis, keys)

    async def taken_meanwhile() -> None:
        await step_in(scripts, "a")
        await asyncio.sleep(0.1)

    slow.meanwhile = taken_meanwhile
    channel = FakeChannel()
    async with sending(sender(slow, channel, held_up_s=0.05)):
        await until(settled(scripts, out, "cancelled"))
    assert channel.sent == []


async def test_a_sender_held_up_for_nothing_sends(scripts: Scripts, keys: Keys) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    slow = SlowToCall(scripts.redis, keys)
    slow.meanwhile = lambda: asyncio.sleep(0.1)
    channel = FakeChannel()
    async with sending(sender(slow, channel, held_up_s=0.05)):
        await until(settled(scripts, out, "sent"))
    assert channel.ids == [out]


async def test_a_hand_over_is_told_although_the_bot_no_longer_owns(scripts: Scripts) -> None:
    pending = await converse(scripts, "a", hand_off=True)
    channel = FakeChannel()
    async with sending(sender(scripts, channel)):
        await until(count(channel, 1))
    assert channel.ids == [f"s{pending.id}"]
    assert channel.sent[0].author == "system"


async def test_a_channel_whose_own_store_is_away_has_sent_nothing(scripts: Scripts) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    channel = FakeChannel(repeat_safe=True, plan=[Unavailable("redis")])
    async with sending(sender(scripts, channel, call_timeout_s=0.1)):
        await until(settled(scripts, out, "sent"))
    assert channel.ids == [out, out]


async def test_stopping_finishes_the_call_under_way(scripts: Scripts) -> None:
    out = f"b{(await converse(scripts, 'a')).id}"
    hold = asyncio.Event()
    channel = FakeChannel(hold=hold)
    async with sending(sender(scripts, channel)):
        await until(count(channel, 1))
        asyncio.get_running_loop().call_later(0.1, hold.set)
    assert await statuses(scripts, out) == ["queued", "sending", "sent"]
