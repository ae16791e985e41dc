"""Senders that die, pause or answer late: what is not known is said, and nothing is sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from core.keys import Keys
from core.redis import Scripts
from tests.integration.bot.bot_sending import reply_id, sender, sending, settled, statuses
from tests.integration.bot.bot_world import FakeChannel, converse, everything, step_in, until


async def claim(scripts: Scripts, call_ms: int) -> list[str]:
    """A sender that claims and is never heard of again."""
    return await scripts.run("bot/lua/claim_out.lua", "stub", 0, call_ms, "")


async def settle(scripts: Scripts, out: str, attempt: str, status: str) -> list[str]:
    return await scripts.run("bot/lua/settle_out.lua", out, attempt, status, "v", "", 0, 8, 0, "")


async def test_a_reply_whose_sender_died_becomes_unknown_and_the_next_goes_on(scripts: Scripts) -> None:
    first = reply_id(await converse(scripts, "a", 1))
    second = reply_id(await converse(scripts, "a", 2))
    assert (await claim(scripts, 20))[1] == first
    channel = FakeChannel()
    async with sending(sender(scripts, channel)):
        await until(settled(scripts, second, "sent"))
    assert channel.ids == [second]
    assert await statuses(scripts, first) == ["queued", "sending", "unknown"]


async def test_a_reply_whose_sender_died_is_sent_where_repeating_is_harmless(scripts: Scripts) -> None:
    out = reply_id(await converse(scripts, "a"))
    await claim(scripts, 20)
    channel = FakeChannel(repeat_safe=True)
    async with sending(sender(scripts, channel)):
        await until(settled(scripts, out, "sent"))
    assert channel.ids == [out]


async def test_the_truth_may_come_late(scripts: Scripts) -> None:
    out = reply_id(await converse(scripts, "a"))
    _, _, attempt, *_ = await claim(scripts, 0)
    await scripts.run("bot/lua/sweep_out.lua", "stub", 0, "")
    assert await settle(scripts, out, attempt, "failed") == ["ignored"]
    assert await settle(scripts, out, attempt, "sent") == ["settled"]
    assert await statuses(scripts, out) == ["queued", "sending", "unknown", "sent"]
    before = await everything(scripts.redis)
    assert await settle(scripts, out, attempt, "sent") == ["ignored"]
    assert await everything(scripts.redis) == before


async def test_what_an_outdated_sender_says_is_ignored(scripts: Scripts) -> None:
    out = reply_id(await converse(scripts, "a"))
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
    out = reply_id(await converse(scripts, "a"))
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
    out = reply_id(await converse(scripts, "a"))
    slow = SlowToCall(scripts.redis, keys)
    slow.meanwhile = lambda: asyncio.sleep(0.1)
    channel = FakeChannel()
    async with sending(sender(slow, channel, held_up_s=0.05)):
        await until(settled(scripts, out, "sent"))
    assert channel.ids == [out]
