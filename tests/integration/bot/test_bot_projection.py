"""What each kind of event becomes in SQL, over SQLite and PostgreSQL alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.projection import Event, project
from core.records import dump, turn
from core.tables import conversations, customers, decisions, deliveries, owners, tickets, turns, unread_events

STARTED = {"channel": "telegram", "customer": "telegram:42", "language": "ru"}
CREATED = {
    "ticket": "7", "reason": "emotion", "group": "general", "priority": 0, "due_at": 61_000, "packet": "{}",
    "customer": "Анна", "language": "ru",
}  # fmt: skip
DECISION: dict[str, Any] = {
    "id": "d1", "message_id": "m1", "decision": "answer", "reason": None, "article": "delivery-cost",
    "skill": None, "probability": 0.97, "signals": {"intent": "find_store"}, "thresholds": {},
}  # fmt: skip


Entry = tuple[str, Mapping[str, str]]
"""A stream entry: id and fields."""


def event(number: int, kind: str, payload: Mapping[str, Any] | str) -> Entry:
    fields = {
        "kind": kind, "conversation": "c1", "ref": "telegram:42", "at": str(1000 * number),
        "payload": payload if isinstance(payload, str) else dump(payload),
    }  # fmt: skip
    return f"{1000 * number}-3", fields


async def written(engine: AsyncEngine, *found: Entry) -> None:
    """Writes each event twice, as after a crash between writing and moving the cursor."""
    for _ in range(2):
        async with engine.begin() as connection:
            for one in found:
                await project(connection, *one)


async def only(engine: AsyncEngine, table: Table) -> dict[str, Any]:
    async with engine.connect() as connection:
        return dict((await connection.execute(select(table))).mappings().one())


def holds(row: Mapping[str, Any], **values: Any) -> None:
    assert {name: row[name] for name in values} == values


def test_an_event_is_numbered_by_its_place_in_the_stream() -> None:
    assert Event.read(*event(5, "turn", "{}")).number == 5_000_000_003


@pytest.mark.parametrize("kind", ["turn", "of a newer version"])
async def test_an_event_nobody_can_read_is_set_aside_and_holds_up_no_other(
    archive: AsyncEngine, kind: str
) -> None:
    await written(archive, event(1, kind, {"odd": True}), event(2, "conversation.started", STARTED))
    aside = await only(archive, unread_events)
    holds(aside, event_id=1_000_000_003, kind=kind)
    assert json.loads(json.loads(aside["fields"])["payload"]) == {"odd": True}
    holds(await only(archive, conversations), id="c1")


async def test_a_turn(archive: AsyncEngine) -> None:
    payload = turn(
        "customer", "Где заказ? 😀", kind="text", message_id="m1", external_id="x1", outcome="answered",
        decision_id="d1", name="Анна",
    )  # fmt: skip
    await written(archive, event(1, "turn", payload))
    row = await only(archive, turns)
    holds(row, event_id=1_000_000_003, conversation="c1", ref="telegram:42", author="customer", kind="text",
          text="Где заказ? 😀", message_id="m1", external_id="x1", out_id=None, outcome="answered",
          decision_id="d1", operator=None, at_ms=1000)  # fmt: skip
    assert json.loads(row["payload"])["name"] == "Анна"


async def test_a_decision_and_the_customers_verdict_on_it(archive: AsyncEngine) -> None:
    await written(archive, event(1, "decision", DECISION))
    holds(await only(archive, decisions), id="d1", decision="answer", article="delivery-cost",
          probability=0.97, helpful=None, at_ms=1000, intent="find_store")  # fmt: skip
    await written(archive, event(2, "feedback", {"decision": "d1", "helpful": True}))
    assert (await only(archive, decisions))["helpful"] is True
    await written(archive, event(3, "feedback", {"decision": "unknown", "helpful": False}))
    assert (await only(archive, decisions))["helpful"] is True


async def test_a_decision_without_an_article(archive: AsyncEngine) -> None:
    handed = {**DECISION, "decision": "handoff", "reason": "emotion", "article": None, "probability": None}
    del handed["signals"]  # as an earlier version wrote them
    await written(archive, event(1, "decision", handed))
    holds(await only(archive, decisions), reason="emotion", article=None, probability=None, intent=None)


async def test_a_delivery(archive: AsyncEngine) -> None:
    await written(archive, event(1, "delivery", {"out": "b1", "status": "sending", "attempt": 2}))
    holds(await only(archive, deliveries), out_id="b1", status="sending", attempt=2, vendor_id=None)


async def test_an_owner(archive: AsyncEngine) -> None:
    await written(archive, event(1, "owner", {"owner": "operator:olga", "epoch": 3, "by": "olga"}))
    holds(await only(archive, owners), owner="operator:olga", epoch=3, changed_by="olga")


async def test_a_conversation_from_its_start_to_its_end(archive: AsyncEngine) -> None:
    await written(archive, event(1, "conversation.started", STARTED))
    holds(
        await only(archive, conversations), id="c1", customer="telegram:42", started_ms=1000, closed_ms=None
    )
    await written(archive, event(9, "conversation.closed", {"reason": "solved", "by": "olga"}))
    holds(await only(archive, conversations), closed_ms=9000, close_reason="solved", closed_by="olga")


async def test_a_ticket_from_the_queue_to_its_end(archive: AsyncEngine) -> None:
    await written(archive, event(1, "ticket.created", CREATED))
    holds(await only(archive, tickets), id="7", status="waiting", reason="emotion", group="general",
          priority=0, due_ms=61_000, created_ms=1000, operator=None)  # fmt: skip
    await written(archive, event(2, "ticket.taken", {"ticket": "7", "operator": "olga"}))
    await written(archive, event(3, "ticket.replied", {"ticket": "7", "operator": "olga"}))
    holds(await only(archive, tickets), status="taken", operator="olga", taken_ms=2000, replied_ms=3000)
    await written(archive, event(4, "ticket.closed", {"ticket": "7", "by": "olga", "reason": "solved"}))
    holds(await only(archive, tickets), status="closed", ended_ms=4000, operator="olga")


async def test_a_ticket_that_is_returned(archive: AsyncEngine) -> None:
    await written(archive, event(1, "ticket.created", CREATED))
    await written(archive, event(2, "ticket.returned", {"ticket": "7", "by": "olga"}))
    holds(await only(archive, tickets), status="returned", ended_ms=2000)


async def test_a_customer_keeps_what_a_later_event_does_not_tell(archive: AsyncEngine) -> None:
    known = {"key": "telegram:42", "name": "Анна", "language": "ru", "phone": "+79000000000"}
    await written(archive, event(1, "customer", known))
    await written(archive, event(2, "customer", {"key": "telegram:42", "language": "en"}))
    holds(await only(archive, customers), name="Анна", language="en", phone="+79000000000",
          first_seen_ms=1000, last_seen_ms=2000)  # fmt: skip


async def test_a_kind_only_a_newer_version_knows_does_not_stop_the_rest(archive: AsyncEngine) -> None:
    await written(archive, event(1, "invented.later", {"x": 1}), event(2, "turn", turn("bot", "да")))
    assert (await only(archive, turns))["text"] == "да"


@pytest.mark.parametrize("text", ["a\x00b", "я" * 100_000, "'; DROP TABLE turns; --", "\u202e\u2028"])
async def test_any_words_can_be_archived(text: str, archive: AsyncEngine) -> None:
    await written(archive, event(1, "turn", turn("customer", text)))
    assert (await only(archive, turns))["text"] == text.replace("\x00", "")


async def test_what_is_longer_than_its_column_is_cut_and_not_refused(archive: AsyncEngine) -> None:
    long = "я" * 500
    await written(
        archive,
        event(1, "conversation.started", {**STARTED, "language": "zh-Hant-HK"}),
        event(2, "conversation.closed", {"reason": long, "by": long}),
        event(3, "ticket.created", {**CREATED, "customer": long}),
        event(4, "customer", {"key": "k", "name": long}),
        event(5, "ticket.taken", {"ticket": "7", "operator": "olga"}),
    )
    assert (await only(archive, customers))["name"] == "я" * 200
    assert (await only(archive, conversations))["close_reason"] == "я" * 200
    holds(await only(archive, tickets), customer="я" * 200, operator="olga")
