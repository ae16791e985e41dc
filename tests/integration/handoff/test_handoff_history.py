"""The history of a chat out of the archive and the live stream, in every state of archiving."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.projection import project
from core.sql import upsert
from core.tables import archive_cursor, conversations, deliveries, turns
from handoff.board import Board
from handoff.history import History
from tests.integration.handoff.handoff_world import REF, World

ANNA: dict[str, Any] = {"operator": "u1", "name": "Анна"}


def _history(world: World, engine: AsyncEngine) -> History:
    return History(engine=engine, scripts=world.scripts, keys=world.keys)


async def _events(world: World) -> list[tuple[str, dict[str, str]]]:
    found: Any = await world.redis.xrange(world.keys("events"))
    return list(found)


async def _archive(world: World, engine: AsyncEngine, *, upto: int, trim: bool) -> None:
    """Copies the first `upto` events as the archiver does, and moves its cursor."""
    copied = (await _events(world))[:upto]
    async with engine.begin() as connection:
        for event_id, fields in copied:
            await project(connection, event_id, fields)
        cursor = {"name": "events", "last_event": copied[-1][0]}
        await upsert(connection, archive_cursor, cursor, key="name")
    if trim:
        await world.redis.xtrim(world.keys("events"), minid=copied[-1][0], approximate=False)


async def _talk(world: World) -> str:
    """A question, an answer that was sent, a hand-over, a reply that failed; the conversation's id."""
    await world.bot_says("Сейчас узнаю.", to="Где заказ?")
    await world.send_all()
    ticket = await world.hand_over("Позовите человека")
    await world.queue.take(ticket, **ANNA)
    await world.send_all()
    await world.queue.reply(ticket, **ANNA, text="Я здесь.")
    await world.send_all("failed")
    return (await world.conversation())["id"]


EXPECTED = [
    ("customer", "Где заказ?", None),
    ("bot", "Сейчас узнаю.", "sent"),
    ("customer", "Позовите человека", None),
    ("system", "Анна на связи.", "sent"),
    ("operator", "Я здесь.", "failed"),
]


async def test_history_is_the_same_wherever_the_archiver_stands(world: World, engine: AsyncEngine) -> None:
    conversation = await _talk(world)
    history = _history(world, engine)
    count = len(await _events(world))
    for upto in range(count + 1):
        if upto:
            await _clear(engine)
            await _archive(world, engine, upto=upto, trim=False)
        past = await history.of_chat(REF, conversation)
        shown = [(turn.author, turn.text, turn.delivery and turn.delivery.status) for turn in past.turns]
        assert shown == EXPECTED, f"archived up to event {upto} of {count}"
        assert [int(turn.id) for turn in past.turns] == sorted(int(turn.id) for turn in past.turns)


async def _clear(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for table in (turns, deliveries, conversations, archive_cursor):
            await connection.execute(table.delete())


async def test_history_comes_from_the_archive_once_the_stream_was_trimmed(
    world: World, engine: AsyncEngine
) -> None:
    conversation = await _talk(world)
    await _archive(world, engine, upto=len(await _events(world)), trim=True)
    past = await _history(world, engine).of_chat(REF, conversation)
    assert [turn.text for turn in past.turns] == [text for _, text, _ in EXPECTED]
    assert past.turns[-1].delivery is not None
    assert past.turns[-1].delivery.error == "the chat was not found"


async def test_earlier_conversations_of_the_chat_come_first_and_other_chats_not_at_all(
    world: World, engine: AsyncEngine
) -> None:
    first = await world.hand_over("Первый вопрос")
    await world.queue.close(first, operator="u1")
    await world.bot_says("Чужое", to="Чужой вопрос", ref="webchat:other")
    await _archive(world, engine, upto=len(await _events(world)), trim=True)
    await world.hand_over("Второй вопрос")
    conversation = (await world.conversation())["id"]
    past = await _history(world, engine).of_chat(REF, conversation)
    said = [turn.text for turn in past.turns if turn.author == "customer"]
    assert said == ["Первый вопрос", "Второй вопрос"]
    assert past.turns[0].conversation != past.turns[-1].conversation == conversation


async def test_the_last_line_of_each_conversation_is_found(world: World, engine: AsyncEngine) -> None:
    await world.bot_says("Ответ А", to="Вопрос А", ref="webchat:a")
    await world.bot_says("Ответ Б", to="Вопрос Б", ref="webchat:b")
    await _archive(world, engine, upto=len(await _events(world)), trim=True)
    ids = [(await world.conversation(ref))["id"] for ref in ("webchat:a", "webchat:b")]
    assert await _history(world, engine).last_lines(ids) == dict(
        zip(ids, ("Ответ А", "Ответ Б"), strict=True)
    )


async def test_a_ticket_that_ended_long_ago_is_found_in_the_archive(
    world: World, engine: AsyncEngine
) -> None:
    ticket = await world.hand_over("Позовите человека")
    await world.queue.take(ticket, **ANNA)
    await world.queue.close(ticket, operator="u1")
    await _archive(world, engine, upto=len(await _events(world)), trim=True)
    live = await Board(scripts=world.scripts, keys=world.keys).ticket(ticket)
    archived = await _history(world, engine).ticket(ticket)
    assert live is not None
    assert archived is not None
    assert archived[1] == live[1]
    for name in ("status", "operator", "reason", "priority", "channel", "customer", "conversation", "due_at"):
        assert getattr(archived[0], name) == getattr(live[0], name), name
    assert await _history(world, engine).ticket("77") is None


async def test_history_is_read_while_the_archiver_writes(world: World, engine: AsyncEngine) -> None:
    conversation = await _talk(world)
    async with engine.begin() as writing:
        await upsert(writing, archive_cursor, {"name": "other", "last_event": "0-0"}, key="name")
        async with asyncio.timeout(5):
            past = await _history(world, engine).of_chat(REF, conversation)
    assert len(past.turns) == len(EXPECTED)
