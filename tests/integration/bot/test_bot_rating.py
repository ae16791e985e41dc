"""Ratings from the question to the row, over SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.inbox import Pending
from bot.rating import RatingIntake
from bot.texts import load_texts
from bot.types import MessageKind
from bot.worker import Worker
from core.config import ROOT
from core.keys import ref_of
from core.records import dump, new_id, outgoing
from core.redis import Scripts
from core.settings import Settings
from core.tables import turns
from handoff.ratings.asking import Asker
from handoff.ratings.ports import MayWrite, always
from handoff.ratings.section import RATINGS
from handoff.ratings.tables import rating_asks, ratings
from handoff.tasks.tables import tasks
from tests.integration.bot.bot_world import (
    FakeHandler,
    chat_message,
    converse,
    ensure_group,
    inbox,
    step_in,
    until,
    wake,
)
from tests.integration.bot.path_driver import ACCOUNT
from tests.integration.bot.test_bot_archiver import archiver

CHAT = "7"
REF = ref_of(ACCOUNT, CHAT)
_numbers = count(100)


@dataclass
class Stage:
    """One chat, its archive, and the present as a test wants it."""

    scripts: Scripts
    archive: AsyncEngine
    settings: Settings
    now: datetime
    may_write: MayWrite = always

    def __post_init__(self) -> None:
        self.asker = self.new_asker()

    def new_asker(self) -> Asker:
        return Asker(
            engine=self.archive, scripts=self.scripts, settings=self.settings, now=lambda: self.now,
            may_write=lambda channel, **when: self.may_write(channel, **when),
        )  # fmt: skip

    async def close(self, number: int = 1) -> str:
        """A conversation with an operator that has ended; its id."""
        pending = await converse(self.scripts, CHAT, number)
        ticket = await step_in(self.scripts, CHAT)
        notice = dump(outgoing(new_id("o"), "system", {"text": "Пока"}, language="ru", priority=2))
        answer = await self.scripts.run("handoff/lua/close.lua", ticket, "olga", "solved", notice, "", 0, "")
        assert answer == ["closed"]
        await self.copy()
        return pending.conversation.id

    async def copy(self) -> None:
        while await archiver(self.scripts, self.archive, batch_events=100).step():
            pass

    async def says(self, text: str = "", *, button: str = "") -> Pending | None:
        """A customer writes or presses; what is left for the bot."""
        number = next(_numbers)
        message = replace(
            chat_message(CHAT, number), text=text or button, button=button,
            kind=MessageKind.BUTTON if button else MessageKind.TEXT,
        )  # fmt: skip
        await ensure_group(self.scripts)
        box = inbox(self.scripts)
        await box.ingest(message)
        return await self.handle()

    async def handle(self) -> Pending | None:
        box = inbox(self.scripts)
        lease = await box.lease(REF, await wake(self.scripts))
        assert lease is not None
        texts = load_texts(ROOT / "bot/wording", default_language="ru")
        intake = RatingIntake(scripts=self.scripts, settings=self.settings, texts=texts)
        pending = None if await intake.settle(lease) else await box.begin(lease)
        await box.release(lease, hand_on=True)
        return pending

    async def rows(self, table: Table) -> list[dict[str, Any]]:
        await self.copy()
        async with self.archive.connect() as connection:
            return [dict(row) for row in (await connection.execute(select(table))).mappings()]

    async def open(self) -> str:
        """The id of the open conversation, empty if there is none."""
        return str(await self.scripts.redis.hget(self.scripts.keys("conversation", ref=REF), "id") or "")

    async def last_words(self) -> str:
        found = [each for each in await self.rows(turns) if each["author"] == "system"]
        return str(max(found, key=lambda each: each["event_id"])["text"])


@pytest.fixture
async def stage(scripts: Scripts, archive: AsyncEngine) -> Stage:
    now = datetime.now(UTC) + timedelta(minutes=5)
    return Stage(scripts, archive, Settings(archive, memory_s=0), now)


async def test_a_customer_is_asked_after_the_conversation_and_only_once(stage: Stage) -> None:
    conversation = await stage.close()
    assert await stage.asker.step() == 1
    (asked,) = await stage.rows(rating_asks)
    assert (asked["conversation"], asked["operator"], asked["customer"]) == (
        conversation, "olga", f"{ACCOUNT}:7",
    )  # fmt: skip
    assert "от 1 (плохо) до 5" in await stage.last_words()
    assert await stage.asker.step() == 0
    assert await stage.new_asker().step() == 0


async def test_nobody_is_asked_too_early_too_late_or_twice_a_day(stage: Stage) -> None:
    await stage.close()
    present = stage.now
    stage.now = present - timedelta(minutes=4)
    assert await stage.asker.step() == 0
    stage.now = present + timedelta(minutes=40)
    assert await stage.asker.step() == 0
    stage.now = present
    assert await stage.asker.step() == 1
    await stage.close(2)
    assert await stage.asker.step() == 0


async def test_nobody_is_asked_outside_the_window_of_a_channel(stage: Stage) -> None:
    heard: list[datetime | None] = []

    def closed(channel: str, *, heard_at: datetime | None, now: datetime) -> bool:
        heard.append(heard_at)
        return False

    stage.may_write = closed
    await stage.close()
    assert await stage.asker.step() == 0
    assert heard[0] is not None
    assert await stage.rows(rating_asks) == []


async def test_nobody_is_asked_in_the_middle_of_a_new_conversation(stage: Stage) -> None:
    await stage.close()
    await converse(stage.scripts, CHAT, 2)
    assert await stage.asker.step() == 0


async def test_a_good_score_opens_no_conversation_and_makes_no_task(stage: Stage) -> None:
    conversation = await stage.close()
    await stage.asker.step()
    assert await stage.says(button=f"rate:{conversation}:5") is None
    assert await stage.open() == ""
    (row,) = await stage.rows(ratings)
    assert (row["score"], row["comment"], row["operator"]) == (5, "", "olga")
    assert await stage.rows(tasks) == []
    assert await stage.says("Всё понравилось, спасибо") is None
    (row,) = await stage.rows(ratings)
    assert (row["score"], row["comment"]) == (5, "Всё понравилось, спасибо")


async def test_a_low_score_makes_one_call_back_for_a_lead_with_the_comment(stage: Stage) -> None:
    conversation = await stage.close()
    await stage.asker.step()
    await stage.says(button=f"rate:{conversation}:2")
    await stage.says(button=f"rate:{conversation}:1")
    await stage.says("Долго ждала")
    (task,) = await stage.rows(tasks)
    assert (task["kind"], task["audience"], task["note"]) == ("call_back", "lead", "Долго ждала")
    assert task["due_ms"] - task["created_ms"] == RATINGS.default.call_back_min * 60_000
    (row,) = await stage.rows(ratings)
    assert row["score"] == 1


async def test_words_are_a_comment_only_while_one_is_awaited(stage: Stage) -> None:
    conversation = await stage.close()
    await stage.asker.step()
    await stage.says(button=f"rate:{conversation}:4")
    await stage.says(button=f"rate:{conversation}:skip")
    assert await stage.says("А где мой заказ") is not None
    assert await stage.open() not in ("", conversation)


async def test_a_question_after_the_score_goes_to_the_bot(stage: Stage) -> None:
    conversation = await stage.close()
    await stage.asker.step()
    await stage.says(button=f"rate:{conversation}:4")
    pending = await stage.says("А когда доставка?")
    assert pending is not None
    assert pending.conversation.id != conversation


async def test_what_was_no_comment_becomes_a_question_by_one_press(stage: Stage) -> None:
    conversation = await stage.close()
    await stage.asker.step()
    await stage.says(button=f"rate:{conversation}:4")
    await stage.says("Хочу вернуть товар")
    await stage.says(button=f"rate:{conversation}:question")
    (row,) = await stage.rows(ratings)
    assert row["comment"] == ""
    pending = await stage.handle()
    assert pending is not None
    assert "Хочу вернуть товар" in pending.body


async def test_a_score_given_in_the_middle_of_a_new_conversation_leaves_it_alone(stage: Stage) -> None:
    conversation = await stage.close()
    await stage.asker.step()
    other = await converse(stage.scripts, CHAT, 2)
    assert await stage.says(button=f"rate:{conversation}:3") is None
    assert await stage.open() == other.conversation.id
    (row,) = await stage.rows(ratings)
    assert (row["conversation"], row["score"]) == (conversation, 3)
    assert await stage.says("И ещё вопрос") is not None


@pytest.mark.parametrize("button", ["rate:c-unknown:5", "rate:", "rate:{}:9", "rate:{}:question"])
async def test_a_button_nobody_offered_changes_nothing(stage: Stage, button: str) -> None:
    conversation = await stage.close()
    assert await stage.says(button=button.format(conversation)) is None
    assert await stage.open() == ""
    assert await stage.rows(ratings) == []
    assert "прошло" in await stage.last_words()
    kept = next(each for each in await stage.rows(turns) if each["outcome"] == "rated")
    assert kept["conversation"] == ""


async def test_nobody_is_asked_while_ratings_are_off(stage: Stage) -> None:
    off = RATINGS.default.model_copy(update={"on": False})
    await stage.settings.put(RATINGS, off, version=0, by="test", now=stage.now)
    await stage.close()
    assert await stage.asker.step() == 0


async def test_a_worker_never_shows_a_rating_to_the_bot(stage: Stage) -> None:
    conversation = await stage.close()
    await stage.asker.step()
    box, handler, stop = inbox(stage.scripts), FakeHandler(), asyncio.Event()
    for number, press in enumerate((f"rate:{conversation}:5", f"rate:{conversation}:skip", "")):
        kind = MessageKind.BUTTON if press else MessageKind.TEXT
        text = press or "Где мой заказ"
        await box.ingest(replace(chat_message(CHAT, 50 + number), text=text, button=press, kind=kind))
    texts = load_texts(ROOT / "bot/wording", default_language="ru")
    worker = Worker(
        redis=stage.scripts.redis, keys=stage.scripts.keys, inbox=box, handler=handler, name="w",
        concurrency=2, lease_s=30, max_attempts=3,
        apart=RatingIntake(scripts=stage.scripts, settings=stage.settings, texts=texts),
    )  # fmt: skip
    working = asyncio.create_task(worker.run(stop))

    async def answered() -> bool:
        return bool(handler.handled)

    await until(answered)
    stop.set()
    await working
    assert handler.handled == ["Где мой заказ"]
    assert [row["score"] for row in await stage.rows(ratings)] == [5]
    assert len([row for row in await stage.rows(turns) if row["outcome"] == "rated"]) == 2
