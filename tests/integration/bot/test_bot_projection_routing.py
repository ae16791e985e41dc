"""What the events of deadlines and distribution become in SQL, over SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.projection import project
from core.records import dump
from core.tables import tickets
from handoff.routing.tables import contact_promises, sla_outcomes, ticket_steps
from handoff.tasks.tables import tasks

CLOCK: dict[str, Any] = {
    "ticket": "7", "clock": "first", "since": 1000, "due": 121_000, "target": 120, "operator": "",
    "group": "returns", "priority": 1, "channel": "webchat",
}  # fmt: skip


async def happens(engine: AsyncEngine, number: int, kind: str, payload: Mapping[str, Any]) -> None:
    """An event is written, twice, as after a crash before the cursor moved."""
    fields = {
        "kind": kind, "conversation": "c1", "ref": "webchat:1", "at": str(1000 * number),
        "payload": dump(payload),
    }  # fmt: skip
    for _ in range(2):
        async with engine.begin() as connection:
            await project(connection, f"{1000 * number}-0", fields)


async def rows(engine: AsyncEngine, table: Table) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def test_warning_breach_and_end_of_one_deadline_are_one_row(archive: AsyncEngine) -> None:
    await happens(archive, 91, "ticket.clock", {**CLOCK, "what": "warned"})
    await happens(archive, 121, "ticket.clock", {**CLOCK, "what": "breached"})
    await happens(
        archive, 150, "ticket.clock", {**CLOCK, "what": "stopped", "operator": "anna", "met": False}
    )
    (row,) = await rows(archive, sla_outcomes)
    assert row == {
        "id": "7:first:1000", "ticket": "7", "conversation": "c1", "clock": "first", "group": "returns",
        "priority": 1, "channel": "webchat", "operator": "anna", "target_s": 120, "since_ms": 1000,
        "due_ms": 121_000, "warned_ms": 91_000, "breached_ms": 121_000, "stopped_ms": 150_000, "met": False,
    }  # fmt: skip


async def test_a_deadline_that_nobody_met_before_the_end_stays_open(archive: AsyncEngine) -> None:
    await happens(archive, 50, "ticket.clock", {**CLOCK, "what": "stopped"})
    (row,) = await rows(archive, sla_outcomes)
    assert (row["met"], row["stopped_ms"]) == (None, 50_000)


async def test_each_next_answer_has_a_row_of_its_own(archive: AsyncEngine) -> None:
    for since in (1000, 9000):
        told = {**CLOCK, "clock": "next", "since": since, "what": "stopped", "met": True}
        await happens(archive, since // 100, "ticket.clock", told)
    assert [row["met"] for row in await rows(archive, sla_outcomes)] == [True, True]


async def test_the_way_of_a_ticket_is_kept_and_given_back_it_waits_again(archive: AsyncEngine) -> None:
    created = {
        "ticket": "7", "reason": "emotion", "group": "vip", "priority": 0, "due_at": 61_000, "packet": "{}",
        "customer": "Анна", "language": "ru",
    }  # fmt: skip
    await happens(archive, 1, "ticket.created", created)
    await happens(archive, 2, "ticket.routed", {"ticket": "7", "group": "vip", "why": "tags=vip"})
    await happens(archive, 3, "ticket.offered", {"ticket": "7", "operator": "anna"})
    await happens(archive, 4, "ticket.passed", {"ticket": "7", "operator": "anna", "why": "expired"})
    await happens(archive, 5, "ticket.taken", {"ticket": "7", "operator": "boris"})
    await happens(archive, 6, "ticket.given_back", {"ticket": "7", "operator": "boris", "why": "offline"})
    assert [(row["step"], row["operator"], row["why"]) for row in await rows(archive, ticket_steps)] == [
        ("routed", None, "tags=vip"), ("offered", "anna", ""), ("passed", "anna", "expired"),
        ("given_back", "boris", "offline"),
    ]  # fmt: skip
    (ticket,) = await rows(archive, tickets)
    assert (ticket["status"], ticket["operator"], ticket["taken_ms"]) == ("waiting", None, None)


async def test_a_promised_contact_is_one_row_and_one_task(archive: AsyncEngine) -> None:
    for _ in range(2):
        await happens(archive, 7, "promise", {"kind": "contact", "due_at": 36_000_000})
    (row,) = await rows(archive, contact_promises)
    assert (row["conversation"], row["kind"], row["due_ms"]) == ("c1", "contact", 36_000_000)
    (task,) = await rows(archive, tasks)
    assert (task["kind"], task["reason"], task["status"]) == ("promise", "off_hours", "open")
    assert (task["conversation"], task["due_ms"]) == ("c1", 36_000_000)
