"""Notes, transfers, closing with a topic and reopening, over the real scripts and HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.projection import project
from core.tables import conversations, tickets, turns
from handoff.outcomes import Busy
from handoff.tools.closing import CLOSING
from handoff.tools.moves import Moves, Receiver
from handoff.tools.outcomes import Noted, Reopened, TooLate, Transferred
from handoff.tools.tables import closings, mentions, transfers
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_world import REF, World, say

Browsers = Callable[[], Awaitable[Hand]]


def moves_of(world: World) -> Moves:
    return Moves(scripts=world.scripts, keys=world.keys, say=say)


async def archive(world: World, engine: AsyncEngine) -> None:
    """What the archiver does, at once."""
    events: Any = await world.redis.xrange(world.keys("events"))
    for event_id, fields in events:
        async with engine.begin() as connection:
            await project(connection, event_id, fields)


async def everything_for_customers(world: World) -> str:
    """All that the outbox ever held, and what chats show."""
    redis, prefix = world.redis, world.keys.prefix
    queued = [str(await redis.hgetall(name)) for name in await redis.keys(f"{prefix}:out:*")]
    shown = [str(await redis.xrange(name)) for name in await redis.keys(f"{prefix}:webchat:*")]
    return "\n".join([*queued, *shown])


async def test_a_note_reaches_no_outbox_whatever_state_the_ticket_is_in(world: World) -> None:
    moves = moves_of(world)
    ticket = await world.hand_over()

    async def noted(words: str) -> None:
        before = await world.redis.llen(world.keys("out_chat", ref=REF))
        done = await moves.note(ticket, operator="u1", name="Анна", text=f"секрет {words}", mentions=["u2"])
        assert isinstance(done, Noted)
        assert await world.redis.llen(world.keys("out_chat", ref=REF)) == before

    await noted("пока ждёт")
    await world.queue.take(ticket, operator="u1", name="Анна")
    await noted("пока взят")
    await world.queue.reply(ticket, operator="u1", name="Анна", text="Здравствуйте")
    await noted("после ответа")
    await world.send_all()
    await world.queue.close(ticket, operator="u1")
    await noted("после закрытия")
    await world.send_all()
    shown = await everything_for_customers(world)
    assert "Здравствуйте" in shown
    assert "секрет" not in shown


async def test_a_note_sent_twice_is_one(world: World, engine: AsyncEngine) -> None:
    moves = moves_of(world)
    ticket = await world.hand_over()
    for repeated in (False, True):
        done = await moves.note(
            ticket, operator="u1", name="Анна", text="Раз", mentions=["u2"], client_id="c1"
        )
        assert isinstance(done, Noted)
        assert done.repeated is repeated
    await archive(world, engine)
    async with engine.connect() as connection:
        notes = (await connection.execute(select(turns).where(turns.c.kind == "note"))).all()
        named = (await connection.execute(select(mentions.c.operator))).scalars().all()
    assert len(notes) == 1
    assert named == ["u2"]


async def test_a_transfer_to_a_person_moves_it_and_says_one_sentence(
    world: World, engine: AsyncEngine
) -> None:
    moves = moves_of(world)
    ticket = await world.hand_over()
    await world.queue.take(ticket, operator="u1", name="Анна")
    await world.send_all()
    done = await moves.transfer(
        ticket, by="u1", name="Анна", holder="u1", to=Receiver("person", "u2", "Борис"), note="VIP", due_s=60
    )
    assert done == Transferred()
    assert (await world.conversation())["owner"] == "operator:u2"
    assert await world.queue.reply(ticket, operator="u1", name="Анна", text="Ещё я") == Busy("u2")
    sent = await world.send_all()
    assert len(sent) == 1
    assert "Дальше поможет Борис." in (await world.outbox(sent[0]))["payload"]
    assert await world.redis.zcard(world.keys("mine", operator="u1")) == 0
    assert await world.redis.zcard(world.keys("mine", operator="u2")) == 1
    await archive(world, engine)
    async with engine.connect() as connection:
        row = (await connection.execute(select(tickets))).mappings().one()
        moved = (await connection.execute(select(transfers))).mappings().one()
    assert (row["status"], row["operator"]) == ("taken", "u2")
    assert (moved["from_operator"], moved["to_operator"], moved["by"]) == ("u1", "u2", "u1")


async def test_a_transfer_to_a_group_queues_it_and_the_next_one_takes_it(
    world: World, engine: AsyncEngine
) -> None:
    moves = moves_of(world)
    ticket = await world.hand_over()
    await world.queue.take(ticket, operator="u1", name="Анна")
    done = await moves.transfer(
        ticket, by="u1", name="Анна", holder="u1", to=Receiver("group", "returns", "Возвраты"),
        note="", due_s=60,
    )  # fmt: skip
    assert done == Transferred()
    assert (await world.conversation())["owner"] == "queue"
    await world.relay("Я всё ещё тут")
    assert await world.redis.hget(world.keys("ticket", id=ticket), "group") == "returns"
    await archive(world, engine)
    async with engine.connect() as connection:
        row = (await connection.execute(select(tickets))).mappings().one()
    assert (row["status"], row["operator"], row["group"]) == ("waiting", None, "returns")
    taken = await world.queue.take(ticket, operator="u3", name="Вера")
    assert type(taken).__name__ == "Taken"


async def test_only_one_of_two_transfers_happens(world: World) -> None:
    moves = moves_of(world)
    ticket = await world.hand_over()
    await world.queue.take(ticket, operator="u1", name="Анна")
    for to, expected in (("u2", Transferred()), ("u3", Busy("u2"))):
        done = await moves.transfer(
            ticket, by="u1", name="Анна", holder="u1", to=Receiver("person", to, to), note="", due_s=60
        )
        assert done == expected
    assert (await world.conversation())["owner"] == "operator:u2"


async def test_who_writes_again_soon_gets_the_same_person_if_they_are_there(
    world: World, engine: AsyncEngine
) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, operator="u1", name="Анна")
    conversation = (await world.conversation())["id"]
    await world.queue.close(ticket, operator="u1", reason="solved", topic="delivery", reopen_s=3600)
    await world.redis.set(world.keys("seen", operator="u1"), "1")
    await world.relay("Ещё вопрос")
    live = await world.conversation()
    assert (live["id"], live["owner"]) == (conversation, "operator:u1")
    assert await world.redis.hget(world.keys("ticket", id=ticket), "status") == "taken"
    assert await world.redis.ttl(world.keys("ticket", id=ticket)) == -1
    await archive(world, engine)
    async with engine.connect() as connection:
        row = (await connection.execute(select(tickets))).mappings().one()
        talk = (await connection.execute(select(conversations))).mappings().one()
        why = (await connection.execute(select(closings))).mappings().one()
    assert (row["status"], row["operator"], row["ended_ms"], talk["closed_ms"]) == ("taken", "u1", None, None)
    assert (why["reason"], why["topic"], why["operator"]) == ("solved", "delivery", "u1")


async def test_who_writes_again_gets_the_bot_if_that_person_has_left(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, operator="u1", name="Анна")
    await world.queue.close(ticket, operator="u1", reopen_s=3600)
    await world.bot_says("Здравствуйте!", to="Ещё вопрос")
    assert (await world.conversation())["owner"] == "bot"
    moves = moves_of(world)
    assert await moves.reopen(ticket, operator="u1", within_s=3600) == Busy("bot")


async def test_a_pressed_button_reopens_nothing(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, operator="u1", name="Анна")
    await world.queue.close(ticket, operator="u1", reopen_s=3600)
    await world.redis.set(world.keys("seen", operator="u1"), "1")
    body = '{"text":"5","button":"rate:5"}'
    await world.scripts.run("bot/lua/ingest.lua", REF, "xb", "mb", body, 60_000, "", "")
    _, token = await world.scripts.run("bot/lua/lease.lua", REF, "9-0", 10_000, "")
    await world.scripts.run("bot/lua/begin.lua", REF, token, "cnew", "webchat", "ru", "webchat:x", 10**9, "")
    assert (await world.conversation())["id"] == "cnew"


async def test_a_conversation_closed_long_ago_stays_closed(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, operator="u1", name="Анна")
    await world.queue.close(ticket, operator="u1")
    moves = moves_of(world)
    assert await moves.reopen(ticket, operator="u1", within_s=-1) == TooLate()
    assert await moves.reopen(ticket, operator="u1", within_s=60) == Reopened()
    assert (await world.conversation())["owner"] == "operator:u1"


async def test_closing_asks_for_a_topic_where_leads_require_one(
    desk: Desk, world: World, browsers: Browsers
) -> None:
    await desk.add("anna")
    hand = await browsers()
    await hand.sign_in("anna")
    closing = CLOSING.default.model_copy(update={"topic_required": True})
    await desk.settings.put(CLOSING, closing, version=0, by="test", now=datetime.now(UTC))
    ticket = await world.hand_over()
    await hand.post(f"/tickets/{ticket}/take")
    assert await refused(await hand.post(f"/tickets/{ticket}/close")) == (422, "topic_missing")
    answer = await hand.post(f"/tickets/{ticket}/close", {"topic": "no such"})
    assert await refused(answer) == (422, "unknown_choice")
    assert (await hand.post(f"/tickets/{ticket}/close", {"topic": "delivery"})).status == 200
    assert (await hand.post(f"/tickets/{ticket}/reopen")).status == 200


async def test_only_leads_pass_on_what_a_colleague_has(desk: Desk, world: World, browsers: Browsers) -> None:
    ids = {name: await desk.add(name, role=role) for name, role in (
        ("anna", "operator"), ("boris", "operator"), ("olga", "lead"), ("editor", "editor")
    )}  # fmt: skip
    anna, boris, olga = await browsers(), await browsers(), await browsers()
    for hand, name in ((anna, "anna"), (boris, "boris"), (olga, "olga")):
        await hand.sign_in(name)
    ticket = await world.hand_over()
    await anna.post(f"/tickets/{ticket}/take")
    body = {"kind": "person", "to": ids["boris"], "holder": ids["anna"], "note": "Возьми"}
    assert await refused(await boris.post(f"/tickets/{ticket}/transfer", body)) == (403, "leads_only")
    unknown = await olga.post(f"/tickets/{ticket}/transfer", {**body, "to": ids["editor"]})
    assert await refused(unknown) == (422, "unknown_receiver")
    assert (await olga.post(f"/tickets/{ticket}/transfer", body)).status == 200
    assert await refused(await olga.post(f"/tickets/{ticket}/transfer", body)) == (409, "held_by_other")
    side = await boris.get(f"/tickets/{ticket}/side")
    assert side["transfer"]["note"] == "Возьми"


async def test_who_is_named_in_a_note_finds_it_and_has_seen_it(
    desk: Desk, world: World, browsers: Browsers
) -> None:
    await desk.add("anna", display_name="Анна")
    boris_id = await desk.add("boris", display_name="Борис")
    anna, boris = await browsers(), await browsers()
    await anna.sign_in("anna")
    await boris.sign_in("boris")
    ticket = await world.hand_over()
    body = {"text": "@Борис глянь", "mentions": [boris_id, "nobody"], "client_id": "n1"}
    for _ in range(2):
        assert (await anna.post(f"/tickets/{ticket}/note", body)).status == 200
    found = await boris.get("/mentions")
    assert found["unseen"] == 1
    assert [each["by"]["display_name"] for each in found["mentions"]] == ["Анна"]
    assert (await boris.get(f"/tickets/{ticket}/side"))["mentioned"] is True
    assert (await boris.post(f"/tickets/{ticket}/mentions/seen")).status == 200
    assert (await boris.get("/mentions"))["unseen"] == 0
    assert (await anna.get("/mentions"))["mentions"] == []
