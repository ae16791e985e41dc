"""What each kind of event becomes in SQL. Every step may be repeated without changing the result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import projection_routing, projection_tools
from bot.learned import feedback, phrase, verdict
from bot.projecting import Event, event_number, fitting, insert
from bot.projection_after import AFTER
from bot.projection_lists import HANDLERS as LISTS
from bot.projection_lists import recognise
from core import sql
from core.logging import get_logger
from core.records import dump
from core.tables import conversations, customers, decisions, deliveries, owners, tickets, turns, unread_events
from handoff.push.feed import tell
from handoff.webhooks.feed import announce

__all__ = ["Event", "event_number", "project"]

_log = get_logger("archive")


async def project(connection: AsyncConnection, event_id: str, fields: Mapping[str, str]) -> None:
    """Write one stream entry; what cannot be read, or only by a newer version, is set aside whole.

    A single such event must not keep all later ones from the archive.
    """
    try:
        event = Event.read(event_id, fields)
        await _HANDLERS[event.kind](connection, event)
        for listener in (announce, tell):
            await listener(
                connection,
                number=event.number,
                kind=event.kind,
                conversation=event.conversation,
                at_ms=event.at_ms,
                payload=event.payload,
            )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        number = event_number(event_id)
        _log.error("event.set_aside", number=number, error=type(error).__name__)
        row = {"event_id": number, "kind": fields.get("kind", ""), "fields": dump(fields)}
        await insert(connection, unread_events, row, key="event_id")


async def _turn(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    await insert(
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
    await insert(
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
            "intent": (data.get("signals") or {}).get("intent"),
            "payload": dump(data),
            "at_ms": event.at_ms,
        },
        key="id",
    )


async def _delivery(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    await insert(
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
    await insert(
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
    await insert(
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
        .values(
            fitting(
                conversations,
                {
                    "closed_ms": event.at_ms,
                    "close_reason": event.payload["reason"],
                    "closed_by": event.payload["by"],
                },
            )
        )
    )


async def _ticket_created(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    await insert(
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


async def _ticket_closed(connection: AsyncConnection, event: Event) -> None:
    await _ticket_changed(connection, event)
    await projection_tools.closing(connection, event)


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
    untold = [name for name in ("name", "language", "phone") if not data.get(name)]
    await sql.upsert(
        connection, customers, fitting(customers, values), key="key", keep=("first_seen_ms", *untold)
    )
    await recognise(connection, event)


_HANDLERS: dict[str, Callable[[AsyncConnection, Event], Awaitable[None]]] = {
    "turn": _turn,
    "decision": _decision,
    "feedback": feedback,
    "verdict": verdict,
    "phrase": phrase,
    "delivery": _delivery,
    "owner": _owner,
    "conversation.started": _started,
    "conversation.closed": _closed,
    "ticket.created": _ticket_created,
    "ticket.taken": _ticket_changed,
    "ticket.replied": _ticket_changed,
    "ticket.returned": _ticket_changed,
    "ticket.closed": _ticket_closed,
    "customer": _customer,
    **AFTER,
    **LISTS,
    **projection_tools.HANDLERS,
    **projection_routing.HANDLERS,
}
