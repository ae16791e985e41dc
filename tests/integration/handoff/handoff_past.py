"""A past to report on: rows of the archive as the archiver would have written them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from core.tables import conversations, decisions, operators, tickets, turns, verdicts


def ms(text: str) -> int:
    """Milliseconds of a moment given in UTC, such as `2026-03-02 09:00:00`."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def conversation(id_: str, at: str, channel: str = "telegram", closed: str | None = None) -> dict[str, Any]:
    """A conversation that began at a moment."""
    return {
        "id": id_, "ref": f"{channel}:{id_}", "channel": channel, "customer": f"{channel}:{id_}",
        "language": "ru", "started_ms": ms(at), "closed_ms": ms(closed) if closed else None,
        "close_reason": None, "closed_by": None,
    }  # fmt: skip


def decision(
    id_: str, of: str, at: str, kind: str = "answer", *, article: str | None = None, skill: str | None = None,
    intent: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A decision of the bot."""
    return {
        "id": id_, "event_id": ms(at), "conversation": of, "message_id": id_, "decision": kind,
        "reason": None, "article": article, "skill": skill, "probability": None, "helpful": None,
        "payload": "{}", "at_ms": ms(at), "intent": intent,
    }  # fmt: skip


def ticket(
    id_: str, of: str, created: str, due: str, taken: str | None = None, replied: str | None = None,
    ended: str | None = None, *, operator: str | None = None, reason: str = "low_confidence",
    group: str = "general",
) -> dict[str, Any]:  # fmt: skip
    """A piece of work for a person."""
    return {
        "id": id_, "conversation": of, "ref": of, "status": "closed" if ended else "waiting",
        "reason": reason, "group": group, "priority": 1, "customer": "Анна", "language": "ru",
        "operator": operator, "packet": "{}", "created_ms": ms(created), "due_ms": ms(due),
        "taken_ms": ms(taken) if taken else None, "replied_ms": ms(replied) if replied else None,
        "ended_ms": ms(ended) if ended else None,
    }  # fmt: skip


def reply(number: int, of: str, at: str, author: str = "operator") -> dict[str, Any]:
    """A turn in a conversation."""
    return {
        "event_id": number, "conversation": of, "ref": of, "author": author, "operator": None,
        "kind": "text", "text": "…", "message_id": None, "external_id": None, "out_id": None,
        "outcome": None, "decision_id": None, "payload": "{}", "at_ms": ms(at),
    }  # fmt: skip


def verdict(of: str, conversation_id: str, at: str, source: str, *, right: bool) -> dict[str, Any]:
    """What somebody said of a decision."""
    return {
        "id": f"{source}:{of}", "at_ms": ms(at), "conversation": conversation_id, "decision_id": of,
        "article": None, "revision": None, "base_version": None, "probability": None, "right": right,
        "source": source, "operator": None,
    }  # fmt: skip


def operator(id_: str, name: str) -> dict[str, Any]:
    """An account."""
    return {
        "id": id_, "name": name.lower(), "display_name": name, "role": "operator", "password_hash": "x",
        "active": True, "language": "ru", "created_ms": 0,
    }  # fmt: skip


async def write(engine: AsyncEngine, rows: Mapping[Table, Sequence[Mapping[str, Any]]]) -> None:
    """Put rows into the archive."""
    async with engine.begin() as connection:
        for table, values in rows.items():
            if values:
                await connection.execute(insert(table), list(values))


A_DAY: dict[Table, list[dict[str, Any]]] = {
    operators: [operator("u1", "Анна"), operator("u2", "Борис")],
    conversations: [
        # 2 March 2026 is a Monday; Moscow is three hours ahead, so its day begins at 21:00 UTC.
        conversation("a", "2026-03-01 20:59:00"),  # the day before
        conversation("b", "2026-03-01 21:00:00"),  # the bot's
        conversation("c", "2026-03-02 06:00:00"),  # people's
        conversation("d", "2026-03-02 06:10:00", "webchat"),  # people's, twice
        conversation("e", "2026-03-02 06:20:00", "webchat"),  # only a greeting
        conversation("f", "2026-03-02 20:50:00"),  # still waits
        conversation("g", "2026-03-02 21:00:00"),  # the day after
        conversation("h", "2026-03-02 12:00:00"),  # somebody joined
    ],
    decisions: [
        decision("d0", "a", "2026-03-01 20:59:05", article="delivery-times"),
        decision("d1", "b", "2026-03-01 21:00:05", article="delivery-times"),
        decision("d2", "b", "2026-03-01 21:02:00", article="delivery-times"),
        decision("d3", "c", "2026-03-02 06:00:30", "handoff", intent="complaint"),
        decision("d4", "d", "2026-03-02 06:10:05", article="payment-methods"),
        decision("d5", "d", "2026-03-02 06:11:00", "skill", skill="balance", intent="check_balance"),
        decision("d6", "e", "2026-03-02 06:20:01", "smalltalk", intent="greet"),
        decision("d7", "h", "2026-03-02 12:00:05", article="delivery-times"),
    ],
    tickets: [
        ticket("1", "c", "2026-03-02 06:00:30", "2026-03-02 06:02:30", "2026-03-02 06:00:50",
               "2026-03-02 06:01:30", "2026-03-02 06:10:50", operator="u1", reason="complaint"),
        ticket("2", "d", "2026-03-02 06:12:00", "2026-03-02 06:14:00", "2026-03-02 06:13:00",
               "2026-03-02 06:15:00", "2026-03-02 06:18:00", operator="u2", group="payments"),
        ticket("3", "d", "2026-03-02 06:30:00", "2026-03-02 06:32:00", "2026-03-02 06:30:10",
               None, "2026-03-02 06:31:10", operator="u1"),
        ticket("4", "f", "2026-03-02 20:55:00", "2026-03-02 20:57:00"),
        ticket("5", "h", "2026-03-02 12:05:00", "2026-03-02 12:05:00", "2026-03-02 12:05:00",
               "2026-03-02 12:06:00", "2026-03-02 12:10:00", operator="u2", reason="operator_joined"),
    ],
    turns: [
        reply(1, "c", "2026-03-02 06:00:40", "customer"),
        reply(2, "c", "2026-03-02 06:01:30"),
        reply(3, "c", "2026-03-02 06:05:00"),
        reply(4, "d", "2026-03-02 06:15:00"),
        reply(5, "h", "2026-03-02 12:06:00"),
        reply(6, "c", "2026-03-02 07:00:00"),  # after the ticket's end
    ],
    verdicts: [
        verdict("d1", "b", "2026-03-02 06:00:00", "customer", right=True),
        verdict("d1", "b", "2026-03-02 06:00:00", "operator", right=True),
        verdict("d2", "b", "2026-03-02 06:00:00", "operator", right=True),
        verdict("d4", "d", "2026-03-02 07:00:00", "operator", right=False),
        verdict("d3", "c", "2026-03-02 07:00:00", "operator", right=False),  # the bot answered nothing
        verdict("d0", "a", "2026-03-02 21:00:00", "operator", right=False),  # said the day after
    ],
}  # fmt: skip
"""A day in Moscow with the minutes before and after it; what follows is worked out by hand in tests."""
