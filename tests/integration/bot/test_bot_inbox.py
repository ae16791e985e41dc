"""Each script of the inbox: what it refuses, it refuses without writing anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.codec import load_message
from bot.inbox import CommitOutcome, Inbox, Lease, Pending
from core.errors import Unavailable
from core.keys import Keys
from core.redis import Scripts, connect
from tests.conftest import free_port
from tests.integration.bot.bot_world import (
    chat_message,
    ensure_group,
    events,
    everything,
    inbox,
    step_in,
    stream,
    wake,
)
from tests.integration.bot.path_driver import REF, effect_for
from tests.stubs.valkey import Valkey


@dataclass
class Begun:
    """One message of chat 7, leased and begun."""

    box: Inbox
    lease: Lease
    pending: Pending
    wake: str


@pytest.fixture
async def begun(scripts: Scripts) -> Begun:
    box = inbox(scripts)
    await ensure_group(scripts)
    await box.ingest(chat_message("7", 1))
    entry = await wake(scripts)
    lease = await box.lease(REF, entry)
    assert lease is not None
    pending = await box.begin(lease)
    assert pending is not None
    return Begun(box, lease, pending, entry)


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[Valkey]:
    server = Valkey(tmp_path, free_port())
    await server.start()
    yield server
    server.stop()


async def lease_passes_on(scripts: Scripts, begun: Begun) -> Lease:
    """The holder falls silent and another worker goes on."""
    await scripts.redis.hset(scripts.keys("conversation", ref=REF), "lease_until", 0)
    newer = await begun.box.lease(REF, begun.wake)
    assert newer is not None
    return newer


async def test_whoever_lost_the_lease_writes_nothing(scripts: Scripts, begun: Begun) -> None:
    newer = await lease_passes_on(scripts, begun)
    before = await everything(scripts.redis)
    outcome, _ = await begun.box.commit(begun.lease, begun.pending, effect_for(begun.pending))
    assert outcome is CommitOutcome.LOST
    assert not await begun.box.renew(begun.lease)
    assert await begun.box.begin(begun.lease) is None
    assert await begun.box.release(begun.lease)
    assert await begun.box.release(begun.lease, hand_on=True)
    assert await everything(scripts.redis) == before
    again = await begun.box.begin(newer)
    assert again is not None
    assert again.attempts == 2


async def test_a_message_handled_already_is_not_handled_again(scripts: Scripts, begun: Begun) -> None:
    await begun.box.ingest(chat_message("7", 2))
    assert (await begun.box.commit(begun.lease, begun.pending, effect_for(begun.pending)))[0] == "committed"
    before = await everything(scripts.redis)
    outcome, _ = await begun.box.commit(begun.lease, begun.pending, effect_for(begun.pending))
    assert outcome is CommitOutcome.GONE
    assert await everything(scripts.redis) == before


async def test_an_answer_decided_under_another_owner_writes_nothing(scripts: Scripts, begun: Begun) -> None:
    ticket = await step_in(scripts, "7")
    before = await everything(scripts.redis)
    outcome, _ = await begun.box.commit(begun.lease, begun.pending, effect_for(begun.pending))
    assert outcome is CommitOutcome.MOVED
    assert await everything(scripts.redis) == before
    again = await begun.box.begin(begun.lease)
    assert again is not None
    outcome, told = await begun.box.commit(begun.lease, again, effect_for(again))
    assert (outcome, told) == (CommitOutcome.COMMITTED, ticket)
    assert (await events(scripts, "turn"))[-1]["outcome"] == "relayed"


async def test_a_repeat_changes_nothing_even_after_it_was_handled(scripts: Scripts, begun: Begun) -> None:
    first = await everything(scripts.redis)
    repeat = await begun.box.ingest(chat_message("7", 1))
    assert (repeat.id, repeat.new) == (begun.pending.id, False)
    assert await everything(scripts.redis) == first
    await begun.box.commit(begun.lease, begun.pending, effect_for(begun.pending))
    handled = await everything(scripts.redis)
    assert not (await begun.box.ingest(chat_message("7", 1))).new
    assert await everything(scripts.redis) == handled


async def test_a_claim_is_kept_as_long_as_configured(scripts: Scripts, keys: Keys, begun: Begun) -> None:
    left_s = await scripts.redis.ttl(keys("claim", account="stub", external_id="7-1"))
    assert 9 * 86_400 - 60 < left_s <= 9 * 86_400


async def test_the_same_id_on_another_account_is_another_message(scripts: Scripts, begun: Begun) -> None:
    assert (await begun.box.ingest(replace(chat_message("7", 1), account="other"))).new


async def test_release_says_that_more_came_and_keeps_the_lease(scripts: Scripts, begun: Begun) -> None:
    await begun.box.commit(begun.lease, begun.pending, effect_for(begun.pending))
    await begun.box.ingest(chat_message("7", 2))
    before = await everything(scripts.redis)
    assert not await begun.box.release(begun.lease)
    assert await everything(scripts.redis) == before
    assert await begun.box.renew(begun.lease)


async def test_release_ends_the_lease_and_its_wake_up(scripts: Scripts, keys: Keys, begun: Begun) -> None:
    await begun.box.commit(begun.lease, begun.pending, effect_for(begun.pending))
    assert await begun.box.begin(begun.lease) is None
    assert await begun.box.release(begun.lease)
    assert await scripts.redis.xlen(keys("work")) == 0
    assert (await scripts.redis.xpending(keys("work"), "workers"))["pending"] == 0


async def test_a_renewal_that_comes_after_the_release_holds_nothing(scripts: Scripts, begun: Begun) -> None:
    await begun.box.commit(begun.lease, begun.pending, effect_for(begun.pending))
    await begun.box.release(begun.lease)
    before = await everything(scripts.redis)
    assert not await begun.box.renew(begun.lease)
    assert await everything(scripts.redis) == before


async def test_handing_on_wakes_another_worker_for_the_rest(
    scripts: Scripts, keys: Keys, begun: Begun
) -> None:
    assert await begun.box.release(begun.lease, hand_on=True)
    ((entry, fields),) = await stream(scripts, "work")
    assert entry != begun.wake
    assert fields == {"ref": REF}
    assert await begun.box.lease(REF, entry) is not None


async def test_a_second_worker_does_not_get_what_is_held(scripts: Scripts, keys: Keys, begun: Begun) -> None:
    before = await everything(scripts.redis)
    assert await begun.box.lease(REF, begun.wake) is None  # the holder's own stays, in case it dies
    assert await everything(scripts.redis) == before
    await begun.box.ingest(chat_message("7", 2))
    newer = await wake(scripts)
    assert await begun.box.lease(REF, newer) is None  # the holder will see the message
    assert [entry for entry, _ in await stream(scripts, "work")] == [begun.wake]


async def test_tries_of_one_message_are_counted_and_start_anew_with_the_next(begun: Begun) -> None:
    again = await begun.box.begin(begun.lease)
    assert again is not None
    assert again.attempts == 2
    await begun.box.commit(begun.lease, again, effect_for(again))
    await begun.box.ingest(chat_message("7", 2))
    following = await begun.box.begin(begun.lease)
    assert following is not None
    assert following.attempts == 1


async def test_a_memory_nobody_can_read_does_not_stop_the_conversation(
    scripts: Scripts, keys: Keys, begun: Begun
) -> None:
    await scripts.redis.hset(keys("conversation", ref=REF), "state", "not json")
    again = await begun.box.begin(begun.lease)
    assert again is not None
    assert again.conversation.state.said == ()


async def test_silence_ends_a_conversation_and_the_next_message_starts_another(
    scripts: Scripts, keys: Keys, begun: Begun
) -> None:
    await begun.box.commit(begun.lease, begun.pending, effect_for(begun.pending))
    await scripts.redis.hset(keys("conversation", ref=REF), "last_at", 1)
    await begun.box.ingest(chat_message("7", 2))
    later = await begun.box.begin(begun.lease)
    assert later is not None
    assert later.conversation.id != begun.pending.conversation.id
    assert (await events(scripts, "conversation.closed"))[-1]["reason"] == "silence"


async def test_silence_ends_only_the_bots_conversations_and_never_one_with_a_message(
    scripts: Scripts, keys: Keys, begun: Begun
) -> None:
    talking = keys("talking")
    await scripts.redis.zadd(talking, {REF: 1})
    assert await begun.box.end_silent() == 0  # a message waits
    await begun.box.commit(begun.lease, begun.pending, effect_for(begun.pending))
    await scripts.redis.zadd(talking, {REF: 1})
    assert await begun.box.end_silent() == 1
    assert await scripts.redis.zcard(talking) == 0
    assert await begun.box.end_silent() == 0


async def test_silence_never_ends_a_persons_conversation(scripts: Scripts, keys: Keys, begun: Begun) -> None:
    await begun.box.commit(begun.lease, begun.pending, effect_for(begun.pending))
    await step_in(scripts, "7")
    await scripts.redis.zadd(keys("talking"), {REF: 1})
    assert await begun.box.end_silent() == 0
    assert await scripts.redis.hget(keys("conversation", ref=REF), "owner") == "operator:olga"


async def test_words_survive_the_way_through_the_inbox(scripts: Scripts) -> None:
    odd = replace(chat_message("7|8", 1), text='две\nстроки | "кавычки" \u0000 😀')
    box = inbox(scripts)
    await ensure_group(scripts)
    await box.ingest(odd)
    lease = await box.lease("stub:7|8", await wake(scripts))
    assert lease is not None
    pending = await box.begin(lease)
    assert pending is not None
    assert load_message(pending.body) == odd


async def test_the_disk_is_asked_over_the_connection_that_wrote(scripts: Scripts) -> None:
    """Any other connection would say yes at once: WAITAOF knows only of its own writes."""
    box = inbox(scripts, durable=True)
    await box.ingest(chat_message("7", 0))
    heard: list[tuple[str, str]] = []
    async with scripts.redis.monitor() as monitor:
        number = 24
        await asyncio.gather(*(box.ingest(chat_message(str(one % 3), one)) for one in range(1, number + 1)))
        while sum(word == "WAITAOF" for _, word in heard) < number:
            seen = await monitor.next_command()
            word = str(seen["command"]).split()[0].upper()
            if seen["client_type"] != "lua" and word in ("EVALSHA", "WAITAOF"):
                heard.append((f"{seen['client_address']}:{seen['client_port']}", word))
    last: dict[str, str] = {}
    for client, word in heard:
        if word == "WAITAOF":
            assert last.get(client) == "EVALSHA"
        last[client] = word


async def test_a_repeat_is_only_confirmed_once_the_first_is_on_disk(valkey: Valkey) -> None:
    client = connect(valkey.url)
    box = inbox(Scripts(client, Keys("test")), durable=False)
    await client.config_set("appendfsync", "no")
    await box.ingest(chat_message("7", 1))
    other = connect(valkey.url)  # of another process, which has written nothing yet
    with pytest.raises(Unavailable, match="not on disk"):
        await inbox(Scripts(other, Keys("test")), durable=True).ingest(chat_message("7", 1))
    await other.aclose()
    await client.aclose()


async def test_a_message_confirmed_is_there_after_the_power_went(valkey: Valkey) -> None:
    client = connect(valkey.url)
    box = inbox(Scripts(client, Keys("test")), durable=True)
    taken = [await box.ingest(chat_message("7", number)) for number in range(20)]
    valkey.stop()
    with pytest.raises(Unavailable):
        await box.ingest(chat_message("7", 99))
    await valkey.start()
    kept = await client.lrange(Keys("test")("inbox", ref=REF), 0, -1)
    assert [str(entry).partition("|")[0] for entry in kept] == [one.id for one in taken]
    assert not (await box.ingest(chat_message("7", 0))).new
    await client.aclose()


async def test_without_an_append_only_file_no_message_is_confirmed(tmp_path: Path) -> None:
    server = Valkey(tmp_path, free_port(), "--appendonly", "no")
    await server.start()
    client: Redis = connect(server.url)
    with pytest.raises(Unavailable, match="appendonly"):
        await inbox(Scripts(client, Keys("test")), durable=True).ingest(chat_message("7", 1))
    assert (await inbox(Scripts(client, Keys("test"))).ingest(chat_message("7", 2))).new
    await client.aclose()
    server.stop()
