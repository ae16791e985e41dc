"""Ids that different chats may share must not make their replies or tickets one."""

from __future__ import annotations

from bot.inbox import Lease
from core.keys import Keys
from core.redis import Scripts
from tests.integration.bot.bot_world import chat_message, inbox
from tests.integration.bot.path_driver import ACCOUNT, effect_for


async def handled(scripts: Scripts, chat: str, *, hand_off: bool) -> None:
    """One message of a chat, under the message id that every chat here uses."""
    ref = f"{ACCOUNT}:{chat}"
    box = inbox(scripts)
    await box.ingest(chat_message(chat, 1))
    key = scripts.keys("inbox", ref=ref)
    _, _, body = str(await scripts.redis.lindex(key, 0)).partition("|")
    await scripts.redis.lset(key, 0, f"1795291789134-0|{body}")
    lease = await box.lease(ref, "0-1")
    assert isinstance(lease, Lease)
    pending = await box.begin(lease)
    assert pending is not None
    outcome, _ = await box.commit(lease, pending, effect_for(pending, hand_off=hand_off))
    assert outcome == "committed"


async def test_two_chats_with_the_same_message_id_both_get_their_reply(scripts: Scripts, keys: Keys) -> None:
    for chat in ("1", "2"):
        await handled(scripts, chat, hand_off=False)
    queued = [await scripts.redis.llen(keys("out_chat", ref=f"{ACCOUNT}:{chat}")) for chat in ("1", "2")]
    assert queued == [1, 1]


async def test_tickets_of_a_store_that_was_lost_are_not_numbered_again(scripts: Scripts, keys: Keys) -> None:
    await handled(scripts, "1", hand_off=True)
    before = await scripts.redis.zrange(keys("tickets"), 0, -1)
    await scripts.redis.flushall()
    await scripts.redis.xgroup_create(keys("work"), "workers", id="0", mkstream=True)
    await handled(scripts, "1", hand_off=True)
    after = await scripts.redis.zrange(keys("tickets"), 0, -1)
    assert len(before) == len(after) == 1
    assert before != after
