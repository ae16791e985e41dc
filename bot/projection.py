"""What each kind of event becomes in SQL. Every step may be repeated without changing the result."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.logging import get_logger
from core.records import dump
from core.sql import insert_once, upsert
from core.tables import conversations, customers, decisions, deliveries, owners, tickets, turns

_log = get_logger("archive")


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `number` orders events and is the key of the rows made from it."""

    number: int
    kind: str
    conversation: str
    ref: str
    at_ms: int
    payload: Mapping[str, Any]

    @staticmethod
    def read(event_id: str, fields: Mapping[str, str]) -> Event:
        """From a stream entry: `ms-seq` becomes ms × 1,000,000 + seq."""
        milliseconds, _, sequence = event_id.partition("-")
        return Event(
            number=int(milliseconds) * 1_000_000 + int(sequence),
            kind=fields["kind"],
            conversation=fields["conversation"],
            ref=fields["ref"],
            at_ms=int(fields["at"]),
            payload=json.loads(fields["payload"]),
        )


async def project(connection: AsyncConnection, event: Event) -> None:
    """Write one event; a kind only a newer version knows is named in the log."""
    handler = _HANDLERS.get(event.kind)
    if handler is None:
        _log.warning("event.unknown_kind", kind=event.kind)
        return
    await handler(connection, event)


async def _turn(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    await insert_once(
        connection,
        turns,
        {
            "event_id": event.number,
            "conversation": event.conversation,
            "ref": event.ref,
            "author": data["author"],
            "operator": data.get("operator"),
            "kind": data["kind"],
            "text": data["text"],
            "message_id": data.get("message_id"),
            "external_id": data.get("external_id"),
            "out_id": data.get("out_id"),
            "outcome": data.get("outcome"),
            "decision_id": data.get("decision_id"),
            "payload": dump(data),
            "at_ms": event.at_ms,
        },
        key="event_id",
    )


async def _decision(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    await insert_once(
        connection,
        decisions,
        {
            "id": data["id"],
            "event_id": event.number,
            "conversation": event.conversation,
            "message_id": data["message_id"],
            "decision": data["decision"],
            "reason": data.get("reason"),
            "article": data.get("article"),
            "skill": data.get("skill"),
            "probability": data.get("probability"),
            "payload": dump(data),
            "at_ms": event.at_ms,
        },
        key="id",
    )


async def _feedback(connection: AsyncConnection, event: Event) -> None:
    verdict = event.payload["helpful"]
    await connection.execute(
        update(decisions).where(decisions.c.id == event.payload["decision"]).values(helpful=verdict)
    )


async def _delivery(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    await insert_once(
        connection,
        deliveries,
        {
            "event_id": event.number,
            "out_id": data["out"],
            "conversation": event.conversation,
            "status": data["status"],
            "attempt": data.get("attempt"),
            "vendor_id": data.get("vendor_id"),
            "error": data.get("error"),
            "at_ms": event.at_ms,
        },
        key="event_id",
    )


async def _owner(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    await insert_once(
        connection,
        owners,
        {
            "event_id": event.number,
            "conversation": event.conversation,
            "owner": data["owner"],
            "epoch": data["epoch"],
            "changed_by": data["by"],
            "at_ms": event.at_ms,
        },
        key="event_id",
    )


async def _started(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    await insert_once(
        connection,
        conversations,
        {
            "id": event.conversation,
            "ref": event.ref,
            "channel": data["channel"],
            "customer": data["customer"],
            "language": data["language"],
            "started_ms": event.at_ms,
        },
        key="id",
    )


async def _closed(connection: AsyncConnection, event: Event) -> None:
    await connection.execute(
        update(conversations)
        .where(conversations.c.id == event.conversation)
        .values(closed_ms=event.at_ms, close_reason=event.payload["reason"], closed_by=event.payload["by"])
    )


async def _ticket_created(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    await insert_once(
        connection,
        tickets,
        {
            "id": data["ticket"],
            "conversation": event.conversation,
            "ref": event.ref,
            "status": "waiting",
            "reason": data["reason"],
            "group": data["group"],
            "priority": data["priority"],
            "customer": data["customer"],
            "language": data["language"],
            "packet": data["packet"],
            "created_ms": event.at_ms,
            "due_ms": data["due_at"],
        },
        key="id",
    )


async def _ticket_changed(connection: AsyncConnection, event: Event) -> None:
    values: dict[str, Any]
    match event.kind:
        case "ticket.taken":
            values = {"status": "taken", "operator": event.payload["operator"], "taken_ms": event.at_ms}
        case "ticket.replied":
            values = {"replied_ms": event.at_ms}
        case kind:
            values = {"status": kind.removeprefix("ticket."), "ended_ms": event.at_ms}
    await connection.execute(update(tickets).where(tickets.c.id == event.payload["ticket"]).values(**values))


async def _customer(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    values = {
        "key": data["key"],
        "name": data.get("name", ""),
        "language": data.get("language", ""),
        "phone": data.get("phone") or None,
        "first_seen_ms": event.at_ms,
        "last_seen_ms": event.at_ms,
    }
    await upsert(connection, customers, values, key="key", keep=("first_seen_ms",))


_HANDLERS: dict[str, Callable[[AsyncConnection, Event], Awaitable[None]]] = {
    "turn": _turn,
    "decision": _decision,
    "feedback": _feedback,
    "delivery": _delivery,
    "owner": _owner,
    "conversation.started": _started,
    "conversation.closed": _closed,
    "ticket.created": _ticket_created,
    "ticket.taken": _ticket_changed,
    "ticket.replied": _ticket_changed,
    "ticket.returned": _ticket_changed,
    "ticket.closed": _ticket_changed,
    "customer": _customer,
}
