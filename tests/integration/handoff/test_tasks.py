"""Tasks: who sees and changes which, and being reminded of those that are due."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth import Operator
from handoff.tasks.reminding import Reminder
from handoff.tasks.store import Tasks
from handoff.tasks.types import NewTask, TaskError
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_world import World

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OLGA = Operator("o1", "olga", "Ольга", "operator", "ru")
PETR = Operator("o2", "petr", "Пётр", "operator", "ru")
LEAD = Operator("o3", "lena", "Елена", "lead", "ru")


def call_back(note: str, *, minutes: int = 30, owner: str = "", audience: str = "desk") -> NewTask:
    return NewTask("call_back", note, NOW + timedelta(minutes=minutes), owner=owner, audience=audience)


async def notes(tasks: Tasks, view: Any, who: Operator, *, after_min: int = 0) -> list[str]:
    found = await tasks.list(view, who=who, now=NOW + timedelta(minutes=after_min))
    return [each.note for each in found]


async def test_everybody_sees_what_is_theirs_to_do_the_most_urgent_first(archive: AsyncEngine) -> None:
    tasks = Tasks(archive)
    await tasks.add(call_back("later", minutes=90, owner="o1"), by="olga", now=NOW)
    await tasks.add(call_back("soon", owner="o1"), by="olga", now=NOW)
    await tasks.add(call_back("petr's", minutes=40, owner="o2"), by="olga", now=NOW)
    await tasks.add(call_back("leads only", minutes=10, audience="lead"), by="rating", now=NOW)
    assert await notes(tasks, "mine", OLGA) == ["soon", "later"]
    assert await notes(tasks, "team", OLGA) == ["soon", "petr's", "later"]
    assert (await notes(tasks, "team", LEAD))[0] == "leads only"
    assert await notes(tasks, "overdue", OLGA) == []
    assert sorted(await notes(tasks, "overdue", OLGA, after_min=40)) == ["petr's", "soon"]


async def test_what_is_due_is_counted_for_whoever_should_do_it(archive: AsyncEngine) -> None:
    tasks = Tasks(archive)
    await tasks.add(call_back("mine", owner="o1"), by="olga", now=NOW)
    await tasks.add(call_back("anybody's"), by="olga", now=NOW)
    await tasks.add(call_back("petr's", owner="o2"), by="olga", now=NOW)
    await tasks.add(call_back("leads'", audience="lead"), by="rating", now=NOW)
    late = NOW + timedelta(hours=1)
    assert await tasks.due_count(who=OLGA, now=NOW) == 0
    assert await tasks.due_count(who=OLGA, now=late) == 2
    assert await tasks.due_count(who=LEAD, now=late) == 2


async def test_a_task_is_done_once_and_only_by_whom_it_concerns(archive: AsyncEngine) -> None:
    tasks = Tasks(archive)
    own = await tasks.add(call_back("olga's", owner="o1"), by="olga", now=NOW)
    lead_only = await tasks.add(call_back("leads'", audience="lead"), by="rating", now=NOW)
    for task, code in ((own, "task_of_other"), (lead_only, "unknown_task"), ("k1", "unknown_task")):
        with pytest.raises(TaskError, match=code):
            await tasks.done(task, who=PETR, result="", now=NOW)
    await tasks.done(own, who=OLGA, result="дозвонилась", now=NOW)
    with pytest.raises(TaskError, match="task_done"):
        await tasks.done(own, who=LEAD, result="", now=NOW)
    (done,) = await tasks.list("done", who=PETR, now=NOW)
    assert (done.result, done.done_by, done.open) == ("дозвонилась", "o1", False)
    await tasks.reopen(own, who=LEAD, now=NOW)
    assert await notes(tasks, "mine", OLGA) == ["olga's"]


async def test_a_promise_made_twice_is_one_task(archive: AsyncEngine) -> None:
    tasks = Tasks(archive)
    for _ in range(2):
        await tasks.promise(call_back("утром"), task_id="offhours-c1", by="bot", now=NOW)
    assert await notes(tasks, "team", OLGA) == ["утром"]


async def test_a_reminder_comes_once_when_due_and_again_after_handing_on(
    engine: AsyncEngine, world: World
) -> None:
    tasks = Tasks(engine)
    task = await tasks.add(call_back("перезвонить", owner="o1"), by="olga", now=NOW)
    present = NOW
    reminder = Reminder(engine=engine, scripts=world.scripts, now=lambda: present)
    assert await reminder.step() == 0
    present = NOW + timedelta(minutes=31)
    assert [await reminder.step(), await reminder.step()] == [1, 0]
    await tasks.assign(task, "o2", who=OLGA, now=present)
    assert await reminder.step() == 1
    found: Any = await world.redis.xrange(world.keys("events"))
    told = [json.loads(fields["payload"]) for _, fields in found if fields["kind"] == "task.due"]
    assert [(each["task"], each["owner"]) for each in told] == [(task, "o1"), (task, "o2")]


async def test_the_page_makes_hands_on_and_settles_a_task(
    desk: Desk, browsers: Callable[[], Awaitable[Hand]]
) -> None:
    await desk.add("olga", display_name="Ольга")
    petr = await desk.add("petr", display_name="Пётр")
    hand = await browsers()
    await hand.sign_in("olga")
    due = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
    body = {"kind": "call_back", "note": "Позвонить Марии", "due_at": due}
    assert await refused(await hand.post("/tasks", {**body, "owner": "nobody"})) == (422, "unknown_owner")
    assert await refused(await hand.post("/tasks", {**body, "due_at": "2020-01-01T00:00Z"})) == (
        422, "due_past",
    )  # fmt: skip
    assert (await hand.post("/tasks", body)).status == 200
    (task,) = (await hand.get("/tasks?view=team"))["tasks"]
    assert (task["owner"], task["overdue"]) == (None, False)
    assert (await hand.post(f"/tasks/{task['id']}/assign", {"owner": petr})).status == 200
    (task,) = (await hand.get("/tasks?view=team"))["tasks"]
    assert task["owner"]["name"] == "Пётр"
    assert await refused(await hand.post(f"/tasks/{task['id']}/done", {})) == (403, "task_of_other")
    assert (await hand.get("/tasks/count"))["count"] == 0
