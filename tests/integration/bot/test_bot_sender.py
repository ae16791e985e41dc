"""Senders over a real Valkey with a channel that does as it is told: order, limits, tries, doubt."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from bot.channels.contract import Limits, SendResult, SendStatus
from bot.write import system_reply
from core.errors import Unavailable
from core.redis import Scripts
from tests.integration.bot.bot_sending import count, reply_id, sender, sending, settled, statuses
from tests.integration.bot.bot_world import (
    FakeChannel,
    converse,
    events,
    operator_says,
    step_in,
    until,
)

RETRY = SendResult(SendStatus.RETRY, error="busy")
UNKNOWN = SendResult(SendStatus.UNKNOWN, error="time-out")
FAILED = SendResult(SendStatus.FAILED, error="blocked")


async def test_the_replies_of_a_chat_are_sent_in_their_order(scripts: Scripts) -> None:
    wanted = [(chat, number) for number in range(1, 5) for chat in ("a", "b")]
    expected = [reply_id(await converse(scripts, chat, number)) for chat, number in wanted]
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
    out = reply_id(await converse(scripts, "a"))
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
    out = reply_id(await converse(scripts, "a"))
    asked = SendResult(SendStatus.RETRY, retry_after_s=0.05)
    channel = FakeChannel(plan=[asked] * 4)
    async with sending(sender(scripts, channel, tries=2)):
        await until(settled(scripts, out, "sent"))
    assert channel.ids == [out] * 5
    assert channel.at[1] - channel.at[0] >= 0.045


async def test_a_reply_refused_again_and_again_fails_and_the_next_is_sent(scripts: Scripts) -> None:
    first = reply_id(await converse(scripts, "a", 1))
    second = reply_id(await converse(scripts, "a", 2))
    channel = FakeChannel(plan=[RETRY, RETRY])
    async with sending(sender(scripts, channel, tries=2)):
        await until(settled(scripts, second, "sent"))
    assert channel.ids == [first, first, second]
    assert (await statuses(scripts, first))[-1] == "failed"
    assert channel.at[1] - channel.at[0] >= 0.95  # the first pause


async def test_a_reply_the_vendor_refuses_for_good_fails(scripts: Scripts) -> None:
    out = reply_id(await converse(scripts, "a"))
    async with sending(sender(scripts, FakeChannel(plan=[FAILED]))):
        await until(settled(scripts, out, "failed"))
    assert (await events(scripts, "delivery"))[-1]["error"] == "blocked"


async def test_doubt_is_said_and_not_sent_again(scripts: Scripts) -> None:
    first = reply_id(await converse(scripts, "a", 1))
    second = reply_id(await converse(scripts, "a", 2))
    channel = FakeChannel(plan=[UNKNOWN])
    async with sending(sender(scripts, channel)):
        await until(settled(scripts, second, "sent"))
    assert channel.ids == [first, second]
    assert (await statuses(scripts, first))[-1] == "unknown"


async def test_a_channel_that_breaks_leaves_doubt(scripts: Scripts) -> None:
    out = reply_id(await converse(scripts, "a"))
    async with sending(sender(scripts, FakeChannel(plan=[RuntimeError("a fault")]))):
        await until(settled(scripts, out, "unknown"))


async def test_doubt_is_sent_again_where_that_is_harmless(scripts: Scripts) -> None:
    out = reply_id(await converse(scripts, "a"))
    channel = FakeChannel(repeat_safe=True, plan=[UNKNOWN])
    async with sending(sender(scripts, channel)):
        await until(settled(scripts, out, "sent"))
    assert channel.ids == [out, out]


async def test_a_hand_over_is_told_although_the_bot_no_longer_owns(scripts: Scripts) -> None:
    pending = await converse(scripts, "a", hand_off=True)
    channel = FakeChannel()
    async with sending(sender(scripts, channel)):
        await until(count(channel, 1))
    assert channel.ids == [system_reply(pending, "", "ru")["id"]]
    assert channel.sent[0].author == "system"


async def test_a_channel_whose_own_store_is_away_has_sent_nothing(scripts: Scripts) -> None:
    out = reply_id(await converse(scripts, "a"))
    channel = FakeChannel(repeat_safe=True, plan=[Unavailable("redis")])
    async with sending(sender(scripts, channel, call_timeout_s=0.1)):
        await until(settled(scripts, out, "sent"))
    assert channel.ids == [out, out]


async def test_stopping_finishes_the_call_under_way(scripts: Scripts) -> None:
    out = reply_id(await converse(scripts, "a"))
    hold = asyncio.Event()
    channel = FakeChannel(hold=hold)
    async with sending(sender(scripts, channel)):
        await until(count(channel, 1))
        asyncio.get_running_loop().call_later(0.1, hold.set)
    assert await statuses(scripts, out) == ["queued", "sending", "sent"]
